# SPDX-License-Identifier: Apache-2.0
. "$CASES/methods.sh.inc"
pnd-compare a.json 2>&1
echo "exit $?"
pnd-compare --level 100 a.json b.json 2>&1
echo "exit $?"
pnd-compare -o a.json a.json b.json 2>&1
echo "exit $?"
echo kept >c.json
pnd-compare --resamples 100 -o c.json a.json b.json 2>&1
echo "exit $?"
cat c.json
