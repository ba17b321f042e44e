/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one CUDA thread does in each step of fusion. Plain C, as depth_thread.h.
 *
 * A pixel's key is its segment id above the bits of its depth, or above all ones when the depth is
 * not valid. Sorted keys are runs of equal ids, each run ascending in depth with the invalid pixels
 * last: order statistics are then look-ups, and every sum is an integer sum over part of a run.
 */
#ifndef PND_FUSE_THREAD_H
#define PND_FUSE_THREAD_H

#include "../fuse_job.h"

#include <string.h>

enum { PND_KEY_BITS = 56 }; /* 24 of the id, 32 of the depth */

#define PND_KEY_INVALID 0xffffffffu

typedef struct pnd_fuse_grid {
    const uint32_t *ids;
    const float *depth_m;
    size_t ids_pitch, depth_pitch; /* bytes */
    int32_t width, height;
} pnd_fuse_grid;

/* One segment in the sorted keys. `tally` is what the backend hands to the front end. */
typedef struct pnd_fuse_run {
    int64_t begin; /* of its keys; tally.area_px many */
    pnd_fuse_ranks ranks;
    double mean, spread;
    pnd_fuse_tally tally;
} pnd_fuse_run;

static inline PND_HOST_DEVICE uint32_t pnd_key_id(uint64_t key)
{
    return (uint32_t)(key >> 32);
}

static inline PND_HOST_DEVICE float pnd_key_depth(uint64_t key)
{
    const uint32_t bits = (uint32_t)key;
    float depth_m;
    memcpy(&depth_m, &bits, sizeof depth_m);
    return depth_m;
}

/* Step 1, one pixel: its key. */
static inline PND_HOST_DEVICE uint64_t pnd_fuse_key_thread(const pnd_fuse_grid *grid, int32_t x,
                                                           int32_t y)
{
    const char *const ids = (const char *)grid->ids + (size_t)y * grid->ids_pitch;
    const char *const depths = (const char *)grid->depth_m + (size_t)y * grid->depth_pitch;
    const uint32_t id = ((const uint32_t *)(const void *)ids)[x];
    const float depth_m = ((const float *)(const void *)depths)[x];
    uint32_t bits = PND_KEY_INVALID;
    if (pnd_fuse_is_valid(depth_m))
        memcpy(&bits, &depth_m, sizeof bits);
    return (uint64_t)id << 32 | bits;
}

/* Step 2, one key: whether a segment begins there. */
static inline PND_HOST_DEVICE bool pnd_fuse_is_head(const uint64_t *keys, int64_t i)
{
    return i == 0 || pnd_key_id(keys[i]) != pnd_key_id(keys[i - 1]);
}

/* Step 3, one segment: its id, and how many of its keys hold a depth, by bisection. */
static inline PND_HOST_DEVICE void pnd_fuse_count_thread(const uint64_t *keys, pnd_fuse_run *run)
{
    int64_t low = run->begin, high = run->begin + run->tally.area_px;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if ((uint32_t)keys[middle] != PND_KEY_INVALID)
            low = middle + 1;
        else
            high = middle;
    }
    run->tally.id = pnd_key_id(keys[run->begin]);
    run->tally.n_valid = low - run->begin;
}

static inline PND_HOST_DEVICE void pnd_fuse_pick(float two[2], const uint64_t *keys, int64_t rank,
                                                 int64_t n)
{
    two[0] = pnd_key_depth(keys[rank]);
    two[1] = pnd_key_depth(keys[rank + 1 < n ? rank + 1 : n - 1]);
}

/* Step 4, one segment with its ranks: the order statistics. */
static inline PND_HOST_DEVICE void pnd_fuse_pick_thread(const uint64_t *keys, pnd_fuse_run *run)
{
    const uint64_t *const first = keys + run->begin;
    const int64_t n = run->tally.n_valid;
    if (n == 0)
        return;
    run->tally.min = pnd_key_depth(first[0]);
    run->tally.max = pnd_key_depth(first[n - 1]);
    pnd_fuse_pick(run->tally.p10, first, run->ranks.p10, n);
    pnd_fuse_pick(run->tally.median, first, run->ranks.median, n);
    pnd_fuse_pick(run->tally.p90, first, run->ranks.p90, n);
}

/* A thread's share of a segment's sums. */
typedef struct pnd_fuse_share {
    pnd_fuse_sum depth, inverse, trimmed;
} pnd_fuse_share;

/* Step 5, one of n_threads of a segment: every n_threads-th depth. */
static inline PND_HOST_DEVICE pnd_fuse_share pnd_fuse_sum_thread(const uint64_t *keys,
                                                                 const pnd_fuse_run *run,
                                                                 int64_t thread, int64_t n_threads)
{
    const int64_t n = run->tally.n_valid;
    pnd_fuse_share share = {{0, 0}, {0, 0}, {0, 0}};
    for (int64_t i = thread; i < n; i += n_threads) {
        const float depth_m = pnd_key_depth(keys[run->begin + i]);
        const unsigned long long term = pnd_fuse_depth_term(depth_m);
        pnd_fuse_add(&share.depth, term);
        pnd_fuse_add(&share.inverse, pnd_fuse_inverse_term(depth_m));
        if (i >= run->ranks.trim && i < n - run->ranks.trim)
            pnd_fuse_add(&share.trimmed, term);
    }
    return share;
}

/* Step 6, as step 5, once mean and spread are known. */
static inline PND_HOST_DEVICE pnd_fuse_sum pnd_fuse_square_thread(const uint64_t *keys,
                                                                  const pnd_fuse_run *run,
                                                                  int64_t thread, int64_t n_threads)
{
    pnd_fuse_sum squares = {0, 0};
    for (int64_t i = thread; i < run->tally.n_valid && run->spread > 0.0; i += n_threads)
        pnd_fuse_add(&squares, pnd_fuse_square_term(pnd_key_depth(keys[run->begin + i]), run->mean,
                                                    run->spread));
    return squares;
}

#endif
