#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-eval panoptic --parity strict against the rules written in NumPy, or against cityscapesScripts itself, on random scenes.

usage: panoptic_parity.py PND_EVAL SEED SCENES [--venv DIR]

Scenes are small and of odd sizes: crowds (several of one category), void, IoUs of exactly 0.5, predictions half on void, wrong areas in
the JSON, segments that are listed and not painted, empty groups, ids up to 2^24 - 1. Every score, count and IoU sum must be equal to the
last bit. Broken versions of the rules must be noticed: a judge that accepts everything proves nothing.

--venv installs cityscapesScripts from PyPI into a virtual environment in DIR (kept for the next run) and asks its
pq_compute_single_core(), which is panopticapi's, as well. Exit 77 without NumPy, or when the peer cannot be installed.
"""
import contextlib
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

try:
    import numpy as np
except ImportError:
    print("skipped: no NumPy for", sys.executable)
    sys.exit(77)

IMAGES_PER_SET = 10
BREAKS = ("tie counts", "areas from pixels", "first crowd", "void is not excused", "averages in order of ids")


# ---- the rules

def image_stats(gt, pred, gt_segments, pred_segments, stats, broken=None):
    """Add one image. Segments are lists of records as in the JSON; the last record of an id counts."""
    gt_by_id = {s["id"]: s for s in gt_segments}
    pred_by_id = {s["id"]: s for s in pred_segments}
    pairs, counts = np.unique(gt.astype(np.uint64) << np.uint64(24) | pred, return_counts=True)
    inter = {(int(p) >> 24, int(p) & 0xffffff): int(n) for p, n in zip(pairs, counts)}
    pred_area = dict(zip(*(x.tolist() for x in np.unique(pred, return_counts=True))))
    gt_area = {i: s["area"] for i, s in gt_by_id.items()}
    if broken == "areas from pixels":
        painted = dict(zip(*(x.tolist() for x in np.unique(gt, return_counts=True))))
        gt_area = {i: painted.get(i, 0) for i in gt_by_id}
    gt_found, pred_found = set(), set()
    for (g, p), n in inter.items():
        if g not in gt_by_id or p not in pred_by_id or gt_by_id[g]["iscrowd"] == 1:
            continue
        category = gt_by_id[g]["category_id"]
        if category != pred_by_id[p]["category_id"]:
            continue
        iou = n / (pred_area[p] + gt_area[g] - n - inter.get((0, p), 0))
        if iou > 0.5 or (broken == "tie counts" and iou == 0.5):
            stats[category][0] += iou
            stats[category][1] += 1
            gt_found.add(g)
            pred_found.add(p)
    crowds = {}
    for g, s in gt_by_id.items():
        if g in gt_found:
            continue
        if s["iscrowd"] == 1:
            if broken != "first crowd" or s["category_id"] not in crowds:
                crowds[s["category_id"]] = g
        else:
            stats[s["category_id"]][3] += 1
    for p, s in pred_by_id.items():
        if p in pred_found:
            continue
        excused = 0 if broken == "void is not excused" else inter.get((0, p), 0)
        if s["category_id"] in crowds:
            excused += inter.get((crowds[s["category_id"]], p), 0)
        if not excused / pred_area[p] > 0.5:
            stats[s["category_id"]][2] += 1


def averages(stats, categories, broken=None):
    """As in the results file; None where the reference divides by zero."""
    out, per_class = {}, {}
    order = sorted(categories, key=lambda c: c["id"]) if broken == "averages in order of ids" else categories
    for c in categories:
        iou, tp, fp, fn = stats[c["id"]]
        if tp + fp + fn > 0:
            d = tp + 0.5 * fp + 0.5 * fn
            per_class[c["id"]] = (iou / d, iou / tp if tp else 0, tp / d)
    for group, wanted in (("All", (0, 1)), ("Things", (1,)), ("Stuff", (0,))):
        lists = [per_class[c["id"]] for c in order if c["isthing"] in wanted and c["id"] in per_class]
        sums = [0.0] * 3
        for values in lists:
            sums = [s + v for s, v in zip(sums, values)]
        out[group] = [s / len(lists) for s in sums] + [len(lists)] if lists else [None] * 3 + [0]
    return out, per_class


# ---- made-up scenes

def write_png(path, ids):
    """Ids as the three bytes of RGB, low byte first."""
    height, width = ids.shape
    rgb = np.stack([ids & 255, ids >> 8 & 255, ids >> 16 & 255], axis=-1).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in rgb)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def paint(rng, ids, box, value):
    y, x, h, w = box
    ids[y:y + h, x:x + w] = value


def random_box(rng, shape):
    h, w = (int(rng.integers(1, s + 1)) for s in shape)
    return int(rng.integers(0, shape[0] - h + 1)), int(rng.integers(0, shape[1] - w + 1)), h, w


def half_of(box):
    """One of two equal parts where the box has an even side: IoU 0.5 with the whole."""
    y, x, h, w = box
    return (y, x, h // 2, w) if h % 2 == 0 else (y, x, h, max(1, w // 2))


def random_scene(rng, categories):
    """Ground truth and predicted ids with their segments."""
    shape = int(rng.integers(1, 30)), int(rng.integers(1, 30))
    gt, pred = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
    new_id = iter(rng.permutation(np.unique(rng.integers(1, 2 ** 24, 64))))
    gt_category, pred_category, crowd = {}, {}, {}
    for _ in range(int(rng.integers(0, 8))):
        c = categories[int(rng.integers(len(categories)))]
        box = random_box(rng, shape)
        g = int(next(new_id))
        gt_category[g] = c["id"]
        crowd[g] = int(c["isthing"] and rng.random() < 0.3)
        paint(rng, gt, box, g)
        kind = rng.random()
        if kind < 0.15:
            continue  # missed
        p = int(next(new_id)) if rng.random() < 0.7 else g
        pred_category[p] = c["id"] if rng.random() < 0.85 else categories[int(rng.integers(len(categories)))]["id"]
        paint(rng, pred, box if kind < 0.4 else half_of(box) if kind < 0.7 else random_box(rng, shape), p)
    for _ in range(int(rng.integers(0, 3))):
        paint(rng, gt, random_box(rng, shape), 0)
        p = int(next(new_id))
        pred_category[p] = categories[int(rng.integers(len(categories)))]["id"]
        paint(rng, pred, random_box(rng, shape), p)
    return gt, pred, gt_category, pred_category, crowd


def records(rng, ids, category, crowd):
    """Ground truth keeps segments that are painted over, sometimes, and has wrong areas, sometimes. Order is random."""
    painted = dict(zip(*(x.tolist() for x in np.unique(ids, return_counts=True))))
    out = []
    for i in rng.permutation(list(category)).tolist() if category else []:
        area = painted.get(i, 0)
        if area == 0 and (crowd is None or rng.random() < 0.5):
            continue
        if crowd is not None and rng.random() < 0.2:
            area = max(1, int(area * rng.uniform(0.6, 1.6)))
        out.append({"id": i, "category_id": category[i], "area": area, "iscrowd": 0 if crowd is None else crowd[i],
                    "bbox": [0, 0, 1, 1]})
    missing = set(painted) - {0} - {s["id"] for s in out}
    ids[np.isin(ids, list(missing))] = 0
    return out


def random_set(rng, folder):
    ids = rng.permutation(90)[:rng.integers(1, 7)] + 1
    kind = rng.integers(0, 4)  # 0: things only, 1: stuff only
    categories = [{"id": int(c), "name": "c%d" % c, "isthing": int(kind == 0 or (kind > 1 and rng.random() < 0.6)),
                   "supercategory": "x", "color": [0, 0, 0]} for c in ids]
    gt_doc = {"categories": categories, "images": [], "annotations": []}
    pred_doc = {"annotations": []}
    scenes = []
    for d in ("gt", "pred"):
        os.makedirs(os.path.join(folder, d), exist_ok=True)
    for i in range(IMAGES_PER_SET):
        gt, pred, gt_category, pred_category, crowd = random_scene(rng, categories)
        gt_segments, pred_segments = records(rng, gt, gt_category, crowd), records(rng, pred, pred_category, None)
        name = "%d.png" % i
        gt_doc["images"].append({"id": i, "file_name": name, "width": gt.shape[1], "height": gt.shape[0]})
        for d, ids, segments, document in (("gt", gt, gt_segments, gt_doc), ("pred", pred, pred_segments, pred_doc)):
            write_png(os.path.join(folder, d, name), ids)
            document["annotations"].append({"image_id": i, "file_name": name, "segments_info": segments})
        scenes.append((gt, pred, gt_segments, pred_segments))
    for d, document in (("gt", gt_doc), ("pred", pred_doc)):
        with open(os.path.join(folder, d + ".json"), "w") as f:
            json.dump(document, f)
    return categories, scenes, gt_doc, pred_doc


# ---- three answers

def restated(categories, scenes, broken=None):
    stats = {c["id"]: [0.0, 0, 0, 0] for c in categories}
    for scene in scenes:
        image_stats(*scene, stats, broken)
    return stats, averages(stats, categories, broken)[0]


def ask_pnd_eval(program, folder):
    command = [program, "panoptic", "--parity", "strict", "--quiet", "-o", "-"]
    for d in ("gt", "pred"):
        command += ["--%s-json" % d, os.path.join(folder, d + ".json"), "--%s-dir" % d, os.path.join(folder, d)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit("pnd-eval: exit %d\n%s" % (done.returncode, done.stderr))
    r = json.loads(done.stdout)
    stats = {int(c): [v["iou"], v["tp"], v["fp"], v["fn"]] for c, v in r["per_class"].items()}
    return stats, {g: [r[g]["pq"], r[g]["sq"], r[g]["rq"], r[g]["n"]] for g in ("All", "Things", "Stuff")}


def ask_peer(folder, categories, gt_doc, pred_doc):
    from cityscapesscripts.evaluation import evalPanopticSemanticLabeling as peer
    by_id = {c["id"]: c for c in categories}
    annotations = json.loads(json.dumps(list(zip(gt_doc["annotations"], pred_doc["annotations"]))))  # it writes into them
    with contextlib.redirect_stdout(io.StringIO()):
        found = peer.pq_compute_single_core(0, annotations, os.path.join(folder, "gt"), os.path.join(folder, "pred"), by_id)
    stats = {c: [found[c].iou, found[c].tp, found[c].fp, found[c].fn] for c in by_id}
    means = {}
    for group, isthing in (("All", None), ("Things", True), ("Stuff", False)):
        try:
            m = found.pq_average(by_id, isthing=isthing)[0]
            means[group] = [m["pq"], m["sq"], m["rq"], m["n"]]
        except ZeroDivisionError:
            means[group] = [None] * 3 + [0]
    return stats, means


def main():
    peer = "--peer" in sys.argv
    program, seed, n_scenes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = np.random.default_rng(seed)
    scenes = wrong = empty = ties = 0
    noticed = set()
    while scenes < n_scenes:
        with tempfile.TemporaryDirectory() as folder:
            categories, images, gt_doc, pred_doc = random_set(rng, folder)
            scenes += len(images)
            answer = ask_pnd_eval(program, folder)
            others = {"the rules in NumPy": restated(categories, images)}
            if peer:
                others["cityscapesScripts"] = ask_peer(folder, categories, gt_doc, pred_doc)
            for name, other in others.items():
                if answer != other:
                    wrong += 1
                    print("set at scene %d: %s says\n  %s\npnd-eval\n  %s" % (scenes, name, other, answer))
            empty += None in answer[1]["Things"] or None in answer[1]["Stuff"]
            for b in BREAKS:
                if restated(categories, images, b) != answer:
                    noticed.add(b)
    print("%d scenes, %d sets with an empty group, %d disagreements%s; broken rules noticed: %s" %
          (scenes, empty, wrong, " (cityscapesScripts asked)" if peer else "", ", ".join(sorted(noticed))))
    sys.exit(1 if wrong or noticed != set(BREAKS) else 0)


def with_peer(folder):
    """Install the peer and run this script with it."""
    python = os.path.join(folder, "bin", "python")
    steps = [[sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "--quiet", "cityscapesScripts==2.2.4"]]
    try:
        for step in steps if not os.path.exists(os.path.join(folder, "installed")) else ():
            subprocess.run(step, check=True, capture_output=True, timeout=500)
        open(os.path.join(folder, "installed"), "w").close()
    except (OSError, subprocess.SubprocessError) as e:
        print("skipped: cityscapesScripts cannot be installed:", e)
        sys.exit(77)
    os.execv(python, [python, sys.argv[0]] + sys.argv[1:4] + ["--peer"])


if __name__ == "__main__":
    if "--venv" in sys.argv:
        with_peer(sys.argv[sys.argv.index("--venv") + 1])
    main()
