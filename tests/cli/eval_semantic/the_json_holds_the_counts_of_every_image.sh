# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree 'pred[0][4] = 7'
pnd-eval semantic --root tree --pred pred --boundary --name net -o - >results.json
python3 - <<'END'
import json
r = json.load(open("results.json"))
print(list(r))
print([r[k] for k in ("schema", "task", "method", "split", "protocol", "images", "skipped", "deviations")])
print(r["classScores"]["car"], r["classInstScores"]["car"], r["classScores"]["bus"], r["confMatrix"][26][7])
print(json.dumps(r["per_image"]))
END
