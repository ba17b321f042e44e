# SPDX-License-Identifier: Apache-2.0
# instanceIds 1 23 7 1 / 7 26001 26002 7 over depths none infinite 8 16 / 32 64 128 16: label 26 takes two, 1 one of a
# measured pixel, 23 the one at infinity.
run() { pnd-eval depth --root tree --pred "$DATA/depth_eval/pred" --mask-labels "$1" | sed -n '1p;/^Pixels/p'; }
cp -R "$DATA/depth_eval" tree && chmod -R u+w tree
run 26
run 1,23
# A labelIds image is preferred; this one has no car.
cp "$DATA/depth_eval/labels.png" tree/gtFine/val/ulm/ulm_000000_000000_gtFine_labelIds.png
run 26
rm tree/gtFine/val/ulm/ulm_000000_000000_gtFine_*
pnd-eval depth --root tree --pred "$DATA/depth_eval/pred" --mask-labels 26; echo "exit $?"
pnd-eval depth --root tree --pred "$DATA/depth_eval/pred" --mask-labels 99; echo "exit $?"
