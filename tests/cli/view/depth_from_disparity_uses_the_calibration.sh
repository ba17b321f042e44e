# SPDX-License-Identifier: Apache-2.0
# fx x baseline = 1000 x 0.5 = 500 px m. p = 6401: d = 25 px, 20 m = ff4a00; p = 1: infinitely far, 000080; p = 0:
# unknown, the grey 26 or 42 by its stripe. d = 50 px: 10 m = 800000.
"$CASES"/picture.py ids disparity.png 4 6401 1 0 12801
echo '{"extrinsic": {"baseline": 0.5}, "intrinsic": {"fx": 1000, "fy": 1000, "u0": 2, "v0": 0}}' >camera.json
pnd-view depth -q --disparity disparity.png --camera camera.json -o out.png --no-legend \
    --cmap jet --mapping linear --near 10 --far 60
"$CASES"/picture.py show out.png
pnd-view depth -q --disparity disparity.png --camera camera.json -o out.png --no-legend --force \
    --cmap jet --mapping linear --near 10 --far 60 --zero-disparity invalid
"$CASES"/picture.py show out.png
