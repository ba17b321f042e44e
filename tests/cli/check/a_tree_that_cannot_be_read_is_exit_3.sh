# SPDX-License-Identifier: Apache-2.0
run() { pnd-check "$@"; echo "exit $?"; }
run nowhere
mkdir empty
run empty
mkdir -p cs/gtFine/val
run cs/gtFine
run
run cs --png-dir x
run cs --manifest-create a --manifest-verify b
