# SPDX-License-Identifier: Apache-2.0
# With CUDA in the build or without it: the reason differs, what follows does not.
"$CASES/golden.py" photograph a.png
CUDA_VISIBLE_DEVICES= pnd-infer -q -w "$DATA/golden_slim8/weights.safetensors" -i a.png --device cuda --out out 2>err
echo "exit $?"
grep -c -E 'CUDA.*--device cpu' err
find out -type f
CUDA_VISIBLE_DEVICES= pnd-infer -q -w "$DATA/golden_slim8/weights.safetensors" -i a.png --device auto --out auto 2>err
code=$?
grep -q oneDNN err && echo "no oneDNN" && exit 77
echo "exit $code"
cat err
