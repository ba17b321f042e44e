# SPDX-License-Identifier: Apache-2.0
"$CASES/golden.py" photograph a.png
"$CASES/weights.py" no-depth base.safetensors
pnd-infer -q --device ref -w base.safetensors -i a.png --view --save-heads heads --out base
pnd-infer -q --device ref -w "$DATA/golden_slim8/weights.safetensors" -i a.png --depth-head none --out none
find base heads -type f | sort
grep -c '"depth"' base/cityscapes_panoptic_val.json
png_equal base/cityscapes_panoptic_val/a_panoptic.png none/cityscapes_panoptic_val/a_panoptic.png && echo "the same segments"
