#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Weights of the golden network with one thing changed.

usage: weights.py CHANGE OUT.safetensors

  no-depth     without the depth head's tensors
  no-pool      without metadata
  missing      without backbone.res3.0.conv1.weight
  extra        with a tensor nobody knows
  shape        sem_seg_head.predictor.bias has one value less
  half         one tensor is F16
  nan          one weight is NaN
  overflow     the semantic predictor's weights are 3e38: finite, and its products are not
  classes      18 classes
"""
import json
import math
import os
import struct
import sys

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/golden_slim8/weights.safetensors")


def main(change, out):
    with open(DATA, "rb") as f:
        raw = f.read()
    n = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + n])
    meta = header.pop("__metadata__")
    tensors = {k: [v["dtype"], v["shape"], raw[8 + n + v["data_offsets"][0]:8 + n + v["data_offsets"][1]]] for k, v in header.items()}
    if change == "no-depth":
        tensors = {k: v for k, v in tensors.items() if not k.startswith("depth_head.")}
    elif change == "no-pool":
        meta = {}
    elif change == "missing":
        del tensors["backbone.res3.0.conv1.weight"]
    elif change == "extra":
        tensors["backbone.res6.weight"] = ["F32", [1], bytes(4)]
    elif change == "shape":
        t = tensors["sem_seg_head.predictor.bias"]
        t[1:] = [18], t[2][:-4]
    elif change == "half":
        tensors["sem_seg_head.predictor.bias"] = ["F16", [19], bytes(38)]
    elif change == "nan":
        t = tensors["backbone.res2.0.conv1.weight"]
        t[2] = struct.pack("<f", math.nan) + t[2][4:]
    elif change == "overflow":
        t = tensors["sem_seg_head.predictor.weight"]
        t[2] = struct.pack("<f", 3e38) * (len(t[2]) // 4)
    elif change == "classes":
        for name in "bias", "weight":
            t = tensors["sem_seg_head.predictor." + name]
            t[2] = t[2][:len(t[2]) // 19 * 18]
            t[1] = [18] + t[1][1:]
    else:
        sys.exit(__doc__)
    at, header, data = 0, {"__metadata__": meta}, b""
    for name, (dtype, shape, values) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(values)]}
        at += len(values)
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    with open(out, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


main(*sys.argv[1:])
