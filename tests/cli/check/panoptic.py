# SPDX-License-Identifier: Apache-2.0
"""Damage a copy of the golden panoptic ground truth. usage: panoptic.py JSON"""
import json
import os
import shutil
import sys

name = sys.argv[1]
folder = name[:-len(".json")]
with open(name) as f:
    gt = json.load(f)
a = gt["annotations"]
a[0]["segments_info"][0]["area"] += 1                        # wrong-area
a[0]["segments_info"][1]["bbox"][2] += 1                     # wrong-bbox
a[1]["segments_info"].append(a[1]["segments_info"][0])       # duplicate-segment
a[1]["segments_info"][1]["category_id"] = 99                 # unknown-category
a[2]["segments_info"].append(dict(a[2]["segments_info"][0], id=0))        # segment-id-zero, not-in-png
a[2]["segments_info"].append(dict(a[2]["segments_info"][0], id=4711))     # segment-not-in-png
del a[3]["segments_info"][0]                                 # segment-not-in-json
os.remove(os.path.join(folder, a[4]["file_name"]))           # missing-file
a[5]["file_name"] = "../" + a[5]["file_name"]                # unsafe-name
a.append(dict(a[0], segments_info=[]))                       # duplicate-image
shutil.copy(os.path.join(folder, a[0]["file_name"]), os.path.join(folder, "extra.png"))  # extra-file
with open(name, "w") as f:
    json.dump(gt, f)
