#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-eval panoptic on every form of files against the rules in NumPy, or cityscapesScripts itself, on random scenes.

usage: panoptic_forms_parity.py PND_EVAL SEED SETS [--venv DIR]

Scenes are maps of class and instance. Here they are written as every form by its own formula, scored by pnd-eval without a JSON,
and given to the judges as COCO segments: every count, IoU sum and score must be equal to the last bit, whatever the form of either
side and the id space of either side. The judges are those of panoptic_parity.py, with cityscapesScripts' (panopticapi's)
pq_compute_single_core() when --venv is given. Wrong readings of the forms must be noticed. Exit 77 without NumPy.
"""
import itertools
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

import panoptic_parity as judges
from panoptic_parity import np

LABELS = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]  # by trainId
FIRST_THING, VOID = 11, 255
FORMS = ("two-channel", "three-channel", "instance-ids", "divisor")
CATEGORIES = [{"id": c, "name": str(c), "isthing": int(t >= FIRST_THING)} for t, c in enumerate(LABELS)]
BREAKS = ("tie counts", "one instance a class", "groups are instances", "channels exchanged")


# ---- scenes: trainId and instance (0: none) of every pixel

def random_scene(rng):
    shape = int(rng.integers(1, 40)), int(rng.integers(1, 40))
    gt = [np.full(shape, VOID), np.zeros(shape, int)]
    pred = [np.full(shape, VOID), np.zeros(shape, int)]
    used = itertools.count(1)
    for _ in range(int(rng.integers(0, 12))):
        t = int(rng.integers(19))
        box = judges.random_box(rng, shape)
        n = next(used) if t >= FIRST_THING else 0
        group = t >= FIRST_THING and rng.random() < 0.2
        fill(gt, box, t, 0 if group else n)
        kind = rng.random()
        if kind < 0.15:
            continue  # missed
        if rng.random() < 0.1:
            t = int(rng.integers(19))
            n = next(used) if t >= FIRST_THING else 0
        fill(pred, box if kind < 0.5 else judges.half_of(box) if kind < 0.7 else judges.random_box(rng, shape), t, n)
    if rng.random() < 0.5:
        fill(gt, judges.random_box(rng, shape), VOID, 0)
        fill(pred, judges.random_box(rng, shape), VOID, 0)
    return gt, pred


def fill(maps, box, class_id, instance):
    y, x, h, w = box
    maps[0][y:y + h, x:x + w] = class_id
    maps[1][y:y + h, x:x + w] = instance


# ---- segments for the judges

def segments_of(maps, merged=False, no_groups=False):
    """Ids and records; ids ascend with the class and then the instance."""
    t, n = maps
    if merged:
        n = np.where(n > 0, 1, 0)
    ids = np.where(t == VOID, 0, (t + 1) * 1000 + n).astype(np.uint32)
    records = []
    for i, area in zip(*(x.tolist() for x in np.unique(ids, return_counts=True))):
        if i > 0:
            thing = i // 1000 - 1 >= FIRST_THING
            records.append({"id": i, "category_id": LABELS[i // 1000 - 1], "area": area,
                            "iscrowd": int(thing and i % 1000 == 0 and not no_groups)})
    return ids, records


def judged(scenes, broken=None):
    listed = []
    for gt, pred in scenes:
        if broken == "channels exchanged":
            pred = [np.where((pred[1] < 19) & (pred[0] != VOID), pred[1], VOID), np.where(pred[0] == VOID, 0, pred[0])]
            pred[1][pred[0] < FIRST_THING] = 0
        g, gs = segments_of(gt, no_groups=broken == "groups are instances")
        p, ps = segments_of(pred, merged=broken == "one instance a class")
        listed.append((g, p, gs, ps))
    return listed


# ---- files

def write_png(path, samples):
    """height x width of 16 bits, or height x width x 3 of 8."""
    rgb = samples.ndim == 3
    rows = b"".join(b"\0" + row.astype(np.uint8 if rgb else ">u2").tobytes() for row in samples)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], 8 if rgb else 16, 2 if rgb else 0, 0, 0, 0)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def encode(form, space, maps):
    t, n = maps
    void = {"label": 0, "train": 255}[space] if form != "divisor" else 40
    c = np.where(t == VOID, void, t if space == "train" else np.array(LABELS)[np.where(t == VOID, 0, t)])
    if form == "two-channel":
        return np.stack([c, n, 0 * n], axis=-1)
    if form == "three-channel":
        return np.stack([c, n >> 8, n & 255], axis=-1)
    if form == "instance-ids":
        return np.where(n > 0, c * 1000 + n - 1, c)
    return c * 1500 + n


def write_side(folder, form, space, maps_of_scenes):
    os.makedirs(folder)
    for i, maps in enumerate(maps_of_scenes):
        write_png(os.path.join(folder, "%d.png" % i), encode(form, space, maps))


def write_detectron2(folder, maps_of_scenes):
    """predictions.json as Panoptic-DeepLab's evaluator leaves it: ids from trainIds, categories in label ids."""
    os.makedirs(folder)
    annotations = []
    for i, (t, n) in enumerate(maps_of_scenes):
        ids = np.where(t == VOID, 0, t * 1000 + n + 1)
        judges.write_png(os.path.join(folder, "%d.png" % i), ids.astype(np.uint32))
        segments = [{"id": s, "category_id": LABELS[(s - 1) // 1000], "isthing": (s - 1) // 1000 >= FIRST_THING}
                    for s in np.unique(ids).tolist() if s > 0]
        annotations.append({"image_id": str(i), "file_name": "%d.png" % i, "segments_info": segments})
    with open(os.path.join(folder, "predictions.json"), "w") as f:
        json.dump({"annotations": annotations}, f)


def options(side, form, space):
    if form == "detectron2":
        return ["--%s-format" % side, form]
    out = ["--%s-format" % side, form, "--%s-ids" % side, space]
    if form == "divisor":
        out += ["--%s-divisor" % side, "1500", "--%s-void" % side, "40"]
    if form != "instance-ids":
        out += ["--%s-instance-zero" % side, "group"]
    return out


def ask(program, folder, gt, pred):
    """Per class, in label ids, and the means."""
    command = [program, "panoptic", "--quiet", "-o", "-", "--gt-dir", os.path.join(folder, "gt"),
               "--pred", os.path.join(folder, "pred")] + options("gt", *gt) + options("pred", *pred)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit("%s\npnd-eval: exit %d\n%s" % (" ".join(command), done.returncode, done.stderr))
    r = json.loads(done.stdout)
    label = {str(t): c for t, c in enumerate(LABELS)} if gt[1] == "train" else {str(c): c for c in LABELS}
    stats = {label[c]: [v["iou"], v["tp"], v["fp"], v["fn"]] for c, v in r["per_class"].items()}
    return stats, {g: [r[g]["pq"], r[g]["sq"], r[g]["rq"], r[g]["n"]] for g in ("All", "Things", "Stuff")}


def ask_peer(folder, listed):
    documents = []
    for side in (0, 1):
        name = os.path.join(folder, ("gt", "pred")[side])
        os.makedirs(name)
        annotations = []
        for i, scene in enumerate(listed):
            judges.write_png(os.path.join(name, "%d.png" % i), scene[side])
            annotations.append({"image_id": i, "file_name": "%d.png" % i, "segments_info": scene[2 + side]})
        documents.append({"annotations": annotations})
    return judges.ask_peer(folder, CATEGORIES, *documents)


def main():
    peer = "--peer" in sys.argv
    program, seed, n_sets = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = np.random.default_rng(seed)
    gt_kinds = list(itertools.product(FORMS, ("label", "train")))
    pairs = list(itertools.product(gt_kinds, gt_kinds + [("detectron2", None)]))
    order = rng.permutation(len(pairs))
    wrong, noticed = 0, set()
    for k in range(n_sets):
        gt, pred = pairs[order[k % len(pairs)]]
        scenes = [random_scene(rng) for _ in range(judges.IMAGES_PER_SET)]
        with tempfile.TemporaryDirectory() as folder:
            write_side(os.path.join(folder, "gt"), *gt, [s[0] for s in scenes])
            if pred[0] == "detectron2":
                write_detectron2(os.path.join(folder, "pred"), [s[1] for s in scenes])
            else:
                write_side(os.path.join(folder, "pred"), *pred, [s[1] for s in scenes])
            answer = ask(program, folder, gt, pred)
        others = {"the rules in NumPy": judges.restated(CATEGORIES, judged(scenes))}
        if peer:
            with tempfile.TemporaryDirectory() as folder:
                others["cityscapesScripts"] = ask_peer(folder, judged(scenes))
        for name, other in others.items():
            if answer != other:
                wrong += 1
                print("set %d, %s and %s: %s says\n  %s\npnd-eval\n  %s" % (k, gt, pred, name, other, answer))
        for b in BREAKS:
            rule = b if b in judges.BREAKS else None
            if judges.restated(CATEGORIES, judged(scenes, b), rule) != answer:
                noticed.add(b)
    print("%d sets, %d of %d pairs of forms, %d disagreements%s; wrong readings noticed: %s" %
          (n_sets, min(n_sets, len(pairs)), len(pairs), wrong, " (cityscapesScripts asked)" if peer else "",
           ", ".join(sorted(noticed))))
    sys.exit(1 if wrong or noticed != set(BREAKS) else 0)


if __name__ == "__main__":
    if "--venv" in sys.argv:
        judges.with_peer(sys.argv[sys.argv.index("--venv") + 1])
    main()
