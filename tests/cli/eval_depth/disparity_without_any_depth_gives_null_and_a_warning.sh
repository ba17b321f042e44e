# SPDX-License-Identifier: Apache-2.0
# faults.md 64, 38: undefined is null, a requirement on it fails.
mkdir -p tree/disparity/val/ulm tree/camera/val/ulm
cp "$DATA"/depth_eval/disparity/val/ulm/*_000001_* tree/disparity/val/ulm
cp "$DATA"/depth_eval/camera/val/ulm/*_000001_* tree/camera/val/ulm
pnd-eval depth --root tree --pred "$DATA/depth_eval/pred" -o r.json | sed -n 1,8p
sed -n '/"headline"/,/}/p;/"pixels"/,/}/p' r.json
pnd-eval depth --root tree --pred "$DATA/depth_eval/pred" --require 'absErr<=1' --quiet >/dev/null
echo "exit $?"
