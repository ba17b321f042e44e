# SPDX-License-Identifier: Apache-2.0
pnd-scene --json --out d --frames 5 --size 32x16 --split train,val --split-ratio 3,2 --seed 9
