# SPDX-License-Identifier: Apache-2.0
# faults.md 66: NaN without ground truth under it is not counted.
run() { pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred_bad" "$@"; echo "exit $?"; }
run
run --clip 0.5,200
run --bad-pred skip | sed -n '1,3p;/^Pixels/p;/^  pred/p;/^exit/p'
run --bad-pred fill | sed -n '1,3p;/^  pred/p;/^exit/p'
run --protocol paper-repo | sed -n '1,3p;/^  pred/p;/^exit/p'
run --clip 5
run --clip 200,300
run --protocol kitti --cap 50
