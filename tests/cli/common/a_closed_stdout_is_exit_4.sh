# SPDX-License-Identifier: Apache-2.0
for tool in "$PND_BIN"/pnd-*; do
    name=$(basename "$tool")
    "$tool" --version >&- 2>err
    [ $? = 4 ] || echo "$name: not exit 4"
    grep -qx "$name: standard output: Bad file descriptor" err || cat err
done
