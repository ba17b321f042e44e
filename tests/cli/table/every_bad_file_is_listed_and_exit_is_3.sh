# SPDX-License-Identifier: Apache-2.0
echo '{"schema": "other/1"}' >other.json
echo '{"schema": "panodepth-results/1", "task": "sky"}' >task.json
echo '{"schema": "panodepth-results/1", "task": "depth"}' >protocol.json
echo '{"schema": "panodepth-results/1", "task": "depth", "protocol": "x", "headline": {"IRMSE": "1"}}' >text.json
echo '{"schema": "panodepth-results/1", "task": "panoptic", "protocol": "x"}' >all.json
echo '{"a": NaN}' >nan.json
: >empty.json
echo '{"schema": "panodepth-baseline/1", "rows": []}' >baseline.json
pnd-table missing.json other.json task.json "$CASES/data/a.json" protocol.json text.json all.json nan.json empty.json baseline.json .
echo "exit $?"
pnd-table --json other.json
echo "exit $?"
