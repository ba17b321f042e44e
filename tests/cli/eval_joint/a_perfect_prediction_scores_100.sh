# SPDX-License-Identifier: Apache-2.0
# Single frames in COCO panoptic format, depth from disparity, .npy and .png: the prediction is the ground truth.
pnd-scene --out tree --frames 2 --size 256x128 --seed 5 -q
pnd-panoptic --root tree --split val --out gt -q
pnd-depth --root tree --split val --out npy --format npy -q
perfect="--require DPQ==100 --require PQ-D==100 --require IoU==100 --require DQ==100"
score() { pnd-eval joint --gt-json gt/cityscapes_panoptic_val.json --pred-json gt/cityscapes_panoptic_val.json "$@"; }
score --root tree --pred-depth npy $perfect --require 'seg_abs<=1e-6' | grep -E '^(DPQ|PQ-D|Deviations)'
echo "exit $?"
score --gt-depth npy --pred-depth npy $perfect --require 'seg_abs==0' >table.txt; echo "exit $?"
