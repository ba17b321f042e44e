# SPDX-License-Identifier: Apache-2.0
# faults.md row 64
echo '{"extrinsic": {"baseline": 0.5}, "intrinsic": {"fx": 1024, "fy": 1024, "u0": 2, "v0": 0}}' >camera.json
for p in 0 1 65535 200; do
    "$CASES/depth.py" grey16 d.png 2 $p $p
    pnd-depth -qf --disparity d.png --camera camera.json --out z.png
    echo "all $p: exit $?"
    "$CASES/depth.py" show z.png
    "$CASES/depth.py" field z.png.json frames 0 pixels
    "$CASES/depth.py" field z.png.json frames 0 depth_m
done
