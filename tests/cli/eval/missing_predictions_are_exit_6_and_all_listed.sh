# SPDX-License-Identifier: Apache-2.0
# Faults, row 54. With --skip-bad the rest is scored, and the signature says so.
golden=$DATA/golden_small
python3 -c '
import json, sys
document = json.load(open(sys.argv[1]))
kept = [a for a in document["annotations"] if "lindau" not in a["image_id"]]
kept.append(dict(kept[0], image_id="rome_000000_000019"))
json.dump(dict(annotations=kept), open("pred.json", "w"))' "$golden/pred/cityscapes_panoptic_val.json"
run() {
    pnd-eval panoptic --gt-json "$golden/expected/cityscapes_panoptic_val.json" --pred-json pred.json \
        --pred-dir "$golden/pred/cityscapes_panoptic_val" "$@" 2>&1
    echo "exit $?"
}
run
run --max-errors 1
run --skip-bad | sed -e "/^Category/,/^---/d" -e "s/version=.*gt/version=X;gt/"
