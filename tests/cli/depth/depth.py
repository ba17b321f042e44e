#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tiny files for the cases beside this one, with the standard library only.

depth.py grey16|grey8 FILE WIDTH VALUE...     grey PNG
depth.py show FILE                            samples of a 16-bit PNG, or metres of an npy or PFM file, a row a line
depth.py field FILE KEY...                    one value of a JSON file, as Python prints it
"""
import json
import struct
import sys
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, width, values, bits):
    pixels = [struct.pack(">H" if bits == 16 else "B", v) for v in values]
    rows = [b"\0" + b"".join(pixels[i:i + width]) for i in range(0, len(pixels), width)]
    header = struct.pack(">IIBBBBB", width, len(rows), bits, 0, 0, 0, 0)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows)))
                  + chunk(b"IEND", b""))


def rows_of_png(data):
    at, body = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            body += data[at + 8:at + 8 + size]
        at += size + 12
    assert (bits, colour) == (16, 0), "not 16-bit grey"
    raw, stride = zlib.decompress(body), 2 * width + 1
    for y in range(height):
        rule, row = raw[y * stride], bytearray(raw[y * stride + 1:(y + 1) * stride])
        assert rule in (0, 1), "not written by pnd-depth"
        for i in range(2, len(row) if rule == 1 else 0):
            row[i] = (row[i] + row[i - 2]) & 255
        yield struct.unpack(">%dH" % width, row)


def rows_of_floats(data):
    if data[:2] == b"Pf":
        _, size, _, pixels = data.split(b"\n", 3)
        width, height = map(int, size.split())
        order = reversed(range(height))
    else:
        end = 10 + struct.unpack("<H", data[8:10])[0]
        height, width = eval(data[10:end])["shape"]
        pixels, order = data[end:], range(height)
    rows = {}
    for i, y in enumerate(order):
        rows[y] = struct.unpack("<%df" % width, pixels[4 * i * width:4 * (i + 1) * width])
    return [["%g" % v for v in rows[y]] for y in range(height)]


what, path, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
if what == "show":
    content = open(path, "rb").read()
    for line in rows_of_png(content) if content[1:4] == b"PNG" else rows_of_floats(content):
        print(*line)
elif what == "field":
    value = json.load(open(path))
    for key in rest:
        value = value[int(key) if isinstance(value, list) else key]
    print(value)
else:
    write_png(path, int(rest[0]), [int(v) for v in rest[1:]], 16 if what == "grey16" else 8)
