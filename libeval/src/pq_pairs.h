/* SPDX-License-Identifier: Apache-2.0 */
/* How many pixels each pair (ground truth id, predicted id) covers. Private to libeval. */
#ifndef PND_PQ_PAIRS_H
#define PND_PQ_PAIRS_H

#include <panodepth/image.h>

/* A key and what belongs to it. For pairs the key is gt << 32 | pred and the value a pixel count.
 */
typedef struct pq_item {
    uint64_t key;
    int64_t value;
} pq_item;

/* A hash from key to item, in insertion order until sorted. Zero-initialise; memory is kept. */
typedef struct pq_pairs {
    pq_item *items;
    size_t n, capacity;
    uint32_t *slots; /* index + 1 into items; 0 is free. n_slots is a power of two >= 2 n. */
    size_t n_slots;
    int slot_bits; /* log2 of n_slots */
} pq_pairs;

/* Pixels as ids (4 bytes each) or as the RGB of a PNG (3 bytes each). */
typedef struct pq_pixels {
    const uint8_t *data;
    size_t stride, pixel_size; /* bytes */
    int32_t width, height;
} pq_pixels;

static inline uint32_t pq_key_gt(uint64_t key)
{
    return (uint32_t)(key >> 32);
}

static inline uint32_t pq_key_pred(uint64_t key)
{
    return (uint32_t)key;
}

/* Count the pairs of two images of one size and sort them by (gt, pred). */
PND_NODISCARD pnd_status pq_pairs_count(pq_pairs *pairs, pq_pixels gt, pq_pixels pred,
                                        const char *name, pnd_error *err);

/* As above when a side is 1 in one of them, stretched as NumPy broadcasts. Slow; for parity only.
 */
PND_NODISCARD pnd_status pq_pairs_count_broadcast(pq_pairs *pairs, pq_pixels gt, pq_pixels pred,
                                                  const char *name, pnd_error *err);

/* Pixels of one pair of sorted pairs; 0 when it does not occur. */
int64_t pq_pairs_find(const pq_pairs *pairs, uint32_t gt, uint32_t pred);

void pq_pairs_clear(pq_pairs *pairs);

/* Ascending by key, in place and without allocating (glibc's qsort allocates). */
void pq_sort_items(pq_item *items, size_t n);

#endif
