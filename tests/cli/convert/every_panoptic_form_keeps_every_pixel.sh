# SPDX-License-Identifier: Apache-2.0
# Golden ground truth, groups included, to each form in both id spaces and back: the same JSON and pixels.
golden=$DATA/golden_small/expected
convert() { pnd-convert panoptic -q "$@" || echo "exit $?"; }
for form in two-channel three-channel instance-ids divisor; do
    for ids in label train; do
        void=255
        [ $form-$ids != divisor-train ] || void=32 # 255 * 1000 is no 16-bit value
        [ $ids != label ] || void=0
        convert --from coco --to $form --to-ids $ids --divisor 1000 --to-void $void --out $form-$ids \
            "$golden/cityscapes_panoptic_val.json"
        convert --from $form --ids $ids --divisor 1000 --void $void --instance-zero group --to coco --to-ids label \
            --out back-$form-$ids.json $form-$ids
        cmp back-$form-$ids.json "$golden/cityscapes_panoptic_val.json" && echo "$form $ids: same JSON"
        for png in "$golden"/cityscapes_panoptic_val/*.png; do
            png_equal "$png" "back-$form-$ids/$(basename "$png")" || echo "$png differs"
        done
    done
done
# Cityscapes' own images: what createPanopticImgs makes of them, and themselves again but for ignored classes.
convert --from instance-ids --ids label --suffix _instanceIds.png --to coco --out gt.json "$DATA/golden_small/gtFine/val"
sed 's/"file_name": "[a-z]*\//"file_name": "/;s/_instanceIds.png/_panoptic.png/' gt.json |
    cmp - "$golden/cityscapes_panoptic_val.json" && echo "instanceIds: same JSON"
cut=instance-ids-label/frankfurt_000000_000019_gtFine_panoptic.png
mkdir one && cp $cut one/frankfurt_000000_000019.png
convert --from instance-ids --ids label --to instance-ids --out two one
png_equal $cut two/frankfurt_000000_000019.png && echo "instance-ids: same pixels"
