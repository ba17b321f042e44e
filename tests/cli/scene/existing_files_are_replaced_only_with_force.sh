# SPDX-License-Identifier: Apache-2.0
pnd-scene --quiet --out d --frames 1 --size 64x32
pnd-scene --quiet --out d --frames 1 --size 64x32
echo "exit $?"
pnd-scene --quiet --out d --frames 1 --size 64x32 --force
echo "exit $?"
