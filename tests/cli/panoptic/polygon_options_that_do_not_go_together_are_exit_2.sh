# SPDX-License-Identifier: Apache-2.0
run() { pnd-panoptic --root "$DATA/golden_small" "$@"; echo "exit $?"; }
run --out out --fill pillow7
run --out out --label-ids
run --out out --instance-ids
run --out out --require-equal
run --out out --audit
run --in-place --audit
run --audit --train-ids
run --audit --fill pillow9
run --out out --from-polygons --annotations gtfine
ls
