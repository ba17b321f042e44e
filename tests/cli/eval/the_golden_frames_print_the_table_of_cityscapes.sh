# SPDX-License-Identifier: Apache-2.0
pnd-eval panoptic --gt-json "$DATA/golden_small/expected/cityscapes_panoptic_val.json" \
    --pred-json "$DATA/golden_small/pred/cityscapes_panoptic_val.json" --parity strict
