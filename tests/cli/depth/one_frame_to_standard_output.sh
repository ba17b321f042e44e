# SPDX-License-Identifier: Apache-2.0
d=$DATA/depth_eval
pnd-depth --disparity "$d/disparity/val/ulm/ulm_000000_000000_disparity.png" --format pfm --out - \
    --camera "$d/camera/val/ulm/ulm_000000_000000_camera.json" >z.pfm
"$CASES/depth.py" show z.pfm
ls
