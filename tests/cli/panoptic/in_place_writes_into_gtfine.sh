# SPDX-License-Identifier: Apache-2.0
mkdir cs
cp -r "$DATA/golden_small/gtFine" cs/
chmod -R u+w cs
find cs -name '*TrainIds.png' -delete
CITYSCAPES_DATASET=cs pnd-panoptic --in-place --split val --label-train-ids --instance-train-ids
echo "exit $?"
cmp cs/gtFine/cityscapes_panoptic_val.json "$DATA/golden_small/expected/cityscapes_panoptic_val.json"
find cs -name '*TrainIds.png' | wc -l | tr -d ' '
