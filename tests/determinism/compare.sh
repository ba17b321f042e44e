#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Score two predictions, compare them, and put both in a table. usage: compare.sh BIN_DIR GOLDEN OUT THREADS
set -e
sed 's/"category_id": 26/"category_id": 27/' "$2/pred/cityscapes_panoptic_val.json" >"$3/b_pred.json"
score() {
    "$bin/pnd-eval" panoptic --gt-json "$golden/expected/cityscapes_panoptic_val.json" --pred-json "$1" --quiet \
        --pred-dir "$golden/pred/cityscapes_panoptic_val" --name "$2" -o "$out/$2.json" >/dev/null
}
bin=$1 golden=$2 out=$3
score "$golden/pred/cityscapes_panoptic_val.json" a
score "$out/b_pred.json" b
"$bin/pnd-compare" --resamples 3000 --threads "$4" -o "$out/comparison.json" "$out/a.json" "$out/b.json"
for task in semantic instance; do
    "$bin/pnd-eval" $task --root "$golden" --pred "$golden/pred_$(echo $task | cut -c 1-4 | tr -d a)" --quiet -o "$out/$task.json" >/dev/null
    "$bin/pnd-compare" --resamples 1000 --threads "$4" -o "$out/${task}_comparison.json" "$out/$task.json" "$out/$task.json"
done
"$bin/pnd-table" --ci --json --threads "$4" -o "$out/table.json" "$out/a.json" "$out/b.json"
