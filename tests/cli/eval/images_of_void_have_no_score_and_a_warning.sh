# SPDX-License-Identifier: Apache-2.0
# Faults, rows 38 and 39.
. "$CASES/scene.sh.inc"
void='[[0] * 8 for _ in range(8)]'
scene "s.clear(); gt[:] = $void" && score -o results.json && grep -A 5 '^    "All"' results.json
scene "t.clear(); pred[:] = $void" && score
scene "s.clear(); t.clear(); gt[:] = pred[:] = $void" && pnd-eval panoptic --gt-json gt.json --pred-json pred.json -q | head -n 8
scene 'g["annotations"].clear(); p["annotations"].clear()' && score
