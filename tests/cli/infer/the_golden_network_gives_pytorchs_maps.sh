# SPDX-License-Identifier: Apache-2.0
"$CASES/golden.py" photograph golden.png
for device in ref; do
    pnd-infer -q -w "$DATA/golden_slim8/weights.safetensors" -i golden.png --device $device --labels --save-heads heads_$device \
        --out $device
    "$CASES/golden.py" compare $device heads_$device golden golden
done
