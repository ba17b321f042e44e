/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_totals.h"

#include <math.h>

void pnd_depth_totals_add(pnd_depth_totals *totals, const double *p, const double *g, int32_t n)
{
    if (n == 0)
        return;
    if (totals->n == 0)
        totals->log_shift = pnd_depth_log(p[0] / g[0]);
    pnd_depth_lanes lanes = {0};
    for (int32_t i = 0; i < n; i += PND_DEPTH_BLOCK) {
        const int32_t m = n - i < PND_DEPTH_BLOCK ? n - i : PND_DEPTH_BLOCK;
        pnd_depth_block_add(&lanes, p + i, g + i, m, totals->log_shift);
    }
    for (int k = 0; k < PND_DEPTH_N_TERMS; k++)
        pnd_sum_add(&totals->sum[k], pnd_depth_lanes_fold(lanes.sum[k]));
    for (int k = 0; k < 3; k++)
        totals->within[k] += lanes.within[k];
    totals->n += n;
}

/* |p - g| = g, |p - g| / g = 1. */
void pnd_depth_totals_add_zeros(pnd_depth_totals *totals, const double *g, int32_t n)
{
    double sum = 0, square = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += g[i];
        square += g[i] * g[i];
    }
    pnd_sum_add(&totals->sum[PND_TERM_ABS_REL], n);
    pnd_sum_add(&totals->sum[PND_TERM_SQ_REL_U], n);
    pnd_sum_add(&totals->sum[PND_TERM_SQ_REL_M], sum);
    pnd_sum_add(&totals->sum[PND_TERM_ABS], sum);
    pnd_sum_add(&totals->sum[PND_TERM_SQ], square);
    pnd_sum_add(&totals->sum[PND_TERM_GT], sum);
    totals->n_zero += n;
}

void pnd_depth_totals_add_mixed(pnd_depth_totals *totals, const double *p, const double *g,
                                int32_t n, double *scratch_p, double *scratch_g)
{
    int32_t n_above = 0, n_zero = 0;
    for (int32_t i = 0; i < n; i++)
        n_zero += !(p[i] > 0);
    if (n_zero == 0) {
        pnd_depth_totals_add(totals, p, g, n);
        return;
    }
    double *const zero_g = scratch_g + n - n_zero, *next_zero = zero_g;
    for (int32_t i = 0; i < n; i++) {
        if (p[i] > 0) {
            scratch_p[n_above] = p[i];
            scratch_g[n_above++] = g[i];
        } else {
            *next_zero++ = g[i];
        }
    }
    pnd_depth_totals_add(totals, scratch_p, scratch_g, n_above);
    pnd_depth_totals_add_zeros(totals, zero_g, n_zero);
}

static double value(const pnd_depth_totals *totals, pnd_depth_term term)
{
    return pnd_sum_value(&totals->sum[term]);
}

void pnd_depth_totals_finish(pnd_depth_stats *stats, const pnd_depth_totals *totals)
{
    const int64_t all = totals->n + totals->n_zero;
    *stats = (pnd_depth_stats){0};
    if (all == 0)
        return;
    /* A logarithm or inverse of 0 makes every sum with it undefined. */
    const double defined = totals->n_zero == 0 ? 0 : (double)NAN;
    const double n = (double)totals->n, log_sum = value(totals, PND_TERM_LOG) + defined;
    const double squares = value(totals, PND_TERM_LOG_SQ) - log_sum * (log_sum / n);
    *stats = (pnd_depth_stats){
        .n = all,
        .within = {totals->within[0], totals->within[1], totals->within[2]},
        .abs_rel = value(totals, PND_TERM_ABS_REL),
        .sq_rel_u = value(totals, PND_TERM_SQ_REL_U),
        .sq_rel_m = value(totals, PND_TERM_SQ_REL_M),
        .abs_m = value(totals, PND_TERM_ABS),
        .sq_m2 = value(totals, PND_TERM_SQ),
        .inv_abs = value(totals, PND_TERM_INV_ABS) + defined,
        .inv_sq = value(totals, PND_TERM_INV_SQ) + defined,
        .log_abs = value(totals, PND_TERM_LOG_ABS) + defined,
        .log_mean = totals->log_shift + log_sum / n,
        .log_m2 = squares < 0 ? 0 : squares,
        .gt_mean = value(totals, PND_TERM_GT) / (double)all,
    };
}
