# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree 'pred[0][4] = 7'
# Boundary, one pixel wide: of road 12 pixels in the ground truth, 13 predicted, 12 in both: 12/13. Of car 12 and 12, of
# which 11 in both ((4, 0) is road now, and (5, 1) is near it): 11/13.
score --require 'mIoU>=90' --require 'iIoU_cat<95'
score --require 'mIoU>=95'
score --require 'boundary>=1'
score --boundary --require 'boundary>=1'
score --require 'PQ>=1'
pnd-eval semantic --root tree --pred pred -o out.json >table 2>&1; echo "exit $?"
pnd-eval semantic --root tree --pred pred -o out.json 2>&1 >table; echo "exit $?"
pnd-eval semantic --root tree --pred pred -o tree/out.json 2>&1 >table; echo "exit $?"
# Faults, rows 38 and 39.
tree 'labels[:] = [[3] * 8 for _ in range(4)]; ids[:] = labels' && score
tree 'pred[:] = [[0] * 8 for _ in range(4)]' && score
