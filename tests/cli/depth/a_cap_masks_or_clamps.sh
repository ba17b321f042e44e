# SPDX-License-Identifier: Apache-2.0
echo '{"extrinsic": {"baseline": 0.5}, "intrinsic": {"fx": 1024, "fy": 1024, "u0": 2, "v0": 0}}' >camera.json
# 128 m, 16 m, and 64 m, which is the cap
"$CASES/depth.py" grey16 d.png 3 1025 8193 2049
for mode in mask clamp; do
    pnd-depth -qf --disparity d.png --camera camera.json --cap 64 --cap-mode $mode --out z.png
    "$CASES/depth.py" show z.png
    "$CASES/depth.py" field z.png.json totals pixels
    "$CASES/depth.py" field z.png.json frames 0 depth_m
done
