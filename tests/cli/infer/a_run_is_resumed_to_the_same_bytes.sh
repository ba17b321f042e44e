# SPDX-License-Identifier: Apache-2.0
pnd-scene -q --out tree --frames 4 --seed 2 --size 64x64 --split val
run() { pnd-infer -q --device ref -w "$DATA/golden_slim8/weights.safetensors" -i tree/leftImg8bit/val --labels --view --stuff-area 100 "$@"; }
state() { find "$1" -type f -exec sha256sum {} + | sed "s|$1/||" | sort; }
run --out whole && state whole >whole.txt
run --out whole
echo "exit $?"
for batch in 2 3 8; do
    run --out batch$batch --batch $batch --threads 3 && state batch$batch | diff whole.txt -
done
# a file lost, a file damaged, a record torn, the panoptic file gone
cp -r whole part
rm part/depth/lindau_000000_000019_depth.png part/cityscapes_panoptic_val.json
printf x >>part/semantic/munster_000000_000019_pred_labelIds.png
head -c 300 whole/records/frankfurt_000000_000019.json >part/records/frankfurt_000000_000019.json
run --out part --resume --batch 2
state part | diff whole.txt - && echo "the same bytes"
pnd-infer --device ref -w "$DATA/golden_slim8/weights.safetensors" -i tree/leftImg8bit/val --labels --view --stuff-area 100 --out part --resume
# other settings: nothing is kept
pnd-infer --device ref -w "$DATA/golden_slim8/weights.safetensors" -i tree/leftImg8bit/val --labels --view --stuff-area 101 --out part \
    --resume 2>&1 | sed -n 1p
# another photograph under the same name
cp tree/leftImg8bit/val/lindau/lindau_000000_000019_leftImg8bit.png tree/leftImg8bit/val/munster/munster_000000_000019_leftImg8bit.png
pnd-infer --device ref -w "$DATA/golden_slim8/weights.safetensors" -i tree/leftImg8bit/val --labels --view --stuff-area 100 --out whole \
    --resume 2>&1 | sed -n 1p
