# SPDX-License-Identifier: Apache-2.0
pnd-scene -q --out cs --frames 4 --split train,val --size 128x64 --predictions mild
pnd-check cs
echo "exit $?"
pnd-check cs --deep >report
echo "exit $?"
sed "s/^disparity: .*/disparity: .../" report
pnd-check cs/predictions --deep
echo "exit $?"
pnd-check "$DATA/golden_small/expected/cityscapes_panoptic_val_trainId.json" \
    --png-dir "$DATA/golden_small/expected/cityscapes_panoptic_val" --deep --ids train
echo "exit $?"
