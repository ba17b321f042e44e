#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the depth files that tests/unit/test_depth_file.c and tests/fuzz read, with NumPy itself.

Made once with NumPy 1.24 (Debian 12): python3 make.py. Every array is 2 x 3:

    0.5   1.25  -2.0
    0.0   nan   300.0
"""
import os

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
values = np.array([[0.5, 1.25, -2.0], [0.0, np.nan, 300.0]])


def save(name, array, version=None):
    with open(os.path.join(here, name), "wb") as out:
        np.lib.format.write_array(out, array, version=version, allow_pickle=True)


f4 = values.astype("<f4")
save("f4_v1.npy", f4, (1, 0))
save("f4_v2.npy", f4, (2, 0))
save("f4_v3.npy", f4, (3, 0))
save("f8.npy", values)
save("f2.npy", values.astype("<f2"))
save("u2.npy", np.array([[0, 1, 256], [257, 32257, 65535]], "<u2"))
save("one_by_hw.npy", f4[None])
save("fortran.npy", np.asfortranarray(f4))
save("big_endian.npy", values.astype(">f4"))
save("int32.npy", np.zeros((2, 3), "<i4"))
save("object.npy", np.array([[{}, None], [1, "a"]], object))
save("structured.npy", np.zeros((2, 3), [("z", "<f4")]))
save("three_planes.npy", np.zeros((3, 2, 3), "<f4"))
save("scalar.npy", np.float32(1))
save("empty.npy", np.zeros((0, 3), "<f4"))


def save_pfm(name, header, order):
    with open(os.path.join(here, name), "wb") as out:
        out.write(header + np.nan_to_num(values[::-1], nan=np.inf).astype(order + "f4").tobytes())


save_pfm("little.pfm", b"Pf\n3 2\n-1.0\n", "<")
save_pfm("big.pfm", b"Pf\n3 2\n0.5\n", ">")
