# SPDX-License-Identifier: Apache-2.0
for format in text markdown latex csv html; do
    pnd-table --format $format "$CASES/data/hostile.json" | grep -a 'script\|textless'
done
