/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting pairs, from the definition to what is here.
 *
 * The definition is one histogram entry a pixel: count[gt[x], pred[x]] += 1. A street scene of 2 M
 * pixels has a few hundred pairs and some 40 000 runs in which the pair does not change, so the
 * histogram is touched once a run. Finding where a run ends is the inner loop: eight pixels are
 * compared at once with the run's own pair, as 64-bit words, which every compiler turns into the
 * vector instructions it has.
 */
#include "pq_pairs.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1 << 12, MAX_PAIRS = 1 << 22, BLOCK = 8 };

static uint64_t load_two(const uint32_t *pixels)
{
    uint64_t word;
    memcpy(&word, pixels, sizeof word);
    return word;
}

/* The first x at or after `x` whose pair differs from the pair at x. */
static int32_t run_end(const uint32_t *gt, const uint32_t *pred, int32_t x, int32_t width)
{
    const uint32_t g = gt[x], p = pred[x];
    const uint64_t gg = (uint64_t)g << 32 | g, pp = (uint64_t)p << 32 | p;
    for (; x + BLOCK <= width; x += BLOCK) {
        uint64_t differs = 0;
        for (int32_t k = 0; k < BLOCK; k += 2)
            differs |= (load_two(gt + x + k) ^ gg) | (load_two(pred + x + k) ^ pp);
        if (differs != 0)
            break;
    }
    while (x < width && gt[x] == g && pred[x] == p)
        x++;
    return x;
}

/* Fibonacci hashing: the high bits of the product depend on every bit of the key. */
static size_t first_slot(const pq_pairs *pairs, uint64_t key)
{
    return (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (pairs->n_slots - 1);
}

static void insert_index(pq_pairs *pairs, size_t index)
{
    size_t slot = first_slot(pairs, pairs->items[index].key);
    while (pairs->slots[slot] != 0)
        slot = (slot + 1) & (pairs->n_slots - 1);
    pairs->slots[slot] = (uint32_t)index + 1;
}

static bool grow(pq_pairs *pairs)
{
    const size_t n_slots = pairs->n_slots == 0 ? FIRST_SLOTS : 2 * pairs->n_slots;
    pq_item *const items = pnd_realloc_array(pairs->items, n_slots / 2, sizeof *items);
    if (items == NULL)
        return false;
    pairs->items = items;
    uint32_t *const slots = pnd_calloc_array(n_slots, sizeof *slots);
    if (slots == NULL)
        return false;
    free(pairs->slots);
    pairs->slots = slots;
    pairs->n_slots = n_slots;
    pairs->capacity = n_slots / 2;
    for (size_t i = 0; i < pairs->n; i++)
        insert_index(pairs, i);
    return true;
}

static pnd_status no_memory(const char *name, pnd_error *err)
{
    return pnd_fail(err, PND_ENOMEM, "%s: out of memory for pairs of segments", name);
}

static pnd_status add_new(pq_pairs *pairs, uint64_t key, int64_t count, const char *name,
                          pnd_error *err)
{
    if (pairs->n == MAX_PAIRS)
        return pnd_fail_hint(err, PND_ELIMIT, "is one of them a photograph?",
                             "%s: more than %d different pairs of segment ids", name, MAX_PAIRS);
    if (pairs->n == pairs->capacity && !grow(pairs))
        return no_memory(name, err);
    pairs->items[pairs->n] = (pq_item){key, count};
    insert_index(pairs, pairs->n++);
    return PND_OK;
}

static pnd_status add(pq_pairs *pairs, uint32_t gt, uint32_t pred, int64_t count, const char *name,
                      pnd_error *err)
{
    const uint64_t key = (uint64_t)gt << 32 | pred;
    for (size_t slot = first_slot(pairs, key); pairs->slots[slot] != 0;
         slot = (slot + 1) & (pairs->n_slots - 1)) {
        pq_item *const item = &pairs->items[pairs->slots[slot] - 1];
        if (item->key == key) {
            item->value += count;
            return PND_OK;
        }
    }
    return add_new(pairs, key, count, name, err);
}

static pnd_status reset(pq_pairs *pairs, const char *name, pnd_error *err)
{
    pairs->n = 0;
    if (pairs->n_slots == 0 && !grow(pairs))
        return no_memory(name, err);
    memset(pairs->slots, 0, pairs->n_slots * sizeof *pairs->slots);
    return PND_OK;
}

pnd_status pq_pairs_count(pq_pairs *pairs, pnd_view_u32 gt, pnd_view_u32 pred, const char *name,
                          pnd_error *err)
{
    pnd_status status = reset(pairs, name, err);
    for (int32_t y = 0; y < gt.height && status == PND_OK; y++) {
        const uint32_t *const g = pnd_view_u32_row(gt, y), *const p = pnd_view_u32_row(pred, y);
        for (int32_t x = 0, end; x < gt.width && status == PND_OK; x = end) {
            end = run_end(g, p, x, gt.width);
            status = add(pairs, g[x], p[x], end - x, name, err);
        }
    }
    if (status == PND_OK)
        pq_sort_items(pairs->items, pairs->n);
    return status;
}

static uint32_t stretched(pnd_view_u32 view, int32_t x, int32_t y)
{
    return pnd_view_u32_row(view, view.height == 1 ? 0 : y)[view.width == 1 ? 0 : x];
}

pnd_status pq_pairs_count_broadcast(pq_pairs *pairs, pnd_view_u32 gt, pnd_view_u32 pred,
                                    const char *name, pnd_error *err)
{
    const int32_t width = gt.width > pred.width ? gt.width : pred.width;
    const int32_t height = gt.height > pred.height ? gt.height : pred.height;
    pnd_status status = reset(pairs, name, err);
    for (int32_t y = 0; y < height && status == PND_OK; y++)
        for (int32_t x = 0; x < width && status == PND_OK; x++)
            status = add(pairs, stretched(gt, x, y), stretched(pred, x, y), 1, name, err);
    if (status == PND_OK)
        pq_sort_items(pairs->items, pairs->n);
    return status;
}

void pq_pairs_clear(pq_pairs *pairs)
{
    free(pairs->items);
    free(pairs->slots);
    *pairs = (pq_pairs){0};
}

static void sift_down(pq_item *heap, size_t root, size_t n)
{
    const pq_item moved = heap[root];
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && heap[child + 1].key > heap[child].key)
            child++;
        if (heap[child].key <= moved.key)
            break;
        heap[root] = heap[child];
    }
    heap[root] = moved;
}

/* Heap sort. */
void pq_sort_items(pq_item *items, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(items, i, n);
    for (size_t i = n; i-- > 1;) {
        const pq_item largest = items[0];
        items[0] = items[i];
        items[i] = largest;
        sift_down(items, 0, i);
    }
}
