# SPDX-License-Identifier: Apache-2.0
. "$CASES/scene.sh.inc"
scene
pnd-eval panoptic --gt-json gt.json --pred-json pred.json --json >summary
python3 -c 'import json; r = json.load(open("summary")); print(r["All"], r["images"])'
scene 's.append(dict(s[0]))'
pnd-eval panoptic --gt-json gt.json --pred-json pred.json --json
