# SPDX-License-Identifier: Apache-2.0
. "$CASES/setup.sh.inc"
run() { all --quiet "$@" >tables.txt; echo "exit $?"; }
run --require 'PQ>=38' --require 'mIoU>=43' --require 'AP>=8'
run --require 'PQ>=39' --require 'mIoU>=43' --require 'AP50<8'
run -o scores
run -o scores
run -o scores --force
run -o scores/panoptic.json
run -o tree/scores
run -o -
run extra
pnd-eval all --pred pred; echo "exit $?"
all --json --tasks panoptic,semantic >all.json; echo "exit $?"
jq -r '.schema, (.tasks[] | [.task, .scored, .what // .why] | @tsv), (.results[] | [.task, .images] | @tsv)' all.json
# A file that cannot be written: those before it are whole, those after it are not begun.
mkdir -p blocked/semantic.json
run -o blocked --force
cmp scores/panoptic.json blocked/panoptic.json && ls blocked
