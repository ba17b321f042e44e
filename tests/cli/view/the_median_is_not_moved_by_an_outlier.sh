# SPDX-License-Identifier: Apache-2.0
# 35, 35 and 200 m: median 35 m, jet entry 147 = (186, 255, 60) = baff3c; mean 90 m, the first entry 000080.
"$CASES"/picture.py ids ids.png 3 26001 26001 26001
"$CASES"/picture.py pfm depth.pfm 3 35 35 200
for rule in median mean; do
    pnd-view panoptic-depth -q --instance-ids ids.png --depth depth.pfm -o $rule.png --fuse $rule \
        --no-labels --no-edges --no-legend
    "$CASES"/picture.py show $rule.png
done
