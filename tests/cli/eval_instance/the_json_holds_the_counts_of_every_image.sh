# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree 'lines[1] = "masks/b.png 25 0.8"'
pnd-eval instance --root tree --pred pred --name net -o - >results.json
python3 - <<'END'
import json
r = json.load(open("results.json"))
print(list(r))
print([r[k] for k in ("schema", "task", "method", "split", "protocol", "images", "skipped", "deviations")])
print(r["averages"]["allAp"], r["averages"]["classes"]["car"], r["averages"]["classes"]["bus"])
print(json.dumps(r["per_image"]))
END
