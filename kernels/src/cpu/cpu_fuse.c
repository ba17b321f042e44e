/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fusion on the CPU.
 *
 *     1. find    every id of a band of rows, its area and its number of valid depths, with a hash
 *                table that is asked once per run of equal ids; bands in parallel
 *     2. order   the ids of all bands, and where each band's depths of each segment go
 *     3. group   the valid depths by segment, bands in parallel
 *     4. tally   each segment (cpu_fuse_tally.c), the large ones first, segments in parallel
 */
#include "cpu_fuse.h"

#include "cpu_backend.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

enum { HASH_BITS = 18, HASH_SIZE = 1 << HASH_BITS };

typedef struct segment {
    uint32_t id;
    int64_t area_px, n_valid;
    size_t begin; /* of its depths in the grouped array */
    size_t n_put;
} segment;

/* Segments by id. */
typedef struct table {
    int32_t *hash; /* index into segments + 1; 0: free */
    segment *segments;
    size_t n, capacity;
    pnd_status status; /* of a band */
    uint32_t bad_id;
} table;

/* Kept in the backend and reused. */
typedef struct pnd_cpu_grouping {
    table all, *bands; /* as many bands as threads */
    int n_bands;
    float *depths, *scratch; /* as many as the image has pixels */
    size_t n_pixels;
    const segment **by_size;
    size_t by_size_capacity;
} grouping;

static uint32_t hash_of(uint32_t id)
{
    return (id * 2654435761u) >> (32 - HASH_BITS);
}

static pnd_status add_segment(table *t, uint32_t id)
{
    if (t->n == PND_MAX_SEGMENTS + 1) /* one more than allowed: id 0 is not a segment */
        return PND_ELIMIT;
    if (t->n == t->capacity) {
        const size_t capacity = t->capacity > 0 ? 2 * t->capacity : 128;
        segment *segments = pnd_realloc_array(t->segments, capacity, sizeof *segments);
        if (segments == NULL)
            return PND_ENOMEM;
        t->segments = segments;
        t->capacity = capacity;
    }
    t->segments[t->n++] = (segment){.id = id};
    return PND_OK;
}

/* The segment with that id, made when it is new. */
static pnd_status find_segment(size_t *index, table *t, uint32_t id)
{
    uint32_t slot = hash_of(id);
    while (t->hash[slot] != 0 && t->segments[t->hash[slot] - 1].id != id)
        slot = (slot + 1) % HASH_SIZE;
    if (t->hash[slot] == 0) {
        t->bad_id = id;
        if (id > 0xffffff)
            return PND_EINVAL;
        const pnd_status status = add_segment(t, id);
        if (status != PND_OK)
            return status;
        t->hash[slot] = (int32_t)t->n;
    }
    *index = (size_t)(t->hash[slot] - 1);
    return PND_OK;
}

static pnd_status report(const table *t, pnd_error *err)
{
    if (t->status == PND_EINVAL)
        return pnd_fuse_bad_id(t->bad_id, err);
    if (t->status == PND_ELIMIT)
        return pnd_fail(err, PND_ELIMIT, "more than %d segments in one image", PND_MAX_SEGMENTS);
    if (t->status == PND_ENOMEM)
        return pnd_fail(err, PND_ENOMEM, "out of memory for more than %zu segments", t->n);
    return t->status;
}

/* The length of the run of equal ids at the start of a row's rest. */
static int32_t run_length(const uint32_t *ids, int32_t n)
{
    int32_t length = 1;
    while (length < n && ids[length] == ids[0])
        length++;
    return length;
}

static pnd_status find_in_row(table *t, const uint32_t *ids, const float *depth_m, int32_t width)
{
    for (int32_t x = 0, length; x < width; x += length) {
        size_t index = 0;
        const pnd_status status = find_segment(&index, t, ids[x]);
        if (status != PND_OK)
            return status;
        length = run_length(ids + x, width - x);
        int32_t n_valid = 0;
        for (int32_t i = 0; i < length; i++)
            n_valid += pnd_fuse_is_valid(depth_m[x + i]);
        t->segments[index].area_px += length;
        t->segments[index].n_valid += n_valid;
    }
    return PND_OK;
}

static int32_t band_row(const pnd_fuse_job *job, const grouping *g, int band)
{
    return (int32_t)((int64_t)job->ids.height * band / g->n_bands);
}

static void find(grouping *g, const pnd_fuse_job *job, int band)
{
    table *const t = &g->bands[band];
    const int32_t end = band_row(job, g, band + 1);
    for (int32_t y = band_row(job, g, band); y < end && t->status == PND_OK; y++)
        t->status = find_in_row(t, pnd_view_u32_row(job->ids, y), pnd_view_f32_row(job->depth_m, y),
                                job->ids.width);
}

static int compare_segments(const void *a, const void *b)
{
    const uint32_t x = ((const segment *)a)->id, y = ((const segment *)b)->id;
    return (x > y) - (x < y);
}

/* All bands' segments into one table. */
static pnd_status merge(grouping *g, pnd_error *err)
{
    table *const all = &g->all;
    for (int band = 0; band < g->n_bands; band++) {
        const table *const t = &g->bands[band];
        if (t->status != PND_OK)
            return report(t, err);
        for (size_t i = 0; i < t->n; i++) {
            size_t index = 0;
            all->status = find_segment(&index, all, t->segments[i].id);
            if (all->status != PND_OK)
                return report(all, err);
            all->segments[index].area_px += t->segments[i].area_px;
            all->segments[index].n_valid += t->segments[i].n_valid;
        }
    }
    return PND_OK;
}

/* Ascending ids, each with its place in the grouped array; the hash follows. */
static void order(table *all)
{
    size_t begin = 0;
    qsort(all->segments, all->n, sizeof *all->segments, compare_segments);
    memset(all->hash, 0, HASH_SIZE * sizeof *all->hash);
    for (size_t i = 0; i < all->n; i++) {
        uint32_t slot = hash_of(all->segments[i].id);
        while (all->hash[slot] != 0)
            slot = (slot + 1) % HASH_SIZE;
        all->hash[slot] = (int32_t)i + 1;
        all->segments[i].begin = begin;
        begin += (size_t)all->segments[i].n_valid;
    }
}

/* Where each band puts its depths: behind those of the bands above. */
static void share_out(grouping *g)
{
    for (int band = 0; band < g->n_bands; band++) {
        const table *const t = &g->bands[band];
        for (size_t i = 0; i < t->n; i++) {
            size_t index = 0;
            (void)find_segment(&index, &g->all, t->segments[i].id); /* it is there */
            segment *const s = &g->all.segments[index];
            t->segments[i].begin = s->begin + s->n_put;
            s->n_put += (size_t)t->segments[i].n_valid;
        }
    }
}

static void group_row(table *t, float *depths, const uint32_t *ids, const float *depth_m,
                      int32_t width)
{
    for (int32_t x = 0, length; x < width; x += length) {
        size_t index = 0;
        (void)find_segment(&index, t, ids[x]); /* every id is there */
        segment *const s = &t->segments[index];
        float *to = depths + s->begin + s->n_put;
        length = run_length(ids + x, width - x);
        for (int32_t i = 0; i < length; i++)
            if (pnd_fuse_is_valid(depth_m[x + i]))
                *to++ = depth_m[x + i];
        s->n_put = (size_t)(to - (depths + s->begin));
    }
}

static void group(const grouping *g, const pnd_fuse_job *job, int band)
{
    const int32_t end = band_row(job, g, band + 1);
    for (int32_t y = band_row(job, g, band); y < end; y++)
        group_row(&g->bands[band], g->depths, pnd_view_u32_row(job->ids, y),
                  pnd_view_f32_row(job->depth_m, y), job->ids.width);
}

static int compare_sizes(const void *a, const void *b)
{
    const segment *s = *(const segment *const *)a, *t = *(const segment *const *)b;
    if (s->n_valid != t->n_valid)
        return s->n_valid < t->n_valid ? 1 : -1;
    return (s > t) - (s < t);
}

/* Segments, the largest first: so that no thread is left with one at the end. */
static pnd_status sort_by_size(grouping *g, size_t skip, pnd_error *err)
{
    const size_t n = g->all.n - skip;
    if (n > g->by_size_capacity) {
        const segment **by_size = pnd_realloc_array(g->by_size, n, sizeof *by_size);
        if (by_size == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n);
        g->by_size = by_size;
        g->by_size_capacity = n;
    }
    for (size_t i = 0; i < n; i++)
        g->by_size[i] = &g->all.segments[i + skip];
    qsort(g->by_size, n, sizeof *g->by_size, compare_sizes);
    return PND_OK;
}

static void tally_segment(pnd_fuse_tally *tally, const grouping *g, const segment *s, double trim)
{
    tally->id = s->id;
    tally->area_px = s->area_px;
    pnd_cpu_fuse_tally(tally, g->depths + s->begin, g->scratch + s->begin, s->n_valid, trim);
}

static pnd_status tally(const pnd_cpu *cpu, grouping *g, pnd_fuse_job *job, pnd_error *err)
{
    const size_t skip = g->all.n > 0 && g->all.segments[0].id == 0 ? 1 : 0; /* void */
    pnd_status status = pnd_fuse_job_resize(job, g->all.n - skip, err);
    if (status == PND_OK && job->n > 0)
        status = sort_by_size(g, skip, err);
    if (status != PND_OK)
        return status;
    const int64_t n = (int64_t)job->n;
    (void)cpu; /* without OpenMP nobody asks for its threads */
#pragma omp parallel for schedule(dynamic) num_threads(cpu->threads)
    for (int64_t i = 0; i < n; i++)
        tally_segment(&job->tallies[(size_t)(g->by_size[i] - g->all.segments) - skip], g,
                      g->by_size[i], job->trim);
    return PND_OK;
}

static void free_table(table *t)
{
    free(t->segments);
    free(t->hash);
}

void pnd_cpu_grouping_free(grouping *g)
{
    if (g == NULL)
        return;
    for (int band = 0; g->bands != NULL && band < g->n_bands; band++)
        free_table(&g->bands[band]);
    free(g->bands);
    free_table(&g->all);
    free(g->by_size);
    free(g->scratch);
    free(g->depths);
    free(g);
}

static bool open_tables(grouping *g, int n_bands)
{
    g->n_bands = n_bands;
    g->bands = pnd_calloc_array((size_t)n_bands, sizeof *g->bands);
    g->all.hash = pnd_alloc_array(HASH_SIZE, sizeof *g->all.hash);
    bool ok = g->bands != NULL && g->all.hash != NULL;
    for (int band = 0; ok && band < n_bands; band++) {
        g->bands[band].hash = pnd_alloc_array(HASH_SIZE, sizeof *g->bands[band].hash);
        ok = g->bands[band].hash != NULL;
    }
    return ok;
}

static void clear_table(table *t)
{
    memset(t->hash, 0, HASH_SIZE * sizeof *t->hash);
    t->n = 0;
    t->status = PND_OK;
}

/* The backend's grouping with room for an image of n_pixels. */
static grouping *open_grouping(pnd_cpu *cpu, size_t n_pixels)
{
    if (cpu->grouping != NULL && cpu->grouping->n_pixels < n_pixels) {
        pnd_cpu_grouping_free(cpu->grouping);
        cpu->grouping = NULL;
    }
    if (cpu->grouping == NULL) {
        grouping *g = pnd_calloc_array(1, sizeof *g);
        if (g == NULL)
            return NULL;
        g->n_pixels = n_pixels;
        g->depths = pnd_alloc_array(n_pixels, sizeof *g->depths);
        g->scratch = pnd_alloc_array(n_pixels, sizeof *g->scratch);
        if (g->depths == NULL || g->scratch == NULL || !open_tables(g, cpu->threads)) {
            pnd_cpu_grouping_free(g);
            return NULL;
        }
        cpu->grouping = g;
    }
    return cpu->grouping;
}

pnd_status pnd_cpu_fuse(void *impl, pnd_fuse_job *job, pnd_error *err)
{
    pnd_cpu *cpu = impl;
    const size_t n_pixels = (size_t)job->ids.width * (size_t)job->ids.height;
    grouping *g = open_grouping(cpu, n_pixels);
    if (g == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu pixels", n_pixels);
    clear_table(&g->all);
#pragma omp parallel for schedule(static, 1) num_threads(cpu->threads)
    for (int band = 0; band < g->n_bands; band++) {
        clear_table(&g->bands[band]);
        find(g, job, band);
    }
    const pnd_status status = merge(g, err);
    if (status != PND_OK)
        return status;
    order(&g->all);
    share_out(g);
#pragma omp parallel for schedule(static, 1) num_threads(cpu->threads)
    for (int band = 0; band < g->n_bands; band++)
        group(g, job, band);
    return tally(cpu, g, job, err);
}
