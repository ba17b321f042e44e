# SPDX-License-Identifier: Apache-2.0
"$CASES/golden.py" photograph a.png
if ! pnd-infer -q -w "$DATA/golden_slim8/weights.safetensors" -i a.png --device cpu --profile --out out >table 2>err; then
    grep -q oneDNN err && echo "no oneDNN" && exit 77
    cat err
fi
sed -n 1p table
# every convolution of the network is a row, and their work adds up
grep -c '^[a-z_]*\(backbone\|head\)[a-z0-9_.]* *d*w*conv' table
awk '$2 ~ /conv$/ { sum += $5 } /^all/ { print (sum > 0.99 * $4 && sum < 1.01 * $4 ? "the parts add up" : sum " of " $4) }' table
pnd-infer --json -w "$DATA/golden_slim8/weights.safetensors" -i a.png --device cpu --profile --out out --force |
    python3 -c 'import json, sys
r = json.load(sys.stdin)
print(sorted(r))
print(r["images"], r["bad"], r["peak_gflops"] > 0, all(p["ms"] >= 0 for p in r["profile"]), 0 < r["network"]["busy"] <= 1)'
