/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_sum.h"

#include <panodepth/resample.h>

#include <math.h>
#include <string.h>

static void put_score(double *scores, pnd_pq_score score)
{
    scores[0] = score.pq;
    scores[1] = score.sq;
    scores[2] = score.rq;
}

/* IoUs one at a time, in the order of pnd_pq_add(): with every factor 1 the sum is the set's. */
static void add_record(pnd_pq_count *total, const pnd_pq_record *record, uint32_t times)
{
    for (size_t i = 0; i < record->n_shares; i++) {
        const pnd_pq_share *const share = &record->shares[i];
        pnd_pq_count *const count = &total[share->category];
        double sum = count->iou_sum;
        for (size_t m = 0; m < share->n_iou; m++)
            sum += times * share->iou[m];
        count->iou_sum = sum;
        count->tp += times * (int64_t)share->n_iou;
        count->fp += times * share->fp;
        count->fn += times * share->fn;
    }
}

static void score_pq(double *scores, const void *context, const void *const *images,
                     const uint32_t *times, size_t n_images, void *scratch)
{
    const pnd_pq_resample *const c = context;
    pnd_pq_count *const total = scratch;
    memset(total, 0, c->n_categories * sizeof *total);
    for (size_t i = 0; i < n_images; i++)
        if (times == NULL || times[i] > 0)
            add_record(total, images[i], times == NULL ? 1 : times[i]);
    for (int g = 0; g < PND_PQ_RESAMPLE_GROUPS; g++, scores += PND_PQ_RESAMPLE_VALUES)
        put_score(scores, pnd_pq_average(total, c->categories, c->n_categories, (pnd_pq_group)g));
    for (size_t k = 0; k < c->n_categories; k++, scores += PND_PQ_RESAMPLE_VALUES)
        put_score(scores, pnd_pq_category_score(&total[k]));
}

pnd_resample_statistic pnd_pq_statistic(const pnd_pq_resample *context)
{
    return (pnd_resample_statistic){
        .score = score_pq,
        .context = context,
        .n_scores = PND_PQ_RESAMPLE_VALUES * (PND_PQ_RESAMPLE_GROUPS + context->n_categories),
        .scratch_size = context->n_categories * sizeof(pnd_pq_count),
    };
}

typedef struct pool {
    pnd_sum sum;
    double weight;
} pool;

static void add_pooled(pool *pools, const pnd_pooled_resample *c, const pnd_pooled_value *values,
                       uint32_t times)
{
    for (size_t s = 0; s < c->n_scores; s++) {
        const double value = values[s].value, weight = times * values[s].weight;
        if (isnan(value))
            continue;
        pnd_sum_add(&pools[s].sum, weight * (c->is_square[s] ? value * value : value));
        pools[s].weight += weight;
    }
}

static void score_pooled(double *scores, const void *context, const void *const *images,
                         const uint32_t *times, size_t n_images, void *scratch)
{
    const pnd_pooled_resample *const c = context;
    pool *const pools = scratch;
    memset(pools, 0, c->n_scores * sizeof *pools);
    for (size_t i = 0; i < n_images; i++)
        if (times == NULL || times[i] > 0)
            add_pooled(pools, c, images[i], times == NULL ? 1 : times[i]);
    for (size_t s = 0; s < c->n_scores; s++) {
        const double mean = pnd_sum_value(&pools[s].sum) / pools[s].weight;
        scores[s] = pools[s].weight > 0 ? c->factors[s] * (c->is_square[s] ? sqrt(mean) : mean)
                                        : (double)NAN;
    }
}

pnd_resample_statistic pnd_pooled_statistic(const pnd_pooled_resample *context)
{
    return (pnd_resample_statistic){
        .score = score_pooled,
        .context = context,
        .n_scores = context->n_scores,
        .scratch_size = context->n_scores * sizeof(pool),
    };
}
