# SPDX-License-Identifier: Apache-2.0
# Faults, row 73.
golden=$DATA/golden_small
python3 -c '
import json, random, sys
document = json.load(open(sys.argv[1]))
random.Random(3).shuffle(document["annotations"])
for annotation in document["annotations"]:
    random.Random(4).shuffle(annotation["segments_info"])
json.dump(document, open("pred.json", "w"))' "$golden/pred/cityscapes_panoptic_val.json"
run() {
    pnd-eval panoptic --gt-json "$golden/expected/cityscapes_panoptic_val.json" --pred-json "$1" \
        --pred-dir "$golden/pred/cityscapes_panoptic_val" --threads "$2" --errors -o "$3.json" >"$3.txt"
}
run "$golden/pred/cityscapes_panoptic_val.json" 1 reference
for threads in 1 2 7; do
    run "$golden/pred/cityscapes_panoptic_val.json" $threads $threads
    run pred.json $threads shuffled_$threads
    for name in $threads shuffled_$threads; do
        cmp reference.json $name.json && cmp reference.txt $name.txt
    done
done
grep -c . reference.json
