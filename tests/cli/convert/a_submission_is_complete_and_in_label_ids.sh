# SPDX-License-Identifier: Apache-2.0
golden=$DATA/golden_small
run() { pnd-convert submission "$@"; echo "exit $?"; }
run --task semantic --ids train --suffix _labelTrainIds.png --split val --out up "$golden/gtFine/val"
[ -e up ] || echo "nothing written"
run --task semantic --ids train --suffix _labelTrainIds.png --split val --partial --out up "$golden/gtFine/val"
ls up
# Once more gives the same images: they are label ids already.
run -q --task semantic --ids label --split val --partial --out again up
for png in up/*.png; do png_equal "$png" "again/$(basename "$png")" || echo "$png differs"; done
run --task semantic --ids train --split val --partial --out no up
run --task semantic --split val --partial --out no up
run --task panoptic --from coco --split val --partial --out pan "$golden/expected/cityscapes_panoptic_val_trainId.json" \
    --png-dir "$golden/expected/cityscapes_panoptic_val"
cmp pan/cityscapes_panoptic_val.json "$golden/expected/cityscapes_panoptic_val.json" && echo "same JSON"
run --task panoptic --split nowhere --from coco --out pan x.json
mkdir odd && cp up/lindau_000001_000019_pred_labelIds.png odd/mine.png
run --task semantic --ids label --split val --partial --out no odd
