# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree
pnd-eval instance tree/gtFine/val/ulm/*.png pred/ulm_000000_000000_pred.txt >table 2>&1
show pair $?
pnd-eval instance tree/gtFine/val/ulm/*.png >table 2>&1
show one $?
