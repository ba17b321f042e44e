# SPDX-License-Identifier: Apache-2.0
# Prints only what is wrong, so it covers every program there is.
check() {
    "$@" --help >help 2>err || echo "$*: exit $?"
    [ -s err ] && echo "$*: standard error is not empty"
    head -n 1 help | grep -q '^Usage: pnd-' || echo "$*: no usage line"
    awk -v name="$*" 'length($0) > 80 { print name ": too wide: " $0 }' help
}
for tool in "$PND_BIN"/pnd-*; do
    name=$(basename "$tool")
    check "$name"
    # shellcheck disable=SC2013
    for command in $(sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' help); do
        check "$name" "$command"
    done
done
