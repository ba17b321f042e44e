# SPDX-License-Identifier: Apache-2.0
# z = 100 m; the ray of column 75 with fx 100 is 5/4 long, that of row 75 too.
echo '{"extrinsic": {"baseline": 1}, "intrinsic": {"fx": 100, "fy": 100, "u0": -75, "v0": 0}}' >camera.json
"$CASES/depth.py" grey16 d.png 1 257
for option in '' --range; do
    pnd-depth -qf --disparity d.png --camera camera.json --format npy --out z.npy $option
    "$CASES/depth.py" show z.npy
    "$CASES/depth.py" field z.npy.json rule quantity
done
