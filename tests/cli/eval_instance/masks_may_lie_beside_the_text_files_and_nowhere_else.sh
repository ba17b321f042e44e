# SPDX-License-Identifier: Apache-2.0
. "$CASES/tree.sh.inc"
tree 'lines[:] = ["../masks/a.png 26 0.9", ".././masks//b.png 24 0.8"]'
mkdir pred/lists && mv pred/*.txt pred/lists && score
score --pred-suffix _pred.txt --require 'AP>=100'
# A link out of the folder is not followed.
mkdir out && mv pred/masks/b.png out && ln -s ../../out/b.png pred/masks/b.png && score
# A mask listed twice: the later values count. Persons are missed, a car is wrong: points (1, 1/2), (1, 1), (0, 1).
tree 'lines += ["masks/../masks/b.png 26 0.1"]' && score
