# SPDX-License-Identifier: Apache-2.0
"$CASES/golden.py" photograph a.png
"$CASES/weights.py" overflow overflow.safetensors
pnd-infer -q --device ref -w overflow.safetensors -i a.png --out out
echo "exit $?"
find out -type f
pnd-infer -q --device ref -w overflow.safetensors -i a.png --out allowed --allow-nonfinite
echo "exit $?"
find allowed -type f | sort
