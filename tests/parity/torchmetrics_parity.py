#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-eval panoptic against torchmetrics' PanopticQuality and ModifiedPanopticQuality (PQ-dagger) on random scenes.

usage: torchmetrics_parity.py PND_EVAL SEED SCENES --venv DIR

The two agree where torchmetrics says what panopticapi says: no crowds, areas counted from pixels, one segment per class of stuff, and no void
in the prediction (torchmetrics takes its pixels out of the ground truth, panopticapi does not). Scenes are of odd sizes, with void ground
truth, IoUs of exactly 0.5, missing and surplus segments, classes that never occur. tp, fp, fn are equal, IoU sums and means to 1e-12.

What must be noticed: a void pixel in the prediction, things taken for stuff, a segment of another class. torchmetrics comes from PyPI into a
virtual environment in DIR (kept for the next run) beside Debian's PyTorch. Exit 77 without PyTorch or when it cannot be installed.
"""
import json
import math
import os
import subprocess
import sys
import tempfile

import peers
from panoptic_parity import half_of, random_box, write_png

TOLERANCE = 1e-12
THINGS, STUFF, UNKNOWN = (24, 26, 33), (7, 11, 23), 99
IMAGES_PER_SET = 10
BREAKS = ("void in the prediction", "things as stuff", "another class")


def random_scene(rng):
    """(category, instance) of every pixel, target and prediction."""
    shape = int(rng.integers(1, 30)), int(rng.integers(1, 30))
    target, pred = np.zeros((*shape, 2), np.int64), np.zeros((*shape, 2), np.int64)
    target[..., 0], pred[..., 0] = UNKNOWN if rng.random() < 0.3 else rng.choice(STUFF), rng.choice(STUFF)
    for k in range(int(rng.integers(0, 8))):
        category = int(rng.choice(THINGS + STUFF))
        value = [category, k + 1 if category in THINGS else 0]
        box = random_box(rng, shape)
        y, x, h, w = box
        target[y:y + h, x:x + w] = value
        kind = rng.random()
        if kind < 0.15:
            continue  # missed
        y, x, h, w = box if kind < 0.4 else half_of(box) if kind < 0.7 else random_box(rng, shape)
        other = int(rng.choice(THINGS + STUFF))
        pred[y:y + h, x:x + w] = value if rng.random() < 0.85 else [other, 50 + k if other in THINGS else 0]
    for _ in range(int(rng.integers(0, 3))):
        y, x, h, w = random_box(rng, shape)
        target[y:y + h, x:x + w] = [UNKNOWN, 0]
    return target, pred


def write_set(folder, scenes):
    categories = [{"id": c, "name": "c%d" % c, "isthing": int(c in THINGS), "supercategory": "x", "color": [0, 0, 0]}
                  for c in sorted(THINGS + STUFF)]
    for d, which in (("gt", 0), ("pred", 1)):
        os.makedirs(os.path.join(folder, d))
        document = {"categories": categories, "images": [], "annotations": []}
        for i, scene in enumerate(scenes):
            pixels = scene[which]
            ids = np.where(pixels[..., 0] == UNKNOWN, 0, pixels[..., 0] * 1000 + pixels[..., 1]).astype(np.uint32)
            write_png(os.path.join(folder, d, "%d.png" % i), ids)
            areas = zip(*(v.tolist() for v in np.unique(ids, return_counts=True)))
            segments = [{"id": s, "category_id": s // 1000, "area": n, "iscrowd": 0, "bbox": [0, 0, 1, 1]} for s, n in areas if s]
            document["images"].append({"id": i, "file_name": "%d.png" % i, "width": ids.shape[1], "height": ids.shape[0]})
            document["annotations"].append({"image_id": i, "file_name": "%d.png" % i, "segments_info": segments})
        with open(os.path.join(folder, d + ".json"), "w") as f:
            json.dump(document, f)


def ask_pnd_eval(program, folder):
    command = [program, "panoptic", "--quiet", "-o", "-"]
    for d in ("gt", "pred"):
        command += ["--%s-json" % d, os.path.join(folder, d + ".json"), "--%s-dir" % d, os.path.join(folder, d)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit("pnd-eval: exit %d\n%s" % (done.returncode, done.stderr))
    r = json.loads(done.stdout)
    counts = {int(c): [v["tp"], v["fp"], v["fn"], v["iou"]] for c, v in r["per_class"].items()}
    return counts, r["All"]["pq"], r["pq_dagger"]["All"]["pq"]


def ask_torchmetrics(scenes, things, stuff, broken=None):
    metrics = [kind(set(things), set(stuff), allow_unknown_preds_category=True)
               for kind in (PanopticQuality, ModifiedPanopticQuality)]
    for i, (target, pred) in enumerate(scenes):
        pred = pred.copy()
        if broken == "void in the prediction":
            pred[: (pred.shape[0] + 1) // 2] = [UNKNOWN, 0]
        if broken == "another class" and i == 0:
            pred[..., 0] = 24
        for metric in metrics:
            metric.update(torch.tensor(pred)[None], torch.tensor(target)[None])
    plain = metrics[0]
    columns = [getattr(plain, name).tolist() for name in ("true_positives", "false_positives", "false_negatives", "iou_sum")]
    order = {c: k for k, c in enumerate([*sorted(things), *sorted(stuff)])}
    if getattr(plain, "cat_id_to_continuous_id", None):
        order = plain.cat_id_to_continuous_id
    return {c: [column[k] for column in columns] for c, k in order.items()}, *(float(m.compute()) for m in metrics)


def close(a, b):
    if a is None or math.isnan(b):
        return a is None and math.isnan(b)
    return abs(a - b) <= TOLERANCE * max(1, abs(b))


def agree(ours, theirs):
    counts, pq, dagger = ours
    return (all(counts[c][:3] == v[:3] and close(counts[c][3], v[3]) for c, v in theirs[0].items()) and
            close(pq, theirs[1]) and close(dagger, theirs[2]))


def main():
    program, seed, n_scenes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = np.random.default_rng(seed)
    done = wrong = 0
    noticed = set()
    while done < n_scenes:
        scenes = [random_scene(rng) for _ in range(IMAGES_PER_SET)]
        done += len(scenes)
        with tempfile.TemporaryDirectory() as folder:
            write_set(folder, scenes)
            ours = ask_pnd_eval(program, folder)
        theirs = ask_torchmetrics(scenes, THINGS, STUFF)
        if not agree(ours, theirs):
            wrong += 1
            print("set at scene %d: torchmetrics says\n  %s\npnd-eval\n  %s" % (done, theirs, ours))
        for b in BREAKS if done <= 100 else ():
            swapped = b == "things as stuff"
            if not agree(ours, ask_torchmetrics(scenes, STUFF if swapped else THINGS, THINGS if swapped else STUFF, b)):
                noticed.add(b)
    print("%d scenes, %d disagreements; noticed: %s" % (done, wrong, ", ".join(sorted(noticed))))
    sys.exit(1 if wrong or noticed != set(BREAKS) else 0)


if __name__ == "__main__":
    try:
        import numpy as np
        import torch
    except ImportError as e:
        print("skipped:", e)
        sys.exit(77)
    if "--peer" not in sys.argv:
        peers.run_with(sys.argv[sys.argv.index("--venv") + 1],
                       ["torchmetrics==1.4.3", "lightning-utilities==0.11.9", "packaging", "typing_extensions", "setuptools<81"],
                       system=True, no_deps=True)
    import warnings
    warnings.simplefilter("ignore")
    torch.set_default_dtype(torch.float64)  # it divides in the default type
    from torchmetrics.detection import ModifiedPanopticQuality, PanopticQuality
    main()
