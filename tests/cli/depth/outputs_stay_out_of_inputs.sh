# SPDX-License-Identifier: Apache-2.0
# faults.md row 85
cp -r "$DATA/depth_eval" tree
pnd-depth --root tree --out tree
echo "exit $?"
pnd-depth --root tree --out tree/new
echo "exit $?"
d=tree/disparity/val/ulm/ulm_000000_000000_disparity.png
pnd-depth --force --disparity $d --camera tree/camera/val/ulm/ulm_000000_000000_camera.json --out $d
echo "exit $?"
cmp $d "$DATA/depth_eval/disparity/val/ulm/ulm_000000_000000_disparity.png" && echo "untouched"
