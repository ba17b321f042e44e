#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-compare against the same statistics written in NumPy, on random results: every draw, interval and p-value.

usage: compare_parity.py PND_COMPARE SEED [SETS]

Results are made up: rare and missing classes, images without a scored pixel, categories out of order, 1 to 30 images. The random
numbers (Philox4x32-10), resamples, re-aggregation, BCa, sign flips and Holm are done here once more. With another seed than the
program's the comparison must fail: it is run that way too. Exit 77 without NumPy.
"""
import itertools
import json
import os
import subprocess
import sys
import tempfile
from statistics import NormalDist

try:
    import numpy as np
except ImportError:
    print("skipped: no NumPy for", sys.executable)
    sys.exit(77)

RESAMPLES, LEVEL = 400, 0.9
NORMAL = NormalDist()
METRICS = ("abs_rel sq_rel_u sq_rel_m rmse mae rmse_log log_mae log10 irmse imae silog_var silog d1 d2 d3 rse rae").split()
HEADLINE = {"sqErr": ("rse", 1), "SILog": ("log10", 100), "delta1": ("d1", 1)}


# ---- random numbers

def philox(counter, key):
    """Columns of counters (4, n) to four columns of 32-bit numbers."""
    c, k = [np.asarray(x, np.uint64) for x in counter], list(key)
    low = np.uint64(0xffffffff)
    for _ in range(10):
        a, b = c[0] * np.uint64(0xd2511f53), c[2] * np.uint64(0xcd9e8d57)
        shift = np.uint64(32)
        c = [(b >> shift) ^ c[1] ^ np.uint64(k[0]), b & low, (a >> shift) ^ c[3] ^ np.uint64(k[1]), a & low]
        k = [(k[0] + 0x9e3779b9) & 0xffffffff, (k[1] + 0xbb67ae85) & 0xffffffff]
    return c


def words(seed, purpose, number, n_blocks):
    zero = np.zeros(n_blocks, np.uint64)
    counter = [np.arange(n_blocks), zero + np.uint64(purpose), zero + np.uint64(number), zero]
    return np.stack(philox(counter, (seed & 0xffffffff, seed >> 32)), axis=1).ravel()


def draw_times(seed, resample, n):
    w = [int(x) for x in words(seed, 0, resample, (n + 1) // 2)]
    picks = [(w[2 * i] + (w[2 * i + 1] << 32)) * n >> 64 for i in range(n)]
    return np.bincount(picks, minlength=n)


def draw_swaps(seed, number, n):
    w = words(seed, 1, number, (n + 127) // 128)
    return [bool(int(w[i // 32]) >> i % 32 & 1) for i in range(n)]


# ---- scores

def panoptic_scores(results, rows, times):
    """Key to score; None where undefined."""
    total = {c: [0.0, 0, 0, 0] for c in results["categories"]}
    for row, m in zip(rows, times):
        for key, v in row["classes"].items() if m > 0 else ():
            t = total[int(key)]
            for iou in v["iou"]:
                t[0] += m * iou
            t[1] += m * len(v["iou"])
            t[2] += m * v["fp"]
            t[3] += m * v["fn"]
    out, means = {}, {g: [] for g in ("All", "Things", "Stuff")}
    for c in results["categories"]:
        iou, tp, fp, fn = total[c]
        values = [None] * 3
        if tp + fp + fn > 0:
            d = tp + 0.5 * fp + 0.5 * fn
            values = [iou / d, iou / tp if tp else 0.0, tp / d]
            means["All"].append(values)
            means["Things" if results["per_class"][str(c)]["isthing"] else "Stuff"].append(values)
        out.update(("per_class.%d.%s" % (c, k), x) for k, x in zip(("pq", "sq", "rq"), values))
    for group, lists in means.items():
        for i, k in enumerate(("pq", "sq", "rq")):
            s = 0.0
            for values in lists:
                s += values[i]
            out["%s.%s" % (group, k)] = s / len(lists) if lists else None
    return out


def careful_mean(pairs):
    """Knuth's 2Sum over (value, times)."""
    high = low = 0.0
    n = 0
    for x, m in pairs:
        term = m * x
        s = high + term
        t = s - high
        low += (high - (s - t)) + (term - t)
        high = s
        n += m
    return (high + low) / n if n else None


def depth_scores(results, rows, times):
    mean = {k: careful_mean([(r[k], int(m)) for r, m in zip(rows, times) if m > 0 and r[k] is not None]) for k in METRICS}
    out = {"image_mean." + k: v for k, v in mean.items()}
    out.update(("headline." + k, None if mean[m] is None else f * mean[m]) for k, (m, f) in HEADLINE.items())
    return out


def score(results, rows=None, times=None):
    rows = results["per_image"] if rows is None else rows
    times = [1] * len(rows) if times is None else [int(m) for m in times]
    return (panoptic_scores if results["task"] == "panoptic" else depth_scores)(results, rows, times)


# ---- statistics

def minus(b, a):
    return {k: None if a[k] is None or b[k] is None else b[k] - a[k] for k in a}


def spread(estimate, draws, jackknife):
    x = np.array([d for d in draws if d is not None])
    out = {"undefined_resamples": len(draws) - len(x), "standard_error": None, "percentile": [None] * 2, "bca": [None] * 2}
    if len(x) > 1:
        out["standard_error"] = x.std(ddof=1)
    if len(x) > 0:
        tail = (1 - LEVEL) / 2
        out["percentile"] = list(np.quantile(x, [tail, 1 - tail]))
        if estimate is not None and None not in jackknife:
            below = (np.sum(x < estimate) + 0.5 * np.sum(x == estimate)) / len(x)
            j = np.array(jackknife)
            d = j.mean() - j
            a = 0 if np.all(j == j[0]) else np.sum(d ** 3) / (6 * np.sum(d ** 2) ** 1.5)
            if 0 < below < 1:
                z0, ends = NORMAL.inv_cdf(below), []
                for z in (NORMAL.inv_cdf(tail), NORMAL.inv_cdf(1 - tail)):
                    ends.append(NORMAL.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))
                out["bca"] = list(np.quantile(x, ends))
    return out, x


def sign_flips(a, b, seed):
    """Differences after swaps, and whether these are all swaps."""
    n = len(a["per_image"])
    exact = 2 ** n <= RESAMPLES
    all_swaps = (s[::-1] for s in itertools.product((False, True), repeat=n))
    for swaps in all_swaps if exact else (draw_swaps(seed, r, n) for r in range(RESAMPLES)):
        pairs = list(zip(swaps, a["per_image"], b["per_image"]))
        yield minus(score(b, [x if s else y for s, x, y in pairs]), score(a, [y if s else x for s, x, y in pairs])), exact


def p_value(observed, differences, exact):
    if observed is None:
        return None
    defined = [abs(d) for d in differences if d is not None]
    count = sum(d >= abs(observed) * (1 - 1e-12) for d in defined)
    return count / len(defined) if exact else (count + 1) / (len(defined) + 1)


def holm(p):
    order = sorted((k for k in p if p[k] is not None), key=lambda k: p[k])
    out, largest = dict.fromkeys(p), 0
    for i, k in enumerate(order):
        largest = max(largest, (len(order) - i) * p[k])
        out[k] = min(1, largest)
    return out


def expected_comparison(a, b, lower_is_better, seed):
    """Score key to what pnd-compare should say of the difference; also of method A alone."""
    n = len(a["per_image"])
    times = [draw_times(seed, r, n) for r in range(RESAMPLES)]
    without = [[int(i != k) for i in range(n)] for k in range(n)]
    draws = [[score(m, None, t) for t in times] for m in (a, b)]
    jackknife = [[score(m, None, t) for t in without] for m in (a, b)]
    differences = [minus(y, x) for x, y in zip(*draws)]
    jackknife_differences = [minus(y, x) for x, y in zip(*jackknife)]
    flips = list(sign_flips(a, b, seed))
    observed, own = minus(score(b), score(a)), score(a)
    alone, pairs = {}, {}
    for k in observed:
        alone[k] = dict(spread(own[k], [d[k] for d in draws[0]], [d[k] for d in jackknife[0]])[0], value=own[k])
        pairs[k], x = spread(observed[k], [d[k] for d in differences], [d[k] for d in jackknife_differences])
        sign = -1 if k in lower_is_better else 1
        pairs[k].update(difference=observed[k], p=p_value(observed[k], [f[k] for f, _ in flips], flips[0][1]),
                        undefined_swaps=sum(f[k] is None for f, _ in flips),
                        p_better=(np.sum(sign * x > 0) + 0.5 * np.sum(x == 0)) / len(x) if len(x) else None)
    families = {}
    for k in pairs:
        families.setdefault("class" + k[-3:] if k.startswith("per_class") else k, {})[k] = pairs[k]["p"]
    for family in families.values():
        for k, p in holm(family).items():
            pairs[k]["p_holm"] = p
    return alone, pairs


# ---- made-up results

def random_panoptic(rng, n, categories, things):
    rows = []
    for i in range(n):
        classes = {}
        for c in categories:
            if rng.random() < (0.1 if c % 5 == 0 else 0.6):
                iou = [float(x) for x in rng.uniform(0.5, 1, rng.integers(0, 4))]
                counts = {"fp": int(rng.integers(0, 3)), "fn": int(rng.integers(0, 3)), "iou": iou}
                if counts["fp"] + counts["fn"] + len(iou) > 0:
                    classes[str(c)] = counts
        rows.append({"image_id": i, "classes": classes})
    r = {"task": "panoptic", "categories": categories, "per_image": rows, "per_class": {}}
    r["per_class"] = {str(c): {"name": "class %d" % c, "isthing": int(c in things)} for c in categories}
    return r


def random_depth(rng, n):
    rows = []
    for i in range(n):
        empty = rng.random() < 0.1
        row = {k: None if empty or (k == "rse" and rng.random() < 0.2) else float(rng.lognormal()) for k in METRICS}
        rows.append(dict(row, image_id="frame_%d" % i, n=0 if empty else 9))
    return {"task": "depth", "per_image": rows, "image_mean": {}, "headline": {},
            "headline_from": {k: {"image_mean": m, "factor": f} for k, (m, f) in HEADLINE.items()}}


def finish(results, name):
    """Scores and head, as pnd-eval writes them."""
    for key, value in score(results).items():
        *path, last = key.split(".")
        place = results
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return dict(results, schema="panodepth-results/1", method=name, protocol="made-up", signature="pnd1;task=" + results["task"])


def random_pair(rng, i):
    n = int(rng.integers(1, 9 if i % 2 else 31))
    if i % 3 == 2:
        return [finish(random_depth(rng, n), name) for name in "AB"]
    categories = [int(c) for c in rng.permutation(20)[:rng.integers(1, 8)]]
    things = set(categories[::2])
    return [finish(random_panoptic(rng, n, categories, things), name) for name in "AB"]


# ---- judge

class Judge:
    def __init__(self):
        self.compared = self.wrong = 0
        self.lines = []

    def compare(self, where, actual, expected):
        if isinstance(expected, list):
            for i in range(2):
                self.compare(where + (i,), actual[i], expected[i])
            return
        self.compared += 1
        none = actual is None, expected is None
        if none[0] != none[1] or (not none[0] and abs(actual - expected) > 1e-9 * abs(expected) + 1e-12):
            self.wrong += 1
            self.lines.append("%s: %s, expected %s" % (where, actual, expected))


def judge_pair(program, folder, pair, seed, seed_here):
    judge = Judge()
    names = []
    for results in pair:
        names.append(os.path.join(folder, results["method"] + ".json"))
        with open(names[-1], "w") as f:
            json.dump(results, f)
    command = [program, "--json", "--quiet", "--resamples", str(RESAMPLES), "--seed", str(seed), "--level", str(100 * LEVEL)]
    done = subprocess.run(command + names, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit("exit %d\n%s" % (done.returncode, done.stderr))
    answer = json.loads(done.stdout)
    lower = {k for k, s in answer["methods"][0]["scores"].items() if not s["higher_is_better"]}
    known = {k for k in lower if k.split(".")[1] not in ("d1", "d2", "d3", "delta1") and pair[0]["task"] == "depth"}
    if lower != known:
        sys.exit("directions: %s" % (lower ^ known))
    alone, pairs = expected_comparison(*pair, lower, seed_here)
    for found, expected in ((answer["methods"][0]["scores"], alone), (answer["comparisons"][0]["scores"], pairs)):
        if set(found) != set(expected):
            sys.exit("other scores: %s" % (set(found) ^ set(expected)))
        for key in expected:
            for name, value in expected[key].items():
                judge.compare((key, name), found[key][name], value)
    return judge


def main():
    program, seed = sys.argv[1], int(sys.argv[2])
    rng = np.random.default_rng(seed)
    compared = wrong = noticed = 0
    with tempfile.TemporaryDirectory() as folder:
        for i in range(int(sys.argv[3]) if len(sys.argv) > 3 else 6):
            pair = random_pair(rng, i)
            judge = judge_pair(program, folder, pair, seed, seed)
            print("\n".join(judge.lines[:10]), end="\n" if judge.lines else "")
            compared += judge.compared
            wrong += judge.wrong
            noticed += judge_pair(program, folder, pair, seed, seed + 1).wrong > 0 if i == 0 else 0
    print("%d values compared, %d wrong; another seed was %snoticed" % (compared, wrong, "" if noticed else "not "))
    sys.exit(1 if wrong or compared == 0 or not noticed else 0)


if __name__ == "__main__":
    main()
