# SPDX-License-Identifier: Apache-2.0
"$CASES"/picture.py ids ids.png 2 7 0
"$CASES"/picture.py pfm depth.pfm 3 1 2 3
"$CASES"/picture.py rgb photo.png 1 000000 000000
pnd-view panoptic-depth --instance-ids ids.png --depth depth.pfm -o out.png
echo "exit $?"
pnd-view panoptic --instance-ids ids.png --image photo.png -o out.png
echo "exit $?"
ls
