# SPDX-License-Identifier: Apache-2.0
"""From stride-4 predictions to a panoptic map, by detectron2's rules, in NumPy: the judge of our own post-processing.

Every comparison and every sum is in float32, in PyTorch's order, so maps of integers can be compared bit for bit. The
loops follow the definition (one pass over the image per centre); nothing here is meant to be fast.
"""

import numpy as np

THINGS = tuple(range(11, 19))
LABEL_DIVISOR, STUFF_AREA, THRESHOLD, NMS_KERNEL, TOP_K, VOID = 1000, 2048, 0.1, 7, 200, -1
F = np.float32


def _taps(inputs, outputs, step):
    """Bilinear, align_corners=False: lower tap, upper tap and the weight of the upper one, for each output."""
    source = np.maximum((np.arange(outputs, dtype=F) + F(0.5)) * F(step) - F(0.5), F(0))
    lower = source.astype(np.int64)
    return lower, np.minimum(lower + 1, inputs - 1), source - lower.astype(F)


def upsample(x, factor=4):
    """[C, h, w] float32 to [C, factor*h, factor*w]."""
    y0, y1, b = _taps(x.shape[1], factor * x.shape[1], 1 / factor)
    x0, x1, r = _taps(x.shape[2], factor * x.shape[2], 1 / factor)
    b, top = b[:, None], (F(1) - b)[:, None]
    rows, below = x[:, y0], x[:, y1]
    left = F(1) - r
    return top * (left * rows[:, :, x0] + r * rows[:, :, x1]) + b * (left * below[:, :, x0] + r * below[:, :, x1])


def dorn_depth(raw, published=False, beta=80.0):
    """Ordinal channels [2K, h, w] to metres [h, w].

    Author: two blocks of K, the first votes "deeper". Published (Fu et al. 2018): K pairs, the second of each votes
    "deeper", ties included. l votes give the middle of beta^(l/K) and beta^((l+1)/K), less the shift of one metre.
    """
    k = raw.shape[0] // 2
    deeper = raw[1::2] >= raw[0::2] if published else raw[:k] > raw[k:]
    ends = beta ** (np.arange(k + 2) / k)
    return ((ends[:-1] + ends[1:]) / 2 - 1).astype(F)[deeper.sum(0)]


def centres(heat):
    """Peaks of the full-size heat map [H, W], in raster order: an array [K, 2] of y, x."""
    kept = np.where(heat > F(THRESHOLD), heat, F(-1))
    pad = NMS_KERNEL // 2
    padded = np.pad(kept, pad, constant_values=-np.inf)
    best = kept
    for dy in range(NMS_KERNEL):
        for dx in range(NMS_KERNEL):
            best = np.maximum(best, padded[dy : dy + heat.shape[0], dx : dx + heat.shape[1]])
    kept = np.where(kept == best, kept, F(-1))
    best_first = np.sort(kept, axis=None)[::-1]
    limit = max(best_first[TOP_K - 1], F(0)) if kept.size >= TOP_K else F(0)  # a smaller image holds fewer anyway
    return np.argwhere(kept > limit)


def group(points, offset):
    """The nearest centre (1 .. K, first on ties) of every pixel moved by its offset [2, H, W]."""
    h, w = offset.shape[1:]
    y = np.arange(h, dtype=F)[:, None] + offset[0]
    x = np.arange(w, dtype=F)[None, :] + offset[1]
    ids, nearest = np.zeros((h, w), np.int32), np.full((h, w), np.inf, F)
    for k, (cy, cx) in enumerate(points.astype(F), 1):
        dy, dx = cy - y, cx - x
        distance = np.sqrt(dy * dy + dx * dx)
        closer = distance < nearest
        ids[closer], nearest[closer] = k, distance[closer]
    return ids


def panoptic(sem, ids):
    """Majority class per instance, stuff with enough area, the rest void."""
    thing = np.isin(sem, THINGS)
    result, used = np.full(sem.shape, VOID, np.int32), {}
    for k in range(1, ids.max(initial=0) + 1):
        mask = (ids == k) & thing
        if mask.any():
            c = int(np.bincount(sem[mask]).argmax())
            used[c] = used.get(c, 0) + 1
            result[mask] = c * LABEL_DIVISOR + used[c]
    for c in np.unique(sem[~thing]):
        mask = (sem == c) & (ids == 0)
        if mask.sum() >= STUFF_AREA:
            result[mask] = c * LABEL_DIVISOR
    return result


def scores(pan, logits, heat):
    """Per thing segment: id, and mean class probability times the heat at the centre of mass."""
    e = np.exp(logits.astype(np.float64) - logits.max(0))
    probability = e / e.sum(0)
    found = []
    for segment in np.unique(pan[pan >= THINGS[0] * LABEL_DIVISOR]):
        mask = pan == segment
        y, x = np.nonzero(mask)
        found.append(
            (
                int(segment),
                float(probability[segment // LABEL_DIVISOR][mask].mean() * heat[int(y.mean()), int(x.mean())]),
            )
        )
    return found


def run(sem, center, offset, depth=None, height=None, width=None):
    """Stride-4 predictions of one image, float32: [C,h,w], [1,h,w], [2,h,w], decoded depth [h,w] or None.

    Returns a dict: sem, centers, ids, panoptic, scores and depth, cropped to height x width.
    """
    height, width = height or 4 * sem.shape[1], width or 4 * sem.shape[2]
    logits, heat, off = (upsample(x)[:, :height, :width] for x in (sem, center, offset))
    off = off * F(4)
    labels = logits.argmax(0).astype(np.int32)
    points = centres(heat[0])
    ids = group(points, off) * np.isin(labels, THINGS)
    pan = panoptic(labels, ids)
    result = dict(
        sem=labels,
        centers=points.astype(np.int32),
        ids=ids.astype(np.int32),
        panoptic=pan,
        scores=scores(pan, logits, heat[0]),
    )
    if depth is not None:
        result["depth"] = upsample(depth[None])[0, :height, :width]
    return result
