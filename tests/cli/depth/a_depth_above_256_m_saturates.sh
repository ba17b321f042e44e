# SPDX-License-Identifier: Apache-2.0
# faults.md row 67: 512 m is 131072 / 256 m
echo '{"extrinsic": {"baseline": 0.5}, "intrinsic": {"fx": 1024, "fy": 1024, "u0": 2, "v0": 0}}' >camera.json
"$CASES/depth.py" grey16 d.png 2 257 513
pnd-depth --disparity d.png --camera camera.json --out z.png
"$CASES/depth.py" show z.png
"$CASES/depth.py" field z.png.json totals pixels saturated
