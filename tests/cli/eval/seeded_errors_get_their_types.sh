# SPDX-License-Identifier: Apache-2.0
# docs/metrics.md, "Error types". pnd-scene lists the errors it puts into predictions. Where the noise it puts on outlines leaves a
# mask that still tells, they come out as what they are; and the types add up to FN and FP.
pnd-scene --out scene --frames 4 --seed 5 --size 1024x512 --predictions mild --quiet
pnd-panoptic --root scene --split val --in-place --quiet
pnd-eval panoptic --root scene --pred scene/predictions --errors -o r.json >table
sed -n 's/ *|.*//; /^Errors/,/^other/p' table
python3 - <<'END'
import json
results = json.load(open("r.json"))
found = {p["image_id"]: p["segments"] for p in results["errors"]["per_image"]}
seen = set()
for image in json.load(open("scene/predictions/errors.json"))["images"]:
    missed = {s["gt_id"]: s for s in found[image["image_id"]] if s["kind"] == "fn"}
    surplus = {s["pred_id"]: s for s in found[image["image_id"]] if s["kind"] == "fp"}
    for error in image["errors"]:
        if error["kind"] in ("confused", "split", "merged"):
            fn, fp = missed.get(error.get("gt_id")), surplus.get(error.get("pred_id"))
            seen |= {(error["kind"], fn and fn["type"], fp and fp["type"])}
print("wrong class found:", ("confused", "wrong-class", "wrong-class") in seen)
print("split found:", any(kind == "split" and fp == "split" for kind, fn, fp in seen))
for kind in "fn", "fp":
    of_types = sum(t[kind] for t in results["errors"]["types"].values())
    print(kind, "adds up:", of_types == sum(c[kind] for c in results["per_class"].values()))
END

# Of harsh predictions too, most segments that were missed are explained.
pnd-scene --out harsh --frames 2 --seed 3 --size 1024x512 --predictions harsh --quiet
pnd-panoptic --root harsh --split val --in-place --quiet
pnd-eval panoptic --root harsh --pred harsh/predictions --errors -o harsh.json >table
python3 - <<'END'
import json
types = json.load(open("harsh.json"))["errors"]["types"]
missed = sum(t["fn"] for t in types.values())
print("many are missed:", missed > 20)
print("inaccurate explains some:", types["inaccurate"]["fn"] > missed / 4)
print("other is rare:", types["other"]["fn"] <= missed / 5)
END
