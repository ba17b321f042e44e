# SPDX-License-Identifier: Apache-2.0
run() { pnd-panoptic "$@"; echo "exit $?"; }
run --out out
run --root "$DATA/golden_small"
run --root "$DATA/golden_small" --out out --in-place
run --root "$DATA/golden_small" --out out --split val,val
run --root "$DATA/golden_small" --out out --split ../val
run --root "$DATA/golden_small" --out "$DATA/golden_small/gtFine"
run --root "$DATA/golden_small" --out "$DATA/golden_small/gtFine/new/folder"
ls
