# SPDX-License-Identifier: Apache-2.0
pnd-scene -q --out tree --frames 3 --seed 3 --size 64x64 --split val
val=tree/leftImg8bit/val
printf 'not a png' >$val/lindau/lindau_000000_000019_leftImg8bit.png
head -c 3000 $val/munster/munster_000000_000019_leftImg8bit.png >cut && mv cut $val/munster/munster_000000_000019_leftImg8bit.png
for batch in 1 3; do
    pnd-infer -q --device ref -w "$DATA/golden_slim8/weights.safetensors" -i $val --out out$batch --batch $batch
    echo "exit $?"
    find out$batch -type f | sort
done
pnd-infer -q --device ref -w "$DATA/golden_slim8/weights.safetensors" -i $val --out out1 --resume --skip-bad
echo "exit $?"
grep -c image_id out1/cityscapes_panoptic_val.json
