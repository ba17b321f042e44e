/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion: argument checks, the call into the backend, and the step from tallies to depths. */
#include "fuse_job.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

#define DEFAULT_TRIM 0.1

pnd_status pnd_fuse_job_resize(pnd_fuse_job *job, size_t n, pnd_error *err)
{
    if (n > PND_MAX_SEGMENTS)
        return pnd_fail(err, PND_ELIMIT, "%zu segments in one image: at most %d are accepted", n,
                        PND_MAX_SEGMENTS);
    if (n > job->capacity) {
        pnd_fuse_tally *tallies = pnd_realloc_array(job->tallies, n, sizeof *tallies);
        if (tallies == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n);
        job->tallies = tallies;
        job->capacity = n;
    }
    if (n > 0)
        memset(job->tallies, 0, n * sizeof *job->tallies);
    job->n = n;
    return PND_OK;
}

pnd_status pnd_fuse_bad_id(uint32_t id, pnd_error *err)
{
    return pnd_fail(err, PND_EINVAL, "segment id %lu: expected 0 to 16777215", (unsigned long)id);
}

pnd_fuse_ranks pnd_fuse_ranks_of(int64_t n_valid, double trim)
{
    const double last = (double)(n_valid - 1);
    return (pnd_fuse_ranks){.trim = (int64_t)floor(trim * (double)n_valid),
                            .p10 = (int64_t)floor(0.1 * last),
                            .median = (n_valid - 1) / 2,
                            .p90 = (int64_t)floor(0.9 * last)};
}

/* A sum as a double, rounded once. */
static double value_of(pnd_fuse_sum sum, double unit)
{
    __extension__ typedef unsigned __int128 wide;
    return (double)(((wide)sum.high << 32) + sum.low) / unit;
}

double pnd_fuse_mean_of(const pnd_fuse_tally *tally)
{
    return value_of(tally->depth, PND_FUSE_UNITS) / (double)tally->n_valid;
}

double pnd_fuse_spread_of(const pnd_fuse_tally *tally)
{
    return (double)tally->max - (double)tally->min;
}

static void pick(float two[2], const float *sorted, int64_t rank, int64_t n)
{
    two[0] = sorted[rank];
    two[1] = sorted[rank + 1 < n ? rank + 1 : n - 1];
}

void pnd_fuse_sorted(pnd_fuse_tally *tally, const float *sorted, int64_t n, double trim)
{
    tally->n_valid = n;
    if (n == 0)
        return;
    const pnd_fuse_ranks ranks = pnd_fuse_ranks_of(n, trim);
    tally->min = sorted[0];
    tally->max = sorted[n - 1];
    pick(tally->p10, sorted, ranks.p10, n);
    pick(tally->median, sorted, ranks.median, n);
    pick(tally->p90, sorted, ranks.p90, n);
    for (int64_t i = 0; i < n; i++) {
        const unsigned long long term = pnd_fuse_depth_term(sorted[i]);
        pnd_fuse_add(&tally->depth, term);
        pnd_fuse_add(&tally->inverse, pnd_fuse_inverse_term(sorted[i]));
        if (i >= ranks.trim && i < n - ranks.trim)
            pnd_fuse_add(&tally->trimmed, term);
    }
    const double mean = pnd_fuse_mean_of(tally), spread = pnd_fuse_spread_of(tally);
    for (int64_t i = 0; i < n && spread > 0.0; i++)
        pnd_fuse_add(&tally->squares, pnd_fuse_square_term(sorted[i], mean, spread));
}

/* numpy.percentile's default: linear between the two neighbours of (n - 1) * share. */
static double interpolate(const float two[2], double share, int64_t n, int64_t rank)
{
    const double t = share * (double)(n - 1) - (double)rank;
    const double a = (double)two[0], b = (double)two[1];
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1.0 - t);
}

pnd_segment_depth pnd_fuse_without_order(const pnd_fuse_tally *tally)
{
    const double nan = (double)NAN;
    const int64_t n = tally->n_valid;
    pnd_segment_depth depth = {.id = tally->id,
                               .area_px = tally->area_px,
                               .n_valid = n,
                               .coverage = (double)n / (double)tally->area_px,
                               .mean = nan,
                               .median = nan,
                               .trimmed_mean = nan,
                               .inverse_mean = nan,
                               .min = nan,
                               .max = nan,
                               .p10 = nan,
                               .p90 = nan,
                               .std = nan};
    if (n > 0) {
        depth.mean = pnd_fuse_mean_of(tally);
        depth.inverse_mean = (double)n / value_of(tally->inverse, PND_FUSE_UNITS);
        depth.min = (double)tally->min;
        depth.max = (double)tally->max;
    }
    return depth;
}

static void finish(pnd_segment_depth *out, const pnd_fuse_tally *tally, double trim)
{
    const int64_t n = tally->n_valid;
    *out = pnd_fuse_without_order(tally);
    if (n == 0)
        return;
    const pnd_fuse_ranks ranks = pnd_fuse_ranks_of(n, trim);
    out->median = n % 2 == 1 ? (double)tally->median[0]
                             : ((double)tally->median[0] + (double)tally->median[1]) / 2.0;
    out->trimmed_mean = value_of(tally->trimmed, PND_FUSE_UNITS) / (double)(n - 2 * ranks.trim);
    out->p10 = interpolate(tally->p10, 0.1, n, ranks.p10);
    out->p90 = interpolate(tally->p90, 0.9, n, ranks.p90);
    out->std = pnd_fuse_spread_of(tally) *
               sqrt(value_of(tally->squares, 4611686018427387904.0) / (double)n);
}

static pnd_status grow(pnd_segment_depths *out, size_t n, pnd_error *err)
{
    if (n <= out->capacity)
        return PND_OK;
    pnd_segment_depth *segments = pnd_realloc_array(out->segments, n, sizeof *segments);
    if (segments == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n);
    out->segments = segments;
    out->capacity = n;
    return PND_OK;
}

static pnd_status check(const pnd_fuse_job *job, const pnd_fuse_options *options, pnd_error *err)
{
    const pnd_status status = pnd_check_size(job->ids.width, job->ids.height, "segment ids", err);
    if (status != PND_OK)
        return status;
    if (job->ids.width != job->depth_m.width || job->ids.height != job->depth_m.height)
        return pnd_fail(err, PND_EMISMATCH, "the segment ids are %dx%d, the depth %dx%d",
                        job->ids.width, job->ids.height, job->depth_m.width, job->depth_m.height);
    if (options != NULL && options->struct_size < sizeof *options)
        return pnd_fail(err, PND_EINVAL, "fuse options without struct_size");
    if (!(job->trim > 0.0 && job->trim < 0.5))
        return pnd_fail(err, PND_EINVAL, "trim = %g: expected above 0 and below 0.5", job->trim);
    return PND_OK;
}

pnd_status pnd_fuse_depth(pnd_segment_depths *out, pnd_backend *backend, pnd_view_u32 ids,
                          pnd_view_f32 depth_m, const pnd_fuse_options *options, pnd_error *err)
{
    pnd_fuse_job job = {.ids = ids, .depth_m = depth_m, .trim = DEFAULT_TRIM};
    if (options != NULL && options->struct_size >= sizeof *options && options->trim != 0.0)
        job.trim = options->trim;
    out->n = 0;
    pnd_status status = check(&job, options, err);
    if (status != PND_OK)
        return status;
    if (backend->ops->fuse_depth == NULL)
        return pnd_backend_lacks(backend, "fuse_depth", err);
    job.tallies = backend->tallies;
    job.capacity = backend->tally_capacity;
    status = backend->ops->fuse_depth(backend->impl, &job, err);
    backend->tallies = job.tallies;
    backend->tally_capacity = job.capacity;
    if (status == PND_OK)
        status = grow(out, job.n, err);
    if (status == PND_OK) {
        for (size_t i = 0; i < job.n; i++)
            finish(&out->segments[i], &job.tallies[i], job.trim);
        out->n = job.n;
    }
    return status;
}

void pnd_segment_depths_clear(pnd_segment_depths *depths)
{
    free(depths->segments);
    *depths = (pnd_segment_depths){0};
}

const pnd_segment_depth *pnd_segment_depths_find(const pnd_segment_depths *depths, uint32_t id)
{
    size_t low = 0, high = depths->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (depths->segments[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < depths->n && depths->segments[low].id == id ? &depths->segments[low] : NULL;
}

bool pnd_fuse_rule_parse(pnd_fuse_rule *rule, const char *text)
{
    static const char *const names[] = {"mean", "median", "trimmed", "inverse"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *rule = (pnd_fuse_rule)i;
            return true;
        }
    }
    return false;
}

double pnd_segment_depth_by(const pnd_segment_depth *segment, pnd_fuse_rule rule)
{
    switch (rule) {
    case PND_FUSE_MEAN:
        return segment->mean;
    case PND_FUSE_MEDIAN:
        return segment->median;
    case PND_FUSE_TRIMMED:
        return segment->trimmed_mean;
    case PND_FUSE_INVERSE:
        return segment->inverse_mean;
    }
    return (double)NAN;
}
