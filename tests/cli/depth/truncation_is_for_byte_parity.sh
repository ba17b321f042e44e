# SPDX-License-Identifier: Apache-2.0
echo '{"extrinsic": {"baseline": 0.5}, "intrinsic": {"fx": 1024, "fy": 1024, "u0": 2, "v0": 0}}' >camera.json
# v = 2^25 / (p - 1): 2^25 / 3000 = 11184.81, 2^25 / 4096 = 8192
"$CASES/depth.py" grey16 d.png 2 3001 4097
for option in '' --trunc; do
    pnd-depth -qf --disparity d.png --camera camera.json --out z.png $option
    "$CASES/depth.py" show z.png
    "$CASES/depth.py" field z.png.json rule rounding
done
