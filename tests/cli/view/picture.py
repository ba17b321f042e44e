#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tiny pictures for the cases beside this file, with the standard library only.

picture.py ids FILE WIDTH VALUE...      16-bit grey PNG (instanceIds or disparity)
picture.py rgb FILE WIDTH RRGGBB...     8-bit RGB PNG
picture.py pfm FILE WIDTH METRES...     depth map, top row first
picture.py show FILE                    print an 8-bit RGB PNG, one row a line

VALUE*N stands for N times VALUE.
"""
import struct
import sys
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, width, pixels, depth, color):
    rows = [b"".join(pixels[i:i + width]) for i in range(0, len(pixels), width)]
    header = struct.pack(">IIBBBBB", width, len(rows), depth, color, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))


def write_pfm(path, width, metres):
    rows = [metres[i:i + width] for i in range(0, len(metres), width)]
    with open(path, "wb") as out:
        out.write(b"Pf\n%d %d\n-1.0\n" % (width, len(rows)))
        for row in reversed(rows):
            out.write(struct.pack("<%df" % width, *row))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def show(path):
    data, at, body = open(path, "rb").read(), 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            body += data[at + 8:at + 8 + size]
        at += size + 12
    assert (depth, color) == (8, 2), "not 8-bit RGB"
    raw, stride, above = zlib.decompress(body), 3 * width, bytes(3 * width)
    for y in range(height):
        rule, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            a, b, c = (row[i - 3], above[i], above[i - 3]) if i >= 3 else (0, above[i], 0)
            row[i] = (row[i] + (0, a, b, (a + b) // 2, paeth(a, b, c))[rule]) & 255
        print(" ".join(row[i:i + 3].hex() for i in range(0, stride, 3)))
        above = row


what, path = sys.argv[1:3]
if what == "show":
    show(path)
else:
    width, values = int(sys.argv[3]), []
    for word in sys.argv[4:]:
        value, _, times = word.partition("*")
        values += [value] * int(times or 1)
    if what == "ids":
        write_png(path, width, [struct.pack(">H", int(v)) for v in values], 16, 0)
    elif what == "rgb":
        write_png(path, width, [bytes.fromhex(v) for v in values], 8, 2)
    else:
        write_pfm(path, width, [float(v) for v in values])
