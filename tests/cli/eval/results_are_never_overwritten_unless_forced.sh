# SPDX-License-Identifier: Apache-2.0
# Faults, row 85 too: the output must not be an input.
. "$CASES/scene.sh.inc"
scene
echo old >results.json
score -o results.json
cat results.json
score -o results.json --force
head -n 2 results.json
score -o pred.json --force
score -o gt --force
score -o new/folder/results.json
ls new/folder
