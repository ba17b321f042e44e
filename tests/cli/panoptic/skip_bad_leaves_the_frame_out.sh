# SPDX-License-Identifier: Apache-2.0
mkdir -p cs
cp -r "$DATA/golden_small/gtFine" cs/
chmod -R u+w cs
frame=cs/gtFine/val/lindau/lindau_000001_000019_gtFine_instanceIds.png
head -c 1000 "$frame" >cut && mv cut "$frame"
pnd-panoptic --root cs --split val --out out
echo "exit $?"
[ -e out ] || echo "nothing written"
pnd-panoptic --root cs --split val --out out --skip-bad --json
echo "exit $?"
ls out/cityscapes_panoptic_val
grep -c '"image_id"' out/cityscapes_panoptic_val.json
