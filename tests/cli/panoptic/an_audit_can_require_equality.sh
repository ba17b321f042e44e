# SPDX-License-Identifier: Apache-2.0
mkdir -p cs/gtFine/val/frankfurt
cp "$DATA"/golden_small/gtFine/val/frankfurt/frankfurt_000003* cs/gtFine/val/frankfurt/
for fill in classic pillow7 pillow12; do
    pnd-panoptic --root cs --split val --audit --fill $fill --require-equal >out
    echo "exit $?"
    grep all out
done
