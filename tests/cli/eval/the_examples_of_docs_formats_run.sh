# SPDX-License-Identifier: Apache-2.0
# The commands of docs/formats.md, "Panoptic files that pnd-eval scores", as they stand there, on the
# golden frames.
golden=$DATA/golden_small
mkdir -p cityscapes detectron2
cp -r "$golden/gtFine" cityscapes/
cp -r "$golden/expected/cityscapes_panoptic_val.json" "$golden/expected/cityscapes_panoptic_val_trainId.json" \
    "$golden/expected/cityscapes_panoptic_val" cityscapes/gtFine/
cp -r cityscapes/gtFine/cityscapes_panoptic_val cityscapes/gtFine/cityscapes_panoptic_val_trainId
cp "$golden/pred/cityscapes_panoptic_val.json" pred.json
cp -r "$golden/pred/cityscapes_panoptic_val" pred
pnd-convert panoptic --quiet --from coco --to two-channel --to-ids train --out out pred.json
pnd-convert panoptic --quiet --from coco --to detectron2 --out detectron2/output/predictions.json pred.json
for file in out/*_gtFine_panoptic.png; do mv "$file" "${file%_gtFine_panoptic.png}.png"; done
sed -n '/^## Panoptic files that pnd-eval scores/,/^## Results/p' "$DATA/../../docs/formats.md" |
    sed -n '/^```sh/,/^```/p' | grep -v '^```' >examples
grep -c '^pnd-eval' examples
sh -e examples | grep ^All
