# SPDX-License-Identifier: Apache-2.0
# Windows and tubes belong to sequences, so sequences are drawn: each swap is scored exactly as pnd-eval scores such a prediction.
export DATA
python3 "$CASES/sequences.py" make
pnd-compare --resamples 500 -o c.json a.json b.json | sed 5q
python3 "$CASES/sequences.py" check
pnd-table --ci --resamples 500 --ascii a.json b.json | sed -n '/^Method/p;/brackets/p'
# Rows that do not give the scores.
python3 - <<'PY'
import json
def write(name, change):
    r = json.load(open("a.json"))
    change(r["per_sequence"][0])
    json.dump(r, open(name + ".json", "w"))
write("old", lambda s: s.pop("counts"))
write("row", lambda s: s["counts"][0].__setitem__(0, 99))
write("class", lambda s: s["counts"][0].__setitem__(1, 19))
write("sum", lambda s: s["counts"][0].__setitem__(5, None))
write("tp", lambda s: s["counts"][0].__setitem__(4, 5))
write("depth", lambda s: s["segment_depth"].update(rel=0.5))
PY
for name in old row class sum tp depth; do pnd-compare b.json $name.json 2>&1 | sed 's/= .*, not .*/= X, not Y/'; done
