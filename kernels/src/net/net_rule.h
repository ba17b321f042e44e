/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic of the network that host and device share, in float32 and in this order of operations,
 * which is PyTorch's.
 */
#ifndef PND_NET_RULE_H
#define PND_NET_RULE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __CUDACC__
#define NET_RULE static __host__ __device__ inline
#else
#define NET_RULE static inline
#endif

/* Two neighbours along one axis and their weights. */
typedef struct net_tap {
    int32_t i0, i1;
    float w0, w1;
} net_tap;

/* Bilinear without aligned corners; scale = (float)in / (float)out. */
NET_RULE net_tap net_resize_tap(int32_t dst, float scale, int32_t in)
{
    net_tap tap;
    float src = scale * ((float)dst + 0.5f) - 0.5f;
    if (src < 0.0f)
        src = 0.0f;
    tap.i0 = (int32_t)src;
    if (tap.i0 > in - 1) /* rounding of scale can reach past the last pixel */
        tap.i0 = in - 1;
    tap.i1 = tap.i0 + 1 < in ? tap.i0 + 1 : in - 1;
    tap.w1 = src - (float)tap.i0;
    tap.w0 = 1.0f - tap.w1;
    return tap;
}

/* a b in the row above, c d below. */
NET_RULE float net_resize_mix(net_tap y, net_tap x, float a, float b, float c, float d)
{
    return y.w0 * (x.w0 * a + x.w1 * b) + y.w1 * (x.w0 * c + x.w1 * d);
}

/* DORN's label of one pixel: how many of the K intervals are "deeper", from 2K logits that lie
 * `step` floats apart. The published layout: pairs (not deeper, deeper), ties count. The authors':
 * all deeper ones first, ties do not count. */
NET_RULE int32_t net_dorn_label(const float *logits, size_t step, int32_t intervals, int published)
{
    int32_t label = 0;
    for (int32_t k = 0; k < intervals; k++) {
        const float deeper = logits[step * (size_t)(published ? 2 * k + 1 : k)];
        const float other = logits[step * (size_t)(published ? 2 * k : intervals + k)];
        label += published ? deeper >= other : deeper > other;
    }
    return label;
}

/* One sample of the photograph. */
NET_RULE float net_normalise(uint8_t sample, float mean, float std)
{
    return ((float)sample - mean) / std;
}

#endif
