# SPDX-License-Identifier: Apache-2.0
# One car 400 x 200 at 35 m: baff3c everywhere; its name adds white, the legend all colours of the map. A picture of
# 40 x 20 has no room for a legend.
"$CASES"/picture.py ids ids.png 400 "26001*80000"
"$CASES"/picture.py pfm depth.pfm 400 "35*80000"
colours() {
    pnd-view panoptic-depth -q --force --instance-ids ids.png --depth depth.pfm -o out.png --no-edges "$@"
    "$CASES"/picture.py show out.png | tr ' ' '\n' | sort -u >colours
}
colours --no-legend --no-labels
cat colours
colours --no-legend
grep -c -x -e ffffff -e baff3c colours
colours --no-labels
[ "$(wc -l <colours)" -gt 100 ] && echo "many colours"
colours --no-labels --scale 0.1
cat colours
