/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over a set of scored pixels, added a row at a time. */
#ifndef PND_DEPTH_TOTALS_H
#define PND_DEPTH_TOTALS_H

#include "depth_block.h"
#include "depth_sum.h"

#include <panodepth/depth_metrics.h>

/* Zero-initialise. */
typedef struct pnd_depth_totals {
    pnd_sum sum[PND_DEPTH_N_TERMS];
    int64_t n, within[3]; /* of predictions > 0 */
    int64_t n_zero;       /* predictions of 0 m */
    double log_shift;
} pnd_depth_totals;

/* Add n pixels of a row: prediction p > 0 and ground truth g > 0, both finite. */
void pnd_depth_totals_add(pnd_depth_totals *totals, const double *p, const double *g, int32_t n);

/* Add n pixels of a row whose prediction is 0 m (PND_DEPTH_BAD_ZERO). */
void pnd_depth_totals_add_zeros(pnd_depth_totals *totals, const double *g, int32_t n);

/* Add n pixels with predictions >= 0. The scratch arrays have room for n. */
void pnd_depth_totals_add_mixed(pnd_depth_totals *totals, const double *p, const double *g,
                                int32_t n, double *scratch_p, double *scratch_g);

/* Everything but what depends on the spread of the ground truth: that stays 0. */
void pnd_depth_totals_finish(pnd_depth_stats *stats, const pnd_depth_totals *totals);

#endif
