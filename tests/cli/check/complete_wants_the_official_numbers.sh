# SPDX-License-Identifier: Apache-2.0
pnd-scene -q --out cs --frames 1 --size 64x32
pnd-check cs --complete
echo "exit $?"
