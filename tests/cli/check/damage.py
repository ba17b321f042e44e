# SPDX-License-Identifier: Apache-2.0
"""Damage the tree that pnd-scene wrote, one frame per kind of damage. usage: damage.py TREE"""
import glob
import json
import os
import struct
import sys
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color, row):
    body = b"".join(b"\0" + row(y) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b""))


def grey16(width, height, value):
    return png(width, height, 16, 0, lambda y: b"".join(struct.pack(">H", value(x, y)) for x in range(width)))


def grey8(width, height, value):
    return png(width, height, 8, 0, lambda y: bytes(value(x, y) for x in range(width)))


root = sys.argv[1]
W, H = 128, 64


def path(kind, i):
    suffix = {"labels": "gtFine_labelIds.png", "instances": "gtFine_instanceIds.png"}.get(kind)
    folder = "gtFine" if suffix else kind
    suffix = suffix or kind + (".json" if kind == "camera" else ".png")
    return sorted(glob.glob(f"{root}/{folder}/val/*/*_{suffix}"))[i]


def read(name):
    with open(name, "rb") as f:
        return f.read()


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)


def edit_camera(i, change):
    camera = json.loads(read(path("camera", i)))
    change(camera)
    write(path("camera", i), json.dumps(camera).encode())


left = path("leftImg8bit", 0)
write(left, read(left)[:2000])                                           # truncated
write(path("leftImg8bit", 1), b"")                                       # empty-file
write(path("leftImg8bit", 2), b"version https://git-lfs.github.com/spec/v1\n")  # lfs-pointer
write(path("leftImg8bit", 3), b"<!DOCTYPE html>\n<html></html>\n")       # html-page
data = bytearray(read(path("leftImg8bit", 4)))
data[len(data) // 2] ^= 1
write(path("leftImg8bit", 4), bytes(data))                               # corrupt
write(path("leftImg8bit", 5), read(path("leftImg8bit", 5)) + b"more")    # trailing-bytes
write(path("leftImg8bit", 6), grey8(W, H, lambda x, y: x))               # wrong-color-type
os.remove(path("rightImg8bit", 7))                                       # missing-stereo
write(path("disparity", 0), grey8(W, H, lambda x, y: x))                 # wrong-bit-depth
write(path("disparity", 1), grey16(W, H, lambda x, y: 0))                # disparity-all-invalid
write(path("disparity", 2), grey16(W, H, lambda x, y: x % 2))            # disparity-all-infinite
write(path("disparity", 3), grey16(W, H, lambda x, y: 65535))            # disparity-constant
write(path("disparity", 4), grey16(W, H, lambda x, y: x))                # disparity-8bit: max <= 255
write(path("disparity", 5), grey16(W, H, lambda x, y: 257 * x))          # disparity-8bit: stretched
write(path("disparity", 6), grey16(H, W, lambda x, y: 300 + x))          # wrong-size
edit_camera(0, lambda c: c["intrinsic"].pop("fx") and c["extrinsic"].pop("yaw"))  # camera-key, twice
edit_camera(1, lambda c: c["extrinsic"].update(baseline=209.313))        # camera-range: millimetres
edit_camera(2, lambda c: c["intrinsic"].update(u0=1096.98))              # camera-center
write(path("camera", 3), b'{"extrinsic": ')                              # json-invalid
write(path("labels", 0), grey8(W, H, lambda x, y: 99 if y == 3 else 7))  # unknown-class, mismatch
write(path("instances", 1), grey16(W, H, lambda x, y: 7005))             # instance-of-stuff, mismatch
write(path("instances", 2), b"GIF89a")                                   # foreign-type
os.remove(path("labels", 3))                                             # missing-file
city = os.path.dirname(path("camera", 5))
os.rename(path("camera", 5), os.path.join(city, "ulm_000000_000019_camera.json"))  # misplaced-file
write(os.path.join(city, "notes.txt"), b"x")                             # unexpected-file
edit_camera(4, lambda c: None)
