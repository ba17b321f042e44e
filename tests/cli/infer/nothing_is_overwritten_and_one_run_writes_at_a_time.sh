# SPDX-License-Identifier: Apache-2.0
"$CASES/golden.py" photograph a.png
w=$DATA/golden_slim8/weights.safetensors
pnd-infer -q --device ref -w "$w" -i a.png --out out
pnd-infer -q --device ref -w "$w" -i a.png --out out
echo "exit $?"
rm out/cityscapes_panoptic_val.json
pnd-infer -q --device ref -w "$w" -i a.png --out out
echo "exit $?"
pnd-infer -q --device ref -w "$w" -i a.png --out out --force
echo "exit $?"
command -v flock >/dev/null || { echo "flock is not installed"; exit 77; }
flock out pnd-infer -q --device ref -w "$w" -i a.png --out out --force
echo "exit $?"
