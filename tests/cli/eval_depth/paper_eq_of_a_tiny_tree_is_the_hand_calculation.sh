# SPDX-License-Identifier: Apache-2.0
# Ground truth 8 16 32 64 128->80 16, prediction 10 20 24 80 100->80 16 (tests/data/depth_eval/make.py).
# |p-g|/g = 1/4 1/4 1/4 1/4 0 0: absErr 1/6, sqErr 1/24; sq_rel_m (0.5+1+2+4)/6; rmse sqrt(340/6), mae 30/6.
# 1/p-1/g = -.025 -.0125 .0104166.. -.003125 0 0: IRMSE 12.2442, imae 51.0416../6 = 8.5069 1/km.
# e = a a b a 0 0, a = ln 1.25, b = ln .75: mean .0636247636, mean square .0386900181, SILog .0346419075.
# Ratios 1.25 1.25 1.33 1.25 1 1: d1 2/6 (strict), d2 = d3 = 1.
# mean g = 36, sum (g - 36)^2 = 4320, sum |g - 36| = 144: rse 340/4320, rae 30/144.
# The second frame has no depth: it is not in the mean.
pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred"
