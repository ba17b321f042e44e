# SPDX-License-Identifier: Apache-2.0
"""Post-processing the way PyTorch repositories of this network do it: the peer of our own in benchmarks.

Same rules as postprocess.py, written in whole-image tensor operations: a distance tensor of centres x pixels, and one pass
over the image for each instance and each segment. That is what makes it slow; it is kept so because it is what runs today.
"""

import torch
from torch.nn import functional as F

from postprocess import LABEL_DIVISOR, NMS_KERNEL, STUFF_AREA, THINGS, THRESHOLD, TOP_K, VOID


def find_centres(heat):
    """heat [1, H, W] to [K, 2]."""
    heat = F.threshold(heat, THRESHOLD, -1)
    pooled = F.max_pool2d(heat[None], NMS_KERNEL, 1, NMS_KERNEL // 2)[0]
    heat = heat.masked_fill(heat != pooled, -1)[0]
    best, _ = torch.topk(heat.flatten(), TOP_K)
    return torch.nonzero(heat > best[-1].clamp(min=0))


def nearest_centre(centres, offset):
    """Ids 1 .. K [H, W] by a [K, H*W] distance tensor."""
    _, height, width = offset.shape
    y = torch.arange(height, dtype=offset.dtype, device=offset.device)[:, None].expand(height, width)
    x = torch.arange(width, dtype=offset.dtype, device=offset.device)[None, :].expand(height, width)
    moved = (torch.stack([y, x]) + offset).reshape(2, -1).t()
    distance = torch.norm(centres.to(offset.dtype)[:, None, :] - moved[None], dim=-1)
    return distance.argmin(0).reshape(height, width) + 1


def merge(sem, ids, thing):
    panoptic, used = torch.full_like(sem, VOID), {}
    for i in torch.unique(ids).tolist():
        mask = (ids == i) & thing
        if i == 0 or not bool(mask.any()):
            continue
        c = int(torch.mode(sem[mask])[0])
        used[c] = used.get(c, 0) + 1
        panoptic[mask] = c * LABEL_DIVISOR + used[c]
    for c in torch.unique(sem).tolist():
        mask = (sem == c) & (ids == 0)
        if c not in THINGS and int(mask.sum()) >= STUFF_AREA:
            panoptic[mask] = c * LABEL_DIVISOR
    return panoptic


def segments(panoptic, logits, heat, depth):
    """Id, score (things) and mean depth of every segment."""
    probability, found = logits.softmax(0), []
    for value in torch.unique(panoptic).tolist():
        if value == VOID:
            continue
        mask, c = panoptic == value, value // LABEL_DIVISOR
        score = None
        if c in THINGS:
            y, x = torch.nonzero(mask).float().mean(0).tolist()
            score = (probability[c][mask].mean() * heat[0, int(y), int(x)]).item()
        found.append((value, score, None if depth is None else depth[mask].mean().item()))
    return found


def run(heads, index=0):
    """Everything after the network for one image of a batch; waits for the result, as a caller does."""
    one = {name: value[index : index + 1].float() for name, value in heads.items()}
    full = {
        name: F.interpolate(value, scale_factor=4, mode="bilinear", align_corners=False)[0]
        for name, value in one.items()
    }
    sem = full["sem"].argmax(0)
    thing = (sem >= THINGS[0]) & (sem <= THINGS[-1])
    centres = find_centres(full["center"])
    ids = nearest_centre(centres, full["offset"] * 4) * thing if len(centres) else torch.zeros_like(sem)
    panoptic = merge(sem, ids, thing)
    depth = full["depth"][0] if "depth" in full else None
    return panoptic, segments(panoptic, full["sem"], full["center"], depth), len(centres)
