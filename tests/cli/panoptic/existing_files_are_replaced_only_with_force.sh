# SPDX-License-Identifier: Apache-2.0
run() { pnd-panoptic -q --root "$DATA/golden_small" --split val --out out "$@"; echo "exit $?"; }
mkdir -p out/cityscapes_panoptic_val
echo old >out/cityscapes_panoptic_val/munster_000005_000019_gtFine_panoptic.png
run
find out -type f
rm -r out
run
echo old >out/cityscapes_panoptic_val.json
run
cat out/cityscapes_panoptic_val.json
run --force
cmp out/cityscapes_panoptic_val.json "$DATA/golden_small/expected/cityscapes_panoptic_val.json"
