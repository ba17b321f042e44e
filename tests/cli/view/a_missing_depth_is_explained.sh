# SPDX-License-Identifier: Apache-2.0
"$CASES"/picture.py ids ids.png 2 7 0
pnd-view panoptic-depth --instance-ids ids.png -o out.png
echo "exit $?"
pnd-view panoptic-depth --instance-ids ids.png --depth nowhere.npy -o out.png
echo "exit $?"
pnd-view depth --disparity ids.png -o out.png
echo "exit $?"
pnd-view depth -o out.png
echo "exit $?"
pnd-view panoptic -o out.png
echo "exit $?"
ls
