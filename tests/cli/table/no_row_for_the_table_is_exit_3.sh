# SPDX-License-Identifier: Apache-2.0
pnd-table --table 2 "$CASES/data/a.json"
echo "exit $?"
pnd-table
echo "exit $?"
