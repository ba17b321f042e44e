# SPDX-License-Identifier: Apache-2.0
# The command is taken from README.md and run; the lines shown there are its output, with "..." for some left out.
root=$(cd "$DATA/../.." && pwd)
sed -n '/^\$ pnd-eval all/,/^```/p' "$root/README.md" | sed '$d' >example
sed -n '1,/[^\\]$/p' example | sed '1s/^\$ //' >command.sh
sed '1,/[^\\]$/d' example >shown
(cd "$root" && sh) <command.sh >given 2>warnings
echo "exit $?"
awk 'NR == FNR { line[++n] = $0; next }
     $0 == "..." { skip = 1; next }
     { at++; while (skip && at <= n && line[at] != $0) at++; skip = 0
       if (line[at] != $0) { print "README.md shows, and the program does not print here: " $0; bad = 1; exit } }
     END { if (!bad && FNR > 10) print "as shown" }' given shown
