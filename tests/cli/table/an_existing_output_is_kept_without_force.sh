# SPDX-License-Identifier: Apache-2.0
pnd-table -o t.txt "$CASES/data/a.json" && head -n 1 t.txt
echo old >t.txt
pnd-table -o t.txt "$CASES/data/a.json"
echo "exit $?"
cat t.txt
pnd-table --force -o t.txt "$CASES/data/a.json" && head -n 1 t.txt
cp "$CASES/data/a.json" in.json
pnd-table --force -o in.json in.json
echo "exit $?"
pnd-table --force -b ./in.json -o in.json
echo "exit $?"
cmp in.json "$CASES/data/a.json"
ls
