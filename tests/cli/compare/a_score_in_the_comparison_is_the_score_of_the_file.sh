# SPDX-License-Identifier: Apache-2.0
. "$CASES/methods.sh.inc"
pnd-compare --resamples 100 --quiet -o c.json a.json b.json a.json >/dev/null
python3 - <<'EOF'
import json
c = json.load(open("c.json"))
files = [json.load(open(n)) for n in ("a.json", "b.json", "a.json")]
compared = 0
for method, results in zip(c["methods"], files):
    for key, score in method["scores"].items():
        value = results
        for part in key.split("."):
            value = value[part]
        assert value == score["value"], key
        compared += 1
first, second = c["comparisons"]
for key, d in first["scores"].items():
    a, b = (m["scores"][key]["value"] for m in c["methods"][:2])
    assert d["difference"] == (None if a is None or b is None else b - a), key
# the third file is the first again: no difference, no doubt
for key, d in second["scores"].items():
    if d["difference"] is not None:
        assert d["difference"] == 0 and d["p"] == 1 and d["p_better"] == 0.5, key
print(c["schema"], compared, "scores equal")
EOF
