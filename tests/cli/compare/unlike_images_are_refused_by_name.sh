# SPDX-License-Identifier: Apache-2.0
. "$CASES/methods.sh.inc"
python3 - <<'EOF'
import json
r = json.load(open("b.json"))
r["per_image"][1]["image_id"] = "nowhere_1"
json.dump(r, open("renamed.json", "w"))
EOF
pnd-compare a.json renamed.json
echo "exit $?"
