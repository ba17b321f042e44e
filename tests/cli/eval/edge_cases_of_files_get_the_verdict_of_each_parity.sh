# SPDX-License-Identifier: Apache-2.0
# The edge cases of the golden data that concern files; the others are tests/unit/test_pq_edge_cases.c.
. "$CASES/scene.sh.inc"
echo "base" && scene && both
echo "missing image" && scene 'p["annotations"].clear()' && both
echo "extra pred image" && scene 'p["annotations"].append(dict(image_id=2, file_name="2.png", segments_info=[]))' && both
echo "duplicate image in pred (last wins)"
scene 'p["annotations"].append(dict(image_id="one", file_name="nope.png", segments_info=[]))' && both
echo "RGBA pred" && scene 'mode["pred"] = "RGBA"' && both
echo "P pred" && scene 'mode["pred"] = "P"' && both
echo "L pred" && scene 'mode["pred"] = "L"' && both
echo "no iscrowd in gt" && scene 'del s[0]["iscrowd"]' && both
echo "dup pred ids (last wins)" && scene 't.insert(0, dict(id=10, category_id=2))' && both
echo "transposed broadcastable 1xN" && scene 'del gt[1:]' && both
echo "gt json area too small" && scene 's[0]["area"] = 4' && both
echo "gt area union zero" && scene 's[0]["area"] = 0' && both
echo "no area in gt" && scene 'del s[0]["area"]' && both
echo "gt segment id 0 in json" && scene 's.append(dict(id=0, category_id=2, area=16, iscrowd=0))' && both
echo "pred json has id 0" && scene 't.append(dict(id=0, category_id=2))' && both
echo "empty both" && scene 's.clear(); t.clear(); gt[:] = pred[:] = [[0] * 8 for _ in range(8)]' && both
