#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-eval semantic and instance against cityscapesScripts' own evaluators, on random data sets.

usage: segmentation_parity.py PND_EVAL SEED SETS --venv DIR

Sets of 1 to 3 images of odd sizes: stuff, single instances, groups, void, caravans (single and in groups), instances below 100 and 1000
pixels, masks shifted by a few pixels, false ones, of the wrong class, equal confidences. Every score of both results files is compared; AP within 100 m
and 50 m too, which the public evaluator scores once its distances are filled in: here from random disparities, in NumPy.

The evaluator with a wrong setting must be noticed each time: another smallest instance, other thresholds, another average size, an
evaluated class left out, mean instead of median distances. cityscapesScripts is installed from PyPI into a virtual environment in DIR
(kept for the next run). Exit 77 without NumPy or when it cannot be installed.
"""
import contextlib
import copy
import io
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import zlib

import peers

TOLERANCE = {"semantic": 1e-15, "instance": 1e-12}
STUFF = [0, 1, 3, 4, 7, 8, 11, 13, 17, 21, 23]
THINGS = [24, 25, 26, 27, 28, 29, 30, 31, 32, 33]
FX, BASELINE = 128.0, 0.125  # depth = 4096 / (p - 1) metres
KEYS = {"semantic": ("averageScoreClasses", "averageScoreInstClasses", "averageScoreCategories", "averageScoreInstCategories",
                     "classScores", "classInstScores", "categoryScores", "categoryInstScores", "priors", "confMatrix"),
        "instance": ("averages", "resultApMatrix")}


# ---- made-up data sets

def write_png(path, image, bits):
    height, width = image.shape
    rows = b"".join(b"\0" + row.astype(">u2" if bits == 16 else "u1").tobytes() for row in image)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def random_box(rng, shape, least=1):
    h, w = (int(rng.integers(min(least, s), s + 1)) for s in shape)
    y, x = (int(rng.integers(0, s - k + 1)) for s, k in zip(shape, (h, w)))
    return slice(y, y + h), slice(x, x + w)


def random_ids(rng):
    shape = tuple(int(rng.integers(1, 90)) if rng.random() < 0.3 else int(rng.integers(30, 90)) for _ in range(2))
    ids = np.full(shape, rng.choice(STUFF), np.uint16)
    for _ in range(int(rng.integers(0, 5))):
        ids[random_box(rng, shape)] = rng.choice(STUFF)
    number = dict.fromkeys(THINGS, 0)
    for _ in range(int(rng.integers(0, 8))):
        thing = int(rng.choice(THINGS))
        group = rng.random() < 0.25
        ids[random_box(rng, shape, 5)] = thing if group else thing * 1000 + number[thing]
        number[thing] += not group
    return ids


def random_disparity(rng, shape):
    disparity = rng.integers(20, 200, shape).astype(np.uint16)  # 20 m to 200 m
    for _ in range(3):
        disparity[random_box(rng, shape)] = rng.choice([0, 1, 30, 60, 120])
    return disparity


def shift(rng, mask):
    return np.roll(mask, (int(rng.integers(-3, 4)), int(rng.integers(-3, 4))), (0, 1))


def random_predictions(rng, ids):
    """Label ids of every pixel, and (mask, label, confidence) of instances."""
    labels = np.where(ids < 1000, ids, ids // 1000).astype(np.uint8)
    semantic = labels.copy()
    for _ in range(int(rng.integers(0, 4))):
        semantic[random_box(rng, ids.shape)] = rng.integers(0, 34)
    found = []
    for v in np.unique(ids):
        label = int(v) // 1000 if v >= 1000 else int(v)
        if label not in THINGS or rng.random() < 0.15:
            continue
        for _ in range(1 if rng.random() < 0.8 else 2):
            wrong = rng.random() < 0.15
            found.append((shift(rng, ids == v), int(rng.choice(THINGS)) if wrong else label, rng.integers(0, 5) / 4))
    for _ in range(int(rng.integers(0, 3))):
        mask = np.zeros(ids.shape, bool)
        mask[random_box(rng, ids.shape)] = rng.random() < 0.9  # or empty
        found.append((mask, int(rng.choice(THINGS + STUFF)), rng.random()))
    return semantic, found


def write_set(rng, root):
    """Returns the paths of the ground truth and of both predictions, in the order of the ground truth."""
    paths = {"semantic": [], "instance": []}
    for kind in ("gtFine", "disparity", "camera"):
        os.makedirs(os.path.join(root, "tree", kind, "val", "ulm"))
    for task in paths:
        os.makedirs(os.path.join(root, task))
    camera = {"extrinsic": {"baseline": BASELINE}, "intrinsic": {"fx": FX, "fy": FX, "u0": 0, "v0": 0}}
    for i in range(int(rng.integers(1, 4))):
        core = "ulm_000000_%06d" % i
        ids = random_ids(rng)
        semantic, found = random_predictions(rng, ids)

        def place(kind, suffix):
            return os.path.join(root, "tree", kind, "val", "ulm", core + suffix)
        write_png(place("gtFine", "_gtFine_instanceIds.png"), ids, 16)
        write_png(place("gtFine", "_gtFine_labelIds.png"), np.where(ids < 1000, ids, ids // 1000), 8)
        write_png(place("disparity", "_disparity.png"), random_disparity(rng, ids.shape), 16)
        with open(place("camera", "_camera.json"), "w") as f:
            json.dump(camera, f)
        write_png(os.path.join(root, "semantic", core + "_pred.png"), semantic, 8)
        lines = []
        for k, (mask, label, confidence) in enumerate(found):
            name = "%s_%d.png" % (core, k)
            write_png(os.path.join(root, "instance", name), np.where(mask, 255, 0), 8)
            lines.append("%s %d %r\n" % (name, label, float(confidence)))
        with open(os.path.join(root, "instance", core + ".txt"), "w") as f:
            f.writelines(lines)
        paths["semantic"].append((place("gtFine", "_gtFine_labelIds.png"), os.path.join(root, "semantic", core + "_pred.png")))
        paths["instance"].append((place("gtFine", "_gtFine_instanceIds.png"), os.path.join(root, "instance", core + ".txt")))
    return paths


# ---- two answers

def ask_pnd_eval(program, root, task):
    extra = ["--distance"] if task == "instance" else []
    done = subprocess.run([program, task, "--quiet", "--root", os.path.join(root, "tree"), "--pred", os.path.join(root, task), "--pred-ids", "label",
                           *extra, "-o", "-"], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit("pnd-eval %s: exit %d\n%s" % (task, done.returncode, done.stderr))
    r = json.loads(done.stdout)
    return {k: r[k] for k in KEYS[task]}


def distances(path, statistic):
    """What the evaluator's cache holds of an image: median distance and share of measured pixels of every id."""
    ids = np.array(Image.open(path), np.int64)
    p = np.array(Image.open(path.replace("gtFine", "disparity").replace("_disparity_instanceIds", "_disparity")), np.float64)
    with np.errstate(divide="ignore"):
        depth = 256 * FX * BASELINE / (p - 1)
    out = {}
    for v in np.unique(ids):
        measured = depth[(ids == v) & (p > 0)]
        out[int(v)] = (float(statistic(measured)) if len(measured) else math.inf, len(measured) / int((ids == v).sum()))
    return out


def ask_semantic(pairs, broken):
    args = copy.deepcopy(pixel.args)
    args.quiet, args.JSONOutput = True, False
    if broken == "average size":
        args.avgClassSize["car"] *= 1.001
    truths = [g for g, _ in pairs]
    if broken == "last image":
        pairs, truths = pairs[:-1] or pairs[:1], truths[:-1] or truths[:1]
    return pixel.evaluateImgLists([p for _, p in pairs], truths, args)


def ask_instance(root, pairs, broken):
    args = copy.deepcopy(instance.args)
    args.quiet, args.JSONOutput, args.distanceAvailable = True, False, True
    args.predictionPath = os.path.join(root, "instance")
    args.gtInstancesFile = os.path.join(root, "gtInstances.json")
    if broken == "smallest instance":
        args.minRegionSizes = np.array([150, 1000, 1000])
    if broken == "thresholds":
        args.overlaps = np.arange(0.5, 0.95, 0.05)
    records = instances2dict([g for g, _ in pairs], False)
    for path, labels in records.items():
        of_id = distances(path, np.mean if broken == "mean distance" else np.median)
        for record in (r for group in labels.values() for r in group):
            record["medDist"], record["distConf"] = of_id[record["instID"]]
    with open(args.gtInstancesFile, "w") as f:
        json.dump(records, f)
    os.chdir(root)  # it writes matches.json
    return instance.evaluateImgLists([p for _, p in pairs], [g for g, _ in pairs], args)


BREAKS = {"semantic": ("average size", "last image"), "instance": ("smallest instance", "thresholds", "mean distance")}


def ask_peer(root, task, pairs, broken=None):
    """None where the evaluator ends with an IndexError: every prediction of a class was ignored."""
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            r = ask_semantic(pairs, broken) if task == "semantic" else ask_instance(root, pairs, broken)
        except IndexError:
            return None
    return {k: r[k].tolist() if isinstance(r[k], np.ndarray) else r[k] for k in KEYS[task]}


def flatten(value, place=""):
    if isinstance(value, dict):
        for k, v in value.items():
            yield from flatten(v, place + "." + str(k))
    elif isinstance(value, (list, tuple, np.ndarray)):
        for k, v in enumerate(value):
            yield from flatten(v, place + "[%d]" % k)
    else:
        number = math.nan if value is None else float(value)
        yield place, number


def disagreements(ours, theirs, tolerance):
    """Of all numbers of the peer; how many were compared, and the first that differ."""
    mine, n, wrong = dict(flatten(ours)), 0, []
    for place, number in flatten(theirs):
        n += 1
        own = mine.get(place, math.inf)
        if not (own == number or (math.isnan(own) and math.isnan(number)) or abs(own - number) <= tolerance):
            wrong.append("%s: %r, expected %r" % (place, own, number))
    return n, wrong


def main():
    program, seed, n_sets = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    rng = np.random.default_rng(seed)
    values = wrong = ended = 0
    worst = ""
    noticed = set()
    for i in range(n_sets):
        with tempfile.TemporaryDirectory() as root:
            paths = write_set(rng, root)
            for task, pairs in paths.items():
                ours = ask_pnd_eval(program, root, task)
                theirs = ask_peer(root, task, pairs)
                if theirs is None:
                    ended += 1
                    continue
                n, differ = disagreements(ours, theirs, TOLERANCE[task])
                values += n
                wrong += len(differ)
                for line in differ[:5]:
                    print("set %d, %s%s" % (i, task, line))
                for b in BREAKS[task] if i < 40 else ():
                    other = ask_peer(root, task, pairs, b)
                    if other is not None and disagreements(ours, other, TOLERANCE[task])[1]:
                        noticed.add(b)
            os.chdir("/")
    everything = {b for breaks in BREAKS.values() for b in breaks}
    print("%d sets, %d values, %d disagreements, %d sets that cityscapesScripts ends with an IndexError; wrong settings noticed: %s%s" %
          (n_sets, values, wrong, ended, ", ".join(sorted(noticed)), worst))
    sys.exit(1 if wrong or noticed != everything or values == 0 else 0)


if __name__ == "__main__":
    if "--peer" not in sys.argv:
        peers.run_with(sys.argv[sys.argv.index("--venv") + 1], ["cityscapesScripts==2.2.4", "numpy<2"])
    import warnings

    import numpy as np
    from cityscapesscripts.evaluation import evalInstanceLevelSemanticLabeling as instance
    from cityscapesscripts.evaluation import evalPixelLevelSemanticLabeling as pixel
    from cityscapesscripts.evaluation.instances2dict import instances2dict
    from PIL import Image
    main()
