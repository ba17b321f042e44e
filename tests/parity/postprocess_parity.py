#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Post-processing against detectron2's rules in NumPy (scripts/reference/postprocess.py), on random scenes.

    postprocess_parity.py POSTPROCESS_DUMP SEED SCENES

Classes, maps, centres, depths and boxes must be equal to the bit; scores, which the reference sums in double precision, to 1e-6.
A third of the scenes has values in coarse steps, so that ties and plateaus abound.
"""

import subprocess
import sys
from pathlib import Path

try:
    import numpy as np
except ImportError:
    print("SKIPPED: NumPy is missing")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "reference"))
sys.dont_write_bytecode = True
import postprocess  # noqa: E402

SIZES = ((64, 128), (97, 65), (65, 97), (40, 30), (128, 256), (70, 203))
CLASSES = 19


def scene(rng, height, width, kind):
    """Head maps of blobs around random peaks; `kind` 2 in coarse steps."""
    h, w = (height + 3) // 4, (width + 3) // 4
    peaks = rng.integers(0, (3, 40, 300)[rng.integers(3)] + 1)
    y, x = np.mgrid[:h, :w].astype(np.float32)
    py, px = rng.uniform(0, h, max(peaks, 1)), rng.uniform(0, w, max(peaks, 1))
    distance = (y[..., None] - py) ** 2 + (x[..., None] - px) ** 2
    nearest = distance.argmin(-1)
    heat = np.exp(-distance.min(-1) / 4) * (peaks > 0) + 0.05 * rng.standard_normal((h, w))
    offset = np.stack([py[nearest] - y, px[nearest] - x]) + 0.5 * rng.standard_normal((2, h, w))
    labels = np.where(distance.min(-1) < 12, 11 + nearest % 8, (x // 9 + y // 7) % 11).astype(int)
    sem = rng.standard_normal((CLASSES, h, w)) + 2 * (labels == np.arange(CLASSES)[:, None, None])
    maps = [sem, heat[None], offset, 40 + 30 * rng.standard_normal((1, h, w))]
    if kind == 2:
        maps = [np.rint(m * 4) / 4 for m in maps]
    return [m.astype(np.float32) for m in maps]


def dump(program, backend, maps, height, width):
    data = b"".join(m.tobytes() for m in maps)
    done = subprocess.run([program, backend, str(width), str(height), str(CLASSES)], input=data, capture_output=True)
    if done.returncode != 0:
        sys.exit(done.stderr.decode())
    at = 0

    def take(dtype, count):
        nonlocal at
        values = np.frombuffer(done.stdout, dtype, count, at)
        at += values.nbytes
        return values

    n = height * width
    sem, pan, depth = (take(t, n).reshape(height, width) for t in ("u1", "<i4", "<f4"))
    points = take("<i4", 2 * int(take("<i4", 1)[0])).reshape(-1, 2)
    segments = take("<f8", 7 * int(take("<i4", 1)[0])).reshape(-1, 7)
    return dict(sem=sem, panoptic=pan, depth=depth, centers=points, segments=segments)


def segments_of(pan):
    rows = []
    for value in np.unique(pan[pan >= 0]):
        y, x = np.nonzero(pan == value)
        rows.append((value, len(y), x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1))
    return np.array(rows, float).reshape(-1, 6)


def differences(ours, theirs):
    for name in ("sem", "centers", "panoptic", "depth"):
        if not np.array_equal(ours[name], theirs[name]):
            yield name
    if not np.array_equal(ours["segments"][:, :6], segments_of(theirs["panoptic"])):
        yield "segments"
    things = ours["segments"][ours["segments"][:, 0] >= 11000]
    wanted = np.array(theirs["scores"], float).reshape(-1, 2)
    if len(things) != len(wanted) or not np.allclose(things[:, 6], wanted[:, 1], rtol=1e-6, atol=1e-7):
        yield "scores"


def main():
    program, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng, bad, centres, segments = np.random.default_rng(seed), 0, 0, 0
    for i in range(count):
        height, width = SIZES[i % len(SIZES)]
        maps = scene(rng, height, width, i % 3)
        theirs = postprocess.run(*maps[:3], maps[3][0], height, width)
        centres += len(theirs["centers"])
        segments += len(np.unique(theirs["panoptic"])) - 1
        for backend in ("ref", "cpu"):
            for name in differences(dump(program, backend, maps, height, width), theirs):
                print(f"scene {i} ({width}x{height}), {backend}: {name} differs")
                bad += 1
    print(f"{count} scenes, {centres} centres, {segments} segments: {bad} differences")
    return 1 if bad or centres < count else 0


if __name__ == "__main__":
    sys.exit(main())
