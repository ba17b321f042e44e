/* SPDX-License-Identifier: Apache-2.0 */
/* The scores that --require knows. */
#include "eval_panoptic.h"

enum { N_GROUPS = 3, N_SCORES = 3 };

static const char *const names[N_SCORES][N_GROUPS] = {
    {"PQ", "PQ_th", "PQ_st"}, {"SQ", "SQ_th", "SQ_st"}, {"RQ", "RQ_th", "RQ_st"}};
static const char *const dagger_names[N_GROUPS] = {"PQ_dagger", "PQ_dagger_th", "PQ_dagger_st"};
static const char *const boundary_names[N_SCORES][N_GROUPS] = {
    {"PQ_boundary", "PQ_boundary_th", "PQ_boundary_st"},
    {"SQ_boundary", "SQ_boundary_th", "SQ_boundary_st"},
    {"RQ_boundary", "RQ_boundary_th", "RQ_boundary_st"}};

static void fill_scores(eval_metric *out, const char *const table[N_SCORES][N_GROUPS],
                        const pnd_pq_count *counts, const panoptic_inputs *inputs)
{
    for (int g = 0; g < N_GROUPS; g++) {
        const pnd_pq_score score =
            counts == NULL
                ? (pnd_pq_score){0}
                : pnd_pq_average(counts, inputs->categories, inputs->n_categories, (pnd_pq_group)g);
        const double values[N_SCORES] = {score.pq, score.sq, score.rq};
        for (int k = 0; k < N_SCORES; k++)
            out[N_SCORES * g + k] = (eval_metric){table[k][g], 100 * values[k]};
    }
}

size_t panoptic_fill_metrics(eval_metric out[PANOPTIC_N_METRICS], const panoptic_results *r)
{
    const panoptic_inputs *const inputs = r->inputs;
    size_t n = N_SCORES * N_GROUPS;
    fill_scores(out, names, r->total, inputs);
    for (int g = 0; g < N_GROUPS; g++) {
        const double pq = r->dagger == NULL
                              ? 0
                              : pnd_pq_dagger_average(r->total, r->dagger, inputs->categories,
                                                      inputs->n_categories, (pnd_pq_group)g)
                                    .pq;
        out[n++] = (eval_metric){dagger_names[g], 100 * pq};
    }
    if (!r->args->boundary)
        return n;
    fill_scores(out + n, boundary_names, r->boundary, inputs);
    return n + N_SCORES * N_GROUPS;
}
