# SPDX-License-Identifier: Apache-2.0
echo '{"extrinsic": {"baseline": 0.5}, "intrinsic": {"fx": 1024, "fy": 1024, "u0": 2, "v0": 0}}' >camera.json
"$CASES/depth.py" grey16 d.png 3 0 1 1025
run() {
    pnd-depth -qf --disparity d.png --camera camera.json --zero-disparity far --out z "$@"
    "$CASES/depth.py" show z
    "$CASES/depth.py" field z.json totals pixels
}
run
run --format npy
run --format npy --cap 80
run --format npy --cap 80 --cap-mode clamp
