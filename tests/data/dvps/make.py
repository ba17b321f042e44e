#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the six frames of tests/unit/test_video_pq.c, 20 equal rows each, as DVPS folders gt/ and pred/ beside this file."""
import os
import struct
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = 20


def png(path, row, bits, channels):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    raw = (b"\0" + b"".join(v.to_bytes(bits // 8, "big") for v in row)) * ROWS
    header = struct.pack(">IIBBBBB", len(row) // channels, ROWS, bits, 0 if channels == 1 else 2, 0, 0, 0)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n")
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b"")):
            out.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))


for f in range(6):
    depth = [1000] * 8
    for frame, pixel, value in ((0, 0, 0), (0, 1, 500), (1, 4, 1100), (1, 5, 1101), (2, 6, 1251), (4, 7, 0)):
        if f == frame:
            depth[pixel] = value
    stem = f"000001_{5 * f:06}_ulm_000000_{5 * f:06}"
    png(f"{HERE}/gt/{stem}_gtFine_instanceTrainIds.png", [0] * 4 + [13001] * 4, 16, 1)
    png(f"{HERE}/gt/{stem}_depth_2262.52.png", [0] + [1000] * 7, 16, 1)
    png(f"{HERE}/pred/panoptic/{stem}.png", [0, 0, 0] * 4 + [13, 1 if f < 3 else 2, 0] * 4, 8, 3)
    png(f"{HERE}/pred/depth/{stem}.png", depth, 16, 1)
