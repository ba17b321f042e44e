#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-panoptic --from-polygons against other drawers, on random annotations: every pixel of instanceIds and labelIds.

usage: polygon_parity.py PND_PANOPTIC SEED [FRAMES] [--pillow]

Without --pillow the judge is a second implementation here, written from the description of the fillers in NumPy.
With --pillow it is Pillow itself, from PyPI, in virtual environments: the newest one for pillow12 (drawn by
cityscapesScripts' own json2instanceImg and json2labelImg), 7.0.0 or 9.0.0 for pillow7, 2.4.0 for classic. The old ones need
an old Python (3.6 to 3.10; 2.7): those found in PATH, or listed in PND_PYTHONS (separated by colons), are tried, and
a judge that cannot be had is reported. Exit 77 without NumPy, or with --pillow when no judge can be had.
"""
import glob
import json
import os
import random
import shutil
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

FILLS = ("classic", "pillow7", "pillow12")
# name -> (id, has instances)
LABELS = {name: (i - 1, 25 <= i <= 34) for i, name in enumerate(
    ["license plate", "unlabeled", "ego vehicle", "rectification border", "out of roi", "static", "dynamic", "ground", "road",
     "sidewalk", "parking", "rail track", "building", "wall", "fence", "guard rail", "bridge", "tunnel", "pole", "polegroup",
     "traffic light", "traffic sign", "vegetation", "terrain", "sky", "person", "rider", "car", "truck", "bus", "caravan",
     "trailer", "train", "motorcycle", "bicycle"])}

# ---- random annotations


def random_polygon(r, w, h):
    kind = r.random()
    if kind < 0.3:  # a contour, step by step
        x, y, points = r.randint(0, w), r.randint(0, h), []
        for _ in range(r.randint(3, 40)):
            x, y = x + r.randint(-4, 4), y + r.randint(-3, 3)
            points.append((x, y))
    else:
        margin = r.choice([0, 8, 8, 8, 3 * max(w, h), 2000])
        points = [(r.randint(-margin, w + margin), r.randint(-margin, h + margin)) for _ in range(r.randint(2, 14))]
        if kind < 0.4:
            points = [(x, points[0][1] if r.random() < 0.4 else y) for x, y in points]
        elif kind < 0.5:
            points = [(x // 4 * 4, y // 4 * 4) for x, y in points]
        elif kind < 0.6:
            points = [(x + r.choice([0, 0.25, -0.75]), y + r.choice([0, 0.5])) for x, y in points]
    if r.random() < 0.15:
        points.append(points[0])
    elif r.random() < 0.15:
        i = r.randrange(len(points))
        points.insert(i, points[i])
    return points


def random_annotation(r):
    w, h = r.choice([(40, 30), (64, 48), (17, 33), (1, 9), (9, 1), (100, 80), (257, 3)])
    objects = []
    for _ in range(r.randint(1, 9)):
        label = r.choice(sorted(LABELS)) if r.random() < 0.6 else r.choice(["car", "person", "bicycle"])
        if r.random() < 0.15:
            label += "group"
        item = {"label": label, "polygon": random_polygon(r, w, h)}
        if r.random() < 0.2:
            item["deleted"] = r.choice([0, 0, 1])
        objects.append(item)
    return {"imgHeight": h, "imgWidth": w, "objects": objects}


# ---- the second implementation


class Edges:
    """All edges of a polygon as arrays; x0, y0 belong to the first point in list order."""

    def __init__(self, points):
        a = np.array([(int(x), int(y)) for x, y in points], np.int64)
        b = np.roll(a, -1, axis=0)
        if (a[-1] == b[-1]).all():
            a, b = a[:-1], b[:-1]
        self.start, self.end = a, b
        self.x0, self.y0 = (a[:, i].astype(np.float32) for i in (0, 1))
        self.top, self.bottom = np.minimum(a[:, 1], b[:, 1]), np.maximum(a[:, 1], b[:, 1])
        self.flat = self.top == self.bottom
        rise = np.where(self.flat, 1, b[:, 1] - a[:, 1]).astype(np.float32)
        self.s = np.where(self.flat, np.float32(0), (b[:, 0] - a[:, 0]).astype(np.float32) / rise)

    def x(self, y):
        return (np.float32(y) - self.y0) * self.s + self.x0


def half_up(v):
    return float(np.floor(np.float32(v + np.float32(0.5)))) if v >= 0 else -float(np.floor(abs(float(v)) + 0.5))


def half_down(v):
    return float(np.ceil(np.float32(v - np.float32(0.5)))) if v >= 0 else -float(np.ceil(abs(float(v)) - 0.5))


def nearest(v):
    return float(np.trunc(float(v) + (0.5 if v >= 0 else -0.5)))


def moved(e, i, y, x):
    """The corner rule of the newest filler for the crossing x of edge i with row y."""
    beside = y - 1 if y == e.bottom[i] else y + 1
    here, there = e.x(y), e.x(beside)
    for k in range(i):
        if e.s[k] != 0 and y in (e.top[k], e.bottom[k]) and nearest(here[k]) == nearest(x) and e.top[k] <= beside <= e.bottom[k]:
            far, near = max(there[i], there[k]), min(there[i], there[k])
            return nearest(far) + 1 if x > far + 1 else nearest(near) - 1 if x < near - 1 else x
    return x


def runs(points, fill, h):
    """(row, first column, last column) of everything the polygon covers, before clipping."""
    e = Edges(points)
    counted = ~e.flat if fill == "pillow7" else np.ones(len(e.flat), bool)
    if fill != "classic":
        for a, b in zip(e.start[e.flat], e.end[e.flat]):
            yield a[1], min(a[0], b[0]), max(a[0], b[0])
    if not counted.any():
        return
    first, last = max(0, e.top[counted].min()), min(h - 1 if fill == "classic" else h, e.bottom[counted].max())
    for y in range(first, last + 1):
        if fill == "classic":
            taken = ~e.flat & (e.top <= y + 0.5) & (y + 0.5 <= e.bottom)
            xs = sorted(e.x(y + 0.5)[taken])
            for a, b in zip(xs[::2], xs[1::2]):
                yield y, np.ceil(float(a) - 0.5), np.floor(float(b) + 0.5)
            continue
        at, xs = e.x(y), []
        for i in np.nonzero(~e.flat & (e.top <= y) & (y <= e.bottom))[0]:
            if y == e.bottom[i] and y < last:
                xs += [at[i], at[i]]
            elif fill == "pillow12" and y in (e.top[i], e.bottom[i]) and e.s[i] != 0:
                xs.append(np.float32(moved(e, i, y, at[i])))
            else:
                xs.append(at[i])
        xs.sort()
        for a, b in zip(xs[::2], xs[1::2]):
            a, b = half_up(a), half_down(b)
            yield (y, min(a, b), max(a, b)) if fill == "pillow7" else (y, a, b)


def draw(annotation, fill):
    h, w = annotation["imgHeight"], annotation["imgWidth"]
    image, counter = np.zeros((h, w), np.uint16), {}
    for item in annotation["objects"]:
        if item.get("deleted"):
            continue
        label, group = item["label"], False
        if label not in LABELS:
            label, group = label[:-len("group")], True
        value, countable = LABELS[label]
        if countable and not group:
            counter[label] = counter.get(label, -1) + 1
            value = value * 1000 + counter[label]
        if value < 0:
            continue
        for y, a, b in runs(item["polygon"], fill, h):
            if 0 <= y < h and b >= 0 and a < w and a <= b:
                image[int(y), max(int(a), 0):int(min(b, w - 1)) + 1] = value
    return image


# ---- Pillow as the judge. The worker runs in its environment, Python 2.7 included; one raw file per annotation.

WORKER = r"""
import glob, json, struct, sys
from PIL import Image, ImageDraw
LABELS = json.loads(sys.argv[2])
try:
    from cityscapesscripts.helpers.annotation import Annotation
    from cityscapesscripts.preparation.json2instanceImg import createInstanceImage
    from cityscapesscripts.preparation.json2labelImg import createLabelImage
except ImportError:
    Annotation = None

def official(path):
    annotation = Annotation()
    annotation.fromJsonFile(path)
    return createInstanceImage(annotation, "ids"), createLabelImage(annotation, "ids")

def restated(path):
    with open(path) as f:
        annotation = json.load(f)
    size = annotation["imgWidth"], annotation["imgHeight"]
    instances, labels, counter = Image.new("I", size, 0), Image.new("L", size, 0), {}
    for item in annotation["objects"]:
        if item.get("deleted"):
            continue
        label, group = item["label"], False
        if label not in LABELS:
            label, group = label[:-len("group")], True
        value, countable = LABELS[label]
        number = value
        if countable and not group:
            counter[label] = counter.get(label, -1) + 1
            number = value * 1000 + counter[label]
        if value < 0:
            continue
        points = [tuple(p) for p in item["polygon"]]
        ImageDraw.Draw(instances).polygon(points, fill=number)
        ImageDraw.Draw(labels).polygon(points, fill=value)
    return instances, labels

def raw(image):
    return image.tobytes() if hasattr(image, "tobytes") else image.tostring()

import PIL
print("Pillow %s, %s" % (getattr(PIL, "__version__", None) or PIL.PILLOW_VERSION,
                         "cityscapesScripts" if Annotation else "own drawing rules"))
for path in glob.glob(sys.argv[1] + "/*_polygons.json"):
    instances, labels = (official if Annotation else restated)(path)
    n = instances.size[0] * instances.size[1]
    with open(path + ".raw", "wb") as f:
        f.write(struct.pack("<%dH" % n, *struct.unpack("=%di" % n, raw(instances))) + raw(labels))
"""


def interpreters(names):
    listed = [p for p in os.environ.get("PND_PYTHONS", "").split(":") if p]
    for path in listed + [shutil.which(n) for n in names if shutil.which(n)]:
        done = subprocess.run([path, "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"], capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip() in names:
            yield path, done.stdout.strip()


def install(folder, python, packages):
    """Packages into a folder for that Python; True on success."""
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--retries", "1", "--timeout", "15",
           "--target", folder]
    for options, names in packages:
        if subprocess.run(pip + options + names, capture_output=True).returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            return False
    return True


def have_pip(python, folder):
    """A Python that can install: itself, or a virtual environment of it (Debian's refuses to be touched)."""
    if subprocess.run([python, "-m", "venv", folder], capture_output=True).returncode == 0:
        return os.path.join(folder, "bin", "python")
    return python if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0 else None


def find_judge(fill, scratch):
    """(python, folder of packages, what it is), or None."""
    old = {"classic": [(["--no-binary", ":all:"], ["pillow==2.4.0"], ("python2.7",))],
           "pillow7": [([], ["pillow==7.0.0"], ("python3.6", "python3.7", "python3.8")),
                       ([], ["pillow==9.0.0"], ("python3.7", "python3.8", "python3.9", "python3.10"))],
           "pillow12": [([], ["pillow", "numpy"], tuple("python3.%d" % i for i in range(10, 30)))]}[fill]
    for options, packages, names in old:
        for n, (python, name) in enumerate(interpreters(names)):
            where = os.path.join(scratch, "%s-%s-%d" % (fill, name, n))
            python = have_pip(python, where + "-venv")
            steps = [(options + ["--only-binary", ":all:"] * (not options), packages)]
            if fill == "pillow12":
                steps.append((["--no-deps"], ["cityscapesscripts", "pyquaternion"]))
            if python and install(where, python, steps):
                return python, where, packages[0] + " on " + name
    return None


def judge_with_pillow(judge, city):
    python, packages, _ = judge
    env = dict(os.environ, PYTHONPATH=packages, PYTHONNOUSERSITE="1")
    return subprocess.check_output([python, "-c", WORKER, city, json.dumps(LABELS)], env=env, text=True).strip()


# ---- comparing


def read_grey(path):
    """A grey PNG as our encoder writes it: rows unfiltered or relative to the row above."""
    data, at, pixels = open(path, "rb").read(), 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            w, h, depth = struct.unpack(">IIB", body[:9])
        elif kind == b"IDAT":
            pixels += body
        at += 12 + size
    rows = np.frombuffer(zlib.decompress(pixels), np.uint8).reshape(h, 1 + w * depth // 8)
    assert set(rows[:, 0]) <= {0, 2}
    out = np.zeros((h, rows.shape[1] - 1), np.uint8)
    for y in range(h):
        out[y] = rows[y, 1:] + (out[y - 1] if rows[y, 0] == 2 and y > 0 else 0)
    return out.view(">u2").astype(np.uint16) if depth == 16 else out


def class_of(ids):
    return np.where(ids < 1000, ids, ids // 1000).astype(np.uint8)


def ours(tool, root, out, fill):
    subprocess.run([tool, "--quiet", "--root", root, "--split", "val", "--from-polygons", "--fill", fill, "--out", out,
                    "--instance-ids", "--label-ids"], check=True)
    frames = sorted(glob.glob(out + "/gtFine/val/ulm/*_instanceIds.png"))
    return [(read_grey(f), read_grey(f.replace("instanceIds", "labelIds"))) for f in frames]


def theirs(annotation, path):
    shape = annotation["imgHeight"], annotation["imgWidth"]
    raw, n = open(path + ".raw", "rb").read(), shape[0] * shape[1]
    return np.frombuffer(raw[:2 * n], "<u2").reshape(shape), np.frombuffer(raw[2 * n:], np.uint8).reshape(shape)


def count_different(name, expected, found):
    bad = [i for i, (e, f) in enumerate(zip(expected, found)) if any((a != b).any() for a, b in zip(e, f))]
    pixels = sum(int((e[0] != f[0]).sum()) for e, f in zip(expected, found))
    print("%s: %d annotations, %d differ, in %d pixels of instanceIds" % (name, len(expected), len(bad), pixels))
    return bad


def main():
    words = [w for w in sys.argv[1:] if w != "--pillow"]
    tool, seed, n = words[0], int(words[1]), int(words[2]) if len(words) > 2 else 100
    use_pillow = "--pillow" in sys.argv
    r = random.Random(seed)
    annotations = [random_annotation(r) for _ in range(n)]
    failed, judged, expected = False, 0, {}
    with tempfile.TemporaryDirectory() as scratch:
        root = os.path.join(scratch, "tree")
        city = os.path.join(root, "gtFine", "val", "ulm")
        os.makedirs(city)
        paths = [os.path.join(city, "ulm_000000_%06d_gtFine_polygons.json" % i) for i in range(n)]
        for path, annotation in zip(paths, annotations):
            with open(path, "w") as f:
                json.dump(annotation, f)
        found = {fill: ours(tool, root, os.path.join(scratch, "ours", fill), fill) for fill in FILLS}
        for fill in FILLS:
            judge = find_judge(fill, scratch) if use_pillow else None
            if use_pillow and judge is None:
                print("%s: no judge (PyPI or a fitting Python is missing)" % fill)
                continue
            judged += 1
            if judge:
                name = "%s against %s (%s)" % (fill, judge_with_pillow(judge, city), judge[2])
                expected[fill] = [theirs(a, p) for a, p in zip(annotations, paths)]
            else:
                name = fill + " against NumPy"
                ids = [draw(a, fill) for a in annotations]
                expected[fill] = [(i, class_of(i)) for i in ids]
            bad = count_different(name, expected[fill], found[fill])
            for i in bad[:3]:
                print(json.dumps(annotations[i]))
            failed = failed or bool(bad)
    if judged == 0:
        sys.exit(77)
    # The comparison can fail: fillers differ from each other.
    for fill in expected:
        other = FILLS[(FILLS.index(fill) + 1) % 3]
        if not count_different("(another filler, %s, against the judge of %s)" % (other, fill), expected[fill], found[other]):
            sys.exit("the comparison cannot tell %s from %s" % (other, fill))
    sys.exit(1 if failed else 0)


main()
