# SPDX-License-Identifier: Apache-2.0
"""Depth maps of 2 rows by hand, without NumPy."""
import struct
import zipfile
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png16(name, rows):
    body = b"".join(b"\0" + struct.pack(f">{len(r)}H", *r) for r in rows)
    with open(name, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", len(rows[0]), len(rows), 16, 0, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b""))


def npy(rows, kind="<f4", code="f"):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}".ljust(117) + "\n"
    return (b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode()
            + b"".join(struct.pack(f"<{len(r)}{code}", *r) for r in rows))


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)


png16("kitti.png", [[0, 1, 256], [2560, 65534, 65535]])
png16("mm.png", [[0, 1, 1000], [2500, 65534, 65535]])
write("metres.npy", npy([[0, 0.5, 300], [1, 2, 3]]))
write("double.npy", npy([[0.001953125 * 3, 1, 2]], "<f8", "d"))  # 1.5 / 256: half up is 2
write("bad.npy", npy([[1, float("nan"), float("inf")], [-1, 2, 3]]))
with zipfile.ZipFile("two.npz", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("depth.npy", npy([[1, 2], [3, 4]]))
    z.writestr("other.npy", npy([[5, 6], [7, 8]]))
