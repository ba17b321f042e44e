# SPDX-License-Identifier: Apache-2.0
# Faults, rows 7 and 13.
. "$CASES/scene.sh.inc"
scene && head -c -12 pred/1.png >short && mv short pred/1.png
score
score --lenient-png
scene && echo rubbish >>gt/1.png && score
