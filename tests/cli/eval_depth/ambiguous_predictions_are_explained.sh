# SPDX-License-Identifier: Apache-2.0
cp -R "$DATA/depth_eval/pred" pred && chmod -R u+w pred
mkdir pred/other
cp pred/ulm_000000_000000_leftImg8bit_depth.png pred/ulm_000000_000000_b_depth.png
cp pred/ulm_000000_000001_leftImg8bit_depth.png pred/other
cp pred/ulm_000000_000001_leftImg8bit_depth.png pred/jena_000000_000001_leftImg8bit_depth.png
pnd-eval depth --root "$DATA/depth_eval" --pred pred; echo "exit $?"
rm -R pred/other
pnd-eval depth --root "$DATA/depth_eval" --pred pred --pred-suffix _leftImg8bit_depth.png | sed -n '1,3p;/^Deviations/,$p'
