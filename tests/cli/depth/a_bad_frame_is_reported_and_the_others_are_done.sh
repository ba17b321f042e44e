# SPDX-License-Identifier: Apache-2.0
cp -r "$DATA/depth_eval" tree
chmod -R u+w tree
printf 'not a png' >tree/disparity/val/ulm/ulm_000000_000001_disparity.png
pnd-depth -q --root tree --out out
echo "exit $?"
find out -type f
pnd-depth -q --force --skip-bad --root tree --out out
echo "exit $?"
find out -type f | sort
"$CASES/depth.py" field out/depth/val.json skipped
