# SPDX-License-Identifier: Apache-2.0
check() {
    printf '%s' "$1" >p.json
    pnd-eval depth --protocol-file p.json --explain >out; echo "exit $?"
    test -s out && cat out
}
head='"schema": "panodepth-protocol/1", "name": "mine", "extends": "kitti"'
check ''
check '[]'
check '{"schema": "panodepth-results/1", "name": "mine", "extends": "kitti"}'
check '{"schema": "panodepth-protocol/1", "name": "mine"}'
check '{"schema": "panodepth-protocol/1", "name": "mine", "extends": "Kitti"}'
check '{"schema": "panodepth-protocol/1", "name": "eigen80", "extends": "kitti"}'
check '{"schema": "panodepth-protocol/1", "name": "a;b=c", "extends": "kitti"}'
check "{$head, \"capm\": 3}"
check "{$head, \"cap_m\": 3}"
check "{$head, \"cap_rule\": \"include\"}"
check "{$head, \"cap_rule\": \"Include\", \"cap_m\": 3}"
check "{$head, \"cap_rule\": \"include\", \"cap_m\": \"3\"}"
check "{$head, \"min_m\": -1}"
check "{$head, \"crop\": [0, 1, 0]}"
check "{$head, \"crop\": [0.5, 0.5, 0, 1]}"
check "{$head, \"clamp\": [80, 1]}"
check "{$head, \"border\": {\"left_columns\": 1.5, \"bottom_rows\": 0, \"max_m\": 1}}"
check "{$head, \"border\": {\"left_columns\": 1, \"bottom_rows\": 0, \"max_m\": 0}}"
check "{$head, \"scaling\": \"scale-shift\"}"
check "{$head, \"mask_labels\": [34]}"
check "{$head, \"mask_labels\": [1.5]}"
check "{$head, \"min_m\": 1, \"min_m\": 2}"
pnd-eval depth --protocol-file none.json --explain; echo "exit $?"
