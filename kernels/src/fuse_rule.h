/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of fusion, shared by every backend and, like depth_rule.h, by host and device.
 *
 * A sum of fixed-point terms below 2^63 is kept as two integers, of the terms' upper and lower
 * 32 bits: both stay below 2^64 for up to 2^26 pixels (2^31 * 2^26 and 2^32 * 2^26), so that the
 * device can add them with atomics in any order.
 */
#ifndef PND_FUSE_RULE_H
#define PND_FUSE_RULE_H

#include "depth_rule.h" /* PND_HOST_DEVICE */

#include <panodepth/fuse.h>

#define PND_FUSE_UNITS 8796093022208.0 /* 2^43 a metre, or a 1/metre */

typedef struct pnd_fuse_sum {
    unsigned long long high, low; /* the type of CUDA's 64-bit atomics */
} pnd_fuse_sum;

static inline PND_HOST_DEVICE bool pnd_fuse_is_valid(float depth_m)
{
    return depth_m >= PND_FUSE_MIN_DEPTH && depth_m < PND_FUSE_MAX_DEPTH;
}

static inline PND_HOST_DEVICE void pnd_fuse_add(pnd_fuse_sum *sum, unsigned long long term)
{
    sum->high += term >> 32;
    sum->low += term & 0xffffffffu;
}

/* Exact: a valid float's last bit is worth at least 2^(-20 - 23). */
static inline PND_HOST_DEVICE unsigned long long pnd_fuse_depth_term(float depth_m)
{
    return (unsigned long long)((double)depth_m * PND_FUSE_UNITS);
}

/* 1/z <= 2^20, rounded half up to 2^-43. */
static inline PND_HOST_DEVICE unsigned long long pnd_fuse_inverse_term(float depth_m)
{
    return (unsigned long long)(1.0 / (double)depth_m * PND_FUSE_UNITS + 0.5);
}

/* ((z - mean) / spread)^2 in units of 2^-62. Of a segment that is not constant: spread = max - min
 * is at least |z - mean|, whose square a tiny rounding could lift above 1. */
static inline PND_HOST_DEVICE unsigned long long pnd_fuse_square_term(float depth_m, double mean,
                                                                      double spread)
{
    const double d = ((double)depth_m - mean) / spread;
    const double square = d * d;
    return (unsigned long long)((square < 1.0 ? square : 1.0) * 4611686018427387904.0);
}

#endif
