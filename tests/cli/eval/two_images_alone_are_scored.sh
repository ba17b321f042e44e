# SPDX-License-Identifier: Apache-2.0
# docs/formats.md, "Two images". Whatever the form, a pair gets the row that its image has in the
# set's results.
golden=$DATA/golden_small
core=frankfurt_000000_000019
instances=$golden/gtFine/val/frankfurt/${core}_gtFine_instanceIds.png
coco=$golden/expected/cityscapes_panoptic_val/${core}_gtFine_panoptic.png
pred=$golden/pred/cityscapes_panoptic_val/${core}_gtFine_panoptic.png
pnd-eval panoptic --gt-json "$golden/expected/cityscapes_panoptic_val.json" \
    --pred-json "$golden/pred/cityscapes_panoptic_val.json" -o set.json >/dev/null
row() {
    echo "$*" | sed "s|[^ ]*/||g"
    pnd-eval panoptic "$@" --force -o pair.json >table || echo "exit $?"
    python3 - <<'END'
import json
pair, whole = json.load(open("pair.json")), json.load(open("set.json"))
row = [r for r in whole["per_image"] if r["image_id"] == "frankfurt_000000_000019"]
print(pair["per_image"] == row, pair["images"], pair["split"], pair["All"]["pq"] == row[0]["pq"], pair["forms"])
END
}
row "$instances" "$pred"
row "$coco" "$pred"
for form in two-channel three-channel instance-ids detectron2; do
    ids=$([ $form = detectron2 ] || echo train)
    out=$([ $form = detectron2 ] && echo d2/predictions.json || echo $form)
    pnd-convert panoptic --quiet --from coco --to $form ${ids:+--to-ids train} --out $out \
        "$golden/pred/cityscapes_panoptic_val.json"
    mv "$(find . -path "./${out%.json}*/${core}*.png")" $form.png
    row "$instances" $form.png --pred-format $form ${ids:+--pred-ids train}
done
pnd-panoptic --root "$golden" --split val --out . --instance-train-ids --quiet
row "gtFine/val/frankfurt/${core}_gtFine_instanceTrainIds.png" two-channel.png --pred-format two-channel --pred-ids train \
    | sed 's/^False/rows with trainIds: False/'
row "$coco" instance-ids.png --pred-ids train --parity strict
grep -e ^road -e ^All -e '^  ' table
