# SPDX-License-Identifier: Apache-2.0
# SQ 0.8 and 0.80004 print alike and are both best; b has no method, so its file names it.
pnd-table --groups "$CASES/data/a.json" "$CASES/data/b.json"
