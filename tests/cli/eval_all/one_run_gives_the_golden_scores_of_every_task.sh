# SPDX-License-Identifier: Apache-2.0
# The golden scores: PQ .3876, mIoU .4310, AP .0841 (panopticapi, cityscapesScripts); no disparity, so no depth.
. "$CASES/setup.sh.inc"
all --name golden -o scores >tables.txt
echo "exit $?"
head -5 tables.txt
scores <tables.txt
ls scores
# Each file is what the task's own command writes.
pnd-eval panoptic --root tree --pred pred --gt-json "$golden/expected/cityscapes_panoptic_val.json" --name golden \
    -o panoptic.json >table.txt
pnd-eval semantic --root tree --pred pred --pred-suffix _pred_labelIds.png --name golden -o semantic.json >table.txt
pnd-eval instance --root tree --pred pred --name golden -o instance.json >table.txt
for task in panoptic semantic instance; do cmp $task.json scores/$task.json && echo "$task: equal"; done
pnd-table scores/panoptic.json
