# SPDX-License-Identifier: Apache-2.0
# Expected: what cityscapesScripts wrote for these frames, null for its NaN and infinities.
small="$DATA/golden_small"
pnd-eval instance --root "$small" --pred "$small/pred_inst" -o results.json
python3 "$CASES/../eval_semantic/compare.py" results.json \
    "$small/expected/resultInstanceLevelSemanticLabeling.json" 1e-12
