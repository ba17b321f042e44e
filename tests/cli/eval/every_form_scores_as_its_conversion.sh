# SPDX-License-Identifier: Apache-2.0
# The forms of docs/formats.md, "Panoptic predictions and ground truth": scored as they are and
# converted to COCO first, the results are the same bytes, but for the form and, where the ground
# truth is meant, its digest. And they are those of the COCO file that all of them were made of.
golden=$DATA/golden_small
gt=$golden/expected/cityscapes_panoptic_val.json
pred=$golden/pred/cityscapes_panoptic_val.json
results() { # NAME OPTIONS...
    name=$1 && shift
    pnd-eval panoptic "$@" --errors --boundary --force -o "$name.json" >/dev/null || echo "$name: exit $?"
    grep -v -e '"prediction": ' -e '"ground_truth": ' -e '"split": ' "$name.json" | sed 's/;gt=.*//' >"$name.txt"
}
results coco --gt-json "$gt" --pred-json "$pred"
for ids in label train; do
    for form in two-channel three-channel instance-ids divisor; do
        convert= direct=
        if [ $form = divisor ]; then # 16 bits hold no void of 255 * 1900
            convert="--divisor 1900 --void 34" direct="--pred-divisor 1900 --pred-void 34"
        fi
        pnd-convert panoptic --quiet --from coco --to $form ${convert:+--divisor 1900 --to-void 34} --to-ids $ids \
            --out $form.$ids "$pred"
        pnd-convert panoptic --quiet --from $form $convert --ids $ids --to-ids label --to coco \
            --out of_$form.$ids.json $form.$ids
        results converted --gt-json "$gt" --pred-json of_$form.$ids.json
        results direct --gt-json "$gt" --pred $form.$ids --pred-format $form --pred-ids $ids $direct
        cmp converted.txt direct.txt && cmp coco.txt direct.txt && echo "$form $ids: equal"
    done
done

pnd-convert panoptic --quiet --from coco --to detectron2 --out d2/predictions.json "$pred"
pnd-convert panoptic --quiet --from detectron2 --to coco --to-ids label --out d2.json d2/predictions.json
numbers() { sed '/"per_image"/,$d' "$1.json" | grep -v '"prediction": '; } # ids differ in what follows
results converted --gt-json "$gt" --pred-json d2.json
results direct --gt-json "$gt" --pred d2 --pred-format detectron2
numbers converted >a && numbers direct >b && cmp a b && echo "detectron2: equal"

# Ground truth in trainIds takes predictions of either space.
train=$golden/expected/cityscapes_panoptic_val_trainId.json
pnd-convert panoptic --quiet --from coco --to coco --to-ids train --out pred_train.json "$pred"
results converted --gt-json "$train" --gt-dir "${gt%.json}" --pred-json pred_train.json
results direct --gt-json "$train" --gt-dir "${gt%.json}" --pred-json "$pred" --pred-ids label
cmp converted.txt direct.txt && echo "label ids against trainIds: equal"
results direct --gt-json "$train" --gt-dir "${gt%.json}" --pred instance-ids.label --pred-format instance-ids --pred-ids label
cmp converted.txt direct.txt && echo "label ids in pixels against trainIds: equal"
results direct --gt-json "$gt" --pred-json pred_train.json --pred-ids train
cmp coco.txt direct.txt && echo "trainIds against label ids: equal"

# gtFine without a JSON, in label ids and in trainIds.
results direct --root "$golden" --gt-format instance-ids --pred-json "$pred"
cmp coco.txt direct.txt
pnd-panoptic --root "$golden" --split val --out train_ids --instance-train-ids --quiet
results converted --gt-json "$train" --gt-dir "${gt%.json}" --pred-json pred_train.json
results direct --gt-dir train_ids/gtFine/val --gt-suffix _gtFine_instanceTrainIds.png --gt-format instance-ids \
    --pred three-channel.train --pred-format three-channel --pred-ids train
cmp converted.txt direct.txt && echo "ground truth without a JSON: equal"
