# SPDX-License-Identifier: Apache-2.0
# Strict parity drops the alpha channel of a panoptic prediction, as panopticapi does; instances refuse it. The decoded
# image is shared, the tolerance is not: each task judges as its own command does.
. "$CASES/setup.sh.inc"
rm -r pred/pred_inst
python3 "$CASES/add_alpha.py" pred/cityscapes_panoptic_val/*frankfurt_000000*
gt=$golden/expected/cityscapes_panoptic_val.json
pnd-eval panoptic --root tree --pred pred --gt-json "$gt" --parity strict -o panoptic.json >table.txt; echo "exit $?"
pnd-eval instance --root tree --pred-json pred/cityscapes_panoptic_val.json >table.txt; echo "exit $?"
all --parity strict --tasks panoptic,instance --quiet >tables.txt; echo "exit $?"
all --parity strict --tasks panoptic,instance --quiet --skip-bad -o scores >tables.txt; echo "exit $?"
cmp panoptic.json scores/panoptic.json && jq '.images, .skipped' scores/instance.json
