#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a tree of one 40x10 frame and predicted instances into the current folder.

usage: make_tree.py [EDIT...]

Ground truth: car 26001 in columns 0 to 19, person 24000 in 20 to 29, road (7) in the rest; a perfect prediction of both,
as pred/ulm_000000_000000_pred.txt with pred/masks, and as pred.json with pred/pan. Each EDIT is a Python statement that
changes it first. Names: ids, rows of values; lines, the text file; masks, rows by name; kind, their kind of PNG; rows,
the panoptic ids; segments, of the JSON; mask(x0, x1), a new mask; n, how many frames.
"""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "eval"))
from make_scene import write_png  # noqa: E402


def mask(x0, x1, value=255):
    return [[value if x0 <= x < x1 else 0 for x in range(40)] for _ in range(10)]


def main():
    ids = [[26001] * 20 + [24000] * 10 + [7] * 10 for _ in range(10)]
    names = dict(ids=ids, lines=["masks/a.png 26 0.9", "masks/b.png 24 0.8"], kind="L", mask=mask, n=1,
                 masks={"a": mask(0, 20), "b": mask(20, 30, 1)},
                 rows=[[5] * 20 + [600] * 10 + [7] * 10 for _ in range(10)],
                 segments=[dict(id=5, category_id=26, score=0.9), dict(id=600, category_id=24, score=0.8),
                           dict(id=7, category_id=7)])
    for edit in sys.argv[1:]:
        exec(edit, names)
    cores = ["ulm_000000_%06d" % i for i in range(names["n"])]
    for core in cores:
        write_png("tree/gtFine/val/ulm/%s_gtFine_instanceIds.png" % core, names["ids"], "I;16")
        write_png("pred/pan/%s.png" % core, names["rows"], "RGB")
        with open("pred/%s_pred.txt" % core, "w", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in names["lines"]))
    for name, rows in names["masks"].items():
        write_png("pred/masks/%s.png" % name, rows, names["kind"])
    with open("pred.json", "w", encoding="utf-8") as f:
        json.dump(dict(annotations=[dict(image_id=core, file_name=core + ".png", segments_info=names["segments"])
                                    for core in cores]), f)


main()
