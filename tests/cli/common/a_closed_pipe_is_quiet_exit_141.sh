# SPDX-License-Identifier: Apache-2.0
# The reader is gone before the program writes.
mkfifo pipe
for tool in "$PND_BIN"/pnd-*; do
    name=$(basename "$tool")
    true <pipe &
    exec 3>pipe
    wait
    "$tool" --help >&3 2>err
    code=$?
    exec 3>&-
    [ $code = 141 ] || echo "$name: exit $code"
    cat err
done
