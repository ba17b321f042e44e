#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the PyTorch reference on a golden network and compare features, predictions and post-processing.

usage: check_golden.py WEIGHTS.safetensors IO.safetensors [--pool HxW|global] [--bound 1e-4]
       check_golden.py hashed IO.safetensors      (weights by hashed_weights.py, from the metadata that dump.py wrote)

Prints each tensor's largest error; relative to the tensor's largest magnitude it must not exceed the bound, and maps of
integers must be equal. Exit 1 otherwise, 77 without PyTorch.
"""

import argparse
import sys

try:
    import numpy as np
    import torch
except ImportError as error:
    print("skipped:", error)
    sys.exit(77)

import hashed_weights
import model
import postprocess
import tensors
import torch_post


def compare(name, ours, theirs, bound):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        print(f"{name}: shape {ours.shape}, expected {theirs.shape}")
        return False
    if theirs.dtype.kind in "iu":
        wrong = int((ours != theirs).sum())
        print(f"{name}: {wrong} of {theirs.size} differ")
        return wrong == 0
    worst, largest = float(np.abs(ours - theirs).max()), float(np.abs(theirs).max())
    print(f"{name}: max abs error {worst:.3g} of {largest:.6g} ({worst / largest:.2g} relative)")
    return worst <= bound * largest


def network(weights, meta, io, pool):
    net = model.build(weights, pool)
    with torch.no_grad():
        image = torch.from_numpy(io["image_hwc"].copy())
        heads, features = net(model.normalise(image[None] if image.dim() == 3 else image), True)
    found = {f"feat.backbone.{stage}": value for stage, value in features.items()}
    found.update({f"s4.{name}": value for name, value in heads.items()})
    if "depth" in heads:
        found["s4.depth_raw"] = heads["depth"]
    return {name: value.numpy() for name, value in found.items()}


def post(io, meta):
    """From the file's own predictions, so that integers do not depend on the network's rounding."""
    depth, (height, width) = None, io["image_hwc"].shape[-3:-1]
    if "s4.depth_raw" in io:
        raw = io["s4.depth_raw"][0]
        depth = (
            raw[0] if meta.get("depth") == "l1" else postprocess.dorn_depth(raw, meta.get("dorn_layout") == "published")
        )
    out = postprocess.run(io["s4.sem"][0], io["s4.center"][0], io["s4.offset"][0], depth, height, width)
    segments = out.pop("scores")
    out["segments"] = np.array([segment for segment, _ in segments], np.int32)
    out["scores"] = np.array([score for _, score in segments], np.float32)
    return {f"post.{name}": value for name, value in out.items()}


def peer_agrees(io):
    """The benchmarks' whole-image post-processing finds the same map."""
    names = {"sem": "s4.sem", "center": "s4.center", "offset": "s4.offset"}
    found, _, _ = torch_post.run({name: torch.from_numpy(io[key].copy()) for name, key in names.items()})
    height, width = io["post.panoptic"].shape
    return compare("post.panoptic by torch_post.py", found[:height, :width], io["post.panoptic"], 0)


def main():
    parser = argparse.ArgumentParser(description="Compare the PyTorch reference with a golden network.")
    parser.add_argument("weights", help="safetensors file, or the word hashed")
    parser.add_argument("io", help="safetensors file with image, predictions and maps")
    parser.add_argument("--pool", help="HxW or global (default: from the weights' metadata)")
    parser.add_argument(
        "--bound", type=float, default=1e-4, help="largest error over largest magnitude (default: %(default)s)"
    )
    args = parser.parse_args()
    io, meta = tensors.read(args.io)
    if args.weights == "hashed":
        weights = hashed_weights.from_metadata(meta)
    else:
        weights, meta = tensors.read(args.weights)
    pool = args.pool or meta.get("aspp_pool") or meta["pool"].strip("()").replace(", ", "x")
    found = {**network(weights, meta, io, model.parse_pool(pool)), **post(io, meta)}
    names = [name for name in io if name in found]
    results = [compare(name, found[name], io[name], args.bound) for name in names]
    if "post.panoptic" in io:
        results.append(peer_agrees(io))
    left = sorted(set(io) - set(names) - {"image_hwc"})
    if left:
        print("not compared:", ", ".join(left))
    return 0 if all(results) and not left else 1


if __name__ == "__main__":
    sys.exit(main())
