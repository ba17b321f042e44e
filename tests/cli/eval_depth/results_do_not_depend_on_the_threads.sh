# SPDX-License-Identifier: Apache-2.0
for n in 1 2 7; do
    pnd-eval depth --root "$DATA/depth_eval" --pred "$DATA/depth_eval/pred" --threads $n -o r$n.json >t$n.txt
done
cmp r1.json r2.json && cmp r1.json r7.json && cmp t1.txt t2.txt && cmp t1.txt t7.txt && echo same
