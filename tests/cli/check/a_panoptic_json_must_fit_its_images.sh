# SPDX-License-Identifier: Apache-2.0
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
cp -r "$DATA/golden_small/expected/cityscapes_panoptic_val" "$DATA/golden_small/expected/cityscapes_panoptic_val.json" .
chmod -R u+w .
pnd-check cityscapes_panoptic_val.json --deep --ids train
echo "exit $?"
python3 "$CASES/panoptic.py" cityscapes_panoptic_val.json
pnd-check cityscapes_panoptic_val.json --deep
echo "exit $?"
echo '{"annotations": [' >broken.json
pnd-check broken.json
echo "exit $?"
