# SPDX-License-Identifier: Apache-2.0
. "$CASES/methods.sh.inc"
score strict b_pred.json --parity strict
pnd-compare a.json strict.json
echo "exit $?"
pnd-compare --quiet --resamples 100 --allow-different protocol,area --allow-different crowd a.json strict.json | grep Different
echo "exit $?"
pnd-eval depth --quiet --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred" -o depth.json >/dev/null
pnd-compare a.json depth.json
echo "exit $?"
