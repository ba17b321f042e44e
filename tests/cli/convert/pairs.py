# SPDX-License-Identifier: Apache-2.0
"""Write FOLDER/ulm_000000_000019.png, 8-bit RGB. usage: pairs.py FOLDER WxH R,G,B ..."""
import os
import struct
import sys
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


width, height = map(int, sys.argv[2].split("x"))
pixels = [bytes(map(int, p.split(","))) for p in sys.argv[3:]]
rows = b"".join(b"\0" + b"".join(pixels[y * width:(y + 1) * width]) for y in range(height))
os.makedirs(sys.argv[1], exist_ok=True)
with open(os.path.join(sys.argv[1], "ulm_000000_000019.png"), "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
