#!/bin/sh
# libeval and libbase must be linkable into a training loop: no PNG, no JSON, no crypto. Only pnd_ symbols are exported.
set -eu
base=$1 data=$2 eval=$3 kernels=$4
fail() { echo "$1"; exit 1; }
for library in "$base" "$eval" "$kernels"; do
    if readelf -d "$library" | grep -E 'NEEDED.*(png|cjson|crypto|libz\.|cudnn)'; then
        fail "$library depends on a file format library"
    fi
done
for library in "$base" "$data" "$eval" "$kernels"; do
    foreign=$(nm -D --defined-only "$library" | awk '{print $3}' | grep -v -E '^(pnd_|_init$|_fini$|__|_edata|_end)' || true)
    [ -z "$foreign" ] || fail "$library exports: $foreign"
done
