# SPDX-License-Identifier: Apache-2.0
pnd-table --format csv --baseline paper "$CASES/data/a.json" "$CASES/data/b.json" "$CASES/data/depth.json"
pnd-table --format csv --table 3 --digits 2 "$CASES/data/a.json" "$CASES/data/depth.json"
