# SPDX-License-Identifier: Apache-2.0
# The digest gt= of the signature says on which data a row was scored; rows without one are taken as they are.
row() {
    sed "s/\"method\": \"A\"/\"method\": \"$1\"/; s/pnd1;task=panoptic/pnd1;task=panoptic;gt=$2/; s/0\\.5,/$3,/" \
        "$CASES/data/a.json" >"$1.json"
}
row one aaa 0.51
row two bbb 0.52
row three aaa 0.53
pnd-table -t 1 one.json three.json "$CASES/data/a.json"
pnd-table -t 1 one.json two.json three.json
pnd-table -t 1 --mix-data one.json two.json
