# SPDX-License-Identifier: Apache-2.0
# --cap 32: g = 8 16 32 32 32 16, p = 10 20 24 32 32 16, absErr (.25 + .25 + .25) / 6. --cap 80 is no change.
run() { pnd-eval depth --root tree --pred "$DATA/depth_eval/pred" "$@" | sed -n '1p;3p;/ x[0-9]/p'; }
cp -R "$DATA/depth_eval" tree && chmod -R u+w tree
run --cap 32
run --cap 80
run --protocol eigen80 --cap 32 --clip 0.5,20 --bad-pred skip
run --protocol kitti --bad-pred fill
# Bytes after the end of a PNG are tolerated and told (faults.md 13).
printf trailing >>tree/disparity/val/ulm/ulm_000000_000000_disparity.png
run
