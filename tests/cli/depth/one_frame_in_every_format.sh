# SPDX-License-Identifier: Apache-2.0
echo '{"extrinsic": {"baseline": 0.5}, "intrinsic": {"fx": 1024, "fy": 1024, "u0": 2, "v0": 0}}' >camera.json
# d = -, 0, 1, 4, 32, 2 px: none, infinite, 512, 128, 16, 256 m
"$CASES/depth.py" grey16 d.png 3 0 1 257 1025 8193 513
for format in png16 npy pfm; do
    pnd-depth -q --disparity d.png --camera camera.json --format $format --out $format
    "$CASES/depth.py" show $format
    "$CASES/depth.py" field $format.json totals pixels
done
pnd-depth -q --disparity d.png --camera camera.json --format npy --nan --out nan.npy
"$CASES/depth.py" show nan.npy
