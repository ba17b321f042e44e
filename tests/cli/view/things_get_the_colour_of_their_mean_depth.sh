# SPDX-License-Identifier: Apache-2.0
# Car 26001: (20 + 38.4) / 2 = 29.2 m, jet entry 172 = (255, 222, 0) = ffde00. Person 24000: nothing measured, so grey
# 787878, hatched where (x + y) % 6 < 3: 787878 x 135/255 + 255 x 120/255 = 183.5 = b8. Road: the palette, 804080.
"$CASES"/picture.py ids ids.png 4 26001 24000 24000 7 26001 24000 24000 7
"$CASES"/picture.py pfm depth.pfm 4 20 0 0 9 38.4 nan -1 9
pnd-view panoptic-depth -q --instance-ids ids.png --depth depth.pfm -o out.png --no-labels --no-edges --no-legend
"$CASES"/picture.py show out.png
