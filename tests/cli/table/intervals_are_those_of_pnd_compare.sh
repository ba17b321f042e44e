# SPDX-License-Identifier: Apache-2.0
data=$CASES/../compare/data
pnd-table --ci --json "$data/panoptic_a.json" "$data/depth_a.json" >table.json
for task in panoptic depth; do
    pnd-compare --json --quiet "$data/${task}_a.json" "$data/${task}_b.json" >$task.json
done
python3 - <<'EOF'
import json
keys = {"PQ": "All.pq", "SQ": "All.sq", "RQ": "All.rq"}
keys.update((k, "headline." + k) for k in ("sqErr", "absErr", "IRMSE", "SILog", "delta1"))
scores = {}
for task in ("panoptic", "depth"):
    scores.update(json.load(open(task + ".json"))["methods"][0]["scores"])
equal = 0
for table in json.load(open("table.json"))["tables"]:
    for name, interval in table["rows"][0]["intervals"].items():
        if name in keys:
            assert interval == scores[keys[name]]["bca"] and None not in interval, name
            equal += 1
print(equal, "intervals equal")
EOF
pnd-table --ci --baseline paper --table 1 "$data/panoptic_a.json" "$data/panoptic_b.json"
pnd-table --ci --format csv --digits 3 --table 2 "$data/depth_a.json" "$data/depth_b.json"
pnd-table --ci "$CASES/data/a.json"
echo "exit $?"
