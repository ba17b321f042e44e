# SPDX-License-Identifier: Apache-2.0
# Faults, rows 54 and 6, without a JSON: missing images are exit 6 and all listed, further ones are
# counted, several for one image are explained, and what is damaged is named.
gt=$DATA/golden_small/gtFine/val
run() {
    pnd-eval panoptic --gt-dir "$gt" --gt-suffix _gtFine_instanceIds.png --gt-format instance-ids --pred pred \
        --pred-format instance-ids --pred-ids label "$@" >table 2>messages
    echo "$*: exit $?"
    cat messages
    grep -e ^All -e ' x[0-9]' table
}
mkdir pred pred/deeper
for file in "$gt"/*/*_instanceIds.png; do
    name=$(basename "$file" _gtFine_instanceIds.png)
    cp "$file" "pred/deeper/${name}_panoptic.png"
done
run
cp pred/deeper/lindau_000001_000019_panoptic.png pred/ulm_000000_000019_panoptic.png
run
cp pred/deeper/lindau_000001_000019_panoptic.png pred/deeper/lindau_000001_000019_depth.png
cp pred/deeper/lindau_000004_000019_panoptic.png pred/deeper/lindau_000004_000019_depth.png
run
run --pred-suffix _panoptic.png
head -c 300 pred/deeper/munster_000002_000019_panoptic.png >short
mv short pred/deeper/munster_000002_000019_panoptic.png
run --pred-suffix _panoptic.png
run --pred-suffix _panoptic.png --skip-bad
cp "$gt/munster/munster_000002_000019_gtFine_instanceIds.png" whole
head -c -12 whole >pred/deeper/munster_000002_000019_panoptic.png # no IEND
run --pred-suffix _panoptic.png
run --pred-suffix _panoptic.png --lenient-png
rm pred/deeper/frankfurt* pred/deeper/munster_000002_000019_panoptic.png
run --pred-suffix _panoptic.png
run --pred-suffix _panoptic.png --skip-bad
echo "exit codes of a wrong command line"
run --pred-json p.json
run --pred-void 300
run --pred-divisor 5
run --pred-format divisor
run --pred-format coco --pred-suffix _x.png
run --pred-format detectron2 --pred-ids train
run --gt-suffix _labelTrainIds.png
run --gt-suffix _nothing.png
run --gt-json gt.json
run --pred-dir pred/ulm_000000_000019_panoptic.png
true
