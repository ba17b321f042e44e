/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_analyse.h"
#include "depth_digest.h"
#include "depth_fit.h"
#include "depth_order.h"
#include "depth_select.h"
#include "depth_totals.h"

#include <panodepth/alloc.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pnd_depth_scorer {
    pnd_depth_protocol protocol;
    pnd_depth_row row;
    pnd_plane_f64 filled;
    pnd_plane_f64 packed_g, packed_p; /* scored pixels */
    uint32_t *codes;                  /* PND_DEPTH_LUT_SIZE: scored ground truth by code */
    pnd_depth_digest digest;
    pnd_depth_analyser *analyser; /* NULL until something is analysed */
};

/* ---- life ---- */

static bool is_depth(double p)
{
    return p > 0 && p < (double)INFINITY;
}

pnd_status pnd_depth_scorer_create(pnd_depth_scorer **out, const pnd_depth_protocol *protocol,
                                   pnd_error *err)
{
    *out = NULL;
    pnd_status status = pnd_depth_protocol_check(protocol, err);
    if (status != PND_OK)
        return status;
    pnd_depth_scorer *scorer = pnd_calloc_array(1, sizeof *scorer);
    if (scorer == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a depth scorer");
    scorer->protocol = *protocol;
    scorer->codes = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *scorer->codes);
    if (scorer->codes == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory for a depth scorer");
    else
        status = pnd_depth_digest_init(&scorer->digest, err);
    if (status != PND_OK) {
        pnd_depth_scorer_free(scorer);
        return status;
    }
    *out = scorer;
    return PND_OK;
}

void pnd_depth_scorer_free(pnd_depth_scorer *scorer)
{
    if (scorer == NULL)
        return;
    pnd_depth_row_clear(&scorer->row);
    pnd_plane_f64_clear(&scorer->filled);
    pnd_plane_f64_clear(&scorer->packed_g);
    pnd_plane_f64_clear(&scorer->packed_p);
    pnd_depth_digest_clear(&scorer->digest);
    if (scorer->analyser != NULL)
        pnd_depth_analyser_clear(scorer->analyser);
    free(scorer->analyser);
    free(scorer->codes);
    free(scorer);
}

/* ---- predictions that are no depth ---- */

static const char *name_of(const pnd_depth_samples *samples, const char *fallback)
{
    return samples->name != NULL ? samples->name : fallback;
}

static void forget_bad(pnd_depth_row *row)
{
    row->n_bad = row->n_nonfinite = row->n_negative = row->n_zero = 0;
}

static pnd_status check_bad(const pnd_depth_scorer *scorer, const pnd_depth_job *job,
                            pnd_error *err)
{
    const pnd_depth_row *row = &scorer->row;
    if (row->n_bad == 0 || scorer->protocol.bad_rule == PND_DEPTH_BAD_SKIP)
        return PND_OK;
    const bool fill = scorer->protocol.bad_rule == PND_DEPTH_BAD_FILL;
    return pnd_fail_hint(
        err, PND_EFORMAT,
        fill ? "filling needs a depth in every row between the first and the last that has one"
             : "a score needs a depth everywhere: repair the prediction, or clip it and say so",
        "%s: scored pixels without a usable prediction%s: %" PRId64 " (%" PRId64
        " NaN or infinite, %" PRId64 " negative, %" PRId64 " zero); first at row %d, column %d: %g",
        name_of(job->pred, "prediction"), fill ? " after filling" : "", row->n_bad,
        row->n_nonfinite, row->n_negative, row->n_zero, row->bad_y, row->bad_x, row->bad_value);
}

static bool has_gaps(pnd_depth_row *row, const pnd_depth_samples *pred)
{
    for (int32_t y = 0; y < pred->height; y++) {
        pnd_depth_samples_row(row->pred, pred, y);
        if (!pnd_depth_all_usable(row->pred, pred->width))
            return true;
    }
    return false;
}

static pnd_status fill_prediction(pnd_depth_scorer *scorer, pnd_depth_job *job, pnd_error *err)
{
    if (scorer->protocol.bad_rule != PND_DEPTH_BAD_FILL || !has_gaps(&scorer->row, job->pred))
        return PND_OK;
    const pnd_status status =
        pnd_plane_f64_resize(&scorer->filled, job->pred->width, job->pred->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < job->pred->height; y++)
        pnd_depth_samples_row(pnd_plane_f64_row(&scorer->filled, y), job->pred, y);
    pnd_depth_fill(&scorer->filled);
    job->filled = &scorer->filled;
    return PND_OK;
}

/* ---- scaling ---- */

/* The scored pixels of all rows, one after the other. */
static pnd_status collect_pixels(size_t *out, pnd_depth_scorer *scorer, const pnd_depth_job *job,
                                 pnd_depth_tally *tally, pnd_error *err)
{
    const int32_t width = job->gt->width, height = job->gt->height;
    *out = 0;
    pnd_status status = pnd_plane_f64_resize(&scorer->packed_g, width, height, err);
    if (status == PND_OK)
        status = pnd_plane_f64_resize(&scorer->packed_p, width, height, err);
    if (status != PND_OK)
        return status;
    size_t n = 0;
    for (int32_t y = 0; y < height; y++) {
        pnd_depth_row_select(&scorer->row, job, y, tally);
        const size_t bytes = (size_t)scorer->row.n * sizeof(double);
        memcpy(scorer->packed_g.data + n, scorer->row.g, bytes);
        memcpy(scorer->packed_p.data + n, scorer->row.p, bytes);
        n += (size_t)scorer->row.n;
    }
    *out = n;
    return check_bad(scorer, job, err);
}

static pnd_status find_median_scale(pnd_depth_scorer *scorer, pnd_depth_job *job, size_t n,
                                    pnd_error *err)
{
    const double p = pnd_depth_median(scorer->packed_p.data, n, scorer->codes);
    if (!is_depth(p))
        return pnd_fail(err, PND_EFORMAT, "%s: the median prediction is %g: no scale to match",
                        name_of(job->pred, "prediction"), p);
    job->scale = pnd_depth_median(scorer->packed_g.data, n, scorer->codes) / p;
    return PND_OK;
}

static pnd_status find_scale(pnd_depth_scorer *scorer, pnd_depth_job *job, pnd_depth_tally *tally,
                             pnd_error *err)
{
    size_t n = 0;
    const pnd_status status = collect_pixels(&n, scorer, job, tally, err);
    if (status != PND_OK || n == 0)
        return status;
    if (scorer->protocol.scaling == PND_DEPTH_SCALE_MEDIAN)
        return find_median_scale(scorer, job, n, err);
    const double *g = scorer->packed_g.data, *p = scorer->packed_p.data;
    const bool fits = scorer->protocol.scaling == PND_DEPTH_SCALE_SHIFT
                          ? pnd_depth_fit_inverse(&job->scale, &job->shift, p, g, n)
                          : pnd_depth_fit_scale(&job->scale, p, g, n);
    if (!fits)
        return pnd_fail(err, PND_EFORMAT, "%s: no positive scale fits the ground truth",
                        name_of(job->pred, "prediction"));
    return PND_OK;
}

/* ---- sums ---- */

static void count_codes(pnd_depth_scorer *scorer, const pnd_depth_samples *gt, int32_t y)
{
    const uint16_t *codes =
        (const uint16_t *)(const void *)((const char *)gt->data + (size_t)y * gt->stride);
    for (int32_t i = 0; i < scorer->row.n; i++)
        scorer->codes[codes[scorer->row.index[i]]]++;
}

static void add_row(pnd_depth_totals *total, pnd_depth_row *row, pnd_depth_bad_rule bad_rule)
{
    if (bad_rule == PND_DEPTH_BAD_ZERO)
        /* The rows as stored are not needed any more. */
        pnd_depth_totals_add_mixed(total, row->p, row->g, row->n, row->pred, row->gt);
    else
        pnd_depth_totals_add(total, row->p, row->g, row->n);
}

/* ---- how the ground truth spreads: sums about its mean, and the digest ---- */

typedef struct spread {
    double mean;
    pnd_sum sq, abs_dev;
    double low, high;
} spread;

static void add_to_spread(spread *s, pnd_depth_digest *digest, double g, int64_t count)
{
    const double d = g - s->mean, n = (double)count;
    pnd_sum_add(&s->sq, n * (d * d));
    pnd_sum_add(&s->abs_dev, n * fabs(d));
    s->low = fmin(s->low, g);
    s->high = fmax(s->high, g);
    pnd_depth_digest_add(digest, g, count);
}

static void spread_of_codes(spread *s, pnd_depth_scorer *scorer, const double *lut)
{
    const pnd_depth_protocol *protocol = &scorer->protocol;
    const double cap =
        protocol->cap_rule == PND_DEPTH_CAP_INCLUDE ? protocol->cap_m : (double)INFINITY;
    for (int32_t v = 0; v < PND_DEPTH_LUT_SIZE; v++)
        if (scorer->codes[v] > 0)
            add_to_spread(s, &scorer->digest, fmin(pnd_depth_round(lut[v], protocol->storage), cap),
                          scorer->codes[v]);
}

static void spread_of_pixels(spread *s, pnd_depth_scorer *scorer, const pnd_depth_job *job)
{
    pnd_depth_tally unused = {0};
    for (int32_t y = 0; y < job->gt->height; y++) {
        pnd_depth_row_select(&scorer->row, job, y, &unused);
        for (int32_t i = 0; i < scorer->row.n; i++)
            add_to_spread(s, &scorer->digest, scorer->row.g[i], 1);
    }
}

static void finish_spread(pnd_depth_scorer *scorer, const pnd_depth_job *job,
                          pnd_depth_stats *stats)
{
    spread s = {.mean = stats->gt_mean, .low = (double)INFINITY};
    if (stats->n == 0)
        return;
    if (job->gt->type == PND_DEPTH_U16)
        spread_of_codes(&s, scorer, job->gt->lut);
    else
        spread_of_pixels(&s, scorer, job);
    /* The rounded mean of a constant may be a neighbour of it; that is not a spread. */
    const bool constant = !(s.low < s.high);
    stats->gt_mean = constant ? s.low : s.mean;
    stats->gt_m2 = constant ? 0 : pnd_sum_value(&s.sq);
    stats->gt_abs_dev = constant ? 0 : pnd_sum_value(&s.abs_dev);
    stats->gt_min = s.low;
    stats->gt_max = s.high;
}

/* ---- one image ---- */

static pnd_status check_sizes(const pnd_depth_job *job, pnd_error *err)
{
    const pnd_depth_samples *gt = job->gt, *pred = job->pred;
    const bool swapped = pred->width == gt->height && pred->height == gt->width;
    if (pred->width != gt->width || pred->height != gt->height)
        return pnd_fail_hint(
            err, PND_EMISMATCH,
            swapped ? "width and height swapped?" : "score at the size of the ground truth",
            "%s: prediction is %dx%d, ground truth %dx%d", name_of(pred, "prediction"), pred->width,
            pred->height, gt->width, gt->height);
    const pnd_view_u8 mask = job->mask;
    if (mask.data != NULL && (mask.width != gt->width || mask.height != gt->height))
        return pnd_fail(err, PND_EMISMATCH, "%s: mask is %dx%d, ground truth %dx%d",
                        name_of(gt, "ground truth"), mask.width, mask.height, gt->width,
                        gt->height);
    return PND_OK;
}

/* Whether the row holds depths only, as far as the image will be scored at all. */
static bool all_usable(const pnd_depth_scorer *scorer)
{
    return scorer->row.n_bad == 0 || scorer->protocol.bad_rule == PND_DEPTH_BAD_SKIP;
}

static void sum_rows(pnd_depth_scorer *scorer, const pnd_depth_job *job, pnd_depth_totals *total,
                     pnd_depth_tally *tally, pnd_depth_analysis *analysis)
{
    const bool by_code = job->gt->type == PND_DEPTH_U16;
    if (by_code)
        memset(scorer->codes, 0, PND_DEPTH_LUT_SIZE * sizeof *scorer->codes);
    for (int32_t y = 0; y < job->gt->height; y++) {
        pnd_depth_row_select(&scorer->row, job, y, tally);
        pnd_depth_row_transform(&scorer->row, job);
        if (by_code)
            count_codes(scorer, job->gt, y);
        if (analysis != NULL && all_usable(scorer))
            pnd_depth_analyser_add_row(scorer->analyser, analysis, &scorer->row, job, y);
        add_row(total, &scorer->row, job->protocol->bad_rule);
    }
}

static pnd_status score_job(pnd_depth_image *out, pnd_depth_analysis *analysis,
                            pnd_depth_scorer *scorer, pnd_depth_job *job, pnd_error *err)
{
    pnd_status status = fill_prediction(scorer, job, err);
    if (status == PND_OK && scorer->protocol.scaling != PND_DEPTH_SCALE_NONE)
        status = find_scale(scorer, job, &out->tally, err);
    if (status != PND_OK)
        return status;
    pnd_depth_totals total = {0};
    out->tally = (pnd_depth_tally){0};
    forget_bad(&scorer->row);
    sum_rows(scorer, job, &total, &out->tally, analysis);
    status = check_bad(scorer, job, err);
    if (status != PND_OK)
        return status;
    out->scale = job->scale;
    out->shift = job->shift;
    pnd_depth_totals_finish(&out->stats, &total);
    finish_spread(scorer, job, &out->stats);
    return PND_OK;
}

static pnd_status score_image(pnd_depth_image *out, pnd_depth_analysis *analysis,
                              pnd_depth_scorer *scorer, pnd_depth_job *job, pnd_error *err)
{
    *out = (pnd_depth_image){0};
    pnd_status status = check_sizes(job, err);
    if (status == PND_OK)
        status = pnd_depth_row_resize(&scorer->row, job->gt->width, err);
    if (status != PND_OK)
        return status;
    forget_bad(&scorer->row);
    return score_job(out, analysis, scorer, job, err);
}

pnd_status pnd_depth_score(pnd_depth_image *out, pnd_depth_scorer *scorer,
                           const pnd_depth_samples *gt, const pnd_depth_samples *pred,
                           pnd_view_u8 mask, pnd_error *err)
{
    pnd_depth_job job = {
        .protocol = &scorer->protocol, .gt = gt, .pred = pred, .mask = mask, .scale = 1};
    return score_image(out, NULL, scorer, &job, err);
}

pnd_status pnd_depth_analyse(pnd_depth_image *out, pnd_depth_analysis *analysis,
                             pnd_depth_scorer *scorer, const pnd_depth_samples *gt,
                             const pnd_depth_samples *pred, pnd_view_u8 mask,
                             const pnd_depth_scene *scene,
                             const pnd_depth_analysis_options *options, pnd_error *err)
{
    pnd_depth_job job = {
        .protocol = &scorer->protocol, .gt = gt, .pred = pred, .mask = mask, .scale = 1};
    *out = (pnd_depth_image){0};
    *analysis = (pnd_depth_analysis){0};
    if (scorer->analyser == NULL)
        scorer->analyser = pnd_calloc_array(1, sizeof *scorer->analyser);
    if (scorer->analyser == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for an analysis");
    pnd_status status =
        pnd_depth_analyser_begin(scorer->analyser, options, scene, gt->width, gt->height, err);
    if (status == PND_OK)
        status = score_image(out, analysis, scorer, &job, err);
    if (status == PND_OK)
        pnd_depth_analyser_finish(scorer->analyser, analysis, scorer->codes);
    else
        *analysis = (pnd_depth_analysis){0};
    return status;
}

/* ---- for the pool ---- */

void pnd_depth_scorer_digest(pnd_depth_digest *total, const pnd_depth_scorer *scorer)
{
    pnd_depth_digest_merge(total, &scorer->digest);
}
