# SPDX-License-Identifier: Apache-2.0
pnd-table --baseline papper
echo "exit $?"
pnd-table --baseline "$CASES/data/a.json"
echo "exit $?"
