# SPDX-License-Identifier: Apache-2.0
# sqErr 0.0043 would print as 0.00 with the paper's two decimals.
pnd-table --baseline paper "$CASES/data/depth.json"
