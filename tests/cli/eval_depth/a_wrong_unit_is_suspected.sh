# SPDX-License-Identifier: Apache-2.0
# faults.md 68: KITTI samples read as metres.
pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred" --pred-unit m | sed -n '/^Deviations/,$p'
