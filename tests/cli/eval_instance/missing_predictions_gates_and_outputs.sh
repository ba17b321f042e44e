# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree 'n = 2' 'lines[1] = "masks/b.png 25 0.8"'
score --require 'AP50>=50' -o out.json
score --require 'AP>50'
score --require 'PQ>50'
score -o out.json
score -o tree/x.json
rm pred/*1_pred.txt && score
score --skip-bad
# No instance to find; none found.
tree 'ids[:] = [[7] * 40] * 10' && score
tree 'del lines[:]' && score
tree 'lines[:] = ["masks/a.png 13 0.9", "masks/b.png 11 0.8"]' && score
score --pred-ids train
