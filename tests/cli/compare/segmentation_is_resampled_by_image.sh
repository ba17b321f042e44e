# SPDX-License-Identifier: Apache-2.0
# Aggregated anew for each of the eight swaps, exactly as pnd-eval scores such a prediction.
export DATA
python3 "$CASES/swaps.py" make
for task in semantic instance; do
    pnd-compare --resamples 500 -o $task.json a.$task.json b.$task.json
done
python3 "$CASES/swaps.py" check
# A table of both, with the same intervals.
pnd-table --ci --resamples 500 --format csv --digits 4 a.semantic.json b.semantic.json
pnd-table --ci --resamples 500 --level 80 --seed 7 a.instance.json b.instance.json
# Rows that hold no such image.
python3 - <<'PY'
import copy, json
def write(task, name, change):
    r = json.load(open(f"a.{task}.json"))
    change(r["per_image"][0])
    json.dump(r, open(name + ".json", "w"))
write("semantic", "class", lambda row: row["confusion"][0].__setitem__(0, 34))
write("semantic", "count", lambda row: row["confusion"][0].__setitem__(2, 0.5))
write("semantic", "short", lambda row: row["confusion"][0].pop())
write("semantic", "hits", lambda row: row["instances"][0].__setitem__(2, row["instances"][0][1] + 1))
write("semantic", "pixel", lambda row: next(c for c in row["confusion"] if c[0] == c[1] == 7).__setitem__(2, 1))
write("instance", "area", lambda row: row["truths"][0].__setitem__(1, 0))
write("instance", "confidence", lambda row: row["guesses"][0].__setitem__(1, None))
write("instance", "guess", lambda row: row["overlaps"][0].__setitem__(0, 99))
write("instance", "other", lambda row: row["overlaps"][-1].__setitem__(1, 0))
write("instance", "order", lambda row: row["overlaps"].reverse())
write("instance", "removed", lambda row: row["overlaps"].pop())
PY
for name in class count short hits pixel; do pnd-compare b.semantic.json $name.json 2>&1; done
for name in area confidence guess other order removed; do pnd-compare b.instance.json $name.json 2>&1; done
pnd-compare a.semantic.json b.instance.json 2>&1
