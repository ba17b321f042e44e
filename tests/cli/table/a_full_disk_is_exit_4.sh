# SPDX-License-Identifier: Apache-2.0
[ -e /dev/full ] || { echo "no /dev/full here"; exit 77; }
pnd-table "$CASES/data/a.json" >/dev/full
echo "exit $?"
mkdir folder && chmod a-w folder
[ -w folder ] && rmdir folder && : >folder # root may write anywhere, but not below a file
pnd-table -o folder/t.txt "$CASES/data/a.json" 2>err
echo "exit $?"
