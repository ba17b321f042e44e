# SPDX-License-Identifier: Apache-2.0
# faults.md row 31
echo '{"extrinsic": {"baseline": 0.5}, "intrinsic": {"fx": 1024, "fy": 1024, "u0": 2, "v0": 0}}' >camera.json
"$CASES/depth.py" grey8 d.png 2 10 20
pnd-depth --disparity d.png --camera camera.json --out z.png
