/* SPDX-License-Identifier: Apache-2.0 */
/* Depths of segments from the sums that a device made while it post-processed. */
#include "cuda/post_thread.h"
#include "fuse_job.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

static pnd_segment_depth depth_of(const pnd_post_tally *tally, const pnd_post_depths *depths)
{
    pnd_fuse_tally fused = {.id = (uint32_t)tally->panoptic + 1,
                            .area_px = (int64_t)tally->area_px,
                            .n_valid = (int64_t)depths->n_valid,
                            .depth = depths->depth,
                            .inverse = depths->inverse};
    memcpy(&fused.min, &depths->min_bits, sizeof fused.min);
    memcpy(&fused.max, &depths->max_bits, sizeof fused.max);
    return pnd_fuse_without_order(&fused);
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t x = ((const pnd_segment_depth *)a)->id, y = ((const pnd_segment_depth *)b)->id;
    return (x > y) - (x < y);
}

pnd_status pnd_post_fuse(pnd_segment_depths *out, const pnd_post_tally *tallies,
                         const pnd_post_depths *depths, const pnd_post_rule *rule, pnd_error *err)
{
    const size_t n_slots = pnd_post_n_slots(rule);
    out->n = 0;
    if (out->capacity < n_slots) {
        pnd_segment_depth *segments = pnd_realloc_array(out->segments, n_slots, sizeof *segments);
        if (segments == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n_slots);
        out->segments = segments;
        out->capacity = n_slots;
    }
    for (size_t i = 0; i < n_slots; i++)
        if (tallies[i].panoptic != PND_POST_VOID)
            out->segments[out->n++] = depth_of(&tallies[i], &depths[i]);
    qsort(out->segments, out->n, sizeof *out->segments, compare_ids);
    return PND_OK;
}
