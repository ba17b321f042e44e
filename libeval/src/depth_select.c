/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_select.h"
#include "depth_block.h"

#include <panodepth/alloc.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

pnd_status pnd_depth_row_resize(pnd_depth_row *row, int32_t width, pnd_error *err)
{
    if (width <= row->capacity)
        return PND_OK;
    pnd_depth_row_clear(row);
    double *block = pnd_alloc_array((size_t)width, 4 * sizeof(double));
    row->index = pnd_alloc_array((size_t)width, 2 * sizeof *row->index);
    if (block == NULL || row->index == NULL) {
        free(block);
        pnd_depth_row_clear(row);
        return pnd_fail(err, PND_ENOMEM, "out of memory for a row of %d pixels", width);
    }
    row->rejected = row->index + width;
    row->gt = block;
    row->pred = block + width;
    row->g = row->pred + width;
    row->p = row->g + width;
    row->capacity = width;
    return PND_OK;
}

void pnd_depth_row_clear(pnd_depth_row *row)
{
    free(row->gt);
    free(row->index);
    *row = (pnd_depth_row){0};
}

/* ---- the precision of the source ---- */

static double to_m256(double x)
{
    const double units = trunc(x * 256);
    return (units < 65535 ? units : 65535) / 256;
}

double pnd_depth_round(double x, pnd_depth_storage storage)
{
    if (storage == PND_DEPTH_STORE_FLOAT)
        return (double)(float)x;
    /* What is no depth stays what it is. */
    return storage == PND_DEPTH_STORE_M256 && x > 0 && x <= DBL_MAX ? to_m256(x) : x;
}

static void round_all(double *x, int32_t n, pnd_depth_storage storage)
{
    if (storage != PND_DEPTH_STORE_M256 && storage != PND_DEPTH_STORE_FLOAT)
        return;
    for (int32_t i = 0; i < n; i++)
        x[i] = pnd_depth_round(x[i], storage);
}

/* ---- which pixels ---- */

/* Columns [begin, end) in which ground truth below `limit` is scored. */
typedef struct span {
    int32_t begin, end;
    double limit;
} span;

/* Both lists are written for every column and one of them keeps it: no branch to mispredict. */
static int32_t append_scored(pnd_depth_row *row, double min_m, const uint8_t *mask, span s)
{
    const double *g = row->gt, limit = s.limit;
    int32_t *index = row->index + row->n, *rejected = row->rejected, n = 0;
    for (int32_t x = s.begin; mask == NULL && x < s.end; x++) {
        index[n] = x;
        rejected[x - s.begin - n] = x;
        n += (g[x] > min_m) & (g[x] < limit);
    }
    for (int32_t x = s.begin; mask != NULL && x < s.end; x++) {
        index[n] = x;
        rejected[x - s.begin - n] = x;
        n += (g[x] > min_m) & (g[x] < limit) & (mask[x] == 0);
    }
    return n;
}

static void tally_rejected(pnd_depth_tally *tally, const pnd_depth_row *row, const uint8_t *mask,
                           int32_t n)
{
    int64_t invalid = 0, infinite = 0;
    for (int32_t i = 0; i < n; i++) {
        const int32_t x = row->rejected[i];
        invalid += !(row->gt[x] > 0);
        infinite += (row->gt[x] > DBL_MAX) & (mask == NULL || mask[x] == 0);
    }
    tally->gt_invalid += invalid;
    tally->gt_infinite += infinite;
    tally->masked += n - invalid - infinite;
}

static void select_span(pnd_depth_row *row, const pnd_depth_protocol *protocol, const uint8_t *mask,
                        span s, pnd_depth_tally *tally)
{
    if (s.begin >= s.end)
        return;
    const int32_t n = append_scored(row, protocol->min_m, mask, s);
    tally_rejected(tally, row, mask, s.end - s.begin - n);
    tally->gt_valid += n;
    row->n += n;
}

/* Outside the crop whatever was measured is masked. */
static void reject_span(const pnd_depth_row *row, int32_t begin, int32_t end,
                        pnd_depth_tally *tally)
{
    int64_t invalid = 0;
    for (int32_t x = begin; x < end; x++)
        invalid += !(row->gt[x] > 0);
    tally->gt_invalid += invalid;
    tally->masked += end - begin - invalid;
}

static int32_t fraction_of(double fraction, int32_t size)
{
    return (int32_t)(fraction * size);
}

/* The border rule keeps g <= max_m, an upper limit just above it. */
static double border_limit(const pnd_depth_protocol *protocol, double limit)
{
    return fmin(limit, nextafter(protocol->border.max_m, (double)INFINITY));
}

static void select_pixels(pnd_depth_row *row, const pnd_depth_job *job, int32_t y,
                          pnd_depth_tally *tally)
{
    const pnd_depth_protocol *protocol = job->protocol;
    const int32_t width = job->gt->width, height = job->gt->height;
    const uint8_t *mask = job->mask.data != NULL ? pnd_view_u8_row(job->mask, y) : NULL;
    const bool row_in = y >= fraction_of(protocol->crop.top, height) &&
                        y < fraction_of(protocol->crop.bottom, height);
    const int32_t left = row_in ? fraction_of(protocol->crop.left, width) : width;
    const int32_t right = row_in ? fraction_of(protocol->crop.right, width) : width;
    const double limit =
        protocol->cap_rule == PND_DEPTH_CAP_EXCLUDE ? protocol->cap_m : (double)INFINITY;
    const bool bottom = y >= height - protocol->border.bottom_rows;
    const int32_t border = bottom ? right : protocol->border.left_columns;
    const int32_t middle = border < left ? left : border > right ? right : border;
    row->n = 0;
    reject_span(row, 0, left, tally);
    select_span(row, protocol, mask, (span){left, middle, border_limit(protocol, limit)}, tally);
    select_span(row, protocol, mask, (span){middle, right, limit}, tally);
    reject_span(row, right, width, tally);
}

/* ---- predictions ---- */

static const double ratio_limits[8] = {1.0 / 512, 1.0 / 170, 1.0 / 30, 0.2, 5, 30, 170, 512};

static bool is_depth(double p)
{
    return p > 0 && p <= DBL_MAX;
}

/* By kind, for the rows that have any. */
static void tally_bad(pnd_depth_tally *tally, const double *p, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const bool finite = fabs(p[i]) <= DBL_MAX;
        tally->pred_nonfinite += !finite;
        tally->pred_nonpositive += finite && p[i] < 0;
        tally->pred_missing += finite && !(p[i] < 0) && !(p[i] > 0);
    }
}

/* Ratios as stored, before any cap: the clamp of a protocol would hide a wrong unit. Every eighth
 * row is enough to know a median to a factor of two. */
static void tally_ratios(pnd_depth_tally *tally, const double *g, const double *p, int32_t n)
{
    double ratio[PND_DEPTH_BLOCK];
    for (int32_t begin = 0; begin < n; begin += PND_DEPTH_BLOCK) {
        const int32_t end = n - begin < PND_DEPTH_BLOCK ? n : begin + PND_DEPTH_BLOCK;
        int32_t m = 0;
        for (int32_t i = begin; i < end; i++) {
            ratio[m] = p[i] / g[i];
            m += is_depth(p[i]);
        }
        tally->ratio_n += m;
        for (int k = 0; k < 8; k++)
            tally->ratio_below[k] += pnd_depth_count_below(ratio, m, ratio_limits[k]);
    }
}

static bool usable(const pnd_depth_protocol *protocol, double p)
{
    if (is_depth(p) || protocol->storage == PND_DEPTH_STORE_METRES)
        return true;
    if (protocol->bad_rule == PND_DEPTH_BAD_ZERO && !(p < 0) && !(p > 0) && !isnan(p))
        return true;
    return protocol->pred_min_m > 0 && !isnan(p);
}

static void note_bad(pnd_depth_row *row, double p, int32_t x, int32_t y)
{
    if (row->n_bad++ == 0) {
        row->bad_x = x;
        row->bad_y = y;
        row->bad_value = p;
    }
    const bool finite = fabs(p) <= DBL_MAX;
    row->n_nonfinite += !finite;
    row->n_negative += finite && p < 0;
    row->n_zero += finite && !(p < 0);
}

/* Note predictions that the protocol cannot use; with PND_DEPTH_BAD_SKIP drop them. */
static void settle_bad(pnd_depth_row *row, const pnd_depth_protocol *protocol, int32_t y)
{
    int32_t n = 0;
    for (int32_t i = 0; i < row->n; i++) {
        const bool good = usable(protocol, row->p[i]);
        if (!good)
            note_bad(row, row->p[i], row->index[i], y);
        row->index[n] = row->index[i];
        row->g[n] = row->g[i];
        row->p[n] = row->p[i];
        n += good || protocol->bad_rule != PND_DEPTH_BAD_SKIP;
    }
    row->n = n;
}

static void pick(double *out, const double *in, const int32_t *index, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = in[index[i]];
}

/* Predictions at the scored pixels, straight from the stored samples. */
static void pick_predictions(pnd_depth_row *row, const pnd_depth_samples *pred, int32_t y)
{
    const void *samples = (const char *)pred->data + (size_t)y * pred->stride;
    const int32_t *index = row->index, n = row->n;
    double *p = row->p;
    if (pred->type == PND_DEPTH_F64) {
        pick(p, samples, index, n);
    } else if (pred->type == PND_DEPTH_F32) {
        const float *metres = samples;
        for (int32_t i = 0; i < n; i++)
            p[i] = (double)metres[index[i]];
    } else {
        const uint16_t *codes = samples;
        for (int32_t i = 0; i < n; i++)
            p[i] = pred->lut[codes[index[i]]];
    }
}

static void cap_ground_truth(pnd_depth_row *row, const pnd_depth_protocol *protocol,
                             pnd_depth_tally *tally)
{
    if (protocol->cap_rule != PND_DEPTH_CAP_INCLUDE)
        return;
    const double cap = protocol->cap_m;
    tally->capped += pnd_depth_count_above(row->g, row->n, cap);
    for (int32_t i = 0; i < row->n; i++)
        row->g[i] = row->g[i] > cap ? cap : row->g[i];
}

void pnd_depth_row_select(pnd_depth_row *row, const pnd_depth_job *job, int32_t y,
                          pnd_depth_tally *tally)
{
    const pnd_depth_storage storage = job->protocol->storage;
    pnd_depth_samples_row(row->gt, job->gt, y);
    round_all(row->gt, job->gt->width, storage);
    select_pixels(row, job, y, tally);
    if (row->n == 0)
        return;
    pick(row->g, row->gt, row->index, row->n);
    pick_predictions(row, job->pred, y);
    round_all(row->p, row->n, storage);
    if (y % 8 == 0)
        tally_ratios(tally, row->g, row->p, row->n);
    if (!pnd_depth_all_usable(row->p, row->n)) {
        tally_bad(tally, row->p, row->n);
        if (job->filled != NULL) {
            pick(row->p, pnd_plane_f64_row(job->filled, y), row->index, row->n);
            round_all(row->p, row->n, storage);
        }
        settle_bad(row, job->protocol, y);
    }
    tally->scored += row->n;
    cap_ground_truth(row, job->protocol, tally);
}

/* ---- what becomes of them ---- */

static void clamp(double *p, int32_t n, double low, double high)
{
    for (int32_t i = 0; i < n; i++) {
        const double raised = p[i] < low ? low : p[i];
        p[i] = raised > high ? high : raised;
    }
}

/* Depth saved as an 8-bit picture of whole metres: clip, drop the fraction; then 0.1 for 0. */
static void to_whole_metres(double *p, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const double inside = p[i] > 0 ? (p[i] < 255 ? p[i] : 255) : 0; /* NaN becomes 0 */
        const int32_t metres = (int32_t)inside;
        p[i] = metres > 0 ? metres : 0.1;
    }
}

static void scale(double *p, int32_t n, const pnd_depth_job *job)
{
    const pnd_depth_scaling scaling = job->protocol->scaling;
    if (scaling == PND_DEPTH_SCALE_NONE)
        return;
    if (scaling != PND_DEPTH_SCALE_SHIFT) {
        for (int32_t i = 0; i < n; i++)
            p[i] *= job->scale;
        return;
    }
    const double nearest = 1 / job->protocol->pred_max_m;
    for (int32_t i = 0; i < n; i++) {
        const double inverse = job->scale / p[i] + job->shift;
        const double inside = inverse > nearest ? inverse : nearest;
        p[i] = p[i] > 0 ? 1 / inside : p[i];
    }
}

void pnd_depth_row_transform(pnd_depth_row *row, const pnd_depth_job *job)
{
    const pnd_depth_protocol *protocol = job->protocol;
    scale(row->p, row->n, job);
    clamp(row->p, row->n, protocol->pred_min_m, protocol->pred_max_m);
    if (protocol->storage == PND_DEPTH_STORE_METRES)
        to_whole_metres(row->p, row->n);
}
