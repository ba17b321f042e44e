# SPDX-License-Identifier: Apache-2.0
pnd-scene --quiet --out d --frames 3 --size 128x64 --predictions mild
pnd-panoptic --quiet --root d --split val --out gt
echo "ground truth: exit $?"
pnd-eval panoptic --quiet --gt-json gt/cityscapes_panoptic_val.json --pred-json d/predictions/cityscapes_panoptic_val.json \
    --require 'PQ>=30' --parity strict >table
echo "mild predictions: exit $?"
pnd-eval depth --quiet --root d --split val --pred d/predictions --protocol paper-eq --require 'abs_rel<=0.2' >table
echo "mild depth: exit $?"
pnd-depth --quiet --root d --split val --out depth
echo "depth maps: exit $?"
