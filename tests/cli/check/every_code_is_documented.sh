# SPDX-License-Identifier: Apache-2.0
# docs/checks.md has a row for each code, in the same order, and no other.
pnd-check --list-codes | awk '{print $1, $2}' >codes
sed -n 's/^| `\([a-z0-9-]*\)` | \([a-z]*\) .*/\1 \2/p' "$DATA/../../docs/checks.md" >documented
diff codes documented && echo same
