# SPDX-License-Identifier: Apache-2.0
for threads in 1 2 7; do
    pnd-panoptic -q --root "$DATA/golden_small" --split val --out out$threads --threads $threads \
        --label-train-ids --instance-train-ids || echo "exit $?"
done
diff -r out1 out2 && diff -r out1 out7 && echo same
