# SPDX-License-Identifier: Apache-2.0
pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred" --name mine --mask-labels 1 -o - |
    grep -v '"\(tool\|signature\)"'
