# SPDX-License-Identifier: Apache-2.0
"""Give an 8-bit RGB PNG an opaque alpha channel, in place. usage: add_alpha.py FILE.png"""
import struct
import sys
import zlib


def chunks(png):
    at = 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        yield kind, png[at + 8:at + 8 + size]
        at += 12 + size


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def unfilter(data, width, height):
    rows, above = [], bytearray(3 * width)
    for y in range(height):
        kind, row = data[y * (3 * width + 1)], bytearray(data[y * (3 * width + 1) + 1:(y + 1) * (3 * width + 1)])
        for x in range(3 * width):
            left, corner = (row[x - 3], above[x - 3]) if x >= 3 else (0, 0)
            guess = (0, left, above[x], (left + above[x]) // 2, paeth(left, above[x], corner))[kind]
            row[x] = (row[x] + guess) % 256
        rows.append(row)
        above = row
    return rows


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main():
    with open(sys.argv[1], "rb") as file:
        parts = list(chunks(file.read()))
    width, height, depth, color = struct.unpack(">IIBB", parts[0][1][:10])
    assert (depth, color) == (8, 2)
    rows = unfilter(zlib.decompress(b"".join(d for k, d in parts if k == b"IDAT")), width, height)
    lines = [b"\0" + b"".join(bytes(row[3 * x:3 * x + 3]) + b"\xff" for x in range(width)) for row in rows]
    with open(sys.argv[1], "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(b"".join(lines))) + chunk(b"IEND", b""))


main()
