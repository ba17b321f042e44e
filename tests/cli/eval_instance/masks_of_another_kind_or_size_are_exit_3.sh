# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
for kind in P RGB RGBA 'I;16'; do
    tree "kind = '$kind'" && score
done
tree 'masks["a"] = masks["a"][:5]' && score
tree 'masks["a"] = mask(0, 0)' && score
tree 'ids[9][39] = 40000' && score
