# SPDX-License-Identifier: Apache-2.0
mkdir -p root/gtFine/val/ulm
for n in 0 1 2; do
    "$CASES"/picture.py ids root/gtFine/val/ulm/ulm_00000${n}_000019_gtFine_instanceIds.png 2 7 0
done
echo broken >root/gtFine/val/ulm/ulm_000001_000019_gtFine_instanceIds.png
pnd-view panoptic --root root --alpha 1 --out a
echo "exit $?"
pnd-view panoptic --root root --alpha 1 --out b --skip-bad
echo "exit $?"
find b -type f | sort
