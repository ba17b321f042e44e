# SPDX-License-Identifier: Apache-2.0
# Slow on purpose: the reference backend. What the first run wrote is kept by the second.
pnd-scene -q --out tree --frames 12 --seed 6 --size 128x64 --split val
args="-w $DATA/golden_slim8/weights.safetensors -i tree/leftImg8bit/val --device ref --stuff-area 100 --out out"
pnd-infer $args 2>err &
until ls out/records/*.json >/dev/null 2>&1; do sleep 0.05; done
kill -TERM $!
wait $!
echo "exit $?"
sed 's/after [0-9]* of/after N of/' err
find out -type f ! -name '*.png' ! -name '*.json'
[ -e out/cityscapes_panoptic_val.json ] && echo "the panoptic file came too early"
kept=$(find out/records -name '*.json' | wc -l)
[ "$kept" -lt 12 ] || echo "it was not stopped"
pnd-infer $args --resume 2>err && sed -n 1p err | grep -Eq ": $kept images? (was|were) complete" && echo "all that was written is kept"
grep -c image_id out/cityscapes_panoptic_val.json
