# SPDX-License-Identifier: Apache-2.0
# Car 26000 is (0, 0, 142), road (128, 64, 128), sky (70, 130, 180). White at 130/255 left of the car's border:
# 128 x 125/255 + 130 = 192.7, 64 -> 161.4, 128 -> 192.7: c1a1c1. Between stuff 43/255: 128 -> 149.4, 64 -> 96.2: 956095.
"$CASES"/picture.py ids ids.png 6 7 7 26000 26000 26000 26000 7 7 7 7 23 23
pnd-view panoptic -q --instance-ids ids.png -o out.png --no-labels
"$CASES"/picture.py show out.png
pnd-view panoptic -q --force --instance-ids ids.png -o out.png --no-labels --no-edges
"$CASES"/picture.py show out.png
