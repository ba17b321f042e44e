# SPDX-License-Identifier: Apache-2.0
for format in text markdown latex csv html; do
    pnd-table --ascii --baseline paper --format $format "$CASES/data/hostile.json" "$CASES/data/depth.json" >out
    LC_ALL=C grep -n '[^ -~]' out
done
pnd-table --ascii --table 3 "$CASES/data/depth.json"
