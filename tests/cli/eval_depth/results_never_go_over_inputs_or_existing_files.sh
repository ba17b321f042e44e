# SPDX-License-Identifier: Apache-2.0
# faults.md 85
cp -R "$DATA/depth_eval" tree && chmod -R u+w tree
run() { pnd-eval depth --root tree --pred "$@" --quiet >/dev/null; echo "exit $?"; }
run tree/pred -o tree/results.json
cp -R tree/pred pred
run pred -o pred/ulm_000000_000000_leftImg8bit_depth.png --force
cmp pred/ulm_000000_000000_leftImg8bit_depth.png tree/pred/ulm_000000_000000_leftImg8bit_depth.png
echo old >r.json
run pred -o r.json
cat r.json
run pred -o r.json --force
head -n 2 r.json
