# SPDX-License-Identifier: Apache-2.0
run() { pnd-eval joint --dvps "$DATA/dvps/gt" --pred "$DATA/dvps/pred" "$@" >table.txt; echo "exit $?"; }
run --require 'DPQ>=94.4' --require 'STQ>70'
run --require 'DPQ_st>=98' --require 'seg_rel<0.01'
run --require 'PQ>=1'
run --lambda 0.5,0.5
run --windows 0
pnd-eval joint --dvps "$DATA/dvps/gt" >table.txt; echo "exit $?"
pnd-eval joint --gt-json a.json --pred-json b.json >table.txt; echo "exit $?"
# A window longer than the sequence has no score.
run --windows 7 --require 'DVPQ>=0' -o r.json
grep -A3 '"DVPQ"' r.json
