#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-eval joint against DVPQ, STQ, DSTQ, the segment depth error and PQ-D written in NumPy, on random DVPS folders.

usage: joint_parity.py PND_EVAL SEED [FOLDERS]

Written from the definitions, as arrays: frames are laid side by side, tubes are boolean masks. Sequences have 1 to 6 tiny
frames of odd sizes, stuff, things that swap their ids, groups (instance 0), void in both and other instances of void in
the ground truth, depths on a coarse grid so that errors hit the thresholds exactly, and no depth at all in some frames.
To prove that it can fail, each folder is also scored by rules that are wrong on purpose (unsigned subtraction, >= for >,
no void in the union, ...): each must disagree with pnd-eval in some folder. Exit 77 without NumPy.
"""
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

LAMBDAS = (0.5, 0.25, 0.1)
THINGS = range(11, 19)
CLASSES = (0, 1, 8, 10, 11, 13, 18)
RELATIVE = 1e-9


def write_png(path, array):
    bits, kind = (8, 2) if array.ndim == 3 else (16, 0)
    raw = b"".join(b"\0" + row.astype(">u2" if bits == 16 else "u1").tobytes() for row in array)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n")
        header = struct.pack(">IIBBBBB", array.shape[1], array.shape[0], bits, kind, 0, 0, 0)
        for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")):
            out.write(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)))


# ---- random folders

def random_labels(rng, shape):
    """Blocks of (class, instance)."""
    classes, instances = np.zeros(shape, int), np.zeros(shape, int)
    for _ in range(rng.integers(3, 9)):
        y, x = rng.integers(0, shape[0]), rng.integers(0, shape[1])
        box = np.s_[y:y + rng.integers(1, shape[0] + 1), x:x + rng.integers(1, shape[1] + 1)]
        c = rng.choice(CLASSES)
        classes[box], instances[box] = c, rng.integers(0, 3) if c in THINGS else 0
    return classes, instances


def random_frame(rng, gc, gi):
    """Ground truth and a prediction derived from it; depths in 1/256 m."""
    gc, gi = gc.copy(), gi.copy()
    pc, pi = gc.copy(), gi.copy()
    swap = rng.random() < 0.3
    pi[np.isin(pc, THINGS) & swap] += 1
    noise = rng.random(gc.shape)
    pc[noise < 0.1], pi[noise < 0.1] = rng.choice(CLASSES), 0
    pc[noise > 0.93], pi[noise > 0.93] = 19, 0
    void = rng.random(gc.shape)
    gc[void < 0.08], gi[void < 0.08] = 32, 0
    gc[void > 0.96], gi[void > 0.96] = 32, 7
    g = rng.integers(1, 30, gc.shape) * 40
    p = np.maximum(0, g + g // 40 * rng.choice([-40, -20, -10, -4, 0, 0, 0, 4, 10, 11, 20, 40], gc.shape))
    g[rng.random(gc.shape) < (1 if rng.random() < 0.1 else 0.2)] = 0
    return gc * 1000 + gi, pc, pi, g, p


def random_folder(rng, folder):
    sequences = []
    for name in ("gt", "pred"):
        os.makedirs(os.path.join(folder, name))
    for s in range(rng.integers(1, 4)):
        shape = rng.integers(3, 18), rng.integers(3, 23)
        labels, frames = random_labels(rng, shape), []
        for f in range(rng.integers(1, 7)):
            if rng.random() < 0.3:
                labels = random_labels(rng, shape)
            gt, pc, pi, g, p = random_frame(rng, *labels)
            stem = f"{s:06}_{f:06}_x"
            write_png(f"{folder}/gt/{stem}_gtFine_instanceTrainIds.png", gt)
            write_png(f"{folder}/gt/{stem}_depth.png", g)
            write_png(f"{folder}/pred/{stem}_panoptic.png", np.stack([pc, pi, 0 * pi], axis=2))
            write_png(f"{folder}/pred/{stem}_depth.png", p)
            frames.append((gt, pc * 1000 + pi, g, p))
        sequences.append(frames)
    return sequences


# ---- DVPQ

def cut(pred, g, p, lam, wrong):
    """The prediction with its wrong depths made void."""
    if lam is None:
        return pred
    difference = (p - g) % 65536 if wrong == "unsigned" else np.abs(p - g)
    error = difference / np.maximum(g, 1)
    out = (error >= lam) if wrong == "equal" else (error > lam)
    return np.where(out & ((g > 0) | (wrong == "no ground truth")), 19000, pred)


def match_window(gt, pred, tally, wrong):
    areas_g = {i: np.sum(gt == i) for i in np.unique(gt)}
    areas_p = {i: np.sum(pred == i) for i in np.unique(pred)}
    found_g, found_p, matches = set(), set(), []
    for i in areas_g:
        for j in areas_p:
            if i // 1000 != j // 1000 or i // 1000 == 32:
                continue
            both = np.sum((gt == i) & (pred == j))
            void = np.sum((gt == 32000) & (pred == j)) if wrong != "void in union" else 0
            iou = both / (areas_g[i] + areas_p[j] - both - void)
            if iou > 0.5:
                found_g.add(i), found_p.add(j), matches.append((i, j, iou))
                tally[i // 1000] += [iou, 1, 0, 0]
    for i in areas_g:
        if i not in found_g and i // 1000 != 32:
            tally[i // 1000, 3] += 1
    for j, area in areas_p.items():
        on_void = np.sum(((gt // 1000 == 32) if wrong != "void instance" else (gt == 32000)) & (pred == j))
        if j not in found_p and j // 1000 != 19 and not on_void / area > 0.5:
            tally[j // 1000, 2] += 1
    return matches


def mean_pq(tally, classes, zero_fill):
    values = [t[0] / (t[1] + t[2] / 2 + t[3] / 2) if t[1:].any() else 0 for t in tally[list(classes)]]
    seen = [t[1:].any() for t in tally[list(classes)]]
    if zero_fill:
        return sum(values) / len(values)
    return sum(values) / sum(seen) if any(seen) else None


def dvpq(sequences, k, lam, wrong):
    tally = np.zeros((20, 4))
    windows = 0
    for frames in sequences:
        for first in range(len(frames) - k + 1):
            part = frames[first:first + k]
            gt = np.concatenate([f[0] for f in part], axis=1)
            pred = np.concatenate([cut(f[1], f[2], f[3], lam, wrong) for f in part], axis=1)
            match_window(gt, pred, tally, wrong)
            windows += 1
    return tally[:19], windows


# ---- STQ

def stq(sequences):
    confusion, outer, tubes, pixels, inliers = np.zeros((20, 20)), 0.0, 0, 0, np.zeros(2)
    for frames in sequences:
        gt, pred, g, p = (np.concatenate([f[i] for f in frames], axis=1) for i in range(4))
        gc, pc = np.minimum(gt // 1000, 19), pred // 1000
        np.add.at(confusion, (gc, pc), gc != 19)
        crowd = np.isin(gc, THINGS) & (gt % 1000 == 0)
        in_g, in_p = np.isin(gc, THINGS) & ~crowd, np.isin(pc, THINGS) & ~crowd
        for i in np.unique(gt[in_g]):
            tubes += 1
            size = np.sum(in_g & (gt == i))
            for j in np.unique(pred[in_p]):
                tpa = np.sum(in_g & in_p & (gt == i) & (pred == j))
                outer += tpa * tpa / (np.sum(in_p & (pred == j)) + size - tpa) / size
        valid = g > 0
        pixels += valid.sum()
        ok = valid & (p > 0)
        ratio = np.maximum(p[ok] / g[ok], g[ok] / p[ok])
        inliers += [np.sum(ratio <= 1.25), np.sum(ratio <= 1.1)]
    diagonal = confusion.diagonal()
    union = confusion.sum(0) + confusion.sum(1) - diagonal
    iou = np.sum(diagonal[union > 0] / union[union > 0]) / np.sum(union > 0) if union.any() else None
    aq = outer / tubes if tubes else 0.0
    dq = inliers / pixels if pixels else np.zeros(2)
    value = None if iou is None else (aq * iou) ** 0.5
    return {"AQ": aq, "IoU": iou, "STQ": value, "DQ@1.25": dq[0], "DQ@1.1": dq[1], "DQ": (dq[0] * dq[1]) ** 0.5,
            "DSTQ": None if value is None else np.cbrt(value ** 2 * (dq[0] * dq[1]) ** 0.5)}


# ---- one depth per segment

def segments(sequences, statistic):
    errors, unmeasured, blind = [], 0, 0
    tallies = {lam: np.zeros((20, 4)) for lam in LAMBDAS}
    for gt, pred, g, p in (f for frames in sequences for f in frames):
        tally = np.zeros((20, 4))
        for i, j, iou in match_window(gt, pred, tally, None):
            of_g, of_p = g[gt == i], p[pred == j]
            known_g, known_p = of_g[of_g > 0] / 256, of_p[of_p > 0] / 256
            if len(known_g) < 50 or len(known_g) / len(of_g) < 0.2:
                unmeasured, rel = unmeasured + 1, 0.0
            elif len(known_p) == 0:
                blind, rel = blind + 1, np.inf
            else:
                errors.append((statistic(known_p), statistic(known_g)))
                rel = abs(errors[-1][0] - errors[-1][1]) / errors[-1][1]
            for lam in LAMBDAS:
                tallies[lam][i // 1000, 0] += iou * (rel <= lam)
        for lam in LAMBDAS:
            tallies[lam][:, 1:] += tally[:, 1:]
    d = np.array(errors).reshape(-1, 2)
    mean = {"abs": np.abs(d[:, 0] - d[:, 1]), "rel": np.abs(d[:, 0] - d[:, 1]) / d[:, 1], "signed": d[:, 0] - d[:, 1]}
    result = {key: value.mean() if len(d) else None for key, value in mean.items()}
    return dict(result, n=len(d), unmeasured=unmeasured, no_depth=blind), tallies


STATISTICS = {"mean": np.mean, "median": np.median, "inverse": lambda z: 1 / np.mean(1 / z)}
WRONG = ("unsigned", "equal", "no ground truth", "void in union", "void instance")


# ---- comparison

class Differences:
    def __init__(self, folder):
        self.folder, self.n, self.count, self.judged = folder, 0, 0, 0

    def same(self, what, ours, theirs, quiet=False):
        self.count += 1
        fine = (ours is None) == (theirs is None)
        if fine and ours is not None:
            fine = abs(ours - theirs) <= RELATIVE * max(abs(theirs), 1e-3)
        if not fine and not quiet:
            print(f"{self.folder}: {what}: pnd-eval {ours!r}, NumPy {theirs!r}")
        self.n += not fine
        return fine


def compare_rows(results, sequences, zero_fill, wrong, differences):
    for row in results["windows"]:
        tally, windows = dvpq(sequences, row["k"], row["lambda"], wrong)
        where, quiet = f"k={row['k']} lambda={row['lambda']}", wrong is not None
        differences.same(f"{where} windows", row["n_windows"], windows, quiet)
        for c in range(19):
            for i, key in enumerate(("iou", "tp", "fp", "fn")):
                differences.same(f"{where} {c} {key}", row["per_class"][str(c)][key], tally[c, i], quiet)
        for group, classes in (("All", range(19)), ("Things", THINGS), ("Stuff", range(11))):
            differences.same(f"{where} {group}", row[group]["pq"], mean_pq(tally, classes, zero_fill), quiet)


def compare(results, sequences, zero_fill, statistic, differences):
    compare_rows(results, sequences, zero_fill, None, differences)
    for key, value in stq(sequences).items():
        differences.same(key, results[key], value)
    error, tallies = segments(sequences, statistic)
    differences.judged = error["n"]
    for key, value in error.items():
        differences.same(f"segment {key}", results["segment_depth"]["All"][key], value)
    for entry in results["pq_d"]:
        value = mean_pq(tallies[entry["lambda"]][:19], range(19), zero_fill)
        differences.same(f"PQ-D {entry['lambda']}", entry["All"]["pq"], value)


def run_folder(program, rng, folder, index):
    sequences = random_folder(rng, folder)
    zero_fill = bool(index % 2)
    rule = list(STATISTICS)[index % 3]
    command = [program, "joint", "--dvps", f"{folder}/gt", "--pred", f"{folder}/pred", "-o", f"{folder}/r.json", "-q",
               "--fuse", rule] + ["--zero-fill"] * zero_fill
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with open(f"{folder}/r.json") as f:
        results = json.load(f)
    differences = Differences(index)
    compare(results, sequences, zero_fill, STATISTICS[rule], differences)
    noticed = set()
    for wrong in WRONG:
        other = Differences(index)
        compare_rows(results, sequences, zero_fill, wrong, other)
        if other.n > 0:
            noticed.add(wrong)
    return differences, noticed


def main():
    program, seed = sys.argv[1], int(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    rng = np.random.default_rng(seed)
    different, numbers, judged, noticed = 0, 0, 0, set()
    for index in range(count):
        with tempfile.TemporaryDirectory() as folder:
            differences, seen = run_folder(program, rng, folder, index)
        different, numbers, noticed = different + differences.n, numbers + differences.count, noticed | seen
        judged += differences.judged
    unnoticed = sorted(set(WRONG) - noticed)
    print(f"{count} folders, {numbers} numbers, {judged} segment depths, {different} different; wrong rules not noticed: {unnoticed or 'none'}")
    sys.exit(1 if different or unnoticed or judged == 0 else 0)


main()
