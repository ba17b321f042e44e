#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a weights file of any size and variant, filled with pseudo-random numbers that depend on nothing but the names.

A tensor's element i is a hash of the tensor's name and i, mapped to a range in which activations keep their size from
layer to layer. C makes the same bits (panodepth/net.h), so two programs can run the same 79-million-parameter network
without a file between them. All arithmetic is in double, rounded once to float:

    h = FNV-1a 64 of the name;  z = the SplitMix64 finaliser of h + (i + 1) * 0x9E3779B97F4A7C15;  u = (z >> 40) / 2^23 - 1
    *.norm.weight  1 + 0.1 u, but 0.25 + 0.05 u where a residual sum follows (backbone.res*.conv3)
    *.norm.bias, *.norm.running_mean, *.bias  0.1 u        *.norm.running_var  1 + 0.5 u
    *.weight  sqrt(6 / fan_in) u, for predictors sqrt(3 / fan_in) u, with fan_in = inputs per group * kernel area
"""

import argparse
import math
import sys

import numpy as np

import layout
import tensors

FNV_OFFSET, FNV_PRIME, MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1
GOLDEN, MIX1, MIX2 = (np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
CHUNK = 1 << 20


def fnv1a(name):
    h = FNV_OFFSET
    for byte in name.encode("utf-8"):
        h = ((h ^ byte) * FNV_PRIME) & MASK
    return h


def uniform(name, first, count):
    """u of elements first .. first + count - 1: doubles in [-1, 1), multiples of 2^-23."""
    z = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    z *= GOLDEN  # modulo 2^64, as are all operations here
    z += np.uint64(fnv1a(name))
    z ^= z >> np.uint64(30)
    z *= MIX1
    z ^= z >> np.uint64(27)
    z *= MIX2
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1.0


def _range(name, shape):
    """Centre and half width of a tensor's values."""
    if name.endswith(".norm.weight"):
        residual = name.startswith("backbone.res") and name.endswith(".conv3.norm.weight")
        return (0.25, 0.05) if residual else (1.0, 0.1)
    if name.endswith(".norm.running_var"):
        return 1.0, 0.5
    if name.endswith((".bias", ".running_mean")):
        return 0.0, 0.1
    fan_in = shape[1] * shape[2] * shape[3]
    return 0.0, math.sqrt((3.0 if "predictor" in name else 6.0) / fan_in)


def tensor(name, shape):
    centre, half = _range(name, shape)
    values = np.empty(math.prod(shape), np.float32)
    for first in range(0, values.size, CHUNK):
        part = values[first : first + CHUNK]
        part[:] = centre + half * uniform(name, first, part.size)
    return values.reshape(shape)


def make(tensor_shapes):
    return {name: tensor(name, shape) for name, shape in tensor_shapes.items()}


def add_network_options(parser):
    parser.add_argument(
        "--variant", choices=layout.VARIANTS, default="r52", help="plain or depthwise-separable (default: %(default)s)"
    )
    parser.add_argument("--depth", choices=layout.DEPTHS, default="l1", help="depth head (default: %(default)s)")
    parser.add_argument(
        "--depth-head", choices=("plain", "ds"), default="plain", help="of r52_ds (default: %(default)s)"
    )
    parser.add_argument(
        "--dorn-bins", type=int, default=90, metavar="K", help="intervals of --depth dorn (default: %(default)s)"
    )
    parser.add_argument(
        "--dorn-layout",
        choices=("author", "published"),
        default="author",
        help="channels of --depth dorn: two blocks, or interleaved pairs (default: %(default)s)",
    )
    parser.add_argument("--width", type=int, default=1, metavar="N", help="divide every width by 1 .. 16 (default: 1)")
    parser.add_argument(
        "--pool", default="32x64", metavar="HxW|global", help="ASPP pooling window at stride 16 (default: %(default)s)"
    )


def network(args):
    """Shapes and metadata of the network that the options name."""
    convs = layout.convolutions(args.variant, args.depth, args.depth_head, dorn_bins=args.dorn_bins)
    meta = {
        "format": "pt",
        "variant": args.variant,
        "depth": args.depth,
        "aspp_pool": args.pool,
        "classes": "19",
        "source": "hashed",
    }
    if args.depth == "dorn":
        meta["dorn_layout"] = args.dorn_layout
    return convs, layout.shapes(convs, args.width), meta


def from_metadata(meta):
    """The tensors of a network that dump.py described in its file's metadata."""
    convs = layout.convolutions(meta["variant"], meta["depth"], meta["depth_head"], dorn_bins=int(meta["dorn_bins"]))
    return make(layout.shapes(convs, int(meta["width"])))


def main():
    parser = argparse.ArgumentParser(description="Write a weights file of pseudo-random numbers.")
    add_network_options(parser)
    parser.add_argument(
        "--count", action="store_true", help="print parameters and arithmetic at 1024x2048, write nothing"
    )
    parser.add_argument("--only", metavar="NAMES", help="write these tensors, separated by commas, and no others")
    parser.add_argument("-o", "--output", metavar="FILE", help="safetensors file to write")
    args = parser.parse_args()
    if args.width not in (1, 2, 4, 8, 16):
        parser.error("--width is 1, 2, 4, 8 or 16")
    convs, shapes, meta = network(args)
    if args.count:
        learnable, elements = layout.parameters(shapes)
        window = None if args.pool == "global" else tuple(map(int, args.pool.split("x")))
        gflop = layout.flops(convs, shapes, 1024, 2048, window) / 1e9
        print(
            f"{learnable} learnable, {elements} elements, {len(shapes)} tensors, {len(convs)} convolutions, {gflop:.1f} GFLOP"
        )
    elif args.output is None:
        parser.error("-o FILE is needed")
    else:
        if args.only:
            shapes = {name: shapes[name] for name in args.only.split(",")}
        tensors.write(args.output, make(shapes), meta)
    return 0


if __name__ == "__main__":
    sys.exit(main())
