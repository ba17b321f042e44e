# SPDX-License-Identifier: Apache-2.0
expect() {
    message=$1
    shift
    "$@" >out 2>err
    code=$?
    [ $code = 2 ] || echo "$*: exit $code"
    [ -s out ] && cat out
    grep -qF "$message" err || { echo "$*: expected: $message"; cat err; }
}
for tool in "$PND_BIN"/pnd-*; do
    name=$(basename "$tool")
    # Options follow the command where there are several.
    command=$("$tool" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' | head -n 1)
    expect "$name: unknown option '--thraeds'; did you mean '--threads'?" "$name" $command --thraeds 2
    expect "$name: --threads: 'many' is not a valid N" "$name" $command --threads=many
    expect "$name: --threads: 9999 is not within 0..1024" "$name" $command --threads 9999
    expect "$name: --max-errors needs a value (N)" "$name" $command --max-errors
    expect "$name: --quiet takes no value" "$name" $command --quiet=1
    expect "Try '$name" "$name" $command --nonsense
    expect '"level": "error", "tool": "'"$name"'", "code": 2, "kind": "usage"' "$name" $command --json --threads=-1
done
