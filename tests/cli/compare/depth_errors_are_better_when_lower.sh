# SPDX-License-Identifier: Apache-2.0
# Five images with made-up metrics, one of them without a scored pixel: all 32 swaps, of which those of that image change
# nothing.
pnd-compare --resamples 1000 "$CASES/data/depth_a.json" "$CASES/data/depth_b.json"
pnd-compare --quiet --resamples 1000 -o c.json "$CASES/data/depth_b.json" "$CASES/data/depth_a.json" >/dev/null
python3 - <<'EOF'
import json
scores = json.load(open("c.json"))["comparisons"][0]["scores"]
print(len(scores), scores["image_mean.abs_rel"]["p_better"], scores["image_mean.d1"]["p_better"])
EOF
