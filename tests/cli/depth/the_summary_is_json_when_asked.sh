# SPDX-License-Identifier: Apache-2.0
pnd-depth --json --root "$DATA/depth_eval" --out out | sed 's/pnd-depth [0-9.]*/pnd-depth VERSION/'
