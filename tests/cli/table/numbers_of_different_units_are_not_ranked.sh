# SPDX-License-Identifier: Apache-2.0
# IRMSE has one unit, SILog has two.
pnd-table -t 2 --mix-protocols "$CASES/data/depth.json" "$CASES/data/equations.json"
