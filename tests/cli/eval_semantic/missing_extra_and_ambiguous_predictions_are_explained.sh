# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree 'n = 3'
cp pred/ulm_000000_000000_pred.png pred/jena_000000_000000_pred.png
score
rm pred/ulm_000000_000001_pred.png && score
score --skip-bad
mkdir pred/again && cp pred/ulm_000000_000000_pred.png pred/again
cp pred/ulm_000000_000002_pred.png pred/ulm_000000_000002_color.png
score
score --pred-suffix _pred.png
rm -r pred && mkdir pred && score
