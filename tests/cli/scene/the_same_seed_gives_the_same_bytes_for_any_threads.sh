# SPDX-License-Identifier: Apache-2.0
for threads in 1 2 7; do
    pnd-scene --quiet --out "t$threads" --frames 3 --size 64x32 --seed 5 --predictions harsh --threads $threads
    (cd "t$threads" && find . -type f | sort | xargs sha256sum) >"sums$threads"
done
pnd-scene --quiet --out other --frames 3 --size 64x32 --seed 6 --predictions harsh
(cd other && find . -type f | sort | xargs sha256sum) >sums_other
cmp sums1 sums2 && cmp sums1 sums7 && echo "the same for 1, 2 and 7 threads"
cmp -s sums1 sums_other || echo "another seed, other bytes"
(cd t1 && find . -type f | sort)
