# SPDX-License-Identifier: Apache-2.0
# The weights are random: the scores mean nothing, that they are defined for every image does.
pnd-scene -q --out tree --frames 3 --seed 1 --size 64x64 --split val
pnd-panoptic -q --root tree --split val --out gt
pnd-infer -q --device ref -w "$DATA/golden_slim8/weights.safetensors" -i tree/leftImg8bit/val --labels --instances --stuff-area 100 --out pred
find pred -type f | grep -v masks/ | sort
count() { python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(r["task"], r["images"], "images", r["skipped"], "skipped")' "$1"; }
json=pred/cityscapes_panoptic_val.json
pnd-eval panoptic -q --gt-json gt/cityscapes_panoptic_val.json --pred-json $json --parity strict -o pq.json >/dev/null && count pq.json
pnd-eval panoptic -q --gt-json gt/cityscapes_panoptic_val.json --pred pred --split val --parity corrected -o pqc.json >/dev/null && count pqc.json
pnd-eval semantic -q --root tree --pred pred/semantic -o semantic.json >/dev/null && count semantic.json
pnd-eval instance -q --root tree --pred pred/instance -o masks.json >/dev/null && count masks.json
pnd-eval instance -q --root tree --pred-json $json -o instance.json >/dev/null && count instance.json
pnd-eval depth -q --root tree --pred pred --bad-pred skip -o depth.json >/dev/null 2>&1 && count depth.json
pnd-eval joint -q --root tree --gt-json gt/cityscapes_panoptic_val.json --pred pred -o joint.json >/dev/null && count joint.json
# and in one go, but for the depths: random ones are below 0 here and there, which is no prediction
pnd-eval all -q --root tree --gt-json gt/cityscapes_panoptic_val.json --pred pred --parity strict --tasks panoptic,semantic,instance -o scores >/dev/null
echo "exit $?"
find scores -type f | sort
# an instance is the same by its mask and by its segment
cmp masks.json instance.json >/dev/null || python3 -c '
import json
a, b = (json.load(open(f)) for f in ("masks.json", "instance.json"))
print("averages differ" if a["averages"] != b["averages"] else "masks and segments score alike")'
pnd-check $json --deep
