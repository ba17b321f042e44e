# SPDX-License-Identifier: Apache-2.0
# docs/formats.md, "Two images": the reason and the option that settles it. Faults, rows 30, 34, 40.
core=ulm_000000_000019
png() { # NAME KIND VALUES: one row
    python3 - "$@" <<'END'
import struct, sys, zlib
name, kind, values = sys.argv[1], sys.argv[2], list(map(int, sys.argv[3:]))
depth, colour = {"RGB": (8, 2), "L": (8, 0), "P": (8, 3), "I": (16, 0)}[kind]
pixel = {"RGB": lambda v: bytes([v & 255, v >> 8 & 255, v >> 16]), "L": lambda v: bytes([v]),
         "P": lambda v: bytes([v]), "I": lambda v: struct.pack(">H", v)}[kind]
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
with open(name, "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", len(values), 1, depth, colour, 0, 0, 0)))
    f.write(chunk(b"PLTE", bytes(range(256)) * 3) if kind == "P" else b"")
    f.write(chunk(b"IDAT", zlib.compress(b"\0" + b"".join(map(pixel, values)))) + chunk(b"IEND", b""))
END
}
gt=${core}_gtFine_instanceIds.png
png $gt I 7 7 26000 26000 26001 24
pair() {
    pnd-eval panoptic "$@" >table 2>messages
    echo "$*: exit $?"
    grep ^All table
    cat messages
}
png pred.png I 7 7 26000 26000 26001 0
pair $gt pred.png
pair $gt pred.png --pred-ids label
pair $gt pred.png --pred-ids train
png train.png I 0 0 13000 13000 13001 255
pair $gt train.png --pred-ids label
pair $gt train.png --pred-ids train
png roads.png I 1 7 7 7 7 7
pair $gt roads.png --pred-ids label
png rgb.png RGB 7 7 26000 26000 26001 0
pair $gt rgb.png
pair $gt rgb.png --pred-format coco
pair $gt rgb.png --pred-format two-channel --pred-ids label
pair $gt rgb.png --pred-format instance-ids --pred-ids label
png random.png RGB 7 7 70000 70000 90000 0
pair $gt random.png --pred-format coco
png zero.png RGB 7 7 26 26 26 0
pair $gt zero.png --pred-format two-channel --pred-ids label
pair $gt zero.png --pred-format two-channel --pred-ids label --pred-instance-zero instance
png grey.png L 7 7 26 26 26 0
pair $gt grey.png
pair $gt grey.png --pred-format instance-ids --pred-ids label
pair $gt grey.png --pred-format coco
png palette.png P 7 7 26 26 26 0
pair $gt palette.png
pair $gt pred.png --pred-format coco
png small.png I 7 7 26000
pair $gt small.png --pred-ids label
pair $gt
pair $gt pred.png --pred-ids label --split val
pair $gt none.png --pred-ids label
pair $gt pred.png --pred-ids label -o pred.png
