/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_digest.h"
#include "depth_sum.h"

#include <panodepth/alloc.h>
#include <panodepth/depth_metrics.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double undefined = (double)NAN;

static const pnd_depth_metric_info infos[PND_DEPTH_N_METRICS] = {
    {"n", "px", "scored pixels", true},
    {"abs_rel", "1", "mean |p - g| / g", false},
    {"sq_rel_u", "1", "mean ((p - g) / g)^2", false},
    {"sq_rel_m", "m", "mean (p - g)^2 / g", false},
    {"rmse", "m", "sqrt(mean (p - g)^2)", false},
    {"mae", "m", "mean |p - g|", false},
    {"rmse_log", "ln m", "sqrt(mean e^2)", false},
    {"log_mae", "ln m", "mean |e|", false},
    {"log10", "log10 m", "mean |log10 p - log10 g|", false},
    {"irmse", "1/km", "1000 sqrt(mean (1/p - 1/g)^2)", false},
    {"imae", "1/km", "1000 mean |1/p - 1/g|", false},
    {"silog_var", "(ln m)^2", "mean e^2 - (mean e)^2", false},
    {"silog", "100 ln m", "100 sqrt(silog_var)", false},
    {"d1", "1", "share of max(p/g, g/p) < 1.25", true},
    {"d2", "1", "share of max(p/g, g/p) < 1.25^2", true},
    {"d3", "1", "share of max(p/g, g/p) < 1.25^3", true},
    {"rse", "1", "sum (p - g)^2 / sum (g - mean g)^2", false},
    {"rae", "1", "sum |p - g| / sum |g - mean g|", false},
};

/* The fields are doubles in the order of `infos`. */
_Static_assert(sizeof(pnd_depth_metrics) == PND_DEPTH_N_METRICS * sizeof(double),
               "one info per metric");

const pnd_depth_metric_info *pnd_depth_metric_infos(void)
{
    return infos;
}

double pnd_depth_metric(const pnd_depth_metrics *metrics, int index)
{
    double value = 0;
    memcpy(&value, (const char *)metrics + (size_t)index * sizeof value, sizeof value);
    return value;
}

static void set_metric(pnd_depth_metrics *metrics, int index, double value)
{
    memcpy((char *)metrics + (size_t)index * sizeof value, &value, sizeof value);
}

static pnd_depth_metrics all_undefined(double n)
{
    pnd_depth_metrics metrics;
    for (int i = 0; i < PND_DEPTH_N_METRICS; i++)
        set_metric(&metrics, i, undefined);
    metrics.n = n;
    return metrics;
}

static double ratio_or_undefined(double numerator, double denominator)
{
    return denominator > 0 ? numerator / denominator : undefined;
}

pnd_depth_metrics pnd_depth_metrics_from_stats(const pnd_depth_stats *stats)
{
    const double n = (double)stats->n;
    if (stats->n == 0)
        return all_undefined(0);
    const double variance = stats->log_m2 / n;
    const double log_mae = stats->log_abs / n;
    return (pnd_depth_metrics){
        .n = n,
        .abs_rel = stats->abs_rel / n,
        .sq_rel_u = stats->sq_rel_u / n,
        .sq_rel_m = stats->sq_rel_m / n,
        .rmse = sqrt(stats->sq_m2 / n),
        .mae = stats->abs_m / n,
        .rmse_log = sqrt(variance + stats->log_mean * stats->log_mean),
        .log_mae = log_mae,
        .log10 = log_mae / 2.302585092994045684, /* ln 10 */
        .irmse = 1000 * sqrt(stats->inv_sq / n),
        .imae = 1000 * (stats->inv_abs / n),
        .silog_var = variance,
        .silog = 100 * sqrt(variance),
        .d1 = (double)stats->within[0] / n,
        .d2 = (double)stats->within[1] / n,
        .d3 = (double)stats->within[2] / n,
        .rse = ratio_or_undefined(stats->sq_m2, stats->gt_m2),
        .rae = ratio_or_undefined(stats->abs_m, stats->gt_abs_dev),
    };
}

/* A mean of metrics, each over the sets that define it. */
typedef struct mean_of {
    pnd_sum sum[PND_DEPTH_N_METRICS];
    int64_t count[PND_DEPTH_N_METRICS];
} mean_of;

static void add_to_mean(mean_of *mean, const pnd_depth_metrics *metrics)
{
    for (int k = 0; k < PND_DEPTH_N_METRICS; k++) {
        const double x = pnd_depth_metric(metrics, k);
        if (isnan(x))
            continue;
        pnd_sum_add(&mean->sum[k], x);
        mean->count[k]++;
    }
}

static pnd_depth_metrics finish_mean(const mean_of *mean)
{
    pnd_depth_metrics metrics = all_undefined(undefined);
    for (int k = 0; k < PND_DEPTH_N_METRICS; k++)
        if (mean->count[k] > 0)
            set_metric(&metrics, k, pnd_sum_value(&mean->sum[k]) / (double)mean->count[k]);
    return metrics;
}

pnd_depth_metrics pnd_depth_metrics_mean(const pnd_depth_image *images, size_t n)
{
    mean_of mean = {0};
    for (size_t i = 0; i < n; i++) {
        const pnd_depth_metrics metrics = pnd_depth_metrics_from_stats(&images[i].stats);
        if (images[i].stats.n > 0)
            add_to_mean(&mean, &metrics);
    }
    return finish_mean(&mean);
}

pnd_depth_metrics pnd_depth_metrics_average(const pnd_depth_metrics *sets, size_t n)
{
    mean_of mean = {0};
    for (size_t i = 0; i < n; i++)
        if (sets[i].n > 0)
            add_to_mean(&mean, &sets[i]);
    return finish_mean(&mean);
}

/* ---- tallies ---- */

void pnd_depth_tally_add(pnd_depth_tally *total, const pnd_depth_tally *tally)
{
    total->gt_invalid += tally->gt_invalid;
    total->gt_infinite += tally->gt_infinite;
    total->masked += tally->masked;
    total->gt_valid += tally->gt_valid;
    total->capped += tally->capped;
    total->pred_nonfinite += tally->pred_nonfinite;
    total->pred_nonpositive += tally->pred_nonpositive;
    total->pred_missing += tally->pred_missing;
    total->scored += tally->scored;
    for (int k = 0; k < 8; k++)
        total->ratio_below[k] += tally->ratio_below[k];
    total->ratio_n += tally->ratio_n;
}

double pnd_depth_coverage(const pnd_depth_tally *tally)
{
    const int64_t bad = tally->pred_nonfinite + tally->pred_nonpositive + tally->pred_missing;
    return ratio_or_undefined((double)(tally->gt_valid - bad), (double)tally->gt_valid);
}

const char *pnd_depth_unit_suspicion(const pnd_depth_tally *tally)
{
    static const char *const causes[9] = {
        "about 1/1000 of the ground truth: metres read as millimetres?",
        "about 1/256 of the ground truth: metres read as 1/256 m?",
        "about 1/100 of the ground truth: metres read as centimetres?",
        "below a fifth of the ground truth: inverse depth, disparity or an unscaled network?",
        NULL,
        "above five times the ground truth: inverse depth, disparity or an unscaled network?",
        "about 100 times the ground truth: centimetres read as metres?",
        "about 256 times the ground truth: 1/256 m (KITTI) read as metres?",
        "about 1000 times the ground truth: millimetres read as metres?",
    };
    int k = 0;
    while (k < 8 && 2 * tally->ratio_below[k] <= tally->ratio_n)
        k++;
    return tally->ratio_n > 0 ? causes[k] : NULL;
}

/* ---- the pool ---- */

typedef enum pool_sum {
    POOL_ABS_REL,
    POOL_SQ_REL_U,
    POOL_SQ_REL_M,
    POOL_ABS,
    POOL_SQ,
    POOL_INV_ABS,
    POOL_INV_SQ,
    POOL_LOG_ABS,
    POOL_N_SUMS
} pool_sum;

struct pnd_depth_pool {
    pnd_sum sum[POOL_N_SUMS];
    pnd_depth_stats stats; /* everything but the plain sums */
    pnd_depth_digest digest;
};

pnd_status pnd_depth_pool_create(pnd_depth_pool **out, pnd_error *err)
{
    *out = NULL;
    pnd_depth_pool *pool = pnd_calloc_array(1, sizeof *pool);
    if (pool == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for pooled depth metrics");
    const pnd_status status = pnd_depth_digest_init(&pool->digest, err);
    if (status != PND_OK) {
        free(pool);
        return status;
    }
    pool->stats.gt_min = (double)INFINITY;
    *out = pool;
    return PND_OK;
}

void pnd_depth_pool_free(pnd_depth_pool *pool)
{
    if (pool == NULL)
        return;
    pnd_depth_digest_clear(&pool->digest);
    free(pool);
}

/* Mean and squared deviations of two sets together (Chan, Golub and LeVeque 1979). */
static void merge_moments(double *mean, double *m2, int64_t n, double other_mean, double other_m2,
                          int64_t other_n)
{
    const double share = (double)other_n / (double)(n + other_n), d = other_mean - *mean;
    *mean += d * share;
    *m2 += other_m2 + d * d * ((double)n * share);
}

void pnd_depth_pool_add(pnd_depth_pool *pool, const pnd_depth_stats *stats)
{
    if (stats->n == 0)
        return;
    const double terms[POOL_N_SUMS] = {stats->abs_rel, stats->sq_rel_u, stats->sq_rel_m,
                                       stats->abs_m,   stats->sq_m2,    stats->inv_abs,
                                       stats->inv_sq,  stats->log_abs};
    for (int k = 0; k < POOL_N_SUMS; k++)
        pnd_sum_add(&pool->sum[k], terms[k]);
    pnd_depth_stats *all = &pool->stats;
    merge_moments(&all->log_mean, &all->log_m2, all->n, stats->log_mean, stats->log_m2, stats->n);
    merge_moments(&all->gt_mean, &all->gt_m2, all->n, stats->gt_mean, stats->gt_m2, stats->n);
    all->n += stats->n;
    for (int k = 0; k < 3; k++)
        all->within[k] += stats->within[k];
    all->gt_min = fmin(all->gt_min, stats->gt_min);
    all->gt_max = fmax(all->gt_max, stats->gt_max);
}

void pnd_depth_pool_add_scorer(pnd_depth_pool *pool, const pnd_depth_scorer *scorer)
{
    pnd_depth_scorer_digest(&pool->digest, scorer);
}

static pnd_depth_stats stats_of_pool(const pnd_depth_pool *pool)
{
    pnd_depth_stats stats = pool->stats;
    stats.abs_rel = pnd_sum_value(&pool->sum[POOL_ABS_REL]);
    stats.sq_rel_u = pnd_sum_value(&pool->sum[POOL_SQ_REL_U]);
    stats.sq_rel_m = pnd_sum_value(&pool->sum[POOL_SQ_REL_M]);
    stats.abs_m = pnd_sum_value(&pool->sum[POOL_ABS]);
    stats.sq_m2 = pnd_sum_value(&pool->sum[POOL_SQ]);
    stats.inv_abs = pnd_sum_value(&pool->sum[POOL_INV_ABS]);
    stats.inv_sq = pnd_sum_value(&pool->sum[POOL_INV_SQ]);
    stats.log_abs = pnd_sum_value(&pool->sum[POOL_LOG_ABS]);
    if (!(stats.gt_min < stats.gt_max))
        stats.gt_m2 = 0;
    return stats;
}

pnd_depth_metrics pnd_depth_pool_metrics(const pnd_depth_pool *pool)
{
    pnd_depth_stats stats = stats_of_pool(pool);
    const bool constant = !(stats.gt_min < stats.gt_max);
    const bool complete = pnd_depth_digest_count(&pool->digest) == stats.n;
    stats.gt_abs_dev =
        constant || !complete ? 0 : pnd_depth_digest_deviation(&pool->digest, stats.gt_mean);
    return pnd_depth_metrics_from_stats(&stats);
}

pnd_depth_stats pnd_depth_stats_merged(const pnd_depth_stats *first, size_t n, size_t stride)
{
    pnd_depth_pool pool = {.stats = {.gt_min = (double)INFINITY}};
    for (size_t i = 0; i < n; i++) {
        const void *const set = (const char *)first + i * stride;
        pnd_depth_pool_add(&pool, set);
    }
    return stats_of_pool(&pool);
}
