# SPDX-License-Identifier: Apache-2.0
"$CASES"/picture.py pfm depth.pfm 1 5
echo keep >out.png
pnd-view depth --depth depth.pfm -o out.png
echo "exit $?"
cat out.png
pnd-view depth -q --force --depth depth.pfm -o out.png --no-legend --cmap jet --mapping linear --near 10 --far 60
echo "exit $?"
"$CASES"/picture.py show out.png
