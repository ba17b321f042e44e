/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting pairs, from the definition to what is here.
 *
 * The definition is one histogram entry a pixel: count[gt[x], pred[x]] += 1. A street scene of 2 M
 * pixels has a few hundred pairs and some 40 000 runs in which the pair does not change, so the
 * histogram is touched once a run. Finding where a run ends is the inner loop. A run goes on while
 * each row of bytes equals itself shifted by one pixel; this is asked for eight pixels at once, in
 * 64-bit words, whatever a pixel's size: eight RGB pixels are three words, eight ids are four. In
 * the eight where it ends, the first byte that differs says which pixel: a loop over pixels would
 * end where no processor predicts.
 */
#include "pq_pairs.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOT_BITS = 12, MAX_PAIRS = 1 << 22, BLOCK = 8 };

static inline uint64_t load_word(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint32_t load_id(const uint8_t *pixel, size_t size)
{
    uint32_t id;
    if (size == 3)
        return pixel[0] | (uint32_t)pixel[1] << 8 | (uint32_t)pixel[2] << 16;
    memcpy(&id, pixel, sizeof id);
    return id;
}

/* Byte offset, in memory order, of the first byte that is not 0 in a word that is not. */
static inline size_t first_byte(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return (size_t)__builtin_clzll(word) / 8;
#else
    return (size_t)__builtin_ctzll(word) / 8;
#endif
}

/* Whether some of BLOCK pixels from here differ from the pixel before them. */
static inline bool block_differs(const uint8_t *pixels, size_t size)
{
    uint64_t differs = 0;
    for (size_t i = 0; i < BLOCK * size; i += sizeof(uint64_t))
        differs |= load_word(pixels + i) ^ load_word(pixels + i - size);
    return differs != 0;
}

/* How many of BLOCK pixels from here are as the pixel before them, until one is not. */
static inline int32_t block_run(const uint8_t *pixels, size_t size)
{
    for (size_t i = 0; i < BLOCK * size; i += sizeof(uint64_t)) {
        const uint64_t differs = load_word(pixels + i) ^ load_word(pixels + i - size);
        if (differs != 0)
            return (int32_t)((i + first_byte(differs)) / size);
    }
    return BLOCK;
}

/* The first x after `x` whose pair differs from the pair at x. */
static inline int32_t run_end(const uint8_t *gt, size_t gt_size, const uint8_t *pred,
                              size_t pred_size, int32_t x, int32_t width)
{
    const uint32_t g = load_id(gt + (size_t)x * gt_size, gt_size);
    const uint32_t p = load_id(pred + (size_t)x * pred_size, pred_size);
    x++;
    while (x + BLOCK <= width) {
        const uint8_t *const a = gt + (size_t)x * gt_size, *const b = pred + (size_t)x * pred_size;
        if (block_differs(a, gt_size) || block_differs(b, pred_size)) {
            const int32_t m = block_run(a, gt_size), n = block_run(b, pred_size);
            return x + (m < n ? m : n);
        }
        x += BLOCK;
    }
    while (x < width && load_id(gt + (size_t)x * gt_size, gt_size) == g &&
           load_id(pred + (size_t)x * pred_size, pred_size) == p)
        x++;
    return x;
}

/* Fibonacci hashing: the highest bits of the product depend on every bit of the key. */
static size_t first_slot(const pq_pairs *pairs, uint64_t key)
{
    return (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - pairs->slot_bits));
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
    const int slot_bits = pairs->n_slots == 0 ? FIRST_SLOT_BITS : pairs->slot_bits + 1;
    const size_t n_slots = (size_t)1 << slot_bits;
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
    pairs->slot_bits = slot_bits;
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

/* One template; the sizes are constants where it is used, and every instance is unrolled. */
static inline pnd_status count_rows(pq_pairs *pairs, pq_pixels gt, size_t gt_size, pq_pixels pred,
                                    size_t pred_size, const char *name, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (int32_t y = 0; y < gt.height && status == PND_OK; y++) {
        const uint8_t *const g = gt.data + (size_t)y * gt.stride;
        const uint8_t *const p = pred.data + (size_t)y * pred.stride;
        for (int32_t x = 0, end; x < gt.width && status == PND_OK; x = end) {
            end = run_end(g, gt_size, p, pred_size, x, gt.width);
            status = add(pairs, load_id(g + (size_t)x * gt_size, gt_size),
                         load_id(p + (size_t)x * pred_size, pred_size), end - x, name, err);
        }
    }
    return status;
}

pnd_status pq_pairs_count(pq_pairs *pairs, pq_pixels gt, pq_pixels pred, const char *name,
                          pnd_error *err)
{
    pnd_status status = reset(pairs, name, err);
    if (status != PND_OK)
        return status;
    if (gt.pixel_size == 3 && pred.pixel_size == 3)
        status = count_rows(pairs, gt, 3, pred, 3, name, err);
    else if (gt.pixel_size == 4 && pred.pixel_size == 4)
        status = count_rows(pairs, gt, 4, pred, 4, name, err);
    else
        status = count_rows(pairs, gt, gt.pixel_size, pred, pred.pixel_size, name, err);
    if (status == PND_OK)
        pq_sort_items(pairs->items, pairs->n);
    return status;
}

static uint32_t stretched(pq_pixels pixels, int32_t x, int32_t y)
{
    const size_t row = pixels.height == 1 ? 0 : (size_t)y;
    const size_t column = pixels.width == 1 ? 0 : (size_t)x;
    return load_id(pixels.data + row * pixels.stride + column * pixels.pixel_size,
                   pixels.pixel_size);
}

pnd_status pq_pairs_count_broadcast(pq_pairs *pairs, pq_pixels gt, pq_pixels pred, const char *name,
                                    pnd_error *err)
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

int64_t pq_pairs_find(const pq_pairs *pairs, uint32_t gt, uint32_t pred)
{
    const uint64_t key = (uint64_t)gt << 32 | pred;
    size_t low = 0;
    for (size_t high = pairs->n; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (pairs->items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pairs->n && pairs->items[low].key == key ? pairs->items[low].value : 0;
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
