/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fusion on the CPU.
 *
 *     1. find    every id, its area and its number of valid depths, with a hash table that is asked
 *                once per run of equal ids
 *     2. group   the valid depths by segment (a counting sort)
 *     3. sort    each segment's depths, segments in parallel, and tally them
 *
 * A valid depth is a positive float, whose bits order as integers do, so sorting is a radix sort of
 * 11-bit digits: three passes instead of n log n compares, which counts for a road of a million
 * pixels.
 */
#include "cpu_backend.h"

#include "../fuse_job.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

enum { HASH_BITS = 18, HASH_SIZE = 1 << HASH_BITS, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

typedef struct segment {
    uint32_t id;
    int64_t area_px, n_valid;
    size_t begin; /* of its depths in the grouped array */
    size_t n_put;
} segment;

/* Kept in the backend and reused. */
typedef struct pnd_cpu_grouping {
    int32_t *hash; /* index into segments + 1; 0: free */
    segment *segments;
    size_t n, capacity;
    float *depths, *scratch; /* as many as the image has pixels */
    size_t n_pixels;
} grouping;

static uint32_t hash_of(uint32_t id)
{
    return (id * 2654435761u) >> (32 - HASH_BITS);
}

static pnd_status add_segment(grouping *g, uint32_t id, pnd_error *err)
{
    if (g->n == PND_MAX_SEGMENTS + 1) /* one more than allowed: id 0 is not a segment */
        return pnd_fail(err, PND_ELIMIT, "more than %d segments in one image", PND_MAX_SEGMENTS);
    if (g->n == g->capacity) {
        const size_t capacity = g->capacity > 0 ? 2 * g->capacity : 128;
        segment *segments = pnd_realloc_array(g->segments, capacity, sizeof *segments);
        if (segments == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", capacity);
        g->segments = segments;
        g->capacity = capacity;
    }
    g->segments[g->n++] = (segment){.id = id};
    return PND_OK;
}

/* The segment with that id, made when it is new. */
static pnd_status find_segment(size_t *index, grouping *g, uint32_t id, pnd_error *err)
{
    uint32_t slot = hash_of(id);
    while (g->hash[slot] != 0 && g->segments[g->hash[slot] - 1].id != id)
        slot = (slot + 1) % HASH_SIZE;
    if (g->hash[slot] == 0) {
        if (id > 0xffffff)
            return pnd_fuse_bad_id(id, err);
        const pnd_status status = add_segment(g, id, err);
        if (status != PND_OK)
            return status;
        g->hash[slot] = (int32_t)g->n;
    }
    *index = (size_t)(g->hash[slot] - 1);
    return PND_OK;
}

/* The length of the run of equal ids at the start of a row's rest. */
static int32_t run_length(const uint32_t *ids, int32_t n)
{
    int32_t length = 1;
    while (length < n && ids[length] == ids[0])
        length++;
    return length;
}

static pnd_status find(grouping *g, const pnd_fuse_job *job, pnd_error *err)
{
    const int32_t width = job->ids.width;
    for (int32_t y = 0; y < job->ids.height; y++) {
        const uint32_t *ids = pnd_view_u32_row(job->ids, y);
        const float *depth_m = pnd_view_f32_row(job->depth_m, y);
        for (int32_t x = 0, length; x < width; x += length) {
            size_t index = 0;
            const pnd_status status = find_segment(&index, g, ids[x], err);
            if (status != PND_OK)
                return status;
            length = run_length(ids + x, width - x);
            int32_t n_valid = 0;
            for (int32_t i = 0; i < length; i++)
                n_valid += pnd_fuse_is_valid(depth_m[x + i]);
            g->segments[index].area_px += length;
            g->segments[index].n_valid += n_valid;
        }
    }
    return PND_OK;
}

static int compare_segments(const void *a, const void *b)
{
    const uint32_t x = ((const segment *)a)->id, y = ((const segment *)b)->id;
    return (x > y) - (x < y);
}

/* Ascending ids, each with its place in the grouped array; the hash follows. */
static void order(grouping *g)
{
    size_t begin = 0;
    qsort(g->segments, g->n, sizeof *g->segments, compare_segments);
    memset(g->hash, 0, HASH_SIZE * sizeof *g->hash);
    for (size_t i = 0; i < g->n; i++) {
        uint32_t slot = hash_of(g->segments[i].id);
        while (g->hash[slot] != 0)
            slot = (slot + 1) % HASH_SIZE;
        g->hash[slot] = (int32_t)i + 1;
        g->segments[i].begin = begin;
        begin += (size_t)g->segments[i].n_valid;
    }
}

static void group(grouping *g, const pnd_fuse_job *job)
{
    const int32_t width = job->ids.width;
    for (int32_t y = 0; y < job->ids.height; y++) {
        const uint32_t *ids = pnd_view_u32_row(job->ids, y);
        const float *depth_m = pnd_view_f32_row(job->depth_m, y);
        for (int32_t x = 0, length; x < width; x += length) {
            size_t index = 0;
            (void)find_segment(&index, g, ids[x], NULL); /* every id is there */
            segment *const s = &g->segments[index];
            float *to = g->depths + s->begin + s->n_put;
            length = run_length(ids + x, width - x);
            for (int32_t i = 0; i < length; i++)
                if (pnd_fuse_is_valid(depth_m[x + i]))
                    *to++ = depth_m[x + i];
            s->n_put = (size_t)(to - (g->depths + s->begin));
        }
    }
}

static uint32_t digit_of(float depth_m, int pass)
{
    uint32_t bits;
    memcpy(&bits, &depth_m, sizeof bits);
    return (bits >> (pass * DIGIT_BITS)) & (DIGITS - 1);
}

/* Three stable passes; the odd number leaves the result in `scratch`, which is returned. */
static const float *radix_sort(float *depths, float *scratch, size_t n)
{
    for (int pass = 0; pass < 3; pass++) {
        size_t offset[DIGITS] = {0};
        size_t sum = 0;
        for (size_t i = 0; i < n; i++)
            offset[digit_of(depths[i], pass)]++;
        for (size_t d = 0; d < DIGITS; d++) {
            const size_t count = offset[d];
            offset[d] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            scratch[offset[digit_of(depths[i], pass)]++] = depths[i];
        float *const swap = depths;
        depths = scratch;
        scratch = swap;
    }
    return depths;
}

static int compare_depths(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void tally_segment(pnd_fuse_tally *tally, const grouping *g, const segment *s, double trim)
{
    float *const depths = g->depths + s->begin;
    const size_t n = (size_t)s->n_valid;
    const float *sorted = depths;
    if (n < DIGITS) /* clearing the digits would cost more */
        qsort(depths, n, sizeof *depths, compare_depths);
    else
        sorted = radix_sort(depths, g->scratch + s->begin, n);
    tally->id = s->id;
    tally->area_px = s->area_px;
    pnd_fuse_sorted(tally, sorted, s->n_valid, trim);
}

static pnd_status tally(const pnd_cpu *cpu, const grouping *g, pnd_fuse_job *job, pnd_error *err)
{
    const size_t skip = g->n > 0 && g->segments[0].id == 0 ? 1 : 0; /* void */
    const pnd_status status = pnd_fuse_job_resize(job, g->n - skip, err);
    if (status != PND_OK)
        return status;
    const int64_t n = (int64_t)job->n;
    (void)cpu; /* without OpenMP nobody asks for its threads */
#pragma omp parallel for schedule(dynamic) num_threads(cpu->threads)
    for (int64_t i = 0; i < n; i++)
        tally_segment(&job->tallies[i], g, &g->segments[(size_t)i + skip], job->trim);
    return PND_OK;
}

void pnd_cpu_grouping_free(grouping *g)
{
    if (g == NULL)
        return;
    free(g->scratch);
    free(g->depths);
    free(g->segments);
    free(g->hash);
    free(g);
}

/* The backend's grouping, emptied, with room for an image of n_pixels. */
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
        g->hash = pnd_alloc_array(HASH_SIZE, sizeof *g->hash);
        g->depths = pnd_alloc_array(n_pixels, sizeof *g->depths);
        g->scratch = pnd_alloc_array(n_pixels, sizeof *g->scratch);
        if (g->hash == NULL || g->depths == NULL || g->scratch == NULL) {
            pnd_cpu_grouping_free(g);
            return NULL;
        }
        cpu->grouping = g;
    }
    cpu->grouping->n = 0;
    memset(cpu->grouping->hash, 0, HASH_SIZE * sizeof *cpu->grouping->hash);
    return cpu->grouping;
}

pnd_status pnd_cpu_fuse(void *impl, pnd_fuse_job *job, pnd_error *err)
{
    pnd_cpu *cpu = impl;
    const size_t n_pixels = (size_t)job->ids.width * (size_t)job->ids.height;
    grouping *g = open_grouping(cpu, n_pixels);
    if (g == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu pixels", n_pixels);
    const pnd_status status = find(g, job, err);
    if (status != PND_OK)
        return status;
    order(g);
    group(g, job);
    return tally(cpu, g, job, err);
}
