# SPDX-License-Identifier: Apache-2.0
# The ground truth's own trainIds: perfect once mapped. Faults, row 40.
. "$CASES/tree.sh.inc"
small="$DATA/golden_small"
run() {
    pnd-eval semantic --root "$small" --pred pred "$@" >table 2>&1
    echo "$*: exit $?"
    grep -e 'Average' -e '^pnd-eval' -e 'pred-ids' table | sed 's/;gt=.*//'
}
mkdir pred && cp "$small"/gtFine/val/*/*_labelTrainIds.png pred
run
run --pred-ids train
# Without 255 no single pixel shows it; the set of ids does.
tree 'pred[:] = [[0, 0, 10, 1, 13, 13, 13, 13] for _ in range(4)]' && score
score --pred-ids label
score --pred-ids train
tree && score --pred-ids train
