# SPDX-License-Identifier: Apache-2.0
city=cs/gtFine/val/ulm
mkdir -p $city
name() { echo "$city/ulm_000000_00000$1_gtFine_$2"; }
for i in 0 1 2 3 4 5; do
    sed 's/"imgWidth": 12/"imgWidth": 13/' \
        "$DATA/polygons/gtCoarse/train/bad-honnef/bad-honnef_000000_000019_gtCoarse_polygons.json" >"$(name $i polygons.json)"
done
replace() { sed "$2" "$(name "$1" polygons.json)" >changed && mv changed "$(name "$1" polygons.json)"; }
replace 1 's/"label": "road"/"label": "raod"/'
replace 2 's/\[1, 5\]/[1, 5, 9]/'
replace 3 's/"imgHeight": 6/"imgHeight": 100000/'
replace 4 's/"objects"/"things"/'
replace 5 '$d'
pnd-panoptic --root cs --split val --out out --from-polygons
echo "exit $?"
[ -e out ] || echo "nothing written"
pnd-panoptic --root cs --split val --out out --from-polygons --instance-ids --skip-bad 2>warnings
echo "exit $?"
grep -c warning warnings
ls out/cityscapes_panoptic_val
# An audit needs images, and images of the annotation's size.
pnd-panoptic --root cs --split val --audit --skip-bad 2>&1 | tail -1
cp out/gtFine/val/ulm/*_instanceIds.png $city/
replace 0 's/"imgWidth": 13/"imgWidth": 12/'
pnd-panoptic --root cs --split val --audit 2>&1 | head -1
replace 0 's/"imgWidth": 12/"imgWidth": 13/'
pnd-panoptic --root cs --split val --audit --skip-bad 2>warnings
echo "exit $?"
