#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-eval depth against the definitions written in NumPy, on random frames: every protocol, metric, average and analysis.

usage: depth_parity.py PND_EVAL SEED [FRAMES]

Frames are small and of odd sizes, ground truth has holes, infinities, NaN and negative values, predictions have gaps,
values lie on a grid in some so that ratios hit 1.25 exactly. Exit 77 without NumPy.
"""
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("skipped: no NumPy for", sys.executable)
    sys.exit(77)

PROTOCOLS = ("paper-eq", "paper-repo", "kitti", "eigen80", "manydepth-raw", "manydepth", "mgnet", "mgnet-median", "dvps",
             "deeplab2", "eigen80+scale", "eigen80+scale-shift", "mgnet+scale")
RELATIVE = 1e-9


def random_frame(rng, i):
    shape = rng.integers(1, 300 if i % 5 == 0 else 40), rng.integers(1, 300 if i % 5 == 1 else 40)
    g = np.exp(rng.uniform(0, np.log(300), shape))
    p = g * np.exp(rng.normal(0, 0.3, shape))
    if i % 3 == 0:
        g, p = np.round(g * 4) / 4, np.round(p * 4) / 4 + 0.25
    r = rng.random(shape)
    g[r < 0.2], g[(r > 0.2) & (r < 0.23)], g[(r > 0.23) & (r < 0.24)], g[(r > 0.24) & (r < 0.25)] = 0, np.inf, np.nan, -3
    if i % 4 == 0:
        p[rng.random(shape) < 0.3] = 0
    kind = np.float32 if i % 2 else np.float64
    return g.astype(kind), p.astype(kind)


def fill_gaps(p):
    """KITTI: within a row the nearer neighbour, its ends continued; rows above and below copy the nearest filled row."""
    p = p.copy()
    for row in p:
        known = np.nonzero(row > 0)[0]
        if len(known) == 0:
            continue
        row[:known[0]], row[known[-1] + 1:] = row[known[0]], row[known[-1]]
        for a, b in zip(known[:-1], known[1:]):
            row[a + 1:b] = min(row[a], row[b])
    known = np.nonzero((p > 0).all(axis=1))[0]
    if len(known) > 0:
        p[:known[0]], p[known[-1] + 1:] = p[known[0]], p[known[-1]]
    return p


def fit(scaling, g, p):
    """MiDaS: least squares, of depth by a factor, of inverse depth by a factor and a shift."""
    if scaling == "median":
        return np.median(g) / np.median(p), 0
    if scaling == "scale":
        return np.linalg.lstsq(p[:, None], g, rcond=None)[0][0], 0
    ok = p > 0
    if len(set(p[ok])) < 2:
        return 0, np.mean(1 / g[ok])
    return np.linalg.lstsq(np.stack([1 / p[ok], np.ones(ok.sum())], 1), 1 / g[ok], rcond=None)[0]


def align(scaling, p, scale, shift):
    if scaling != "scale-shift":
        return p * scale
    return 1 / np.maximum(scale / p + shift, 1 / 80)


def select(protocol, g, p, judge=None, record=None):
    """Which pixels are scored, their ground truth and prediction.

    The fit of `record`, once compared with our own, is what depths are scaled by: a ratio on a threshold hangs on its last bit."""
    protocol, _, scaling = protocol.partition("+")
    if protocol == "dvps":
        valid = np.isfinite(g) & (g > 0)
        g = np.where(valid, np.minimum(np.floor(np.where(valid, g, 0) * 256), 65535) / 256, 0)
        p = np.where(np.isfinite(p) & (p > 0), np.minimum(np.floor(p * 256), 65535) / 256, p)
        return g > 0, np.minimum(g[g > 0], 80), p[g > 0]
    if protocol in ("mgnet", "mgnet-median", "deeplab2"):
        g, p = g.astype(np.float32).astype(float), p.astype(np.float32).astype(float)
    if protocol == "deeplab2":
        valid = np.isfinite(g) & (g > 0)
        return valid, g[valid], p[valid]
    height, width = g.shape
    y, x = np.mgrid[:height, :width]
    valid = np.isfinite(g) & (g > 0)
    if protocol == "paper-eq":
        return valid, np.minimum(g[valid], 80), np.minimum(p[valid], 80)
    if protocol == "kitti":
        return valid, g[valid], fill_gaps(p)[valid]
    if protocol == "paper-repo":
        valid &= ~(((x < 90) | (y >= height - 180)) & (g > 40))
        metres = np.trunc(np.clip(p[valid], 0, 255))
        return valid, np.minimum(g[valid], 80), np.where(metres == 0, 0.1, metres)
    valid &= (g > 1e-3) & (g < 80)
    if protocol.startswith("manydepth"):
        valid &= (y >= int(height / 4)) & (y < int(height * 3 / 4))
        valid &= (x >= int(width * 192 / 2048)) & (x < int(width * 1856 / 2048))
    g, p = g[valid], p[valid]
    scaling = "median" if protocol in ("manydepth", "mgnet-median") else scaling
    if scaling and g.size > 0:
        with np.errstate(all="ignore"):
            scale, shift = fit(scaling, g, p)
            if record is not None:
                ours = {k: record[k] for k in ("scale", "shift") if k in record}
                judge.compare((protocol, scaling, record["image_id"]), ours, {"scale": scale, "shift": shift})
                scale, shift = ours["scale"], ours.get("shift", 0)
            p = align(scaling, p, scale, shift)
    return valid, g, np.clip(p, 1e-3, 80)


def metrics(g, p):
    if g.size == 0:
        return {"n": 0}
    with np.errstate(divide="ignore", invalid="ignore"):
        return metrics_of_depths(g, p)


def metrics_of_depths(g, p):
    d, e, ratio = p - g, np.log(p) - np.log(g), np.maximum(p / g, g / p)
    inverse = 1000 * (1 / p - 1 / g)
    m = {"n": g.size, "abs_rel": np.mean(abs(d) / g), "sq_rel_u": np.mean((d / g) ** 2), "sq_rel_m": np.mean(d * d / g),
         "rmse": np.sqrt(np.mean(d * d)), "mae": np.mean(abs(d)), "rmse_log": np.sqrt(np.mean(e * e)), "log_mae": np.mean(abs(e)),
         "log10": np.mean(abs(np.log10(p) - np.log10(g))), "irmse": np.sqrt(np.mean(inverse ** 2)), "imae": np.mean(abs(inverse)),
         "silog_var": np.var(e), "silog": 100 * np.std(e)}
    if not p.min() > 0:
        for key in ("rmse_log", "log_mae", "log10", "irmse", "imae", "silog_var", "silog"):
            del m[key]
    for k in (1, 2, 3):
        m["d%d" % k] = np.mean(ratio < 1.25 ** k)
    if g.min() < g.max():
        m["rse"] = np.sum(d * d) / np.sum((g - g.mean()) ** 2)
        m["rae"] = np.sum(abs(d)) / np.sum(abs(g - g.mean()))
    return m


EDGES_M = (10, 20, 40, 80)
PAIRS = 10000


def philox(counter):
    """Philox4x32-10 (Salmon et al. 2011) with key 0 for counters (k, 0, 0, 0): two words for each k."""
    x = [counter.astype(np.uint64)] + [np.zeros(len(counter), np.uint64)] * 3
    key, low = [0, 0], np.uint64(0xffffffff)
    for _ in range(10):
        a, b = np.uint64(0xd2511f53) * x[0], np.uint64(0xcd9e8d57) * x[2]
        x = [b >> np.uint64(32) ^ x[1] ^ np.uint64(key[0]), b & low, a >> np.uint64(32) ^ x[3] ^ np.uint64(key[1]), a & low]
        key = [(key[0] + 0x9e3779b9) % 2 ** 32, (key[1] + 0xbb67ae85) % 2 ** 32]
    return x[0], x[1]


def disagreement(g, p):
    """Pairs of pixels whose order differs, for each ratio that still counts as equal."""
    if g.size < 2:
        return 0, [0, 0, 0]
    first, second = philox(np.arange(PAIRS))
    i = (first * np.uint64(g.size) >> np.uint64(32)).astype(int)
    j = (second * np.uint64(g.size - 1) >> np.uint64(32)).astype(int)
    j += j >= i
    order = lambda z, limit: (z[i] > limit * z[j]).astype(int) - (z[j] > limit * z[i])
    return PAIRS, [int(np.sum(order(g, limit) != order(p, limit))) for limit in (1.02, 1.05, 1.10)]


def boundary(pairs):
    """Weighted F1, precision, recall of the edges of pairs ((g, p) maps with NaN where nothing is scored)."""
    thresholds = np.linspace(1.05, 1.25, 10)
    hits, true, guessed = (np.zeros((10, 4)) for _ in range(3))
    for g, p in pairs:
        sides = ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:, 1:], np.s_[:, :-1]), (np.s_[:-1], np.s_[1:]), (np.s_[1:], np.s_[:-1]))
        for d, (far, near) in enumerate(sides):
            for k, t in enumerate(thresholds):
                a, b = g[far] > t * g[near], p[far] > t * p[near]
                hits[k, d] += np.sum(a & b)
                true[k, d] += np.sum(a)
                guessed[k, d] += np.sum(b)
    if not true.any() and not guessed.any():
        return {}
    precision = (hits / np.maximum(guessed, 1)).mean(axis=1)
    recall = (hits / np.maximum(true, 1)).mean(axis=1)
    both = precision + recall
    f1 = np.where(both > 0, 2 * precision * recall / np.where(both > 0, both, 1), 0)
    weights = thresholds / thresholds.sum()
    return {"boundary_f1": f1 @ weights, "boundary_precision": precision @ weights, "boundary_recall": recall @ weights}


def analysis(images, ranks):
    """Scores of one image, or of several as one: (g, p, map of g, map of p) each."""
    g, p = (np.concatenate([image[k] for image in images]) for k in (0, 1))
    out = boundary([image[2:] for image in images])
    if g.size == 0:
        return out
    if ranks:
        error = abs(p - g) / g
        out.update(abs_rel_median=np.median(error), abs_rel_p90=np.percentile(error, 90))
    if p.min() > 0:
        out["bias"] = np.mean(np.log(p / g))
    ratio = np.maximum(p / g, g / np.where(p > 0, p, 1e-300))
    out.update(d_105=np.mean(ratio < 1.05), d_110=np.mean(ratio < 1.10))
    counts = [disagreement(*image[:2]) for image in images]
    drawn = sum(n for n, _ in counts)
    if drawn > 0:
        for m, key in enumerate(("whdr_02", "whdr_05", "whdr_10")):
            out[key] = sum(wrong[m] for _, wrong in counts) / drawn
    return out


def maps(mask, g, p):
    out = []
    for values in (g, p):
        full = np.full(mask.shape, np.nan)
        full[mask] = values
        out.append(full)
    return out


class Judge:
    def __init__(self):
        self.compared = self.wrong = 0
        self.worst = 0.0

    def fail(self, *what):
        self.wrong += 1
        print(*what)

    def compare(self, where, actual, expected):
        """A key that NumPy does not define must be null."""
        for key, value in actual.items():
            if key in expected and value is None or key not in expected and value is not None:
                self.fail(where, key, value, "expected", expected.get(key))
        for key, value in expected.items():
            if actual.get(key) is None:
                continue
            error = abs(actual[key] - value)
            self.compared += 1
            relative = RELATIVE * (1000 if "shift" in str(where) else 1)  # a fit of two parameters may be ill-conditioned
            if error > relative * abs(value) + 1e-12:
                self.fail(where, key, actual[key], "expected", value)
            if abs(value) > 1e-3:
                self.worst = max(self.worst, error / abs(value))


def only_metrics(record):
    return {k: record[k] for k in metrics(np.array([1.0, 2.0]), np.array([1.0, 2.0]))}


SCORES = ("bias", "abs_rel_median", "abs_rel_p90", "d_105", "d_110", "whdr_02", "whdr_05", "whdr_10", "boundary_f1",
          "boundary_precision", "boundary_recall")


def only_scores(record):
    return {k: record[k] for k in SCORES}


def judge_group(judge, where, record, g, p):
    expected = metrics(g, p)
    expected.pop("rse", None), expected.pop("rae", None)
    if g.size > 0 and p.min() > 0:
        expected["bias"] = np.mean(np.log(p / g))
    judge.compare(where, {k: v for k, v in record.items() if not isinstance(v, str) and k not in ("from_m", "to_m")}, expected)


def judge_analysis(judge, protocol, images, result):
    judge.compare((protocol, "pooled scores"), result["pooled"] | {"abs_rel_median": None, "abs_rel_p90": None},
                  analysis(images, False))
    judge.compare((protocol, "mean scores"), result["image_mean"],
                  mean_of([analysis([image], True) | {"n": 1} for image in images], ("n",)))
    g, p = (np.concatenate([image[k] for image in images]) for k in (0, 1))
    for record, low, high in zip(result["by_distance"], (0,) + EDGES_M, EDGES_M + (np.inf,)):
        inside = (g >= low) & (g < high)
        judge_group(judge, (protocol, "from", low), record, g[inside], p[inside])
    thirds = []
    for image in images:
        height, width = image[2].shape
        y, x = np.nonzero(np.isfinite(image[2]))
        thirds.append(3 * (3 * y // height) + 3 * x // width)
    thirds = np.concatenate(thirds)
    for k, record in enumerate(result["by_region"]):
        judge_group(judge, (protocol, "region", k), record, g[thirds == k], p[thirds == k])


def mean_of(sets, without=()):
    keys = {key for m in sets for key in m} - set(without)
    return {key: np.mean([m[key] for m in sets if m["n"] > 0 and key in m]) for key in keys
            if any(m["n"] > 0 and key in m for m in sets)}


def judge_protocol(judge, protocol, frames, result):
    records = {r["image_id"]: r for r in result["per_image"]}
    all_g, all_p, per_image = [], [], []
    sequences, images = {}, []
    for name, (g, p) in frames.items():
        mask, g, p = select(protocol, g.astype(float), p.astype(float), judge, records.get(name))
        zeros = protocol in ("dvps", "deeplab2")
        usable = bool(np.all(np.isfinite(p) & ((p > 0) | (zeros & (p == 0)))))
        if usable != (name in records):
            judge.fail(protocol, name, "usable:", usable, "scored:", name in records)
        elif usable:
            expected = metrics(g, p)
            judge.compare((protocol, name), only_metrics(records[name]), expected)
            all_g.append(g)
            all_p.append(p)
            per_image.append(expected)
            images.append((g, p, *maps(mask, g, p)))
            judge.compare((protocol, name, "analysis"), only_scores(records[name]), analysis(images[-1:], True))
            if g.size > 0:
                sequences.setdefault(name[:10], []).append((g, p))
    judge.compare((protocol, "pooled"), only_metrics(result["pooled"]), metrics(np.concatenate(all_g), np.concatenate(all_p)))
    judge.compare((protocol, "mean"), result["image_mean"], mean_of(per_image))
    judge_analysis(judge, protocol, images, result["analysis"])
    if protocol == "dvps":
        pooled = [metrics(*(np.concatenate(a) for a in zip(*images))) for images in sequences.values()]
        for m in pooled:
            m.pop("rae", None)
        judge.compare((protocol, "sequences"), result["sequence_mean"], mean_of(pooled))
        judge.compare((protocol, "headline"), {"absErr": result["headline"]["absErr"]}, {"absErr": mean_of(pooled)["abs_rel"]})


def run(program, protocol, folder):
    command = [program, "depth", "--gt-depth", os.path.join(folder, "gt"), "--pred", os.path.join(folder, "pred"),
               "--protocol", protocol.partition("+")[0], "--scaling", protocol.partition("+")[2] or "protocol",
               "--skip-bad", "--analysis", "all", "-o", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit("%s: exit %d\n%s" % (protocol, done.returncode, done.stderr))
    return json.loads(done.stdout)


def main():
    program, seed = sys.argv[1], int(sys.argv[2])
    rng = np.random.default_rng(seed)
    judge = Judge()
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "gt"))
        os.mkdir(os.path.join(folder, "pred"))
        frames = {}
        for i in range(int(sys.argv[3]) if len(sys.argv) > 3 else 36):
            name = "ulm_%06d_%06d" % (i // 6, i % 6)
            frames[name] = random_frame(rng, i)
            np.save(os.path.join(folder, "gt", name + "_depth.npy"), frames[name][0])
            np.save(os.path.join(folder, "pred", name + "_depth.npy"), frames[name][1])
        for protocol in PROTOCOLS:
            judge_protocol(judge, protocol, frames, run(program, protocol, folder))
    print("%d values compared, %d wrong, worst relative error %.1e" % (judge.compared, judge.wrong, judge.worst))
    sys.exit(1 if judge.wrong or judge.compared == 0 else 0)


main()
