# SPDX-License-Identifier: Apache-2.0
# Samples in 1/256 m. Sequence 000000: five frames g = 2560 5120, p = 3072 5120, errors .2 and 0; one g = none 20480,
# p = 999 0, error 1 of its one pixel: (5 x .2 + 1) / 11 = 2/11. Sequence 000001: six frames g = 2560 2560, p = 1280 2560,
# errors .5 and 0 (unsigned 16-bit differences would give 25.1): 1/4.
# Mean over sequences (2/11 + 1/4) / 2 = 19/88 = .21590909, over images (5 x .1 + 1 + 6 x .25) / 12 = .25,
# pooled (2 + 3) / 23 = .2173913. A logarithm of the zero: SILog is the mean over the other sequence.
run() { pnd-eval depth --gt-depth "$DATA/depth_eval/dvps/gt" --pred "$DATA/depth_eval/dvps/pred" "$@"; }
run --protocol dvps -o r.json
sed -n '/"image_mean": {/,/"sq_rel_u"/p;/"pooled": {/,/"sq_rel_u"/p;/"sequence_mean": {/,/"sq_rel_u"/p' r.json
sed -n '/"per_sequence": \[/,/"per_image"/p' r.json | grep -E 'sequence_id|"images"|"n"|abs_rel|silog"|"rae"'
run --protocol dvps --require 'absErr<=0.216' --require 'absErr>=0.2159' >/dev/null; echo "exit $?"
run --protocol paper-eq; echo "exit $?"
