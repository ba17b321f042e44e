# SPDX-License-Identifier: Apache-2.0
run() { pnd-panoptic --out out "$@"; echo "exit $?"; }
run --root "$DATA/golden_small"
run --root "$DATA/golden_small/gtFine" --split val
run --root "$DATA/golden_small/gtFine/val" --split val
run --root nowhere --split val
mkdir -p cs/gtFine/val/ulm
touch cs/gtFine/val/ulm/ulm_000000_000019_gtFine_labelIds.png
run --root cs --split val
touch cs/gtFine/val/ulm/ulm_0_19_gtFine_instanceIds.png
run --root cs --split val
ls
