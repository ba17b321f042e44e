# SPDX-License-Identifier: Apache-2.0
# fx * baseline = 512 px m: the first frame holds none, infinite, 8, 16 / 32, 64, 128, 16 metres (make.py).
pnd-depth --root "$DATA/depth_eval" --out out
find out -type f | sort
"$CASES/depth.py" show out/depth/val/ulm/ulm_000000_000000_depth.png
"$CASES/depth.py" show out/depth/val/ulm/ulm_000000_000001_depth.png
digest() {
    wanted=$(sha256sum "$1" | cut -d ' ' -f 1)
    [ "$("$CASES/depth.py" field out/depth/val.json frames 0 "$2")" = "$wanted" ] || echo "$2 differs"
}
digest out/depth/val/ulm/ulm_000000_000000_depth.png output_sha256
digest "$DATA/depth_eval/disparity/val/ulm/ulm_000000_000000_disparity.png" disparity_sha256
digest "$DATA/depth_eval/camera/val/ulm/ulm_000000_000000_camera.json" camera_sha256
# What zlib makes of the pixels is its own affair.
sed -e 's/"output_sha256": ".*"/"output_sha256": "..."/' -e 's/pnd-depth [0-9.]*/pnd-depth VERSION/' out/depth/val.json
