/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>

compare_difference *comparison_at(const comparison *c, size_t m, size_t s)
{
    return &c->differences[(m - 1) * c->n_scores + s];
}

void comparison_clear(comparison *c)
{
    for (size_t m = 0; m < c->n_methods; m++) {
        score_set_clear(&c->methods[m].set);
        score_draws_clear(&c->methods[m].draws);
        free(c->methods[m].spreads);
    }
    free(c->methods);
    free(c->differences);
    pnd_buffer_clear(&c->differing);
    *c = (comparison){0};
}

/* ---- one column of numbers at a time, on all threads */

typedef struct summary_job {
    comparison *c;
    size_t m;
    const double *flips; /* NULL: the scores of method m; else its differences */
} summary_job;

/* Room for the sorted column, the column of differences and their jackknife. */
static pnd_status scratch_create(void **scratch, void *context, pnd_error *err)
{
    const comparison *const c = ((const summary_job *)context)->c;
    const size_t n = 2 * (size_t)c->plan.resamples + c->methods[0].set.n_images;
    *scratch = pnd_alloc_array(n, sizeof(double));
    return *scratch != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void subtract(double *out, const double *b, const double *a, size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i++)
        out[i] = b[i * stride] - a[i * stride];
}

static void summarise_score(const summary_job *j, size_t s, double *sorted)
{
    const compare_method *const method = &j->c->methods[j->m];
    method->spreads[s] = score_summarise(sorted, method->draws.bootstrap + s,
                                         method->draws.jackknife + s, method->set.n_images,
                                         j->c->n_scores, method->set.scores[s].value, &j->c->plan);
}

static void summarise_difference(const summary_job *j, size_t s, double *scratch)
{
    const comparison *const c = j->c;
    const compare_method *const a = &c->methods[0], *const b = &c->methods[j->m];
    const size_t n = (size_t)c->plan.resamples, n_images = a->set.n_images;
    double *const draws = scratch + n, *const jackknife = draws + n;
    const bool exact = score_flips_are_exact(&a->set, &c->plan);
    compare_difference *const d = comparison_at(c, j->m, s);
    subtract(draws, b->draws.bootstrap + s, a->draws.bootstrap + s, n, c->n_scores);
    subtract(jackknife, b->draws.jackknife + s, a->draws.jackknife + s, n_images, c->n_scores);
    d->value = b->set.scores[s].value - a->set.scores[s].value;
    d->spread = score_summarise(scratch, draws, jackknife, n_images, 1, d->value, &c->plan);
    d->p_better = a->set.scores[s].higher_is_better ? d->spread.above_zero : d->spread.below_zero;
    d->p = pnd_sign_flip_p(j->flips + s, score_n_flips(&a->set, &c->plan), c->n_scores, d->value,
                           exact, &d->flips_undefined);
}

static pnd_status run_score(tool_frame *frame)
{
    const summary_job *const j = frame->context;
    if (j->flips == NULL)
        summarise_score(j, (size_t)frame->index, frame->scratch);
    else
        summarise_difference(j, (size_t)frame->index, frame->scratch);
    return PND_OK;
}

static int summarise(tool *t, comparison *c, size_t m, const double *flips)
{
    tool_problems problems = {0};
    summary_job job = {c, m, flips};
    const tool_frame_job loop = {.n = (int32_t)c->n_scores,
                                 .what = "scores",
                                 .context = &job,
                                 .run = run_score,
                                 .scratch_create = scratch_create,
                                 .scratch_free = free};
    const int code = tool_for_each(t, &loop, &problems);
    tool_problems_clear(&problems);
    return code;
}

/* ---- */

static int compute_method(tool *t, comparison *c, size_t m)
{
    compare_method *const method = &c->methods[m];
    const int code = score_draw(t, &method->draws, &method->set, &c->plan);
    return code != TOOL_EXIT_OK ? code : summarise(t, c, m, NULL);
}

static int compute_difference(tool *t, comparison *c, size_t m)
{
    double *flips = NULL;
    int code = score_flip(t, &flips, &c->methods[0].set, &c->methods[m].set, &c->plan);
    if (code == TOOL_EXIT_OK)
        code = summarise(t, c, m, flips);
    free(flips);
    return code;
}

/* The tests of one family, over all methods, are corrected together. `scratch`: two doubles for
 * each difference. */
static void correct_family(const comparison *c, int32_t family, double *scratch)
{
    const size_t n = (c->n_methods - 1) * c->n_scores;
    double *const p = scratch, *const adjusted = scratch + n;
    size_t members = 0;
    for (size_t i = 0; i < n; i++)
        if (c->methods[0].set.scores[i % c->n_scores].family == family)
            p[members++] = c->differences[i].p;
    pnd_holm(adjusted, p, members);
    members = 0;
    for (size_t i = 0; i < n; i++)
        if (c->methods[0].set.scores[i % c->n_scores].family == family)
            c->differences[i].p_holm = adjusted[members++];
}

static void correct_all(const comparison *c, double *scratch)
{
    int32_t last = 0;
    for (size_t s = 0; s < c->n_scores; s++)
        if (c->methods[0].set.scores[s].family > last)
            last = c->methods[0].set.scores[s].family;
    for (int32_t family = 0; family <= last; family++)
        correct_family(c, family, scratch);
}

static bool allocate(comparison *c)
{
    bool ok = true;
    c->differences = pnd_calloc_array(c->n_scores, (c->n_methods - 1) * sizeof *c->differences);
    for (size_t m = 0; m < c->n_methods; m++) {
        c->methods[m].spreads = pnd_calloc_array(c->n_scores, sizeof *c->methods[m].spreads);
        ok &= c->methods[m].spreads != NULL;
    }
    return ok && c->differences != NULL;
}

int compare_compute(tool *t, comparison *c)
{
    const bool allocated = allocate(c);
    double *const scratch = pnd_alloc_array(c->n_scores, 2 * (c->n_methods - 1) * sizeof *scratch);
    int code = TOOL_EXIT_OK;
    if (!allocated || scratch == NULL) {
        pnd_error err = {0};
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
        code = tool_fail(t, TOOL_INPUT, &err);
    }
    for (size_t m = 0; m < c->n_methods && code == TOOL_EXIT_OK; m++)
        code = compute_method(t, c, m);
    for (size_t m = 1; m < c->n_methods && code == TOOL_EXIT_OK; m++)
        code = compute_difference(t, c, m);
    if (code == TOOL_EXIT_OK)
        correct_all(c, scratch);
    free(scratch);
    return code;
}
