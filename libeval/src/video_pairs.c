/* SPDX-License-Identifier: Apache-2.0 */
#include "video_pairs.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

pnd_status video_sums_reserve(video_sums *sums, size_t n, pnd_error *err)
{
    if (n <= sums->capacity)
        return PND_OK;
    pq_item *const items = pnd_realloc_array(sums->items, n, sizeof *items);
    if (items == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu pairs of tubes", n);
    sums->items = items;
    sums->capacity = n;
    return PND_OK;
}

void video_sums_clear(video_sums *sums)
{
    free(sums->items);
    *sums = (video_sums){0};
}

void video_sums_merge(video_sums *sums)
{
    size_t n = 0;
    pq_sort_items(sums->items, sums->n);
    for (size_t i = 0; i < sums->n; i++) {
        if (n > 0 && sums->items[n - 1].key == sums->items[i].key)
            sums->items[n - 1].value += sums->items[i].value;
        else
            sums->items[n++] = sums->items[i];
    }
    sums->n = n;
}

const pq_item *video_sums_find(const video_sums *sums, uint64_t key)
{
    size_t low = 0, high = sums->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sums->items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sums->n && sums->items[low].key == key ? &sums->items[low] : NULL;
}

pnd_status video_sums_pairs(video_sums *out, const pnd_video_table *tables, size_t k,
                            int32_t lambda, uint32_t pred_void, pnd_error *err)
{
    size_t n = 0;
    for (size_t f = 0; f < k; f++)
        n += tables[f].n;
    const pnd_status status = video_sums_reserve(out, n, err);
    if (status != PND_OK)
        return status;
    out->n = 0;
    for (size_t f = 0; f < k; f++)
        for (size_t i = 0; i < tables[f].n; i++) {
            const pnd_video_pair *const pair = &tables[f].pairs[i];
            const bool void_by_depth = lambda != PND_VIDEO_ANY_DEPTH && pair->level > lambda;
            const uint32_t pred = void_by_depth ? pred_void : pair->pred;
            out->items[out->n++] = (pq_item){(uint64_t)pair->gt << 32 | pred, pair->pixels};
        }
    video_sums_merge(out);
    return PND_OK;
}

pnd_status video_sums_areas(video_sums *out, const video_sums *pairs, uint32_t (*key_id)(uint64_t),
                            pnd_error *err)
{
    const pnd_status status = video_sums_reserve(out, pairs->n, err);
    if (status != PND_OK)
        return status;
    for (size_t i = 0; i < pairs->n; i++)
        out->items[i] = (pq_item){key_id(pairs->items[i].key), pairs->items[i].value};
    out->n = pairs->n;
    video_sums_merge(out);
    return PND_OK;
}
