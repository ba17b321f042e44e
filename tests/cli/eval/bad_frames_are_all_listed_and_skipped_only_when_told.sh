# SPDX-License-Identifier: Apache-2.0
golden=$DATA/golden_small
cp -r "$golden/pred/cityscapes_panoptic_val" "$golden/pred/cityscapes_panoptic_val.json" .
chmod -R u+w .
: >cityscapes_panoptic_val/frankfurt_000003_000019_gtFine_panoptic.png
rm cityscapes_panoptic_val/munster_000002_000019_gtFine_panoptic.png
for options in "" "--max-errors 1" "--skip-bad -o results.json"; do
    pnd-eval panoptic --gt-json "$golden/expected/cityscapes_panoptic_val.json" \
        --pred-json cityscapes_panoptic_val.json $options >table
    echo "exit $?"
    grep -e ^All -e skip table | sed "s|version=.*;gt=|version=X;gt=|"
done
ls results.json
