# SPDX-License-Identifier: Apache-2.0
pnd-table --json -t 1 "$CASES/data/a.json" "$CASES/data/b.json"
pnd-table --json -t 1 --format csv "$CASES/data/a.json" | head -n 1 | cut -c -20
