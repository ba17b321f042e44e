# SPDX-License-Identifier: Apache-2.0
# Road (7, trainId 0) and cars (26, trainId 13): ids 0 * 1000 + 0 + 1 and 13 * 1000 + n + 1, categories are label ids.
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
python3 "$CASES/pairs.py" in 3x1 0,0,0 13,1,0 13,2,0
pnd-convert panoptic --from two-channel --ids train --to detectron2 --out predictions.json in
echo "exit $?"
tr -d ' \n' <predictions.json && echo
pnd-convert panoptic -q --from detectron2 --to two-channel --to-ids train --out back predictions.json
echo "exit $?"
png_equal in/ulm_000000_000019.png back/ulm_000000_000019.png && echo same
pnd-convert panoptic --from coco --to detectron2 --out d2.json "$DATA/golden_small/expected/cityscapes_panoptic_val.json"
echo "exit $?"
