# SPDX-License-Identifier: Apache-2.0
# Every distance, class and region of --analysis is a score of its own, pooled over the pixels of the drawn images; Holm
# corrects the groups of one partition and metric together.
pnd-scene --quiet --out tree --frames 5 --size 128x64 --seed 3 --predictions mild
pnd-scene --quiet --out other --frames 5 --size 128x64 --seed 3 --predictions harsh
run() { pnd-eval depth --quiet --root tree --analysis distance,class,region,errors "$@" >/dev/null; }
run --pred tree/predictions --name mild -o a.json
run --pred other/predictions --name harsh -o b.json
pnd-compare --resamples 500 -o c.json a.json b.json | grep -o -e '^.* m abs_rel' -e '^top [a-z]* abs_rel'
python3 - <<'PY'
import json, math
compared = json.load(open("c.json"))
scores, differences = compared["methods"][0]["scores"], compared["comparisons"][0]["scores"]
results = json.load(open("a.json"))
groups = 0
for partition in ("by_distance", "by_class", "by_region"):
    for k, group in enumerate(results["analysis"][partition]):
        for metric in ("abs_rel", "rmse", "d1"):
            value = scores[f"analysis.{partition}[{k}].{metric}"]["value"]
            rows = [(row[partition][k]["n"], row[partition][k][metric]) for row in results["per_image"] if row[partition][k]["n"]]
            if not rows:
                assert value is None and group[metric] is None
                continue
            square = 2 if metric == "rmse" else 1
            pooled = (sum(n * v ** square for n, v in rows) / sum(n for n, _ in rows)) ** (1 / square)
            assert math.isclose(value, pooled, rel_tol=1e-12) and math.isclose(value, group[metric], rel_tol=1e-12)
            groups += 1
assert len(results["per_image"]) == 5
tests = [v for k, v in differences.items() if k.startswith("analysis.by_distance") and k.endswith("abs_rel") and v["p"] is not None]
order = sorted(tests, key=lambda t: t["p"])
worst = 0
for rank, test in enumerate(order):
    worst = min(1, max(worst, test["p"] * (len(order) - rank)))
    assert test["p_holm"] == worst
assert any(t["p"] < t["p_holm"] for t in tests)
print(groups > 60, "group scores,", len(tests), "distances corrected together")
PY
# A row that is off by more than rounding.
python3 - <<'PY'
import json
r = json.load(open("a.json"))
group = next(g for g in r["per_image"][0]["by_distance"] if g["n"])
group["abs_rel"] *= 1 + 1e-6
json.dump(r, open("off.json", "w"))
r["per_image"][0].pop("by_class")
json.dump(r, open("none.json", "w"))
r["per_image"][0]["by_class"] = []
json.dump(r, open("few.json", "w"))
PY
for name in off none few; do pnd-compare b.json $name.json 2>&1 | sed "s/= .*, not .*/= X, not Y/"; done
