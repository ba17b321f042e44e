# SPDX-License-Identifier: Apache-2.0
"""The convolutions of Panoptic-DepthLab: names as in a detectron2 checkpoint, kernels, strides, and what feeds what.

Widths are those of the full network divided by `width`; a channel count on the input side is always the sum of its sources.
Everything else here (shapes, parameter counts, arithmetic) follows from that list. NumPy is not needed, PyTorch neither.

variant     r52 (plain 3x3 convolutions) or r52_ds (depthwise-separable ASPP, decoders and heads)
depth       none (panoptic only), l1 (metres) or dorn (2*K channels)
depth_head  plain or ds: the two convolutions before the depth predictor. Its authors left them plain in r52_ds too.
"""

from collections import namedtuple
from math import prod

VARIANTS, DEPTHS = ("r52", "r52_ds"), ("none", "l1", "dorn")
BLOCKS = {"res2": 3, "res3": 4, "res4": 6, "res5": 3}
DILATIONS = {"res5": (2, 4, 8)}
RATES = (6, 12, 18)
STATISTICS = ("weight", "bias", "running_mean", "running_var")

# stride is that of the output against the image; out is the full width; sources are names, "image" has three channels.
Conv = namedtuple("Conv", "name out kernel stride sources depthwise norm")


class _Builder:
    def __init__(self):
        self.convs = []

    def add(self, name, out, kernel, stride, *sources, depthwise=False, norm=True):
        self.convs.append(Conv(name, out, kernel, stride, sources, depthwise, norm))
        return name

    def separable(self, name, out, kernel, stride, *sources):
        dw = self.add(name + ".depthwise", None, kernel, stride, *sources, depthwise=True)
        return self.add(name + ".pointwise", out, 1, stride, dw)

    def pair(self, name, first, second, stride, separable, *sources):
        """Two 3x3 convolutions, or one separable 5x5."""
        if separable:
            return self.separable(name, second, 5, stride, *sources)
        return self.add(f"{name}.1", second, 3, stride, self.add(f"{name}.0", first, 3, stride, *sources))


def _backbone(net):
    x = net.add("backbone.stem.conv1", 64, 3, 2, "image")
    x = net.add("backbone.stem.conv2", 64, 3, 2, x)
    x = net.add("backbone.stem.conv3", 128, 3, 2, x)
    features, middle = {}, 64
    for stage, (stride, before) in zip(BLOCKS, ((4, 4), (8, 4), (16, 8), (16, 16))):
        for i in range(BLOCKS[stage]):
            name = f"backbone.{stage}.{i}"
            if i == 0:
                net.add(name + ".shortcut", 4 * middle, 1, stride, x)
            y = net.add(name + ".conv1", middle, 1, before if i == 0 else stride, x)
            y = net.add(name + ".conv2", middle, 3, stride, y)
            x = net.add(name + ".conv3", 4 * middle, 1, stride, y)
        features[stage], middle = x, 2 * middle
    return features


def _decoder(net, head, features, out, separable):
    aspp = f"{head}.decoder.res5.project_conv"
    res5 = features["res5"]
    parts = [net.add(aspp + ".convs.0", 256, 1, 16, res5)]
    add = net.separable if separable else net.add
    parts += [add(f"{aspp}.convs.{i}", 256, 3, 16, res5) for i in (1, 2, 3)]
    parts.append(net.add(aspp + ".convs.4.1", 256, 1, 0, res5, norm=False))
    y = net.add(aspp + ".project", 256, 1, 16, *parts)
    for stage, stride, projected in (("res3", 8, 64), ("res2", 4, 32)):
        p = net.add(f"{head}.decoder.{stage}.project_conv", projected, 1, stride, features[stage])
        y = net.pair(f"{head}.decoder.{stage}.fuse_conv", out, out, stride, separable, p, y)
    return y


def convolutions(variant="r52", depth="l1", depth_head="plain", classes=19, dorn_bins=90):
    """The list of convolutions, in an order in which they can be run."""
    if variant not in VARIANTS or depth not in DEPTHS or depth_head not in ("plain", "ds"):
        raise ValueError(f"no network {variant}, depth {depth}, depth head {depth_head}")
    net, ds = _Builder(), variant == "r52_ds"
    features = _backbone(net)
    y = _decoder(net, "sem_seg_head", features, 256, ds)
    y = net.pair("sem_seg_head.head", 256, 256, 4, ds, y)
    net.add("sem_seg_head.predictor", -classes, 1, 4, y, norm=False)
    y = _decoder(net, "ins_embed_head", features, 128, ds)
    z = net.pair("ins_embed_head.center_head", 128, 32, 4, False, y)
    net.add("ins_embed_head.center_predictor", -1, 1, 4, z, norm=False)
    z = net.pair("ins_embed_head.offset_head", 128, 32, 4, ds, y)
    net.add("ins_embed_head.offset_predictor", -2, 1, 4, z, norm=False)
    if depth != "none":
        y = _decoder(net, "depth_head", features, 256, ds)
        y = net.pair("depth_head.head", 256, 256, 4, ds and depth_head == "ds", y)
        net.add("depth_head.predictor", -2 * dorn_bins if depth == "dorn" else -1, 1, 4, y, norm=False)
    return net.convs


def shapes(convs, width=1):
    """Every tensor's shape by name. A negative `out` is a number of predictions, which `width` leaves alone."""
    out, result = {"image": 3}, {}
    for conv in convs:
        inputs = sum(out[source] for source in conv.sources)
        n = inputs if conv.depthwise else -conv.out if conv.out < 0 else conv.out // width
        out[conv.name] = n
        result[conv.name + ".weight"] = (n, 1 if conv.depthwise else inputs, conv.kernel, conv.kernel)
        if conv.norm:
            result.update({f"{conv.name}.norm.{s}": (n,) for s in STATISTICS})
        else:
            result[conv.name + ".bias"] = (n,)
    return result


def kind(tensors):
    """What a checkpoint holds, from its names and shapes: keyword arguments of convolutions()."""

    def has(name):
        return name + ".weight" in tensors

    def outputs(name, otherwise):
        return int(tensors[name + ".weight"].shape[0]) if has(name) else otherwise

    ds = has("sem_seg_head.decoder.res2.fuse_conv.depthwise")
    predicted = outputs("depth_head.predictor", 1)
    depth = ("dorn" if predicted > 1 else "l1") if any(n.startswith("depth_head.") for n in tensors) else "none"
    return dict(
        variant="r52_ds" if ds else "r52",
        depth=depth,
        dorn_bins=max(predicted // 2, 1),
        depth_head="ds" if has("depth_head.head.depthwise") else "plain",
        classes=outputs("sem_seg_head.predictor", 19),
    )


def problems(tensors):
    """What keeps these tensors (by name, each with a .shape) from being one of the networks: a list of sentences."""
    convs = convolutions(**kind(tensors))
    wanted = shapes(convs)
    found = [f"missing: {name}" for name in wanted if name not in tensors]
    found += [f"extra: {name}" for name in sorted(tensors) if name not in wanted]
    out = {"image": 3}
    for conv in convs:
        weight = tensors.get(conv.name + ".weight")
        inputs = sum(out.get(source) or 0 for source in conv.sources)
        known = all(out.get(source) for source in conv.sources)
        out[conv.name] = int(weight.shape[0]) if weight is not None and len(weight.shape) == 4 else None
        if weight is None or not known:
            continue
        n = inputs if conv.depthwise else out[conv.name]
        shape = (n, 1 if conv.depthwise else inputs, conv.kernel, conv.kernel)
        if conv.out is not None and conv.out < 0 and conv.name != "sem_seg_head.predictor":
            shape = (-conv.out,) + shape[1:]
        if tuple(weight.shape) != shape:
            found.append(f"{conv.name}.weight is {list(weight.shape)}, expected {list(shape)}")
        for name in [f"{conv.name}.norm.{s}" for s in STATISTICS] if conv.norm else [conv.name + ".bias"]:
            if name in tensors and tuple(tensors[name].shape) != (n,):
                found.append(f"{name} is {list(tensors[name].shape)}, expected [{n}]")
    return found + _unequal_sums(out)


def _unequal_sums(out):
    """A bottleneck adds what it got, or its shortcut, to its last convolution: the channels must agree."""
    found = []
    for stage, count in BLOCKS.items():
        before = out[f"backbone.{stage}.0.shortcut"]
        for i in range(count):
            after = out[f"backbone.{stage}.{i}.conv3"]
            if before and after and before != after:
                found.append(f"backbone.{stage}.{i} adds {before} channels to {after}")
            before = after
    return found


def parameters(tensor_shapes):
    """Learnable parameters, and elements with the running statistics."""
    elements = {name: prod(shape) for name, shape in tensor_shapes.items()}
    statistics = sum(n for name, n in elements.items() if ".running_" in name)
    return sum(elements.values()) - statistics, sum(elements.values())


def flops(convs, tensor_shapes, height, width, pool=None):
    """Floating-point operations (twice the multiply-adds) of the convolutions at an image size; pool None is global."""
    total = 0
    for conv in convs:
        if conv.stride > 0:
            h, w = -(-height // conv.stride), -(-width // conv.stride)
        else:
            h, w = (1, 1) if pool is None else (-(-height // 16) - pool[0] + 1, -(-width // 16) - pool[1] + 1)
        total += 2 * prod(tensor_shapes[conv.name + ".weight"]) * h * w
    return total
