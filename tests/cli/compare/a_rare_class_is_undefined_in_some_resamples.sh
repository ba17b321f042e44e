# SPDX-License-Identifier: Apache-2.0
# Three images; persons in two of them. By hand: three draws with replacement miss both with probability 1/27.
pnd-compare --quiet --resamples 27000 --json "$CASES/data/panoptic_a.json" "$CASES/data/panoptic_b.json" >c.json
python3 - <<'EOF'
import json
scores = json.load(open("c.json"))["methods"][0]["scores"]
undefined = scores["per_class.24.pq"]["undefined_resamples"]
print(scores["per_class.7.pq"]["undefined_resamples"], abs(undefined - 1000) < 4 * 31)  # sqrt(27000 / 27 * 26 / 27) = 31
EOF
