#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pnd-convert against the formulas of each form written in NumPy, on random images of odd sizes.

usage: convert_parity.py PND_CONVERT SEED [IMAGES]

Panoptic: random trainIds and instances are written as three-channel PNGs, converted to every form, and decoded here by
that form's own formula; the COCO areas are counted here. Depth: random maps through every form, samples rounded here.
Exit 77 without NumPy and Pillow.
"""
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from PIL import Image
except ImportError:
    print("skipped: no NumPy or Pillow for", sys.executable)
    sys.exit(77)

LABELS = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]  # by trainId
FIRST_THING = 11


def random_image(rng):
    shape = int(rng.integers(1, 60)), int(rng.integers(1, 60))
    blocks = rng.integers(0, 19, (shape[0] // 5 + 1, shape[1] // 5 + 1))
    classes = np.kron(blocks, np.ones((5, 5), int))[:shape[0], :shape[1]]
    instances = np.where(classes >= FIRST_THING, rng.integers(0, 4, shape) * rng.integers(1, 85), 0)
    void = rng.random(shape) < 0.1
    return np.where(void, 255, classes), np.where(void, 0, instances)


def save(path, c, n):
    Image.fromarray(np.dstack([c, n // 256, n % 256]).astype(np.uint8)).save(path)


def decode(form, path, segments):
    """Class in trainIds and instance, from this form's definition."""
    image = np.array(Image.open(path)).astype(np.int64)
    train = np.full(65536, 255)
    train[LABELS] = np.arange(19)
    if form == "two-channel":
        return image[..., 0], image[..., 1]
    if form == "divisor":
        return np.where(image == 32000, 255, image // 1000), np.where(image == 32000, 0, image % 1000)
    if form == "instance-ids":
        return train[np.where(image < 1000, image, image // 1000)], np.where(image < 1000, 0, image % 1000 + 1)
    ids = image @ [1, 256, 65536]
    c, n = np.full(ids.shape, 255), np.zeros(ids.shape, np.int64)
    for s in segments:
        mask = ids == s["id"]
        c[mask] = train[s["category_id"]]
        n[mask] = 0 if s["id"] < 1000 else s["id"] % 1000 + 1
        if mask.sum() != s["area"]:
            sys.exit(f"{path}: segment {s['id']} has {mask.sum()} pixels, area {s['area']}")
    if set(np.unique(ids)) - {0} != {s["id"] for s in segments}:
        sys.exit(f"{path}: pixels and list differ")
    return c, n


def check_panoptic(convert, rng, images):
    os.mkdir("in")
    truth = {}
    for i in range(images):
        name = f"ulm_{i:06}_000019"
        truth[name] = random_image(rng)
        save(f"in/{name}.png", *truth[name])
    base = [convert, "panoptic", "-q", "--from", "three-channel", "--ids", "train", "--instance-zero", "group"]
    for form, more in (("two-channel", []), ("divisor", ["--divisor", "1000", "--to-void", "32"]),
                       ("instance-ids", ["--to-ids", "label"]), ("coco", ["--to-ids", "label"])):
        out = form + ".json" if form == "coco" else form
        subprocess.check_call([*base, "--to", form, *more, "--out", out, "in"])
        listed = {}
        if form == "coco":
            with open(out) as f:
                listed = {a["image_id"]: a["segments_info"] for a in json.load(f)["annotations"]}
        for name, (c, n) in truth.items():
            got = decode(form, f"{form}/{name}.png", listed.get(name))
            if not (np.array_equal(got[0], c) and np.array_equal(got[1], n)):
                sys.exit(f"{form}: {name} differs")
        back = [convert, "panoptic", "-q", "--from", form, "--to", "three-channel", "--to-ids", "train", "--instance-zero",
                "group", "--ids", "label" if "--to-ids" in more else "train", "--divisor", "1000"]
        if form == "divisor":
            back += ["--void", "32"]
        subprocess.check_call([*back, "--out", "back-" + form, out])
        for name in truth:
            if not np.array_equal(np.array(Image.open(f"back-{form}/{name}.png")), np.array(Image.open(f"in/{name}.png"))):
                sys.exit(f"{form} and back: {name} differs")


def check_depth(convert, rng, images):
    for i in range(images):
        z = np.exp(rng.uniform(np.log(0.001), np.log(255), (int(rng.integers(1, 40)), int(rng.integers(1, 40)))))
        z = np.where(rng.random(z.shape) < 0.2, 0, np.round(z * 512) / 512 if i % 2 else z)  # halves of a quantum, too
        np.savez_compressed("z.npz", z=z, other=z)
        call = [convert, "depth", "-q", "--force"]
        subprocess.check_call([*call, "--member", "z", "--to", "png16", "--out", "z.png", "z.npz"])
        samples = np.where(z == 0, 0, np.clip(np.floor(z * 256 + 0.5), 1, 65535))
        if not np.array_equal(np.array(Image.open("z.png")), samples):
            sys.exit("png16 differs")
        subprocess.check_call([*call, "--unit", "mm", "--to", "npz", "--deflate", "--out", "mm.npz", "z.png"])
        if not np.array_equal(np.load("mm.npz")["depth"], (samples / 1000).astype(np.float32)):
            sys.exit("millimetres differ")


def main():
    convert, seed = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    images = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        check_panoptic(convert, rng, images)
        check_depth(convert, rng, images)
        os.chdir("/")
    print(f"{images} panoptic images in five forms, {images} depth maps in three: equal")


main()
