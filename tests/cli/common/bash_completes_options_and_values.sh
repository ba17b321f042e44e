# SPDX-License-Identifier: Apache-2.0
command -v bash >/dev/null || { echo "bash is not installed"; exit 77; }
for tool in "$PND_BIN"/pnd-*; do
    "$tool" --generate bash >completion && bash -n completion
done
pnd-table --generate bash >table
pnd-eval --generate bash >eval
mkdir folder
: >file.json
cat >ask.bash <<'END'
compopt() { :; } # outside of a completion there is nothing to set
source table
source eval
ask() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    "_${1/-/_}"
    echo "$*: ${COMPREPLY[*]}"
}
ask pnd-table --mix
ask pnd-table --format m
ask pnd-table --format = h
ask pnd-table --digits ''
ask pnd-table fi
ask pnd-table -o fo
ask pnd-eval pan
ask pnd-eval panoptic --parity s
ask pnd-eval depth --max-e
END
bash ask.bash
