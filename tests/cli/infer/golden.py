#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The golden network's photograph as a PNG, and its results compared with what pnd-infer wrote.

usage: golden.py photograph OUT.png | golden.py compare OUT_DIR HEADS_DIR STEM ID

The numbers are PyTorch's (tests/data/README.md): segment ids, semantic classes and depths of every pixel, the raw maps.
"""
import json
import os
import struct
import sys
import zlib

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/golden_slim8/io.safetensors")
LABEL_IDS = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)


def golden(name):
    with open(DATA, "rb") as f:
        raw = f.read()
    n = struct.unpack("<Q", raw[:8])[0]
    t = json.loads(raw[8:8 + n])[name]
    begin, end = t["data_offsets"]
    code = {"F32": "f", "I32": "i", "U8": "B"}[t["dtype"]]
    return t["shape"], struct.unpack(f"<{(end - begin) // struct.calcsize(code)}{code}", raw[8 + n + begin:8 + n + end])


def write_png(path, width, height, rows):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(b"".join(b"\0" + r for r in rows))) + chunk(b"IEND", b""))


def read_png(path):
    """Width, bytes a pixel, and the bytes of all pixels."""
    with open(path, "rb") as f:
        raw = f.read()
    at, data = 8, b""
    while at < len(raw):
        size, kind = struct.unpack(">I4s", raw[at:at + 8])
        if kind == b"IHDR":
            width, height, bits, color = struct.unpack(">IIBB", raw[at + 8:at + 18])
        if kind == b"IDAT":
            data += raw[at + 8:at + 8 + size]
        at += size + 12
    step = (3 if color == 2 else 1) * bits // 8
    data, before, out = zlib.decompress(data), bytes(width * step), bytearray()
    for y in range(height):
        kind, row = data[y * (width * step + 1)], bytearray(data[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        for i in range(len(row)):
            a, b, c = (row[i - step], before[i], before[i - step]) if i >= step else (0, before[i], 0)
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        out, before = out + row, row
    return width, step, bytes(out)


def read_npy(path):
    with open(path, "rb") as f:
        raw = f.read()
    n = struct.unpack("<H", raw[8:10])[0]
    header = eval(raw[10:10 + n])  # our own file
    assert header["descr"] == "<f4" and not header["fortran_order"], header
    return header["shape"], struct.unpack(f"<{(len(raw) - 10 - n) // 4}f", raw[10 + n:])


def compare(out, heads, stem, image_id):
    _, panoptic = golden("post.panoptic")
    _, _, png = read_png(f"{out}/cityscapes_panoptic_val/{image_id}_panoptic.png")
    ids = [png[i] + 256 * png[i + 1] + 65536 * png[i + 2] for i in range(0, len(png), 3)]
    print("segment ids that differ:", sum(i != p + 1 for i, p in zip(ids, panoptic)), "of", len(ids))
    _, sem = golden("post.sem")
    _, _, labels = read_png(f"{out}/semantic/{image_id}_pred_labelIds.png")
    print("labels that differ:", sum(a != LABEL_IDS[b] for a, b in zip(labels, sem)), "of", len(labels))
    _, depth = golden("post.depth")
    _, _, png = read_png(f"{out}/depth/{image_id}_depth.png")
    samples = [256 * png[i] + png[i + 1] for i in range(0, len(png), 2)]
    # float32 in another order: 1e-4 of the largest depth, 7 m, as the raw maps below
    wrong = sum(s != 0 if z <= -7e-4 else s < 1 or abs(s / 256 - max(z, 1 / 256)) > 0.5 / 256 + 7e-4
                for s, z in zip(samples, depth) if abs(z) > 7e-4)
    print("depths off by more than half a step:", wrong, "of", len(samples))
    for head, name in ("sem", "s4.sem"), ("center", "s4.center"), ("offset", "s4.offset"), ("depth", "s4.depth_raw"):
        shape, expected = golden(name)
        found_shape, found = read_npy(f"{heads}/{stem}_{head}.npy")
        error = max(abs(a - b) for a, b in zip(expected, found)) / max(map(abs, expected))
        print(head, found_shape, "as in PyTorch" if found_shape == tuple(shape[1:]) and error <= 1e-4 else f"off by {error}")
    with open(f"{out}/cityscapes_panoptic_val.json") as f:
        (annotation,) = json.load(f)["annotations"]
    for s in annotation["segments_info"]:
        at = [i for i, p in enumerate(panoptic) if p + 1 == s["id"]]
        valid = [depth[i] for i in at if depth[i] >= 2.0 ** -20]
        xs, ys = [i % 128 for i in at], [i // 128 for i in at]
        mean = sum(valid) / len(valid) if valid else None
        ok = (s["area"] == len(at) and s["bbox"] == [min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1]
              and s["category_id"] == LABEL_IDS[(s["id"] - 1) // 1000]
              and (("depth" not in s) if mean is None else abs(s["depth"] - mean) < 1e-4 * abs(mean))
              and ("score" in s) == (s["id"] >= 11000))
        if not ok:
            print("wrong:", s, len(at), mean)
    print(len(annotation["segments_info"]), "segments")


if sys.argv[1] == "photograph":
    (height, width, _), pixels = golden("image_hwc")
    write_png(sys.argv[2], width, height, [bytes(pixels[y * width * 3:(y + 1) * width * 3]) for y in range(height)])
else:
    compare(*sys.argv[2:])
