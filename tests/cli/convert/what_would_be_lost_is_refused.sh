# SPDX-License-Identifier: Apache-2.0
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
run() { pnd-convert panoptic -q "$@"; echo "exit $?"; }
# Instance 256 of car (trainId 13): three channels hold it, two do not.
python3 "$CASES/pairs.py" three 2x1 13,1,0 255,0,0
run --from three-channel --ids train --to two-channel --out a three
run --from three-channel --ids train --to three-channel --out b three
png_equal three/ulm_000000_000019.png b/ulm_000000_000019.png && echo same
# Class 33 * 2000 is no 16-bit value; trainIds are small enough.
python3 "$CASES/pairs.py" bicycle 1x1 33,1,0
run --from two-channel --ids label --to divisor --divisor 2000 --out c bicycle
run --from two-channel --ids label --to-ids train --to divisor --divisor 2000 --to-void 31 --out c bicycle
# A third channel in a two-channel image; an instance of road; a class of no trainId; thing 0 without a word.
python3 "$CASES/pairs.py" third 1x1 13,1,1
run --from two-channel --ids train --to coco --out d.json third
python3 "$CASES/pairs.py" road 1x1 0,1,0
run --from two-channel --ids train --to coco --out d.json road
python3 "$CASES/pairs.py" twenty 1x1 20,0,0
run --from two-channel --ids train --to coco --out d.json twenty
python3 "$CASES/pairs.py" zero 1x1 13,0,0
run --from two-channel --ids train --to coco --out d.json zero
run --from two-channel --ids train --instance-zero instance --to coco --out e.json zero
grep '"id": 26' e.json
# The class that void is written as.
run --from two-channel --ids train --instance-zero group --to two-channel --to-void 13 --out f zero
ls
# Not said: the id space, the form, the divisor, a JSON's name.
run --from two-channel --to coco --out g.json zero
run --to coco --out g.json zero
run --from divisor --ids train --to coco --out g.json zero
run --from two-channel --ids train --to coco --out g zero
run --from two-channel --ids train --to two-channel --out zero zero
