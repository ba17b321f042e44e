# SPDX-License-Identifier: Apache-2.0
"$CASES/golden.py" photograph a.png
w=$DATA/golden_slim8/weights.safetensors
run() { pnd-infer -q "$@"; echo "exit $?"; }
run -w "$w" -i a.png
run -w "$w" -i a.png --out out --precision f64
run -w "$w" -i a.png --out out --device gpu
run -w "$w" -i a.png --out out --nms 4
run -w "$w" -i a.png --out out --size 1024
run -w "$w" -i a.png --out out --size 32x64
run -w "$w" -i a.png --out out --split ../val
run -w "$w" -i a.png --out out --aspp-pool wide
run -w "$w" -i a.png --out out --batch 0
mkdir photographs && cp a.png photographs
run -w "$w" -i photographs --out photographs/out
run -w "$w" -i a.png --out a.png
ls
