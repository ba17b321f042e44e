# SPDX-License-Identifier: Apache-2.0
# The reference's C code counts 255 in another row of the matrix: 34 * 7 + 255 is (14, 17).
. "$CASES/tree.sh.inc"
tree 'pred[2][5] = 34' && score
tree 'pred[1][0] = 255' && score
tree 'labels[3][7] = 99' && score
tree 'ids[0][6] = 34001' && score
tree 'ids[0][0] = 7001' && score
