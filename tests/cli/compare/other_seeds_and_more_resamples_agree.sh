# SPDX-License-Identifier: Apache-2.0
# Monte Carlo noise only: the standard errors of two seeds are within a few per cent.
. "$CASES/methods.sh.inc"
for seed in 1 2; do
    pnd-compare --quiet --json --resamples 20000 --seed $seed a.json b.json >$seed.json
done
python3 - <<'EOF'
import json
one, two = (json.load(open(n))["methods"][0]["scores"]["All.pq"]["standard_error"] for n in ("1.json", "2.json"))
print(one != two, abs(one / two - 1) < 0.03)
EOF
