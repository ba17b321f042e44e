# SPDX-License-Identifier: Apache-2.0
# The golden frames were drawn by Pillow 9.4, which lies between pillow7 and pillow12.
pnd-panoptic --root "$DATA/golden_small" --split val --audit
echo "exit $?"
pnd-panoptic --root "$DATA/golden_small" --split val --audit --fill pillow12
echo "exit $?"
