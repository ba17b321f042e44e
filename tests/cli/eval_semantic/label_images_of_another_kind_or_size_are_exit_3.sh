# SPDX-License-Identifier: Apache-2.0
# Faults, rows 30, 32 and 35 to 37.
. "$CASES/tree.sh.inc"
tree 'kind = "P"' && score && score --palette-as-index
tree 'kind = "RGB"' && score
tree 'kind = "I;16"' && score
tree 'pred[:] = [row[::2] for row in pred[::2]]' && score
tree 'del pred[1:]' && score
tree 'pred[:] = [[7] * 4 for _ in range(8)]' && score
tree 'del ids[3:]' && score && score --no-instances
