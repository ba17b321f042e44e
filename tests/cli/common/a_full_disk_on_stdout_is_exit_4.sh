# SPDX-License-Identifier: Apache-2.0
[ -e /dev/full ] || { echo "no /dev/full here"; exit 77; }
for tool in "$PND_BIN"/pnd-*; do
    name=$(basename "$tool")
    "$tool" --help >/dev/full 2>err
    [ $? = 4 ] || echo "$name: not exit 4"
    # A help text longer than the buffer fails before the end, where the reason is no longer known.
    grep -qxE "$name: standard output: (No space left on device|write error)" err || cat err
done
