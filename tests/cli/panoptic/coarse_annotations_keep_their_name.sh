# SPDX-License-Identifier: Apache-2.0
pnd-panoptic --root "$DATA/polygons" --annotations gtCoarse --split train --out out --from-polygons --instance-ids --json
echo "exit $?"
find out -type f | LC_ALL=C sort
grep -n file_name out/cityscapes_panoptic_train_gtCoarse.json
# From the images, into a copy of the tree.
mkdir cs && cp -r out/gtCoarse cs/
pnd-panoptic --root cs --annotations gtCoarse --split train --in-place
echo "exit $?"
cmp cs/gtCoarse/cityscapes_panoptic_train_gtCoarse.json out/cityscapes_panoptic_train_gtCoarse.json
