# SPDX-License-Identifier: Apache-2.0
. "$CASES/setup.sh.inc"
run() { all "$@" >tables.txt; code=$?; grep ' not scored: ' tables.txt; echo "exit $code"; }
echo "- nothing"
mkdir empty
pnd-eval all --root tree --pred empty; echo "exit $?"
echo "- no such folder"
pnd-eval all --root tree --pred none; echo "exit $?"
echo "- no panoptic ground truth: the instances of the prediction are scored all the same"
rm -r pred/pred_inst
pnd-eval all --root tree --pred pred --quiet >tables.txt; echo "exit $?"; sed -n 1,5p tables.txt
echo "- label images alone need no name of their own"
pnd-eval all --root tree --pred "$golden/pred_sem" --quiet 2>err.txt | sed -n '1,5p'
echo "- two kinds of label images"
for file in pred/*_pred_labelIds.png; do cp "$file" "${file%_pred_labelIds.png}_other_labelIds.png"; done
run --quiet
run --quiet --semantic-suffix _other_labelIds.png
echo "- a task that is asked for"
run --tasks semantic,panoptic
run --tasks depth
run --require 'absErr<=1'
run --tasks panoptic --require 'mIoU>=1'
run --require 'mIoU>='
run --require 'miou>=1' 2>err.txt; sed 's/(.*//' err.txt
