# SPDX-License-Identifier: Apache-2.0
# faults.md row 62
d=$DATA/depth_eval/disparity/val/ulm
c=$DATA/depth_eval/camera/val/ulm
pnd-depth --disparity "$d/ulm_000000_000000_disparity.png" --camera "$c/ulm_000000_000001_camera.json" --out z.png
echo "exit $?"
pnd-depth --disparity "$d/ulm_000000_000000_disparity.png" --camera missing.json --out z.png
echo "exit $?"
mkdir -p root/disparity/val/ulm root/camera/val/ulm
cp "$d"/*.png root/disparity/val/ulm
cp "$c/ulm_000000_000000_camera.json" root/camera/val/ulm
pnd-depth --root root --out out
echo "exit $?"
# The other frame is there; the record is not, so the run is not complete.
find out -type f
