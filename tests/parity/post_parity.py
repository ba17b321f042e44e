#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Post-processing against detectron2's rules restated in NumPy (scripts/reference/postprocess.py), on random head maps.

usage: post_parity.py POST_DRIVER BACKEND SEED [SCENES]

Maps of odd sizes with blobs of classes, peaks, plateaus and offsets; in half of the scenes all values lie on a coarse grid,
so that logits, heat and distances tie; some have more than 200 peaks, some none. Centres, maps, areas
and boxes must be equal, scores agree to 1e-6. Three wrong rules must be noticed. Exit 77 without NumPy or without a device.
"""

import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("skipped: no NumPy for", sys.executable)
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "scripts", "reference"))
import postprocess
import tensors

SEGMENT = np.dtype([("whole", "<i4", 5), ("real", "<f8", 2)])


def random_heads(rng, kind):
    """kind % 6: 0 and 3 ordinary, 1 crowded, 2 without a peak, 4 plateaus, 5 tiny; six lie on a grid, six do not."""
    low, high = {1: (36, 60), 5: (1, 5)}.get(kind % 6, (1, 40))
    h, w = rng.integers(low, high, 2)
    classes = 19 if kind % 4 else int(rng.integers(1, 33))
    y, x = np.mgrid[:h, :w]
    places = rng.integers(0, (h, w), (12, 2))
    blob = ((places[:, 0, None, None] - y) ** 2 + (places[:, 1, None, None] - x) ** 2).argmin(0)
    sem = rng.normal(0, 0.5, (classes, h, w))
    sem[(rng.permutation(32) % classes)[blob % 32], y, x] += 1.0
    peaks = rng.integers(0, (h, w), (200 if kind % 6 == 1 else 8, 2))
    distance = (peaks[:, 0, None, None] - y) ** 2 + (peaks[:, 1, None, None] - x) ** 2
    near = distance.argmin(0)
    heat = rng.uniform(0.2, 0.9, len(peaks))[near] * np.exp(-distance.min(0) / 2)
    if kind % 6 == 1:
        heat = rng.uniform(-0.2, 1, (h, w))
    heat *= 0 if kind % 6 == 2 else 1
    if kind % 6 == 4:
        heat = np.minimum(heat, 0.5)
    offset = np.stack([peaks[near][..., 0] - y, peaks[near][..., 1] - x]) + rng.normal(0, 0.3, (2, h, w))
    maps = dict(sem=sem, center=heat[None], offset=offset, depth=rng.uniform(-1, 80, (1, h, w)))
    if kind // 6 % 2:
        maps = {name: np.round(value * 4) / 4 for name, value in maps.items()}
    return {name: np.ascontiguousarray(value, np.float32) for name, value in maps.items()}


def run(driver, backend, folder, heads, width, height, stuff_area):
    source, result = os.path.join(folder, "heads.safetensors"), os.path.join(folder, "result")
    tensors.write(source, heads)
    done = subprocess.run([driver, backend, source, str(width), str(height), str(stuff_area), result], check=False)
    if done.returncode == 77:
        sys.exit(77)
    assert done.returncode == 0, f"post_driver exited with {done.returncode}"
    with open(result, "rb") as file:
        data = file.read()
    (n_centres, n_segments), at = np.frombuffer(data, "<i4", 2), 8
    found = {}
    for name, dtype, shape in (
        ("centers", "<i4", (n_centres, 2)),
        ("segments", SEGMENT, (n_segments,)),
        ("panoptic", "<i4", (height, width)),
        ("depth", "<f4", (height, width)),
        ("sem", "u1", (height, width)),
    ):
        count = int(np.prod(shape))
        found[name] = np.frombuffer(data, dtype, count, at).reshape(shape)
        at += count * np.dtype(dtype).itemsize
    assert at == len(data)
    return found


def expect(heads, width, height, stuff_area):
    postprocess.STUFF_AREA = stuff_area
    return postprocess.run(heads["sem"], heads["center"], heads["offset"], heads["depth"][0], height, width)


def box(mask):
    y, x = np.nonzero(mask)
    return x.min(), y.min(), x.max() - x.min() + 1, y.max() - y.min() + 1, len(x)


def differences(found, expected):
    wrong = [name for name in ("centers", "sem", "panoptic", "depth") if not np.array_equal(found[name], expected[name])]
    ids = np.unique(expected["panoptic"][expected["panoptic"] >= 0])
    segments, scores = found["segments"], dict(expected["scores"])
    if segments["whole"][:, 0].tolist() != ids.tolist():
        return wrong + ["segments"]
    for segment, (whole, (area, score)) in zip(ids, segments):
        if (*whole[1:], int(area)) != box(expected["panoptic"] == segment):
            wrong.append(f"box of {segment}")
        if segment in scores and abs(score - scores[segment]) > 1e-6:
            wrong.append(f"score of {segment}: {score} for {scores[segment]}")
        if segment not in scores and not np.isnan(score):
            wrong.append(f"score of stuff {segment}")
    return wrong


def notices_wrong_rules(scenes):
    """Each change of a rule must show in at least one scene."""
    for name, value in (("THRESHOLD", 0.3), ("NMS_KERNEL", 3), ("TOP_K", 201)):
        keep = getattr(postprocess, name)
        setattr(postprocess, name, value)
        seen = any(differences(found, expect(*arguments)) for found, arguments in scenes)
        setattr(postprocess, name, keep)
        if not seen:
            return f"{name} = {value} changes nothing"
    return None


def main():
    driver, backend, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 48
    rng, scenes = np.random.default_rng(seed), []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(count):
            heads = random_heads(rng, i)
            height, width = (4 * n - int(rng.integers(0, 4)) for n in heads["sem"].shape[1:])
            arguments = heads, width, height, int(rng.integers(1, 400))
            found = run(driver, backend, folder, *arguments)
            wrong = differences(found, expect(*arguments))
            if wrong:
                print(f"scene {i} ({width}x{height}, stuff area {arguments[3]}): {', '.join(wrong[:5])}")
                return 1
            scenes.append((found, arguments))
    blind = notices_wrong_rules(scenes)
    if blind:
        print(blind)
        return 1
    segments = sum(len(found["segments"]) for found, _ in scenes)
    centres = [len(found["centers"]) for found, _ in scenes]
    print(f"{count} scenes, {segments} segments, 0 to {max(centres)} centres: equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
