# SPDX-License-Identifier: Apache-2.0
# Six frames of 512 x 256 without photographs; names, edges and both JSON spaces work.
pnd-view panoptic --root "$DATA/golden_small" --split val --alpha 1 --out ids
pnd-view panoptic --root "$DATA/golden_small" --split val --alpha 1 --out json \
    --panoptic-json "$DATA/golden_small/expected/cityscapes_panoptic_val.json"
pnd-view panoptic --root "$DATA/golden_small" --split val --alpha 1 --out train --json \
    --panoptic-json "$DATA/golden_small/expected/cityscapes_panoptic_val_trainId.json" \
    --panoptic-dir "$DATA/golden_small/expected/cityscapes_panoptic_val"
diff -r ids json && diff -r ids train && echo same
find ids -type f | sort
