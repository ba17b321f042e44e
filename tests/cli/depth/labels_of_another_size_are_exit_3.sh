# SPDX-License-Identifier: Apache-2.0
d=$DATA/depth_eval
"$CASES/depth.py" grey8 labels.png 2 7 7
pnd-depth --disparity "$d/disparity/val/ulm/ulm_000000_000000_disparity.png" --out z.png \
    --camera "$d/camera/val/ulm/ulm_000000_000000_camera.json" --labels labels.png --mask-labels 1
echo "exit $?"
[ -e z.png ] || echo "nothing was written"
