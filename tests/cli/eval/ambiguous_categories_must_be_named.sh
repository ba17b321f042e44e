# SPDX-License-Identifier: Apache-2.0
# docs/formats.md, "Panoptic files that pnd-eval scores": roads, sidewalks and buildings, 7, 8 and 11,
# occur in both id spaces, so nothing is taken for granted; what contradicts the files is refused.
. "$CASES/scene.sh.inc"
stuff='g["categories"] = [dict(id=i, name=n, isthing=0, color=[i, i, i], supercategory="") for i, n in
    ((7, "road"), (8, "sidewalk"), (11, "building"))]; s[0]["category_id"] = 8; s[1]["category_id"] = 7'
run() {
    pnd-eval panoptic --gt-json gt.json --pred-json pred.json "$@" -o results.json --force >table 2>messages
    echo "$*: exit $?"
    cat messages
    grep ^All table && sed -n 's/.*\(ids=[^;]*\);.*/\1/p' table
}
scene "$stuff" 't[0]["category_id"] = 8; t[1]["category_id"] = 7'
run
run --pred-ids label
run --gt-ids label --pred-ids label
scene "$stuff" 't[0]["category_id"] = 1; t[1]["category_id"] = 0'
run --gt-ids label
run --gt-ids label --pred-ids train
run --gt-ids label --pred-ids label
run --gt-ids train --pred-ids train
scene "$stuff" 't[0]["category_id"] = 1; t[1]["category_id"] = 255'
run --gt-ids label --pred-ids train
scene 't[0]["category_id"] = 1; t[1]["category_id"] = 7'
run --gt-ids label
true
