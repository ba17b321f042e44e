# SPDX-License-Identifier: Apache-2.0
sed s/paper-repo/paper-eq/ "$CASES/data/depth.json" >ours.json
pnd-table --table 3 ours.json "$CASES/data/equations.json"
