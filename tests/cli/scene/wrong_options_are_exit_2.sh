# SPDX-License-Identifier: Apache-2.0
pnd-scene --out d --size 4x4
echo "exit $?"
pnd-scene --out d --split train,val --split-ratio 1
echo "exit $?"
pnd-scene --out d --split val,val
echo "exit $?"
pnd-scene --out d --pred-out p
echo "exit $?"
pnd-scene --frames 2
echo "exit $?"
ls
