# SPDX-License-Identifier: Apache-2.0
# Expected: what cityscapesScripts wrote for these frames, null for its NaN.
small="$DATA/golden_small"
pnd-eval semantic --root "$small" --pred "$small/pred_sem" -o results.json
python3 "$CASES/compare.py" results.json "$small/expected/resultPixelLevelSemanticLabeling.json" 1e-15
