#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Convert a Panoptic-DeepLab or Panoptic-DepthLab checkpoint to the weights file that pnd-infer reads, or back.

The input is recognised by its contents, the output by its name:

    .pkl          detectron2's model zoo (model_final_bd324a.pkl, model_final_23d03a.pkl)
    .pth          PyTorch, as detectron2's training writes it (model_0004999.pth); torch.save of version 1.6 or later
    .safetensors  the weights file

Only arrays are read from a checkpoint: nothing in it is executed, and neither PyTorch nor detectron2 is needed, just
NumPy. The tensors keep their names and their float32 values. Optimizer state, counters (num_batches_tracked) and the
stored pixel_mean and pixel_std are left out; the last two go into the weights file's metadata.

    python3 scripts/convert_weights.py model_final_bd324a.pkl -o bd324a.safetensors
    pnd-infer --weights bd324a.safetensors --images photos --out predictions
"""

import argparse
import hashlib
import io
import os
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("convert_weights.py needs NumPy (Debian: python3-numpy)")

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference"))
import layout
import pickles
import tensors

BAD_INPUT, BAD_OUTPUT = 3, 4
MEAN_STD = {"pixel_mean": (123.675, 116.280, 103.530), "pixel_std": (58.395, 57.120, 57.375)}
MANY = 8
NOT_PICKLES = {
    b"version https://git-lfs": "a Git LFS pointer",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<?xml": "an XML page",
}
OLD_TORCH = bytes.fromhex("6cfc9c46f9206aa85019")  # the magic number its first pickle holds


class Refused(Exception):
    """A message for the user and the exit code."""

    def __init__(self, message, code=BAD_INPUT):
        super().__init__(message)
        self.code = code


def open_torch(path):
    archive = pickles.TorchArchive(path)
    return archive.value, archive.load, archive.nbytes


def open_pickle(path):
    with open(path, "rb") as file:
        data = file.read()
    for text, name in NOT_PICKLES.items():
        if data[:256].lstrip().lower().startswith(text):
            raise Refused(f"it is {name}, not a checkpoint: download the file itself")
    if data[:1] not in (b"\x80", b"(", b"}", b"c"):
        raise Refused("neither a pickle, nor a PyTorch archive, nor a safetensors file")
    if data[:2] == b"\x80\x02" and OLD_TORCH in data[:16]:
        raise Refused("a .pth file of PyTorch before 1.6; load and save it once with a newer PyTorch")
    return pickles.read_pickle(data), lambda array: array.value, lambda array: array.value.nbytes


def model_of(top):
    """The dictionary of tensors inside a checkpoint."""
    if top.get("matching_heuristics"):
        raise Refused(IMAGENET)
    for key in ("model", "state_dict"):
        if isinstance(top.get(key), dict):
            return top[key]
    return top


IMAGENET = (
    "an ImageNet backbone (such as R-52.pkl), where a training starts. It has no segmentation heads, so there is nothing to "
    "run; a trained network is needed, for instance model_final_bd324a.pkl of detectron2's Panoptic-DeepLab page"
)


def load_checkpoint(path):
    """The network's arrays by name in float32, what the checkpoint says about pixels, and a weights file's metadata."""
    with open(path, "rb") as file:
        start = file.read(9)
    if start[8:9] == b"{":
        model, meta = tensors.read(path)
        return load(path, model, lambda array: array, lambda array: array.nbytes), meta
    top, read, nbytes = (open_torch if start[:4] == b"PK\x03\x04" else open_pickle)(path)
    return load(path, model_of(top), read, nbytes), {}


def load(path, model, read, nbytes):
    """Names and shapes are judged before any data is read."""
    for name, value in model.items():
        if not isinstance(name, str) or not isinstance(value, (pickles.Array, pickles.Tensor, np.ndarray)):
            raise Refused(
                f"its entry {name!r:.80} is a {type(value).__name__}, expected a dictionary of tensors by name"
            )
    model = {name: value for name, value in model.items() if not name.endswith(".num_batches_tracked")}
    if model and all(name.startswith("module.") for name in model):
        model = {name[len("module.") :]: value for name, value in model.items()}
    if not any("_head." in name for name in model):
        stem = [name for name in model if name.endswith(("stem.conv1.weight", "conv1.weight"))]
        raise Refused(IMAGENET if stem else "none of its tensors belongs to a Panoptic-DeepLab network")
    pixels = {key: model.pop(key) for key in MEAN_STD if key in model}
    problems = layout.problems(model)
    if problems:
        more = f"\n  and {len(problems) - MANY} more" if len(problems) > MANY else ""
        raise Refused("these tensors are not a network that panodepth knows:\n  " + "\n  ".join(problems[:MANY]) + more)
    claimed = sum(map(nbytes, model.values()))
    if claimed > os.path.getsize(path):
        raise Refused(f"its tensors claim {claimed} bytes, more than the file has")
    return {name: weights(name, read(value)) for name, value in model.items()}, {
        key: pixel_text(key, read(pixels[key]) if key in pixels else np.array(default))
        for key, default in MEAN_STD.items()
    }


def weights(name, array):
    if array.dtype.kind != "f":
        raise Refused(f"{name} is of type {array.dtype}, expected floating point")
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(array, "<f4").reshape(array.shape)
    if not np.isfinite(array).all():
        raise Refused(f"{name} holds NaN, infinity or numbers beyond float32")
    if name.endswith("running_var") and (array < 0).any():
        raise Refused(f"{name} holds a negative variance")
    return array


def pixel_text(key, array):
    values = [float(value) for value in array.reshape(-1)[:4]]
    if len(values) != 3 or not np.isfinite(values).all() or (key == "pixel_std" and min(values) <= 0):
        raise Refused(f"{key} is {values}, expected three numbers")
    return ",".join(f"{value:.7g}" for value in values)


def digest(path):
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            sha.update(block)
    return sha.hexdigest()


def describe(found, args, pixels, old):
    """Metadata of the weights file; what an earlier conversion wrote stays unless an option says otherwise."""
    kind = layout.kind(found)
    pool = args.pool or old.get("aspp_pool") or ("32x64" if kind["depth"] == "none" else "global")
    meta = {
        "format": "pt",
        "variant": kind["variant"],
        "depth": kind["depth"],
        "aspp_pool": pool,
        "classes": str(kind["classes"]),
        **{key: old.get(key, pixels[key]) for key in pixels},
        "source": old.get("source", os.path.basename(args.input)),
        "source_sha256": old.get("source_sha256") or digest(args.input),
    }
    if kind["depth"] == "dorn":
        meta["dorn_layout"] = args.dorn_layout or old.get("dorn_layout", "author")
    return meta


def save(path, found, meta):
    kind = os.path.splitext(path)[1]
    if kind == ".safetensors":
        tensors.write(path, found, meta)
    elif kind == ".pkl":
        tensors.write_whole(path, pickles.write_pickle(found, "panodepth convert_weights.py"))
    else:
        out = io.BytesIO()
        pickles.write_torch(out, found)
        tensors.write_whole(path, [out.getbuffer()])


def pool_window(text):
    sides = text.split("x")
    if text != "global" and not (
        len(sides) == 2 and all(s.isascii() and s.isdigit() and 0 < int(s) <= 4096 for s in sides)
    ):
        raise argparse.ArgumentTypeError(f"{text!r} is neither HEIGHTxWIDTH nor global")
    return text


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", help="checkpoint: .pkl, .pth or .safetensors")
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="file to write; its ending names the format"
    )
    parser.add_argument(
        "--pool",
        type=pool_window,
        metavar="HxW|global",
        help=(
            "window of the ASPP's image pooling on the stride-16 map, which a checkpoint does not record. detectron2 takes it from the "
            "training crop (INPUT.CROP): 512x1024 gives 32x64, the default for networks without a depth head; no crop, as in "
            "Panoptic-DepthLab's own configuration, gives global, the default for networks with one"
        ),
    )
    parser.add_argument(
        "--dorn-layout",
        choices=("author", "published"),
        help=(
            "order of an ordinal depth head's channels: two blocks as in Panoptic-DepthLab (default), or pairs as in the DORN paper"
        ),
    )
    parser.add_argument("-f", "--force", action="store_true", help="replace the output if it exists")
    parser.add_argument("-q", "--quiet", action="store_true", help="do not print what was found")
    args = parser.parse_args()
    if os.path.splitext(args.output)[1] not in (".safetensors", ".pth", ".pkl"):
        parser.error(f"{args.output}: the output is named .safetensors, .pth or .pkl")
    return args


def convert(args):
    if os.path.lexists(args.output):
        if os.path.exists(args.input) and os.path.samefile(args.input, args.output):
            raise Refused(f"{args.output}: input and output are one file", BAD_OUTPUT)
        if not args.force:
            raise Refused(f"{args.output}: exists; --force replaces it", BAD_OUTPUT)
    try:
        (found, pixels), old = load_checkpoint(args.input)
        meta = describe(found, args, pixels, old)
    except (Refused, pickles.CheckpointError, tensors.TensorFileError, OSError) as error:
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Refused(text if text.startswith(args.input) else f"{args.input}: {text}") from None
    try:
        save(args.output, found, meta)
    except OSError as error:
        raise Refused(f"{args.output}: {error.strerror or error}", BAD_OUTPUT) from None
    return found, meta


def main():
    args = arguments()
    try:
        found, meta = convert(args)
    except Refused as refused:
        print(f"convert_weights.py: {refused}", file=sys.stderr)
        return refused.code
    if not args.quiet:
        learnable, _ = layout.parameters({name: array.shape for name, array in found.items()})
        depth = {"none": "no depth head", "l1": "depth in metres"}.get(
            meta["depth"], f"ordinal depth, layout {meta.get('dorn_layout')}"
        )
        print(
            f"{args.output}: {meta['variant']}, {depth}, {meta['classes']} classes, pooling {meta['aspp_pool']}, "
            f"{len(found)} tensors, {learnable} parameters"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
