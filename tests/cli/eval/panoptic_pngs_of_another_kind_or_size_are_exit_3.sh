# SPDX-License-Identifier: Apache-2.0
# Faults, rows 30 and 33 to 37.
. "$CASES/scene.sh.inc"
scene 'mode["pred"] = "P"' && score
scene 'mode["pred"] = "RGBA"' && score
scene 'mode["pred"] = "L"' && score
scene 'mode["pred"] = "I;16"' && score
scene 'mode["gt"] = "I;16"' && score
scene 'pred[:] = [row[::2] for row in pred[::2]]' && score
scene 'del pred[1:]' && score
scene 'pred[:] = [[1] * 4 for _ in range(8)]; gt[:] = [[1] * 8 for _ in range(4)]' && score
scene && head -c 60 pred/1.png >short && mv short pred/1.png && score | sed "s|row .*|row ...|"
