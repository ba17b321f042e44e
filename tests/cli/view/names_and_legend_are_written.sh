# SPDX-License-Identifier: Apache-2.0
# One car 120 x 60 at 35 m: baff3c everywhere; its name adds white, the legend all colours of the map.
# shellcheck disable=SC2046
"$CASES"/picture.py ids ids.png 120 $(yes 26001 | head -n 7200)
# shellcheck disable=SC2046
"$CASES"/picture.py pfm depth.pfm 120 $(yes 35 | head -n 7200)
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
