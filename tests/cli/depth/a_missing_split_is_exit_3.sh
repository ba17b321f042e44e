# SPDX-License-Identifier: Apache-2.0
pnd-depth --root "$DATA/depth_eval" --split train --out out
echo "exit $?"
[ -e out ] || echo "nothing was written"
