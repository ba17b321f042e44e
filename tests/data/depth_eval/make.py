#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the files of this folder: two tiny frames in the Cityscapes layout and predictions for them.

Frame ulm_000000_000000 is 4 x 2 pixels, fx * baseline = 512 m px, so disparity codes 1 + 131072 / z give depths that are
powers of two:      none, infinite, 8, 16
                    32, 64, 128, 16
Frame ulm_000000_000001 is 2 x 1 pixels without a finite depth, from another rig.
"""
import json
import os

import numpy as np
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))


def path(*parts):
    p = os.path.join(here, *parts)
    os.makedirs(os.path.dirname(p), exist_ok=True)
    return p


def png16(array, *parts):
    Image.fromarray(np.array(array, np.uint16)).save(path(*parts))


def camera(name, baseline, fx):
    text = {"extrinsic": {"baseline": baseline, "pitch": 0.038, "roll": 0.0, "x": 1.7, "y": 0.1, "yaw": -0.0195, "z": 1.22},
            "intrinsic": {"fx": fx, "fy": fx, "u0": 2.0, "v0": 1.0}}
    with open(path("camera/val/ulm", name + "_camera.json"), "w") as f:
        json.dump(text, f, indent=4)


depth = np.array([[0, np.inf, 8, 16], [32, 64, 128, 16]])
code = np.where(depth > 0, 1 + 131072 / np.where(depth > 0, depth, 1), 0)
first, second = "ulm_000000_000000", "ulm_000000_000001"
png16(code, "disparity/val/ulm", first + "_disparity.png")
png16([[0, 1]], "disparity/val/ulm", second + "_disparity.png")
camera(first, 0.25, 2048)
camera(second, 0.5, 2048)
png16([[1, 23, 7, 1], [7, 26001, 26002, 7]], "gtFine/val/ulm", first + "_gtFine_instanceIds.png")
png16([[0, 0]], "gtFine/val/ulm", second + "_gtFine_instanceIds.png")
Image.fromarray(np.array([[1, 23, 7, 1], [7, 7, 7, 7]], np.uint8)).save(path("labels.png"))  # labelIds without the cars

# pred: metres * 256, as KITTI. pred_metres: the same whole metres as 8-bit RGB pictures, as the paper's code saves them.
prediction = np.array([[10, 10, 10, 20], [24, 80, 100, 16]])
png16(prediction * 256, "pred", first + "_leftImg8bit_depth.png")
png16([[2560, 2560]], "pred", second + "_leftImg8bit_depth.png")
for name, array in ((first, prediction), (second, np.array([[10, 10]]))):
    rgb = np.repeat(array.astype(np.uint8)[:, :, None], 3, axis=2)
    os.makedirs(path("pred_metres", "x")[:-2], exist_ok=True)
    Image.fromarray(rgb).save(path("pred_metres", name + "_leftImg8bit_depth.png"))
    Image.fromarray(255 - rgb).save(path("pred_metres", name + "_leftImg8bit_depthlab.png"))

# pred_bad: NaN on a pixel without ground truth; NaN, -1, 0 and inf on pixels with it.
bad = np.array([[np.nan, 1, 8, np.nan], [-1, 0, np.inf, 16]], np.float32)
np.save(path("pred_bad", first + "_depth.npy"), bad)
np.save(path("pred_bad", second + "_depth.npy"), np.ones((1, 2), np.float32))

# dvps: two sequences of six frames, named and stored as in Cityscapes-DVPS (1/256 m), 2 x 1 pixels.
for sequence, frame in ((s, f) for s in range(2) for f in range(6)):
    key = "%06d_%06d_munster_%06d_%06d" % (sequence, frame, 168 + sequence, 4 + frame)
    true, guess = ([2560, 5120], [3072, 5120]) if sequence == 0 else ([2560, 2560], [1280, 2560])
    if (sequence, frame) == (0, 5):
        true, guess = [0, 20480], [999, 0]
    png16([true], "dvps/gt", key + "_depth.png")
    png16([guess], "dvps/pred", key + "_depth.png")
    if frame == 0:
        png16([[11001, 32000]], "dvps/gt", key + "_gtFine_instanceTrainIds.png")
