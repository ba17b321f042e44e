# SPDX-License-Identifier: Apache-2.0
# This frame's images were drawn by cityscapesScripts with Pillow 9.4; none of its pixels is among those in which
# that version and pillow7 differ.
golden=$DATA/golden_small
frame=gtFine/val/frankfurt/frankfurt_000003_000019_gtFine
mkdir -p cs/gtFine/val/frankfurt
cp "$golden/${frame}_polygons.json" cs/gtFine/val/frankfurt/
pnd-panoptic --root cs --split val --out out --from-polygons --fill pillow7 \
    --label-ids --instance-ids --label-train-ids --instance-train-ids
echo "exit $?"
for kind in labelIds instanceIds labelTrainIds instanceTrainIds; do
    png_equal "out/${frame}_$kind.png" "$golden/${frame}_$kind.png" && echo "$kind"
done
stem=cityscapes_panoptic_val
png=frankfurt_000003_000019_gtFine_panoptic.png
png_equal out/$stem/$png "$golden/expected/$stem/$png" && echo panoptic
# The same from the instanceIds just drawn.
cp -r out drawn
pnd-panoptic -q --root drawn --split val --out again
cmp again/$stem.json out/$stem.json && png_equal again/$stem/$png out/$stem/$png && echo same
