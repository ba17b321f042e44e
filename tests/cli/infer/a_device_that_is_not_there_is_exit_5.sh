# SPDX-License-Identifier: Apache-2.0
"$CASES/golden.py" photograph a.png
CUDA_VISIBLE_DEVICES= pnd-infer -q -w "$DATA/golden_slim8/weights.safetensors" -i a.png --device cuda --out out
echo "exit $?"
CUDA_VISIBLE_DEVICES= pnd-infer -q -w "$DATA/golden_slim8/weights.safetensors" -i a.png --device auto --out auto
echo "exit $?"
