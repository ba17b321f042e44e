# SPDX-License-Identifier: Apache-2.0
# JSON byte for byte, images pixel for pixel, in both id spaces; trainId images too.
golden=$DATA/golden_small
pnd-panoptic --root "$golden" --split val --out out --label-train-ids --instance-train-ids
echo "exit $?"
pnd-panoptic --root "$golden" --split val --out out --train-ids --quiet
echo "exit $?"
for stem in cityscapes_panoptic_val cityscapes_panoptic_val_trainId; do
    cmp out/$stem.json "$golden/expected/$stem.json"
    for png in "$golden"/expected/cityscapes_panoptic_val/*.png; do
        png_equal "out/$stem/$(basename "$png")" "$png"
    done
done
(cd "$golden" && find gtFine -name '*TrainIds.png') | LC_ALL=C sort | while read -r png; do
    png_equal "out/$png" "$golden/$png" && echo "$png"
done
find out -type f | wc -l | tr -d ' '
