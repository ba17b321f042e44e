# SPDX-License-Identifier: Apache-2.0
run() { pnd-eval joint --dvps gt --pred pred "$@"; echo "exit $?"; }
cp -R "$DATA/dvps/gt" "$DATA/dvps/pred" . && chmod -R u+w gt pred
for file in pred/panoptic/* pred/depth/* gt/*; do # a second sequence
    cp "$file" "$(dirname "$file")/$(basename "$file" | sed 's/^000001/000002/')"
done
rm pred/depth/000001_000010_* pred/panoptic/000001_000025_*
run
run --skip-bad -k 1 | grep -v '^ .*m$'
# No image at all of one frame: the step of the numbers tells.
rm gt/000001_000015_* pred/*/000001_000015_*
run --skip-bad
rm gt/000002_000010_*_depth_*
run
