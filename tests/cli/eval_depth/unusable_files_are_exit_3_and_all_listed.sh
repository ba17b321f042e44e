# SPDX-License-Identifier: Apache-2.0
# faults.md 31, 35
mkdir pred
cp "$DATA/depth_eval/pred_metres/ulm_000000_000000_leftImg8bit_depth.png" pred/ulm_000000_000000_depth.png
cp "$DATA/depth_eval/pred/ulm_000000_000000_leftImg8bit_depth.png" pred/ulm_000000_000001_depth.png
pnd-eval depth --root "$DATA/depth_eval" --pred pred; echo "exit $?"
