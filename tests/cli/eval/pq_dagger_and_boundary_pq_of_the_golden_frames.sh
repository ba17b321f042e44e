# SPDX-License-Identifier: Apache-2.0
# Expected: a restatement in NumPy, mask by mask (binary erosion of each segment), gave
# PQ-dagger 0.43563879593144916 and boundary PQ 0.33998482308286104 for All.
golden=$DATA/golden_small
pnd-eval panoptic --gt-json "$golden/expected/cityscapes_panoptic_val.json" --boundary -o r.json \
    --pred-json "$golden/pred/cityscapes_panoptic_val.json" | grep Boundary
python3 -c '
import json
r = json.load(open("r.json"))
print(abs(r["pq_dagger"]["All"]["pq"] - 0.43563879593144916) < 1e-15, r["pq_dagger"]["All"]["n"])
print(abs(r["boundary"]["All"]["pq"] - 0.33998482308286104) < 1e-15, r["boundary"]["All"]["n"])
for c, score in r["pq_dagger"]["per_class"].items():
    assert not r["per_class"][c]["isthing"] or score["pq"] == r["per_class"][c]["pq"]'
