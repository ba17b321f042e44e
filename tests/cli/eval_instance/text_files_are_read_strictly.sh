# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
line() {
    tree "lines[1] = '$1'" && score
}
line 'masks/b.png 24.0 .8'
line 'masks/b.png 24'
line 'masks/b.png  24 0.8'
line 'masks/b.png 24 0.8 '
line ''
line 'masks/b.png person 0.8'
line 'masks/b.png 24.5 0.8'
line 'masks/b.png 99 0.8'
line 'masks/b.png 24 nan'
line '/etc/passwd 24 0.8'
line '../b.png 24 0.8'
line 'masks/../../pred/../x.png 24 0.8'
line 'masks/none.png 24 0.8'
line 'masks/none.png 29 0.8'
tree && printf 'masks/a.png 26 0.9\0' >pred/ulm_000000_000000_pred.txt && score
tree 'n = 2' && : >pred/ulm_000000_000000_pred.txt && score
