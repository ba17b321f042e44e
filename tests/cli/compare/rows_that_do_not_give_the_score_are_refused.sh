# SPDX-License-Identifier: Apache-2.0
. "$CASES/methods.sh.inc"
python3 - <<'EOF'
import copy, json
good = json.load(open("a.json"))
def write(name, change):
    r = copy.deepcopy(good)
    change(r)
    json.dump(r, open(name + ".json", "w"))
def row_class(r):
    return next(c for c in r["per_image"][0]["classes"].values() if c["iou"])
write("score", lambda r: r["All"].update(pq=r["All"]["pq"] * (1 + 2 ** -52)))
write("last_bit", lambda r: row_class(r).update(iou=[row_class(r)["iou"][0] - 2.0 ** -50]))
write("old", lambda r: r["per_image"][2].pop("classes"))
write("unknown", lambda r: r["per_image"][0]["classes"].update({"99": {"fp": 1, "fn": 0, "iou": []}}))
write("text", lambda r: row_class(r).update(iou=["0.9"]))
write("list", lambda r: r["per_image"][0].update(classes=[1]))
write("negative", lambda r: row_class(r).update(fp=-1))
write("empty", lambda r: r.update(per_image=[]))
write("order", lambda r: r["categories"].__setitem__(0, 1.5))
write("task", lambda r: r.update(task="semantic"))
write("joint", lambda r: r.update(task="joint"))
write("other", lambda r: r.update(task="sky"))
write("schema", lambda r: r.update(schema="panodepth-baseline/1"))
EOF
for name in score last_bit old unknown text list negative empty order task joint other schema missing; do
    pnd-compare a.json $name.json 2>&1
    echo "exit $?"
done
