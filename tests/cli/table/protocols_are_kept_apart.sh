# SPDX-License-Identifier: Apache-2.0
pnd-table -t 1 "$CASES/data/a.json" "$CASES/data/corrected.json"
