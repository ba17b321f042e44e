# SPDX-License-Identifier: Apache-2.0
# Only tables of the tasks that were given.
pnd-table --baseline paper "$CASES/data/a.json"
