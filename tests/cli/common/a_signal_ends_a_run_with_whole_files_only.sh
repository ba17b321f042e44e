# SPDX-License-Identifier: Apache-2.0
# A run far too long to finish is stopped; what it wrote is complete and no temporary file is left.
# --foreground: without it timeout also signals its process group, and a second signal ends the program at once.
command -v timeout >/dev/null || { echo "timeout is not installed"; exit 77; }
for signal in INT TERM; do
    timeout --foreground --preserve-status -s $signal 2 pnd-scene --out $signal --frames 100000 --size 64x32 --seed 1 2>err
    echo "exit $?"
    sed 's/after [0-9]* of/after N of/' err
    find $signal -name '*.png' >pngs
    [ -s pngs ] || echo "no picture was written"
    while read -r png; do
        tail -c 8 "$png" | od -An -c | grep -q 'I *E *N *D' || echo "$png is torn"
    done <pngs
    find $signal -type f ! -name '*.png' ! -name '*.json'
done
