# SPDX-License-Identifier: Apache-2.0
# The numbers: tests/unit/test_instance.c by hand, tests/parity/segmentation_parity.py against cityscapesScripts. A street
# predicted by its own ground truth scores 1 wherever there is an instance within the distance.
pnd-scene --quiet --out tree --frames 2 --size 512x256 --seed 4
pnd-panoptic --quiet --root tree --split val --out gt
run() { pnd-eval instance --quiet --root tree --pred-json gt/cityscapes_panoptic_val.json "$@"; }
run --distance -o near.json --require 'AP100m>=99.9' --require 'AP50m>=99.9' >table
echo "exit $?"
sed -n '/^what/p;/^average/p;/^\*/p' table
run -o all.json >/dev/null
python3 - <<'PY'
import json
near, every = json.load(open("near.json")), json.load(open("all.json"))
print([k for k in near["averages"] if k != "classes"], near["distance"]["extension"])
print([k for k in near["averages"]["classes"]["car"]], len(near["resultApMatrix"]), len(every["resultApMatrix"]))
print(near["signature"].split(";distance=")[1].split(";")[0], "distance" in every["signature"])
truths = [t for row in near["per_image"] for t in row["truths"]]
print(all(0 < t[2] < 500 for t in truths if t[2] is not None and t[3] > 0), all(0 <= t[3] <= 1 for t in truths))
print([t[:2] for row in near["per_image"] for t in row["truths"]] == [t for row in every["per_image"] for t in row["truths"]])
PY
# The same scores from the rows.
pnd-compare --resamples 100 near.json near.json | grep -c '^AP'
pnd-table --table instance near.json all.json
run --require 'AP50m>=0' -o - >/dev/null; echo "exit $?"
pnd-eval instance --distance a_gtFine_instanceIds.png a.txt; echo "exit $?"
rm "$(find tree/camera -name '*.json' | sort | head -n 1)" "$(find tree/disparity -name '*.png' | sort | tail -n 1)"
run --distance 2>&1 | sed 's/[a-z]*_[0-9]*_[0-9]*/FRAME/g;s,val/[a-z]*/,val/CITY/,g'
