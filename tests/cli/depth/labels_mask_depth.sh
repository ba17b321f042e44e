# SPDX-License-Identifier: Apache-2.0
# Row 1 of the instances: ego vehicle, sky, road, ego vehicle; row 2: road, two cars, road.
run() {
    "$CASES/depth.py" show "$1/depth/val/ulm/ulm_000000_000000_depth.png"
    "$CASES/depth.py" field "$1/depth/val.json" totals pixels
    "$CASES/depth.py" field "$1/depth/val.json" rule mask_labels
}
pnd-depth -q --root "$DATA/depth_eval" --mask-labels 1,2,3 --out instances 2>/dev/null && run instances
# labelIds serve when there are no instanceIds
mkdir -p tree/gtFine/val/ulm
"$CASES/depth.py" grey8 tree/gtFine/val/ulm/ulm_000000_000000_gtFine_labelIds.png 4 1 23 7 1 7 26 26 7
"$CASES/depth.py" grey8 tree/gtFine/val/ulm/ulm_000000_000001_gtFine_labelIds.png 2 0 0
pnd-depth -q --root "$DATA/depth_eval" --gt-root tree --mask-labels 26 --out labels 2>/dev/null && run labels
