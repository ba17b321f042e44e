# SPDX-License-Identifier: Apache-2.0
# 60 % of road (128, 64, 128) and 40 % of white: 178.8, 140.4, 178.8 = b38cb3. Without a segment: 255 x 145/255 = 91.
"$CASES"/picture.py ids ids.png 2 7 0
"$CASES"/picture.py rgb photo.png 2 ffffff ffffff
pnd-view panoptic -q --instance-ids ids.png --image photo.png -o out.png --no-labels --no-edges
"$CASES"/picture.py show out.png
