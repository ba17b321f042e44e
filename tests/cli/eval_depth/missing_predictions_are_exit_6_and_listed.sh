# SPDX-License-Identifier: Apache-2.0
mkdir pred && cp "$DATA"/depth_eval/pred/*_000001_* pred
pnd-eval depth --root "$DATA/depth_eval" --pred pred; echo "exit $?"
pnd-eval depth --root "$DATA/depth_eval" --pred pred --skip-bad | sed -n '1,3p;/^Deviations/,$p'
pnd-eval depth --root "$DATA/depth_eval" --pred nowhere; echo "exit $?"
mkdir empty
pnd-eval depth --root "$DATA/depth_eval" --pred empty; echo "exit $?"
