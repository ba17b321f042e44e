# SPDX-License-Identifier: Apache-2.0
# Six images: all 64 swaps are tried.
. "$CASES/methods.sh.inc"
pnd-compare --resamples 2000 --seed 3 a.json b.json
