# SPDX-License-Identifier: Apache-2.0
for format in text markdown latex; do
    pnd-table -t 1 --mix-protocols --format $format "$CASES/data/a.json" "$CASES/data/corrected.json"
done
pnd-table -t 1 --mix-protocols --format html "$CASES/data/a.json" "$CASES/data/corrected.json" | grep '<tr>'
