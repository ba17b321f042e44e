# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree && panoptic
# Ten columns of the car are taken for another car: the right one has IoU 1/2 and is none, both are wrong. Without
# scores all are 1.0.
tree 'rows[:] = [[5] * 10 + [8] * 10 + [600] * 10 + [7] * 10] * 10; segments.append(dict(id=8, category_id=26))' && panoptic
tree 'del segments[0]["score"]; segments.append(dict(id=9, category_id=26))' && panoptic
tree 'del segments[0]' && panoptic
tree 'segments.append(segments[0])' && panoptic
tree 'segments[0]["category_id"] = 77' && panoptic
tree 'for s in segments: s["category_id"] = {26: 13, 24: 11, 7: 0}[s["category_id"]]' && panoptic
panoptic --pred-ids train
panoptic --pred-ids label
tree 'n = 2' && sed -i 's/"ulm_000000_000001", "file_name"/"jena_000000_000001", "file_name"/' pred.json && panoptic
panoptic --skip-bad
