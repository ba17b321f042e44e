/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion in plain steps: list the ids; for each, gather its valid depths, sort them, add them up.
 */
#include "../fuse_job.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

static int compare_ids(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int compare_depths(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The distinct ids of the image but 0, ascending, into `ids`, which has room for every pixel. */
static pnd_status list_ids(uint32_t *ids, size_t *n_ids, pnd_view_u32 image, pnd_error *err)
{
    size_t n = 0, n_distinct = 0;
    for (int32_t y = 0; y < image.height; y++)
        for (int32_t x = 0; x < image.width; x++)
            ids[n++] = pnd_view_u32_row(image, y)[x];
    qsort(ids, n, sizeof *ids, compare_ids);
    if (ids[n - 1] > 0xffffff)
        return pnd_fuse_bad_id(ids[n - 1], err);
    for (size_t i = 0; i < n; i++)
        if (ids[i] != 0 && (n_distinct == 0 || ids[i] != ids[n_distinct - 1]))
            ids[n_distinct++] = ids[i];
    *n_ids = n_distinct;
    return PND_OK;
}

static void fuse_segment(pnd_fuse_tally *tally, const pnd_fuse_job *job, float *depths)
{
    int64_t n = 0;
    for (int32_t y = 0; y < job->ids.height; y++) {
        for (int32_t x = 0; x < job->ids.width; x++) {
            const float depth_m = pnd_view_f32_row(job->depth_m, y)[x];
            if (pnd_view_u32_row(job->ids, y)[x] != tally->id)
                continue;
            tally->area_px++;
            if (pnd_fuse_is_valid(depth_m))
                depths[n++] = depth_m;
        }
    }
    qsort(depths, (size_t)n, sizeof *depths, compare_depths);
    pnd_fuse_sorted(tally, depths, n, job->trim);
}

pnd_status pnd_ref_fuse(void *impl, pnd_fuse_job *job, pnd_error *err)
{
    const size_t n_pixels = (size_t)job->ids.width * (size_t)job->ids.height;
    uint32_t *ids = pnd_alloc_array(n_pixels, sizeof *ids);
    float *depths = pnd_alloc_array(n_pixels, sizeof *depths);
    size_t n_ids = 0;
    pnd_status status = PND_OK;
    (void)impl;
    if (ids == NULL || depths == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory for %zu pixels", n_pixels);
    if (status == PND_OK)
        status = list_ids(ids, &n_ids, job->ids, err);
    if (status == PND_OK)
        status = pnd_fuse_job_resize(job, n_ids, err);
    for (size_t i = 0; i < n_ids && status == PND_OK; i++) {
        job->tallies[i].id = ids[i];
        fuse_segment(&job->tallies[i], job, depths);
    }
    free(depths);
    free(ids);
    return status;
}
