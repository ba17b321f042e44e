# SPDX-License-Identifier: Apache-2.0
# A: strict. B: corrected, equal to strict. C: corrected and not. B stands with C when nobody is strict.
row() {
    sed "s/\"method\": \"A\"/\"method\": \"$1\"/; s/\"protocol\": \"[a-z]*\"/\"protocol\": \"$2\", \"equals_strict\": $3/" \
        "$CASES/data/a.json" >"$1.json"
}
row A strict false
row B corrected true
row C corrected false
pnd-table -t 1 A.json B.json C.json
echo ---
pnd-table -t 1 B.json C.json
row D corrected '"yes"'
pnd-table -t 1 D.json 2>&1
echo "exit $?"
