# SPDX-License-Identifier: Apache-2.0
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
pnd-scene -q --out cs --frames 8 --size 128x64
python3 "$CASES/damage.py" cs
pnd-check cs --deep >report
echo "exit $?"
# What depends on how the scenes are drawn.
sed -e 's/^disparity: .*/disparity: .../' -e 's/at offset [0-9]*/at offset N/' \
    -e 's/: [0-9]* pixels are of another class.*/: N pixels are of another class/' report
pnd-check cs --deep --threads 1 --json >one
pnd-check cs --deep --threads 7 --json >seven
cmp one seven && echo same
python3 -c 'import json, sys; r = json.load(open("one")); print(len(r["problems"]), sum(r["codes"].values()))'
