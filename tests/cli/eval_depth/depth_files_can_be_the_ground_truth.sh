# SPDX-License-Identifier: Apache-2.0
# A prediction against itself, and against ground truth in another format.
pnd-eval depth --gt-depth "$DATA/depth_eval/pred" --pred "$DATA/depth_eval/pred" --protocol kitti | sed -n '1,3p;/^Pixels/p'
pnd-eval depth --gt-depth "$DATA/depth_eval/pred" --pred "$DATA/depth_eval/pred_metres" --pred-unit m \
    --require 'absErr<=0' --require 'delta1>=1' | sed -n 1,3p
pnd-eval depth --gt-depth "$DATA/depth_eval/pred" --pred "$DATA/depth_eval/pred" --mask-labels 1; echo "exit $?"
pnd-eval depth --pred "$DATA/depth_eval/pred"; echo "exit $?"
