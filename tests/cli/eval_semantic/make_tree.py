#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a tree of one 8x4 frame and its predicted labels into the current folder.

usage: make_tree.py [EDIT...]

Left half road (7), right half car (26): instance 26001 of 4x3 pixels, and a row of the group 26. The prediction is
perfect. Each EDIT is a Python statement that changes it first. Names: labels, ids and pred, rows of values; kind, the
kind of the prediction's PNG ("L", "P", "RGB", "RGBA", "I;16"); n, how many frames.
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "eval"))
from make_scene import write_png  # noqa: E402


def main():
    labels = [[7] * 4 + [26] * 4 for _ in range(4)]
    ids = [[7] * 4 + [26001] * 4 for _ in range(3)] + [[7] * 4 + [26] * 4]
    names = dict(labels=labels, ids=ids, pred=[list(row) for row in labels], kind="L", n=1)
    for edit in sys.argv[1:]:
        exec(edit, names)
    for i in range(names["n"]):
        core = "ulm_000000_%06d" % i
        gt = "tree/gtFine/val/ulm/%s_gtFine_" % core
        write_png(gt + "labelIds.png", names["labels"], "L")
        write_png(gt + "instanceIds.png", names["ids"], "I;16")
        write_png("pred/%s_pred.png" % core, names["pred"], names["kind"])


main()
