# SPDX-License-Identifier: Apache-2.0
# A trainId image in the place of instanceIds: its ignore value 255 is no class.
mkdir -p cs
cp -r "$DATA/golden_small/gtFine" cs/
chmod -R u+w cs
frame=cs/gtFine/val/lindau/lindau_000001_000019_gtFine
cp ${frame}_instanceTrainIds.png ${frame}_instanceIds.png
pnd-panoptic --root cs --split val --out out
echo "exit $?"
[ -e out ] || echo "nothing written"
