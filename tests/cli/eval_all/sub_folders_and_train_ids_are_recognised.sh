# SPDX-License-Identifier: Apache-2.0
. "$CASES/setup.sh.inc"
all -o flat --quiet >tables.txt
scores <tables.txt
# The same predictions, a folder for each task.
mkdir -p apart/panoptic apart/semantic
cp -R "$golden/pred/." apart/panoptic
cp "$golden"/pred_sem/*.png apart/semantic
cp -R "$golden/pred_inst" apart/instance
pnd-eval all --root tree --pred apart --gt-json "$golden/expected/cityscapes_panoptic_val.json" -o apart_out >apart.txt
head -5 apart.txt
for task in panoptic semantic instance; do cmp flat/$task.json apart_out/$task.json && echo "$task: equal"; done
# Label images of trainIds say so in their names.
pnd-panoptic --root tree --split val --label-train-ids --out made --quiet
mkdir trained
find made -name '*_labelTrainIds.png' -exec cp {} trained ';'
pnd-eval all --root tree --pred trained --tasks semantic --require 'mIoU>=99.9' | grep -E '^(semantic|Score Average)'
