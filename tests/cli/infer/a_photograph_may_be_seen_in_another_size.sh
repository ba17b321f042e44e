# SPDX-License-Identifier: Apache-2.0
# The resizing itself is compared with Pillow and PyTorch in test_infer_resize; here: everything comes in the photograph's size.
"$CASES/golden.py" photograph a.png
pnd-scene -q --out tree --frames 1 --seed 1 --size 96x72 --split val
w=$DATA/golden_slim8/weights.safetensors
mkdir photos && cp a.png tree/leftImg8bit/val/*/*.png photos && mv photos/*_leftImg8bit.png photos/b.png
infer() { pnd-infer -q --device ref -w "$w" -i photos --stuff-area 100 --labels --instances --view "$@"; }
infer --out same --size 64x128
pnd-infer -q --device ref -w "$w" -i a.png --stuff-area 100 --out plain
png_equal same/cityscapes_panoptic_val/a_panoptic.png plain/cityscapes_panoptic_val/a_panoptic.png && echo "its own size changes nothing"
infer --out large --size 128x192 --batch 2
infer --out again --size 128x192 --threads 5
for folder in same large; do
    pnd-check $folder/cityscapes_panoptic_val.json --deep
    find $folder -name '*.png' ! -path '*masks*' | sort | while read -r png; do
        echo "$png" "$(od -An -tu1 -j16 -N8 "$png" | awk '{ print $3 * 256 + $4 "x" $7 * 256 + $8 }')"
    done
done
diff -r large again && echo "the same bytes"
png_equal large/cityscapes_panoptic_val/a_panoptic.png plain/cityscapes_panoptic_val/a_panoptic.png || echo "another size is another result"
