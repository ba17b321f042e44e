# SPDX-License-Identifier: Apache-2.0
"""Panoptic-DepthLab as a PyTorch module, for PyTorch 1.13 and 2.

Built from tensor shapes, so one class serves every variant and width. Parameters carry the names of a detectron2
checkpoint. Written from the description of the architecture, not from detectron2's code.

    net = PanopticDepthLab(shapes, pool=(32, 64))      # pool None: global
    net.load_state_dict(...); heads = net(normalise(image))   # stride-4 predictions, float
"""

import torch
from torch import nn
from torch.nn import functional as F

import layout

PIXEL_MEAN = (123.675, 116.280, 103.530)
PIXEL_STD = (58.395, 57.120, 57.375)


class Conv(nn.Module):
    """Convolution, then what the checkpoint has for it: a bias, a normalisation; then ReLU unless told otherwise."""

    def __init__(self, shapes, name, stride=1, dilation=1, relu=True):
        super().__init__()
        shape = shapes[name + ".weight"]
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(shape[0])) if name + ".bias" in shapes else None
        self.norm = nn.BatchNorm2d(shape[0]) if name + ".norm.weight" in shapes else None
        self.stride, self.dilation, self.relu = stride, dilation, relu
        self.padding = dilation * (shape[2] // 2)
        self.groups = shape[0] if name.endswith(".depthwise") else 1

    def forward(self, x):
        x = F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        if self.norm is not None:
            x = self.norm(x)
        return F.relu(x, inplace=True) if self.relu else x

    def fold(self):
        """Put the normalisation into weight and bias, in double."""
        if self.norm is None:
            return
        n = self.norm
        scale = n.weight.double() / torch.sqrt(n.running_var.double() + n.eps)
        bias = n.bias.double() - n.running_mean.double() * scale
        self.weight = nn.Parameter((self.weight.double() * scale[:, None, None, None]).to(self.weight.dtype))
        self.bias, self.norm = nn.Parameter(bias.to(self.weight.dtype)), None


class Separable(nn.Module):
    def __init__(self, shapes, name, dilation=1):
        super().__init__()
        self.depthwise = Conv(shapes, name + ".depthwise", dilation=dilation)
        self.pointwise = Conv(shapes, name + ".pointwise")

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


def conv_or_separable(shapes, name, dilation=1):
    return (Separable if name + ".depthwise.weight" in shapes else Conv)(shapes, name, dilation=dilation)


def pair(shapes, name):
    """Two plain convolutions named 0 and 1, or a separable one."""
    if name + ".0.weight" not in shapes:
        return Separable(shapes, name)
    return nn.Sequential(Conv(shapes, name + ".0"), Conv(shapes, name + ".1"))


class Stem(nn.Module):
    def __init__(self, shapes):
        super().__init__()
        self.conv1 = Conv(shapes, "backbone.stem.conv1", stride=2)
        self.conv2 = Conv(shapes, "backbone.stem.conv2")
        self.conv3 = Conv(shapes, "backbone.stem.conv3")

    def forward(self, x):
        return F.max_pool2d(self.conv3(self.conv2(self.conv1(x))), 3, 2, 1)


class Bottleneck(nn.Module):
    def __init__(self, shapes, name, stride, dilation):
        super().__init__()
        project = name + ".shortcut.weight" in shapes
        self.shortcut = Conv(shapes, name + ".shortcut", stride, relu=False) if project else None
        self.conv1 = Conv(shapes, name + ".conv1")
        self.conv2 = Conv(shapes, name + ".conv2", stride, dilation)
        self.conv3 = Conv(shapes, name + ".conv3", relu=False)

    def forward(self, x):
        y = self.conv3(self.conv2(self.conv1(x)))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)), inplace=True)


class Backbone(nn.Module):
    def __init__(self, shapes):
        super().__init__()
        self.stem = Stem(shapes)
        for stage, count in layout.BLOCKS.items():
            stride = 2 if stage in ("res3", "res4") else 1
            dilations = layout.DILATIONS.get(stage, (1,) * count)
            self.add_module(
                stage,
                nn.Sequential(
                    *(
                        Bottleneck(shapes, f"backbone.{stage}.{i}", stride if i == 0 else 1, dilations[i])
                        for i in range(count)
                    )
                ),
            )

    def forward(self, x):
        x, features = self.stem(x), {}
        for stage in layout.BLOCKS:
            x = features[stage] = getattr(self, stage)(x)
        return features


class Pool(nn.Module):
    """Mean over a sliding window, stride 1, or over the whole map."""

    def __init__(self, window):
        super().__init__()
        self.window = window

    def forward(self, x):
        return F.adaptive_avg_pool2d(x, 1) if self.window is None else F.avg_pool2d(x, self.window, 1)


class Aspp(nn.Module):
    def __init__(self, shapes, name, pool):
        super().__init__()
        parts = [Conv(shapes, name + ".convs.0")]
        parts += [conv_or_separable(shapes, f"{name}.convs.{i + 1}", rate) for i, rate in enumerate(layout.RATES)]
        parts.append(nn.Sequential(Pool(pool), Conv(shapes, name + ".convs.4.1")))
        self.convs = nn.ModuleList(parts)
        self.project = Conv(shapes, name + ".project")

    def forward(self, x):
        parts = [conv(x) for conv in self.convs]
        parts[-1] = resize(parts[-1], x.shape[-2:])
        return self.project(torch.cat(parts, 1))


def resize(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


class Decoder(nn.ModuleDict):
    def __init__(self, shapes, name, pool):
        super().__init__({"res5": nn.ModuleDict({"project_conv": Aspp(shapes, name + ".res5.project_conv", pool)})})
        for stage in ("res3", "res2"):
            self[stage] = nn.ModuleDict(
                {
                    "project_conv": Conv(shapes, f"{name}.{stage}.project_conv"),
                    "fuse_conv": pair(shapes, f"{name}.{stage}.fuse_conv"),
                }
            )

    def forward(self, features):
        y = self["res5"]["project_conv"](features["res5"])
        for stage in ("res3", "res2"):
            p = self[stage]["project_conv"](features[stage])
            y = self[stage]["fuse_conv"](torch.cat([p, resize(y, p.shape[-2:])], 1))
        return y


class Branch(nn.Module):
    """A decoder and one or more heads, each a pair of convolutions and a predictor: HEADS maps outputs to their names."""

    def __init__(self, shapes, name, pool, heads):
        super().__init__()
        self.decoder, self.heads = Decoder(shapes, name + ".decoder", pool), heads
        for head, predictor in heads.values():
            self.add_module(head, pair(shapes, f"{name}.{head}"))
            self.add_module(predictor, Conv(shapes, f"{name}.{predictor}", relu=False))

    def forward(self, features):
        y = self.decoder(features)
        return {out: getattr(self, predictor)(getattr(self, head)(y)) for out, (head, predictor) in self.heads.items()}


class PanopticDepthLab(nn.Module):
    def __init__(self, shapes, pool=(32, 64)):
        super().__init__()
        self.backbone = Backbone(shapes)
        self.sem_seg_head = Branch(shapes, "sem_seg_head", pool, {"sem": ("head", "predictor")})
        self.ins_embed_head = Branch(
            shapes,
            "ins_embed_head",
            pool,
            {"center": ("center_head", "center_predictor"), "offset": ("offset_head", "offset_predictor")},
        )
        self.depth_head = None
        if "depth_head.predictor.weight" in shapes:
            self.depth_head = Branch(shapes, "depth_head", pool, {"depth": ("head", "predictor")})
        self.eval()

    def forward(self, x, with_features=False):
        """x: normalised images [N, 3, H, W]. The predictions at stride 4: sem, center, offset and, if any, depth."""
        features = self.backbone(x)
        heads = {**self.sem_seg_head(features), **self.ins_embed_head(features)}
        if self.depth_head is not None:
            heads.update(self.depth_head(features))
        return (heads, features) if with_features else heads

    def load(self, tensors):
        """Fill in all parameters from arrays by name. `num_batches_tracked` plays no part in inference."""
        state = {name: torch.from_numpy(array.copy()) for name, array in tensors.items()}
        missing, extra = self.load_state_dict(state, strict=False)
        missing = [name for name in missing if not name.endswith("num_batches_tracked")]
        if missing or extra:
            raise ValueError(f"missing tensors: {missing}, extra tensors: {extra}")
        return self

    def fold(self):
        for module in list(self.modules()):
            if isinstance(module, Conv):
                module.fold()
        return self


def build(tensors, pool):
    return PanopticDepthLab({name: tuple(array.shape) for name, array in tensors.items()}, pool).load(tensors)


def parse_pool(text):
    """'32x64' or 'global', as in the metadata of a weights file."""
    return None if text == "global" else tuple(int(side) for side in text.split("x"))


def normalise(image, dtype=torch.float32):
    """uint8 [N, H, W, 3] to normalised [N, 3, H, W]."""
    mean = torch.tensor(PIXEL_MEAN, dtype=dtype, device=image.device)
    std = torch.tensor(PIXEL_STD, dtype=dtype, device=image.device)
    return ((image.to(dtype) - mean) / std).permute(0, 3, 1, 2)
