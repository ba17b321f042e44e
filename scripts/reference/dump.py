#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run a network of hashed weights (hashed_weights.py) in double precision and write what a test can be judged by.

The file holds the image (`image_hwc`, uint8, [N,H,W,3] for a batch), the predictor outputs (`s4.*`), on request the
backbone's features (`feat.backbone.res*`), and for a single image the post-processing of exactly those predictions
(`post.*`). Weights are not in it: they follow from the metadata. All numbers are computed in double and rounded once.
"""

import argparse
import sys

import numpy as np
import torch

import hashed_weights
import model
import postprocess
import tensors


def picture(seed, height, width):
    """A street-like arrangement of flat patches with some noise: uint8 [H, W, 3], a function of the arguments only."""
    u = (hashed_weights.uniform(f"picture {seed}", 0, 6 * 24 + height * width * 3) + 1) / 2
    patches, noise = u[:144].reshape(24, 6), u[144:].reshape(height, width, 3)
    image = np.empty((height, width, 3))
    image[:] = np.linspace(200, 80, height)[:, None, None]
    for top, left, tall, wide, tone, tint in patches:
        y, x = int(top * height), int(left * width)
        image[y : y + 2 + int(tall * height / 2), x : x + 2 + int(wide * width / 3)] = (
            255 * tone,
            255 * tint,
            255 * tone * tint,
        )
    return np.clip(image + 24 * (noise - 0.5), 0, 255).astype(np.uint8)


def run(weights, pool, images):
    net = model.build(weights, pool).double()
    with torch.no_grad():
        heads, features = net(model.normalise(torch.from_numpy(images), torch.float64), True)
    return ({name: value.numpy().astype(np.float32) for name, value in part.items()} for part in (heads, features))


def post(heads, published, height, width):
    depth = heads.get("depth")
    if depth is not None:
        depth = postprocess.dorn_depth(depth[0], published) if depth.shape[1] > 1 else depth[0, 0]
    out = postprocess.run(heads["sem"][0], heads["center"][0], heads["offset"][0], depth, height, width)
    segments = out.pop("scores")
    out["scores"] = np.array([score for _, score in segments], np.float32)
    out["segments"] = np.array([segment for segment, _ in segments], np.int32)
    return {f"post.{name}": value for name, value in out.items()}


def main():
    parser = argparse.ArgumentParser(description="Write an image, predictions and maps of a hashed network.")
    hashed_weights.add_network_options(parser)
    parser.add_argument("--size", default="64x128", metavar="HxW", help="image size (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=1, help="images; more than one leaves post.* out (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="of the picture (default: 1)")
    parser.add_argument("--features", default="", metavar="LIST", help="stages to keep, e.g. res3,res5")
    parser.add_argument(
        "--post",
        default="sem,centers,ids,panoptic,depth,segments,scores",
        metavar="LIST",
        help="maps to keep (default: %(default)s)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", required=True)
    args = parser.parse_args()
    height, width = map(int, args.size.split("x"))
    convs, shapes, meta = hashed_weights.network(args)
    images = np.stack([picture(args.seed + i, height, width) for i in range(args.batch)])
    heads, features = run(hashed_weights.make(shapes), model.parse_pool(args.pool), images)
    out = {"image_hwc": images if args.batch > 1 else images[0]}
    out.update({f"feat.backbone.{stage}": features[stage] for stage in args.features.split(",") if stage})
    out.update({"s4.depth_raw" if name == "depth" else f"s4.{name}": value for name, value in heads.items()})
    if args.batch == 1:
        maps = post(heads, args.dorn_layout == "published", height, width)
        out.update({f"post.{name}": maps[f"post.{name}"] for name in args.post.split(",") if f"post.{name}" in maps})
    meta.update(width=args.width, depth_head=args.depth_head, dorn_bins=args.dorn_bins)
    tensors.write(args.output, out, meta)
    for name, value in out.items():
        print(
            f"{name} {list(value.shape)} {value.dtype}: {value.min() if value.size else None} .. {value.max() if value.size else None}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
