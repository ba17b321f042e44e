# SPDX-License-Identifier: Apache-2.0
command -v groff >/dev/null || { echo "groff is not installed"; exit 77; }
for tool in "$PND_BIN"/pnd-*; do
    "$tool" --generate man >page.1 || echo "$tool: exit $?"
    groff -man -ww -b -Tutf8 page.1 2>&1 >page.txt | sed "s/^/$(basename "$tool"): /"
    for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES; do
        grep -q "^\.SH $section" page.1 || echo "$(basename "$tool"): no section $section"
    done
done
