# SPDX-License-Identifier: Apache-2.0
# g = none infinite 8 16 / 32 64 128 16, p = 10 10 10 20 / 24 80 100 16, under kitti (no cap); fx baseline = 512.
# Labels none . road none / road car car road: road 8 32 16 with errors .25 .25 0, car 64 128 with .25 .21875.
# Sorted errors 0 .21875 .25 .25 .25 .25: median .25, p90 .25. Disparities 64/51.2 32/25.6 16/21.33 8/6.4 4/5.12 32/32:
# outliers are the first three: .5. Ratios 1.25 1.25 1.333 1.25 1.28 1: d_110 1/6.
# Of 15 pairs of pixels one has another order, 16 16 against 20 16: a draw of 10000 near 1/15.
run() { pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred" --protocol kitti "$@"; }
run --analysis all -o r.json | sed -n '/^pooled/,/^Sig/p' | grep -v -e Signature -e 'n/a       n/a       n/a       n/a'
sed -n '/"analysis"/,/"bias"/p;/"pairs_per_image"/p' r.json
# A part alone, other bins, and no analysis: the score and its signature stay.
run --analysis distance --bins 16,100 -o a.json | sed -n '/^pooled/,/^Sig/p' | grep -v Signature
run -o b.json | grep -c analysis
grep -h '"signature"' r.json a.json b.json | sort | uniq -c | wc -l
# Depth files have no labels and no calibration.
pnd-eval depth --gt-depth "$DATA/depth_eval/pred" --pred "$DATA/depth_eval/pred" --protocol kitti --analysis all |
    sed -n '/^analysis/,/^Sig/p' | grep -v Signature
pnd-eval depth --gt-depth "$DATA/depth_eval/pred" --pred "$DATA/depth_eval/pred" --analysis class; echo "exit $?"
run --analysis errors --bins 20,10; echo "exit $?"
run --analysis edges; echo "exit $?"
