#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the base scene of the golden edge cases into the current folder: gt.json, gt/1.png, pred.json, pred/1.png.

usage: make_scene.py [EDIT...]

Each EDIT is a Python statement that changes it first. Names: g and p, the two JSON documents; gt and pred, rows of ids;
s and t, the segments of the first image of g and p; mode, the kind of PNG ("RGB", "RGBA", "L", "P", "I;16") by side.
"""
import json
import os
import struct
import sys
import zlib


def rectangle(rows, x0, x1, y0, y1, value):
    for y in range(y0, y1):
        rows[y][x0:x1] = [value] * (x1 - x0)


def pixel(value, kind):
    if kind == "I;16":
        return struct.pack(">H", value & 65535)
    if kind in "LP":
        return bytes([value & 255])
    return bytes([value & 255, value >> 8 & 255, value >> 16]) + (b"\xff" if kind == "RGBA" else b"")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, rows, kind):
    depth, colour = {"RGB": (8, 2), "RGBA": (8, 6), "L": (8, 0), "P": (8, 3), "I;16": (16, 0)}[kind]
    raw = b"".join(b"\0" + b"".join(pixel(v, kind) for v in row) for row in rows)
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), depth, colour, 0, 0, 0)
    palette = chunk(b"PLTE", bytes(range(256)) * 3) if kind == "P" else b""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + palette + chunk(b"IDAT", zlib.compress(raw)) +
                chunk(b"IEND", b""))


def main():
    gt, pred = [[0] * 8 for _ in range(8)], [[0] * 8 for _ in range(8)]
    rectangle(gt, 0, 4, 0, 4, 1)
    rectangle(gt, 4, 8, 0, 8, 300)
    rectangle(pred, 0, 3, 0, 4, 10)
    rectangle(pred, 4, 8, 0, 8, 70000)
    s = [dict(id=1, category_id=1, area=16, iscrowd=0, bbox=[0, 0, 4, 4]),
         dict(id=300, category_id=7, area=32, iscrowd=0, bbox=[4, 0, 4, 8])]
    t = [dict(id=10, category_id=1), dict(id=70000, category_id=7)]
    categories = [dict(id=i, name=n, isthing=k, color=[i, i, i], supercategory="")
                  for i, n, k in ((1, "person", 1), (2, "car", 1), (7, "road", 0))]
    g = dict(images=[dict(id="one", width=8, height=8, file_name="one.png")], categories=categories,
             annotations=[dict(image_id="one", file_name="1.png", segments_info=s)])
    p = dict(annotations=[dict(image_id="one", file_name="1.png", segments_info=t)])
    names = dict(g=g, p=p, gt=gt, pred=pred, s=s, t=t, mode=dict(gt="RGB", pred="RGB"), rectangle=rectangle)
    for edit in sys.argv[1:]:
        exec(edit, names)
    for name, document in (("gt", g), ("pred", p)):
        write_png(f"{name}/1.png", names[name], names["mode"][name])
        with open(f"{name}.json", "w", encoding="utf-8") as f:
            json.dump(document, f)


if __name__ == "__main__":
    main()
