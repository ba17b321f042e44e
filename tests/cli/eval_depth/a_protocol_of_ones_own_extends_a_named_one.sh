# SPDX-License-Identifier: Apache-2.0
# The same rules, in a file and on the command line, are the same numbers, rule by rule in the signature.
run() { pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred" "$@"; }
cat >near.json <<'EOF'
{"schema": "panodepth-protocol/1", "name": "near-road", "description": "no cars", "extends": "eigen80",
 "cap_m": 50, "scaling": "median", "mask_labels": [26]}
EOF
run --protocol-file near.json >file.txt
run --protocol eigen80 --cap 50 --scaling median --mask-labels 26 >options.txt
diff file.txt options.txt
# Every key. Of g = none infinite 8 16 / 32 64 128 16 the crop keeps the upper row, and of that the border rule g <= 10:
# one pixel, g = 8 and p = 10.
cat >all.json <<'EOF'
{"schema": "panodepth-protocol/1", "name": "all", "extends": "paper-eq", "min_m": 1, "cap_rule": "none", "crop": [0, 0.5, 0, 1],
 "border": {"left_columns": 4, "bottom_rows": 0, "max_m": 10}, "clamp": [0.5, null], "bad_pred": "skip", "scaling": "none",
 "round": "m/256", "average": "sequences", "headline": "repo", "mask_labels": []}
EOF
run --protocol-file all.json -o r.json | sed -n '1p;/^abs_rel/p;/^n /p;/^Signature/p'
run --protocol-file all.json --explain | sed '/^Columns/q'
run --protocol-file near.json --protocol kitti; echo "exit $?"
