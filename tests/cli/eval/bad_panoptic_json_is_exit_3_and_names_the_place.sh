# SPDX-License-Identifier: Apache-2.0
# Faults, rows 41, 43, 48, 50 to 53, 55 and 58.
. "$CASES/scene.sh.inc"
scene && : >pred.json && score
scene && printf '{"annotations": [],\n "annotations": []}' >pred.json && score
scene && printf '{"annotations": [}' >pred.json && score
scene 't[0]["id"] = 1.5' && score
scene 't[0]["id"] = -1' && score
scene 't[0]["id"] = "10"' && score
scene 't[0]["id"] = 2 ** 24' && score
scene 't[0]["category_id"] = None' && score
scene 'g["annotations"] *= 2' && score
scene 'p["annotations"] *= 2' && score
scene 't.append(dict(t[0]))' && score
scene 's.append(dict(s[0]))' && score
scene 't[0]["id"] = 11; t.append(dict(id=12, category_id=5))' && score
scene 's[0]["id"] = 2' && score
scene 't.append(dict(id=0, category_id=1))' && score
scene 'del p["annotations"]' && score
scene 'del t[1]["id"]' && score
scene 'g["categories"] = None' && score
scene 's[0]["area"] = -7' && both
scene 'g["categories"].append(dict(g["categories"][0], isthing=0))' && both
