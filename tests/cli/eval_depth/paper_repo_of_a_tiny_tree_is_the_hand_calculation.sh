# SPDX-License-Identifier: Apache-2.0
# Every pixel lies in the border where only g <= 40 is scored: g = 8 16 32 16, p = 10 20 24 16 (whole metres already).
# RSE = 84/304, RAE = 14/28; 1/p-1/g = -.025 -.0125 .0104166.. 0: IRMSE = 1000 sqrt(.000889756944/4) = 14.9144;
# SILog = 100 (2 ln 1.25 - ln .75)/(4 ln 10) = 7.968969; ratios 1.25 1.25 1.33 1: ACC_1 25, ACC_2 100.
# Nine digits of every number: the last ones belong to the arithmetic, not to the definition.
nine_digits() {
    awk '{ if (match($0, /[0-9]+\.[0-9]+/)) printf "%s%.9g%s\n", substr($0, 1, RSTART - 1), substr($0, RSTART, RLENGTH),
                                                substr($0, RSTART + RLENGTH)
           else print }'
}
pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred" --protocol paper-repo | sed -n 1,3p
echo "8-bit pictures of whole metres, as the paper's code saves them, are the same prediction:"
pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred_metres" --pred-unit m --protocol paper-repo -o - |
    sed -n '/"headline"/,/}/p;/"authors"/,/}/p' | nine_digits
