# SPDX-License-Identifier: Apache-2.0
golden=$DATA/golden_small
mkdir -p city/gtFine city/results other
ln -s "$golden"/expected/cityscapes_panoptic_val* city/gtFine
ln -s "$golden"/pred/cityscapes_panoptic_val* city/results
show() {
    "$@" >table
    echo "exit $?"
    grep ^All table || true
}
show pnd-eval panoptic
CITYSCAPES_DATASET=city
export CITYSCAPES_DATASET
show pnd-eval panoptic -o results.json
grep -e '"split"' -e '"method"' results.json
CITYSCAPES_RESULTS=other
export CITYSCAPES_RESULTS
show pnd-eval panoptic
show pnd-eval panoptic --pred city/results --split test
pnd-eval panoptic --pred city/results --name 'Ours "best"' -o - -q | grep '"method"'
show pnd-eval panoptic --pred-json city/results/cityscapes_panoptic_val.json --pred-dir nowhere
# detectron2 writes predictions.json among its PNGs.
mkdir detectron2
cp "$golden"/pred/cityscapes_panoptic_val/*.png detectron2
cp "$golden/pred/cityscapes_panoptic_val.json" detectron2/predictions.json
show pnd-eval panoptic --pred-json detectron2/predictions.json
