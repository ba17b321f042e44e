# SPDX-License-Identifier: Apache-2.0
"$CASES"/picture.py pfm depth.pfm 1 5
"$CASES"/picture.py rgb p.png 1 000000
pnd-view kind
echo "exit $?"
pnd-view depth --depth depth.pfm
echo "exit $?"
pnd-view depth --depth depth.pfm -o a.png --out b
echo "exit $?"
pnd-view depth --depth depth.pfm -o a.png --near 60 --far 10
echo "exit $?"
pnd-view depth --depth depth.pfm -o a.png --cmap rainbow
echo "exit $?"
pnd-view depth --depth depth.pfm -o depth.pfm
echo "exit $?"
pnd-view depth --out b
echo "exit $?"
pnd-view depth --root . --image p.png --out ../b
echo "exit $?"
ls
