# SPDX-License-Identifier: Apache-2.0
mkdir -p root/gtFine/val/ulm
"$CASES"/picture.py ids root/gtFine/val/ulm/ulm_000000_000019_gtFine_instanceIds.png 2 7 0
pnd-view panoptic --root root --out out
