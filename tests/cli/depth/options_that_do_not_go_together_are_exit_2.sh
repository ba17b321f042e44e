# SPDX-License-Identifier: Apache-2.0
try() {
    pnd-depth "$@" 2>err
    code=$?
    [ $code = 2 ] || echo "exit $code"
    head -n 1 err
}
one="--disparity d.png --camera c.json --out z"
try --out z
try --root r
try --disparity d.png --out z
try --root r $one
try --root r --camera c.json --out z
try --root r --out -
try --root r --split ../x --out z
try --root r --split val,val --out z
try $one --nan
try $one --format npy --trunc
try $one --format pfm --zero-disparity far
try $one --cap-mode clamp
try $one --cap 0
try $one --mask-labels 1
try $one --labels l.png
try $one --mask-labels 34 --labels l.png
try $one --backend gpu
try $one --format tiff
try --disparity-root d --out z
try --disparity-root d --camera-root c --mask-labels 1 --out z
