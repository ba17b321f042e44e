# SPDX-License-Identifier: Apache-2.0
# tests/unit/test_video_pq.c works out the car ("Things") and the road ("Stuff"). The rest, by hand:
# STQ: one car of 24 columns in two halves: AQ 2 * 12 * 12/24 / 24 = .5; DQ 39/42 and 38/42.
# Segment depth, in units of D = 1000/256 m: road of frame 0 (500 + 2 * 1000) / 3, off by 1/6; car of frame 1 by +.05025, of
# frame 2 by +.06275: rel (1/6) / 6 and .113 / 6. PQ-D: that road fails at .1, stuff (1 + 1 + 5/6) / 3.
pnd-eval joint --dvps "$DATA/dvps/gt" --pred "$DATA/dvps/pred" -o r.json
pnd-eval joint --dvps "$DATA/dvps/gt" --pred "$DATA/dvps/pred" --windows 1 --lambda 0.1,0.5 --zero-fill | grep -E '^(DPQ|DVPQ|VPQ)'
# The median of a car column of 20 and three of 1000 is 1000.
pnd-eval joint --dvps "$DATA/dvps/gt" --pred "$DATA/dvps/pred" --fuse median | grep -E '^(road|car|All)'
