/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resamples of a score set on all threads, and what a column of them says.
 *
 * The functions that run return an exit code, as tool_for_each(): 0, or what ended the run.
 */
#ifndef SCORE_RESAMPLE_H
#define SCORE_RESAMPLE_H

#include "score_set.h"
#include "tool.h"

typedef struct score_plan {
    int64_t resamples;
    int64_t seed;
    double level; /* of the intervals: 0.95 */
} score_plan;

enum { SCORE_RESAMPLES = 10000, SCORE_MAX_RESAMPLES = 1000000 };

/* Each a table of n_scores columns. Zero-initialise; release with score_draws_clear(). */
typedef struct score_draws {
    double *bootstrap; /* plan->resamples rows */
    double *jackknife; /* n_images rows */
} score_draws;

int score_draw(tool *t, score_draws *out, const score_set *set, const score_plan *plan);
void score_draws_clear(score_draws *draws);

/* All swaps instead of random ones: there are not more of them than resamples. */
bool score_flips_are_exact(const score_set *set, const score_plan *plan);
size_t score_n_flips(const score_set *set, const score_plan *plan);

/* score_n_flips() rows of B minus A; free(). */
int score_flip(tool *t, double **out, const score_set *a, const score_set *b,
               const score_plan *plan);

/* How sure one number is. */
typedef struct score_spread {
    double error; /* standard error */
    pnd_interval percentile, bca;
    double above_zero, below_zero; /* shares of the resamples, ties half */
    size_t undefined;              /* resamples without a value */
} score_spread;

/* From column `draws` of the plan's resamples and column `jackknife` of n_images values, both
 * `stride` doubles apart. `sorted` is room for one double a resample. */
score_spread score_summarise(double *sorted, const double *draws, const double *jackknife,
                             size_t n_images, size_t stride, double estimate,
                             const score_plan *plan);

#endif
