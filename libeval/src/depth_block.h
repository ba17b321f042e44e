/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic on scored pixels, in blocks that stay in the first-level cache. */
#ifndef PND_DEPTH_BLOCK_H
#define PND_DEPTH_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { PND_DEPTH_BLOCK = 256, PND_DEPTH_LANES = 8 };

/* The floating sums of a row. e is shifted by a constant near its mean, so that a prediction wrong
 * by one factor everywhere has a variance of 1e-32 and not of 1e-17. */
typedef enum pnd_depth_term {
    PND_TERM_ABS_REL,
    PND_TERM_SQ_REL_U,
    PND_TERM_SQ_REL_M,
    PND_TERM_ABS,
    PND_TERM_SQ,
    PND_TERM_INV_ABS,
    PND_TERM_INV_SQ,
    PND_TERM_LOG_ABS,
    PND_TERM_LOG,    /* e - shift */
    PND_TERM_LOG_SQ, /* (e - shift)^2 */
    PND_TERM_GT,
    PND_DEPTH_N_TERMS
} pnd_depth_term;

typedef struct pnd_depth_lanes {
    double sum[PND_DEPTH_N_TERMS][PND_DEPTH_LANES];
    int64_t within[3];
} pnd_depth_lanes;

/* ln x for finite x > 0. Below one unit in the last place for normal x. */
double pnd_depth_log(double x);

/* Add n <= PND_DEPTH_BLOCK pixels: prediction p > 0 and ground truth g > 0, both finite. */
void pnd_depth_block_add(pnd_depth_lanes *lanes, const double *p, const double *g, int32_t n,
                         double log_shift);

/* Add the values x[0..n): position i goes to lane i mod 8. */
void pnd_depth_lanes_add(double lane[PND_DEPTH_LANES], const double *x, int32_t n);

/* The fixed tree over the eight lanes. */
double pnd_depth_lanes_fold(const double lane[PND_DEPTH_LANES]);

/* How many x[i] < limit, > limit. */
int64_t pnd_depth_count_below(const double *x, int32_t n, double limit);
int64_t pnd_depth_count_above(const double *x, int32_t n, double limit);

/* Whether every x[i] is finite and positive. May say no for a row with subnormal numbers only. */
bool pnd_depth_all_usable(const double *x, int32_t n);

#endif
