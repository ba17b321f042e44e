/* SPDX-License-Identifier: Apache-2.0 */
#include "score_resample.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

enum { CHUNK = 64 }; /* resamples a thread takes at a time */

typedef enum kind { BOOTSTRAP, JACKKNIFE, FLIPS } kind;

/* Rows of one table, made in chunks; a row depends on its number only. */
typedef struct job {
    kind kind;
    double *out;
    const pnd_resample_set *a, *b;
    size_t n_rows;
    uint64_t seed;
    bool exact;
} job;

static pnd_status scratch_create(void **scratch, void *context, pnd_error *err)
{
    const job *const j = context;
    *scratch = pnd_alloc_array(pnd_resample_scratch_size(j->a), 1);
    return *scratch != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static pnd_status run_chunk(tool_frame *frame)
{
    const job *const j = frame->context;
    const size_t first = (size_t)frame->index * CHUNK, left = j->n_rows - first;
    const pnd_resample_range range = {first, left < CHUNK ? left : CHUNK};
    double *const out = j->out + first * j->a->statistic->n_scores;
    if (j->kind == BOOTSTRAP)
        pnd_bootstrap_scores(out, j->a, range, j->seed, frame->scratch);
    else if (j->kind == JACKKNIFE)
        pnd_jackknife_scores(out, j->a, range, frame->scratch);
    else
        pnd_sign_flip_differences(out, j->a, j->b, range, j->seed, j->exact, frame->scratch);
    return PND_OK;
}

/* Allocate the table and fill it. */
static int run_job(tool *t, double **out, job *j)
{
    tool_problems problems = {0};
    *out = pnd_alloc_array(j->n_rows, j->a->statistic->n_scores * sizeof **out);
    if (*out == NULL) {
        pnd_error err = {0};
        (void)pnd_fail_hint(&err, PND_ENOMEM, "fewer --resamples need less", "out of memory");
        return tool_fail(t, TOOL_INPUT, &err);
    }
    j->out = *out;
    const tool_frame_job loop = {.n = (int32_t)((j->n_rows + CHUNK - 1) / CHUNK),
                                 .what = "resampling steps",
                                 .context = j,
                                 .run = run_chunk,
                                 .scratch_create = scratch_create,
                                 .scratch_free = free};
    const int code = tool_for_each(t, &loop, &problems);
    tool_problems_clear(&problems);
    return code;
}

int score_draw(tool *t, score_draws *out, const score_set *set, const score_plan *plan)
{
    job bootstrap = {.kind = BOOTSTRAP,
                     .a = &set->images,
                     .n_rows = (size_t)plan->resamples,
                     .seed = (uint64_t)plan->seed};
    job jackknife = {.kind = JACKKNIFE, .a = &set->images, .n_rows = set->n_images};
    const int code = run_job(t, &out->bootstrap, &bootstrap);
    return code != TOOL_EXIT_OK ? code : run_job(t, &out->jackknife, &jackknife);
}

void score_draws_clear(score_draws *draws)
{
    free(draws->bootstrap);
    free(draws->jackknife);
    *draws = (score_draws){0};
}

bool score_flips_are_exact(const score_set *set, const score_plan *plan)
{
    return set->n_images <= PND_SIGN_FLIP_MAX_EXACT &&
           INT64_C(1) << set->n_images <= plan->resamples;
}

size_t score_n_flips(const score_set *set, const score_plan *plan)
{
    return score_flips_are_exact(set, plan) ? (size_t)1 << set->n_images : (size_t)plan->resamples;
}

int score_flip(tool *t, double **out, const score_set *a, const score_set *b,
               const score_plan *plan)
{
    job flips = {.kind = FLIPS,
                 .a = &a->images,
                 .b = &b->images,
                 .n_rows = score_n_flips(a, plan),
                 .seed = (uint64_t)plan->seed,
                 .exact = score_flips_are_exact(a, plan)};
    return run_job(t, out, &flips);
}

score_spread score_summarise(double *sorted, const double *draws, const double *jackknife,
                             size_t n_images, size_t stride, double estimate,
                             const score_plan *plan)
{
    const size_t n = pnd_bootstrap_sort(sorted, draws, (size_t)plan->resamples, stride);
    return (score_spread){
        .error = pnd_bootstrap_error(sorted, n),
        .percentile = pnd_bootstrap_percentile(sorted, n, plan->level),
        .bca = pnd_bootstrap_bca(sorted, n, estimate, jackknife, n_images, stride, plan->level),
        .above_zero = pnd_bootstrap_above_zero(sorted, n),
        .below_zero = pnd_bootstrap_below_zero(sorted, n),
        .undefined = (size_t)plan->resamples - n,
    };
}
