# SPDX-License-Identifier: Apache-2.0
pnd-scene --quiet --out d --frames 5 --size 32x16 --split train,val --split-ratio 4,1 --color
(cd d && find gtFine camera -type f | sort)
