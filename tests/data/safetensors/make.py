#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write package.safetensors with the safetensors package (0.8.0) and NumPy, and three small files by hand for the fuzzer."""
import json
import os
import struct

import numpy as np
from safetensors.numpy import save_file

os.chdir(os.path.dirname(os.path.abspath(__file__)))
save_file({
    "conv.weight": (np.arange(6, dtype="<f4") / 4).reshape(2, 3, 1, 1),
    "conv.norm.weight": np.ones(2, "<f4"),
    "half": np.array([0.5, -2], "<f2"),
    "n": np.array(-5, "<i8"),
    "none": np.zeros((0, 3), "<f8"),
    "mask": np.array([True, False, True]),
}, "package.safetensors", {"variant": "r52", "source": "own work"})


def by_hand(name, header, data):
    text = json.dumps(header, separators=(",", ":")).encode()
    with open(name, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


by_hand("two.safetensors", {"a": {"dtype": "F32", "shape": [2], "data_offsets": [3, 11]},
                            "b": {"dtype": "U8", "shape": [3, 1], "data_offsets": [0, 3]}}, bytes(range(11)))
by_hand("overlap.safetensors", {"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                                "b": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}}, bytes(6))
by_hand("metadata.safetensors", {"__metadata__": {"variant": "r52", "depth": "none", "mean": "123.675,116.28,103.53"}}, b"")
