# SPDX-License-Identifier: Apache-2.0
# On ref, and on the CPU's own network where the build has one.
"$CASES/golden.py" photograph golden.png
for device in ref cpu; do
    echo $device
    if ! pnd-infer -q -w "$DATA/golden_slim8/weights.safetensors" -i golden.png --device $device --labels --save-heads heads_$device \
        --out $device 2>err; then
        grep -q oneDNN err && echo "no oneDNN" && exit 77
        cat err
        continue
    fi
    "$CASES/golden.py" compare $device heads_$device golden golden
done
