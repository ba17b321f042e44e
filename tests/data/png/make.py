#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small PNG files made without panodepth: by Pillow, and byte by byte where Pillow has no option.

Usage: make.py [DIR]    (needs Pillow and numpy; the results are committed)

Every sample follows one formula, so that tests know what to expect:
    8-bit label       (x * x + 7 * y) % 256
    16-bit value      (4096 * x + 257 * y + 1) % 65536
    colour            r = (16 * x + y) % 256, g = (x + 31 * y) % 256, b = (x * y) % 256
    palette index     (x + y) % number of colours
"""
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
W, H = 13, 9
X, Y = np.meshgrid(np.arange(W), np.arange(H))
LABELS = ((X * X + 7 * Y) % 256).astype(np.uint8)
VALUES = ((4096 * X + 257 * Y + 1) % 65536).astype(np.uint16)
COLOURS = np.stack([(16 * X + Y) % 256, (X + 31 * Y) % 256, (X * Y) % 256], -1).astype(np.uint8)
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(depth, colour, interlace, raw, extra=b""):
    header = struct.pack(">IIBBBBB", W, H, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw))
            + chunk(b"IEND", b""))


def interlaced(pixels):
    """pixels: H x W x bytes."""
    raw = b""
    for x0, y0, dx, dy in ADAM7:
        for row in pixels[y0::dy, x0::dx]:
            raw += b"\0" + row.tobytes()
    return raw


def interlaced_2bit(indices):
    raw = b""
    for x0, y0, dx, dy in ADAM7:
        for row in indices[y0::dy, x0::dx]:
            bits = "".join(f"{i:02b}" for i in row)
            bits += "1" * (-len(bits) % 8)
            raw += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    return raw


def filtered(pixels):
    """Row y uses filter y % 5, written from the definitions in section 9 of the PNG specification."""
    height, width, n = pixels.shape
    raw = b""
    rows = pixels.reshape(height, width * n).astype(int)
    for y in range(height):
        kind, out = y % 5, []
        for i in range(width * n):
            a = rows[y][i - n] if i >= n else 0
            b = rows[y - 1][i] if y else 0
            c = rows[y - 1][i - n] if y and i >= n else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            out.append((rows[y][i] - [0, a, b, (a + b) // 2, paeth][kind]) % 256)
        raw += bytes([kind]) + bytes(out)
    return raw


def big_endian(values):
    return values.astype(">u2").view(np.uint8).reshape(H, W, 2)


def save(name, data):
    (OUT / name).write_bytes(data)


def palette_image(colours):
    image = Image.fromarray(((X + Y) % colours).astype(np.uint8), "P")
    image.putpalette([c for i in range(colours) for c in (i, 255 - i, 7)])
    return image


Image.fromarray(LABELS).save(OUT / "pillow_grey8.png")
Image.fromarray(VALUES).save(OUT / "pillow_grey16.png")
Image.fromarray(COLOURS).save(OUT / "pillow_rgb8.png")
alpha = np.dstack([COLOURS, (255 - LABELS)])
Image.fromarray(alpha).save(OUT / "pillow_rgba8.png")
for bits, colours in ((1, 2), (2, 4), (4, 16), (8, 20)):
    palette_image(colours).save(OUT / f"pillow_palette{bits}.png", bits=bits)
save("filters_grey8.png", png(8, 0, 0, filtered(LABELS[..., None])))
save("filters_grey16.png", png(16, 0, 0, filtered(big_endian(VALUES))))
save("filters_rgb8.png", png(8, 2, 0, filtered(COLOURS)))
save("adam7_grey8.png", png(8, 0, 1, interlaced(LABELS[..., None])))
save("adam7_grey16.png", png(16, 0, 1, interlaced(big_endian(VALUES))))
save("adam7_rgb8.png", png(8, 2, 1, interlaced(COLOURS)))
save("adam7_palette2.png", png(2, 3, 1, interlaced_2bit((X + Y) % 4), chunk(b"PLTE", bytes(range(12)))))
# What would change values if it were obeyed: transparency, gamma, significant bits.
save("ancillary_grey16.png",
     png(16, 0, 0, filtered(big_endian(VALUES)),
         chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"sBIT", b"\x0c") + chunk(b"tRNS", b"\x00\x01")))
# Index 20 where the palette has 20 entries, 0 to 19.
wrong = ((X + Y) % 20).astype(np.uint8)
wrong[4, 6] = 20
save("palette8_out_of_range.png",
     png(8, 3, 0, filtered(wrong[..., None]), chunk(b"PLTE", bytes(60))))
# Seeds for tests/fuzz: one of each way to be wrong.
good = png(16, 0, 0, filtered(big_endian(VALUES)))
save("bad_truncated.png", good[:-30])
save("bad_no_end.png", good[:-12])
save("bad_crc.png", good[:60] + bytes([good[60] ^ 1]) + good[61:])
save("bad_short.png", png(16, 0, 0, filtered(big_endian(VALUES))[:-40]))
save("bad_long.png", png(16, 0, 0, filtered(big_endian(VALUES)) + bytes(40)))
save("bad_filter.png", png(8, 0, 0, b"\x09" * (H * (W + 1))))
save("bad_text_bomb.png", good[:33] + struct.pack(">I", 1 << 30) + b"iTXt" + b"0123456789abcdef")
save("bad_side.png", good[:16] + struct.pack(">I", 1 << 20) + good[20:29]
     + struct.pack(">I", zlib.crc32(good[12:16] + struct.pack(">I", 1 << 20) + good[20:29])) + good[33:])
save("bad_lfs.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
