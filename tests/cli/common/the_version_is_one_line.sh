# SPDX-License-Identifier: Apache-2.0
for tool in "$PND_BIN"/pnd-*; do
    name=$(basename "$tool")
    "$tool" --version >version || echo "$name: exit $?"
    grep -qx "$name (panodepth) [0-9]*\.[0-9]*\.[0-9]*" version || cat version
done
