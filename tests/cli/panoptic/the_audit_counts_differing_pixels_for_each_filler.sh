# SPDX-License-Identifier: Apache-2.0
# The golden frames were drawn by Pillow 9.4, which lies between pillow7 and pillow12.
pnd-panoptic --root "$DATA/golden_small" --split val --audit
echo "exit $?"
pnd-panoptic --root "$DATA/golden_small" --split val --audit --fill pillow12
echo "exit $?"
for threads in 1 2 7; do
    pnd-panoptic -q --root "$DATA/golden_small" --split val --audit --json --threads $threads >audit$threads
done
cmp audit1 audit2 && cmp audit1 audit7 && echo same
