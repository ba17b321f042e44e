# SPDX-License-Identifier: Apache-2.0
root=$DATA/depth_eval
pnd-depth -q --root "$root" --out out 2>/dev/null
cp -r out first
pnd-depth -q --root "$root" --out out
echo "exit $?"
rm out/depth/val/ulm/*.png
pnd-depth -q --root "$root" --out out
echo "the record alone: exit $?"
pnd-depth -q --force --root "$root" --out out 2>/dev/null
echo "--force: exit $?"
diff -r first out && echo "the same again"
