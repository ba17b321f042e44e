# SPDX-License-Identifier: Apache-2.0
. "$CASES/setup.sh.inc"
run() { all --quiet -o scores "$@" >tables.txt; echo "exit $?"; ls scores 2>/dev/null; rm -rf scores; }
echo "- missing predictions of two tasks"
mv pred/munster_000002_000019_pred_labelIds.png pred/pred_inst/lindau_000001_000019_pred.txt .
run
run --skip-bad --threads 2
mv munster_000002_000019_pred_labelIds.png pred
mv lindau_000001_000019_pred.txt pred/pred_inst
echo "- unusable files of two tasks, of one frame and of others"
head -c 200 "$golden/pred_sem/munster_000002_000019_pred.png" >pred/munster_000002_000019_pred_labelIds.png
for frame in munster_000002 frankfurt_000000; do
    echo '<html>' >"$(find pred/cityscapes_panoptic_val -name "${frame}_000019*")"
done
run
run --threads 7
run --skip-bad
echo "- a file of two tasks is complained of once"
rm -r pred/pred_inst
run --tasks panoptic,instance
echo '<html>' >"$(find pred/cityscapes_panoptic_val -name "lindau_000001_000019*")"
run --tasks panoptic,instance --skip-bad
echo "- ground truth"
head -c 100 "$golden/gtFine/val/lindau/lindau_000001_000019_gtFine_instanceIds.png" \
    >tree/gtFine/val/lindau/lindau_000001_000019_gtFine_instanceIds.png
run --tasks semantic,instance
