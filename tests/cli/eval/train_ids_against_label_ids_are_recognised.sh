# SPDX-License-Identifier: Apache-2.0
# Faults, row 40, in both directions.
. "$CASES/scene.sh.inc"
golden=$DATA/golden_small
to_train_ids='
import json, sys
ids = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]
document = json.load(open(sys.argv[1]))
for annotation in document["annotations"]:
    for segment in annotation["segments_info"]:
        segment["category_id"] = ids.index(segment["category_id"])
json.dump(document, open(sys.argv[2], "w"))'
python3 -c "$to_train_ids" "$golden/pred/cityscapes_panoptic_val.json" train.json
for gt in cityscapes_panoptic_val cityscapes_panoptic_val_trainId; do
    for pred in "$golden/pred/cityscapes_panoptic_val.json" train.json; do
        pnd-eval panoptic --gt-json "$golden/expected/$gt.json" --gt-dir "$golden/expected/cityscapes_panoptic_val" \
            --pred-json $pred --pred-dir "$golden/pred/cityscapes_panoptic_val" >table
        echo "exit $?"
        grep -e ^All -e ^rider table
    done
done
