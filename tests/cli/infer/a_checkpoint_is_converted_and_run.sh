# SPDX-License-Identifier: Apache-2.0
# The way of docs/inference.md, with the golden weights in the containers that detectron2 writes.
for python in python3 /usr/bin/python3 none; do
    "$python" -c 'import numpy' 2>/dev/null && break
done
[ $python = none ] && echo "no Python with NumPy" && exit 77
convert() { "$python" "$CASES/../../../scripts/convert_weights.py" -q "$@"; }
"$CASES/golden.py" photograph golden.png
"$CASES/weights.py" no-depth base.safetensors
for weights in "$DATA/golden_slim8/weights.safetensors" base.safetensors; do
    for container in pkl pth; do
        convert "$weights" -o model.$container -f
        convert model.$container -o model.safetensors --pool 2x4 -f
        pnd-infer -q --device ref -w model.safetensors -i golden.png --labels --save-heads heads --out out --force
        echo "$container: exit $?"
        "$CASES/golden.py" compare out heads golden golden 2>/dev/null | head -2
    done
done
