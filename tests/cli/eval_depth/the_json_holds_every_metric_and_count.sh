# SPDX-License-Identifier: Apache-2.0
# Nine digits of every number: the last ones belong to the arithmetic, not to the definition.
nine_digits() {
    awk '{ if (match($0, /[0-9]+\.[0-9]+/)) printf "%s%.9g%s\n", substr($0, 1, RSTART - 1), substr($0, RSTART, RLENGTH),
                                                substr($0, RSTART + RLENGTH)
           else print }'
}
pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred" --name mine --mask-labels 1 -o - |
    grep -v '"\(tool\|signature\)"' | nine_digits
