# SPDX-License-Identifier: Apache-2.0
w=$DATA/golden_slim8/weights.safetensors
pnd-scene -q --out tree --frames 2 --seed 4 --size 64x64 --split test
pnd-scene -q --out other --frames 1 --seed 5 --size 96x64 --split test --force
cp other/leftImg8bit/test/*/*.png large.png
small=$(find tree/leftImg8bit -name '*.png' | sort | sed -n 1p)
# two sizes in one run
{ echo '# a list'; echo "$small"; echo; echo large.png; } >list.txt
pnd-infer -q --device ref -w "$w" -i list.txt --out list
pnd-infer -q --device ref -w "$w" -i large.png --out file
pnd-infer -q --device ref -w "$w" -i tree/leftImg8bit/test --out folder
find list file folder -name '*.png' -o -name '*val.json' -o -name '*test.json' | sort
cmp list/cityscapes_panoptic_val/large_panoptic.png file/cityscapes_panoptic_val/large_panoptic.png
mkdir twice && cp large.png twice/a.png && mkdir twice/b && cp large.png twice/b/a.png
for images in twice nothing empty.txt "$w"; do
    : >empty.txt
    pnd-infer -q --device ref -w "$w" -i $images --out refused
    echo "exit $?"
done
