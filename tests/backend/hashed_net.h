/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks of any variant and width with pseudo-random weights: a hash of each tensor's name and of
 * the element's index, so that scripts/reference/hashed_weights.py makes the same ones. Full-size
 * tests and benchmarks need no 300 MB file that way.
 *
 *     h = FNV-1a(name); u = top 24 bits of splitmix64(h + (i + 1) golden) / 2^23 - 1, in [-1, 1)
 *     *.norm.weight  1 + 0.1 u, and 0.25 + 0.05 u at the end of a bottleneck, so that sums stay
 * tame
 *     *.norm.bias, *.norm.running_mean, *.bias  0.1 u        *.norm.running_var  1 + 0.5 u
 *     *.weight  sqrt(6 / fan_in) u; sqrt(3 / fan_in) u for predictors
 */
#ifndef HASHED_NET_H
#define HASHED_NET_H

#include <panodepth/net.h>

typedef struct hashed_config {
    bool separable;         /* ASPP, decoders, semantic and offset head */
    bool plain_depth_head;  /* of a separable network: the authors' form */
    int32_t depth_channels; /* 0: no depth branch */
    int32_t divisor;        /* of every width; 1: R-52 */
    bool shapes_only;       /* data points at nothing to read */
} hashed_config;

typedef struct hashed_net {
    pnd_net_tensor *tensors;
    size_t n, capacity;
} hashed_net;

/* Exits when memory is short: it is a test. Release with hashed_net_clear(). */
void hashed_net_make(hashed_net *net, const hashed_config *config);
void hashed_net_clear(hashed_net *net);

/* A picture made of the same hash, name "image". */
void hashed_image(uint8_t *rgb, int32_t width, int32_t height);

#endif
