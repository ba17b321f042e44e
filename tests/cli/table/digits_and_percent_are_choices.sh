# SPDX-License-Identifier: Apache-2.0
pnd-table --table 3 --percent "$CASES/data/depth.json"
pnd-table --table 1 --digits 3 "$CASES/data/a.json"
