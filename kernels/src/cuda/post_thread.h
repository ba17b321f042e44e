/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one CUDA thread does in each step of post-processing. Plain C, as depth_thread.h, so that a
 * test without a GPU can run whole grids in loops; atomics are plain sums there.
 *
 *     clear    tallies, counts and counters
 *     cell     4 x 4 pixels that lie between the same four map pixels: class, depth
 *     peak     one pixel: is it a peak? listed in any order
 *     select   one block: t by radix, the centres, in raster order
 *     group    one pixel: its slot and its share of the slot's sums; shares of pixels of one slot
 *              are joined before they are added to memory
 *     name     one block: what each slot is in the map
 *     finish   one pixel: its value in the map, its share of the slot's probability
 *
 * `select` and `name` are steps that all threads of a block take one after the other, with a
 * barrier after each. Everything that is added is an integer, so no order changes a bit.
 */
#ifndef PND_POST_THREAD_H
#define PND_POST_THREAD_H

#include "../fuse_rule.h"
#include "../post_job.h"

/* Peaks that are listed. Of a map that has more, which no trained network puts out, `select` looks
 * at all pixels instead: slow, and the same result in bounded memory. */
enum { PND_POST_LISTED_PEAKS = 65536 };

/* Head maps of a batch: channel c of pixel (y, x) of image i is
 *     data[i * image + (y * map_width + x) * pixel + c * channel]
 * so NHWC has pixel = pitch, channel = 1, and planar maps pixel = 1, channel = height * width. */
typedef struct pnd_cuda_map {
    const float *data; /* NULL: no such head, which only depth may lack */
    size_t image;
    int32_t pixel, channel;
} pnd_cuda_map;

typedef struct pnd_cuda_heads {
    pnd_cuda_map sem, center, offset, depth;
} pnd_cuda_heads;

/* Depths of one slot, as fuse_job.h tallies them. */
typedef struct pnd_post_depths {
    unsigned long long n_valid;
    pnd_fuse_sum depth, inverse;
    unsigned min_bits, max_bits; /* valid depths order as their bits do */
} pnd_post_depths;

/* post_fuse.c: what pnd_cuda_post_depths() of cuda_post.h says, of host memory. */
#ifdef __cplusplus
extern "C" {
#endif
pnd_status pnd_post_fuse(pnd_segment_depths *out, const pnd_post_tally *tallies,
                         const pnd_post_depths *depths, const pnd_post_rule *rule, pnd_error *err);
#ifdef __cplusplus
}
#endif

typedef struct pnd_post_info {
    unsigned long long n_nonfinite;
    int32_t n_centers;
} pnd_post_info;

typedef struct pnd_post_counters {
    unsigned n_peaks, n_kept;
} pnd_post_counters;

/* One image: its heads, results and scratch. */
typedef struct pnd_post_grid {
    pnd_post_rule rule;
    pnd_cuda_heads heads; /* data of this image */
    int32_t *panoptic;    /* first the slots, then the values */
    float *depth;         /* NULL without a depth head */
    uint8_t *sem;
    int32_t *centers;
    pnd_post_tally *tallies;
    pnd_post_depths *depths;
    pnd_post_info *info;
    unsigned *counts; /* [slot][class] */
    uint64_t *peaks;  /* keys, PND_POST_LISTED_PEAKS */
    unsigned *kept;   /* places of centres, unordered */
    pnd_post_counters *counters;
} pnd_post_grid;

static inline PND_HOST_DEVICE void pnd_post_add(unsigned long long *sum, unsigned long long term)
{
#ifdef __CUDA_ARCH__
    atomicAdd(sum, term);
#else
    *sum += term;
#endif
}

static inline PND_HOST_DEVICE unsigned pnd_post_count(unsigned *sum, unsigned term)
{
#ifdef __CUDA_ARCH__
    return atomicAdd(sum, term);
#else
    const unsigned before = *sum;
    *sum += term;
    return before;
#endif
}

static inline PND_HOST_DEVICE void pnd_post_lower(int32_t *least, int32_t value)
{
#ifdef __CUDA_ARCH__
    atomicMin(least, value);
#else
    *least = value < *least ? value : *least;
#endif
}

static inline PND_HOST_DEVICE void pnd_post_raise(int32_t *most, int32_t value)
{
#ifdef __CUDA_ARCH__
    atomicMax(most, value);
#else
    *most = value > *most ? value : *most;
#endif
}

static inline PND_HOST_DEVICE void pnd_post_lower_bits(unsigned *least, unsigned bits)
{
#ifdef __CUDA_ARCH__
    atomicMin(least, bits);
#else
    *least = bits < *least ? bits : *least;
#endif
}

static inline PND_HOST_DEVICE void pnd_post_raise_bits(unsigned *most, unsigned bits)
{
#ifdef __CUDA_ARCH__
    atomicMax(most, bits);
#else
    *most = bits > *most ? bits : *most;
#endif
}

static inline PND_HOST_DEVICE float pnd_post_map_at(const pnd_cuda_map *map, int32_t map_width,
                                                    int32_t channel, int32_t y, int32_t x)
{
    return map->data[((size_t)y * (size_t)map_width + (size_t)x) * (size_t)map->pixel +
                     (size_t)channel * (size_t)map->channel];
}

static inline PND_HOST_DEVICE float pnd_post_map_sample(const pnd_cuda_map *map, int32_t map_width,
                                                        int32_t channel, pnd_post_tap y,
                                                        pnd_post_tap x)
{
    const float a = pnd_post_map_at(map, map_width, channel, y.i0, x.i0);
    const float b = pnd_post_map_at(map, map_width, channel, y.i0, x.i1);
    const float c = pnd_post_map_at(map, map_width, channel, y.i1, x.i0);
    const float d = pnd_post_map_at(map, map_width, channel, y.i1, x.i1);
    return pnd_post_mix(y, pnd_post_mix(x, a, b), pnd_post_mix(x, c, d));
}

static inline PND_HOST_DEVICE float pnd_post_heat_at(const pnd_post_grid *grid, int32_t y,
                                                     int32_t x)
{
    return pnd_post_map_sample(&grid->heads.center, grid->rule.map_width, 0,
                               pnd_post_tap_of(y, grid->rule.map_height),
                               pnd_post_tap_of(x, grid->rule.map_width));
}

static inline PND_HOST_DEVICE size_t pnd_post_place(const pnd_post_grid *grid, int32_t y, int32_t x)
{
    return (size_t)y * (size_t)grid->rule.width + (size_t)x;
}

static inline PND_HOST_DEVICE void pnd_post_clear_thread(const pnd_post_grid *grid, int64_t thread,
                                                         int64_t n_threads)
{
    const int64_t n_slots = grid->rule.classes + 1 + grid->rule.top_k;
    const pnd_post_tally empty = pnd_post_empty_tally(&grid->rule);
    for (int64_t i = thread; i < n_slots; i += n_threads) {
        grid->tallies[i] = empty;
        memset(&grid->depths[i], 0, sizeof grid->depths[i]);
        grid->depths[i].min_bits = 0xffffffffu;
    }
    for (int64_t i = thread; i < n_slots * grid->rule.classes; i += n_threads)
        grid->counts[i] = 0;
    if (thread == 0) {
        grid->info->n_nonfinite = 0;
        grid->info->n_centers = 0;
        grid->counters->n_peaks = grid->counters->n_kept = 0;
    }
}

static inline PND_HOST_DEVICE unsigned pnd_post_count_map(const pnd_cuda_map *map,
                                                          int32_t map_width, int32_t channels,
                                                          int32_t y, int32_t x)
{
    unsigned n = 0;
    for (int32_t c = 0; map->data != NULL && c < channels; c++)
        n += !(pnd_post_map_at(map, map_width, c, y, x) * 0.0f == 0.0f);
    return n;
}

/* Values of one map pixel that are not finite. */
static inline PND_HOST_DEVICE unsigned pnd_post_count_nonfinite(const pnd_post_grid *grid,
                                                                int32_t y, int32_t x)
{
    const int32_t width = grid->rule.map_width;
    return pnd_post_count_map(&grid->heads.sem, width, grid->rule.classes, y, x) +
           pnd_post_count_map(&grid->heads.center, width, 1, y, x) +
           pnd_post_count_map(&grid->heads.offset, width, 2, y, x) +
           pnd_post_count_map(&grid->heads.depth, width, 1, y, x);
}

/* The taps of a cell's four rows or columns. Those outside of the photograph are harmless. */
static inline PND_HOST_DEVICE void pnd_post_cell_taps(pnd_post_tap taps[4], int32_t cell,
                                                      int32_t map_size)
{
    for (int32_t i = 0; i < 4; i++)
        taps[i] = pnd_post_tap_of(4 * cell - 2 + i, map_size);
}

/* 4 x 4 values of one channel. */
static inline PND_HOST_DEVICE void pnd_post_cell_values(float values[16], const pnd_cuda_map *map,
                                                        int32_t map_width, int32_t channel,
                                                        const pnd_post_tap *y,
                                                        const pnd_post_tap *x)
{
    const float a = pnd_post_map_at(map, map_width, channel, y[0].i0, x[0].i0);
    const float b = pnd_post_map_at(map, map_width, channel, y[0].i0, x[0].i1);
    const float c = pnd_post_map_at(map, map_width, channel, y[0].i1, x[0].i0);
    const float d = pnd_post_map_at(map, map_width, channel, y[0].i1, x[0].i1);
    for (int32_t j = 0; j < 4; j++) {
        const float upper = pnd_post_mix(x[j], a, b), lower = pnd_post_mix(x[j], c, d);
        for (int32_t i = 0; i < 4; i++)
            values[4 * i + j] = pnd_post_mix(y[i], upper, lower);
    }
}

static inline PND_HOST_DEVICE bool pnd_post_inside(const pnd_post_rule *rule, int32_t y, int32_t x)
{
    return y >= 0 && y < rule->height && x >= 0 && x < rule->width;
}

/* Of (map_width + 1) x (map_height + 1) cells; others do nothing. */
static inline PND_HOST_DEVICE void pnd_post_cell_thread(const pnd_post_grid *grid, int32_t cell_y,
                                                        int32_t cell_x)
{
    const pnd_post_rule *const rule = &grid->rule;
    float best[16], values[16];
    int32_t index[16];
    pnd_post_tap y[4], x[4];
    if (cell_y > rule->map_height || cell_x > rule->map_width)
        return;
    if (cell_y < rule->map_height && cell_x < rule->map_width) {
        const unsigned n = pnd_post_count_nonfinite(grid, cell_y, cell_x);
        if (n > 0)
            pnd_post_add(&grid->info->n_nonfinite, n);
    }
    pnd_post_cell_taps(y, cell_y, rule->map_height);
    pnd_post_cell_taps(x, cell_x, rule->map_width);
    pnd_post_cell_values(best, &grid->heads.sem, rule->map_width, 0, y, x);
    for (int32_t i = 0; i < 16; i++)
        index[i] = 0;
    for (int32_t c = 1; c < rule->classes; c++) {
        pnd_post_cell_values(values, &grid->heads.sem, rule->map_width, c, y, x);
        for (int32_t i = 0; i < 16; i++) {
            index[i] = values[i] > best[i] ? c : index[i];
            best[i] = values[i] > best[i] ? values[i] : best[i];
        }
    }
    if (grid->depth != NULL)
        pnd_post_cell_values(values, &grid->heads.depth, rule->map_width, 0, y, x);
    for (int32_t i = 0; i < 16; i++) {
        const int32_t v = 4 * cell_y - 2 + i / 4, u = 4 * cell_x - 2 + i % 4;
        if (!pnd_post_inside(rule, v, u))
            continue;
        grid->sem[pnd_post_place(grid, v, u)] = (uint8_t)index[i];
        if (grid->depth != NULL)
            grid->depth[pnd_post_place(grid, v, u)] = values[i];
    }
}

/* The order of centres: hotter first, then earlier. 0 is no peak. */
static inline PND_HOST_DEVICE uint64_t pnd_post_key(float heat, uint32_t place)
{
    uint32_t bits;
    memcpy(&bits, &heat, sizeof bits);
    return (uint64_t)bits << 32 | (0xffffffffu - place);
}

static inline PND_HOST_DEVICE uint32_t pnd_post_key_place(uint64_t key)
{
    return 0xffffffffu - (uint32_t)key;
}

static inline PND_HOST_DEVICE bool pnd_post_is_hotter(const pnd_post_grid *grid, int32_t y,
                                                      int32_t x, float heat)
{
    return pnd_post_inside(&grid->rule, y, x) && pnd_post_heat_at(grid, y, x) > heat;
}

/* The key of a pixel of the photograph, 0 unless it is a peak. Most hot pixels have a hotter
 * neighbour, so those are asked first. */
static inline PND_HOST_DEVICE uint64_t pnd_post_peak_key(const pnd_post_grid *grid, int32_t y,
                                                         int32_t x)
{
    const int32_t r = grid->rule.nms_radius;
    const float heat = pnd_post_heat_at(grid, y, x);
    if (!pnd_post_is_hot(&grid->rule, heat))
        return 0;
    if (r > 0 &&
        (pnd_post_is_hotter(grid, y - 1, x, heat) || pnd_post_is_hotter(grid, y + 1, x, heat) ||
         pnd_post_is_hotter(grid, y, x - 1, heat) || pnd_post_is_hotter(grid, y, x + 1, heat)))
        return 0;
    for (int32_t v = y - r; v <= y + r; v++)
        for (int32_t u = x - r; u <= x + r; u++)
            if (pnd_post_is_hotter(grid, v, u, heat))
                return 0;
    return pnd_post_key(heat, (uint32_t)pnd_post_place(grid, y, x));
}

static inline PND_HOST_DEVICE void pnd_post_peak_thread(const pnd_post_grid *grid, int32_t y,
                                                        int32_t x)
{
    if (!pnd_post_inside(&grid->rule, y, x))
        return;
    const uint64_t key = pnd_post_peak_key(grid, y, x);
    if (key == 0)
        return;
    const unsigned slot = pnd_post_count(&grid->counters->n_peaks, 1);
    if (slot < PND_POST_LISTED_PEAKS)
        grid->peaks[slot] = key;
}

/* The block's shared memory. */
typedef struct pnd_post_selection {
    unsigned histogram[256];
    uint64_t prefix; /* of the top_k-th largest key, as far as it is known */
    unsigned rank;   /* among the keys with that prefix, from 1 */
} pnd_post_selection;

/* Three steps for each of the key's bytes, then collect, then order. */
enum { PND_POST_SELECT_STEPS = 3 * 8 + 2 };

static inline PND_HOST_DEVICE int64_t pnd_post_n_keys(const pnd_post_grid *grid)
{
    return grid->counters->n_peaks <= PND_POST_LISTED_PEAKS
               ? (int64_t)grid->counters->n_peaks
               : (int64_t)grid->rule.width * grid->rule.height;
}

static inline PND_HOST_DEVICE uint64_t pnd_post_key_at(const pnd_post_grid *grid, int64_t i)
{
    if (grid->counters->n_peaks <= PND_POST_LISTED_PEAKS)
        return grid->peaks[i];
    return pnd_post_peak_key(grid, (int32_t)(i / grid->rule.width),
                             (int32_t)(i % grid->rule.width));
}

static inline PND_HOST_DEVICE void pnd_post_count_keys(const pnd_post_grid *grid,
                                                       pnd_post_selection *s, int32_t byte,
                                                       int32_t thread, int32_t n_threads)
{
    const int64_t n = pnd_post_n_keys(grid);
    for (int64_t i = thread; i < n; i += n_threads) {
        const uint64_t key = pnd_post_key_at(grid, i);
        const uint64_t above = byte == 7 ? 0 : key >> (8 * byte + 8);
        if (key != 0 && above == (byte == 7 ? 0 : s->prefix >> (8 * byte + 8)))
            (void)pnd_post_count(&s->histogram[key >> (8 * byte) & 255], 1);
    }
}

/* One byte more of the prefix. */
static inline PND_HOST_DEVICE void pnd_post_pick_byte(pnd_post_selection *s, int32_t byte)
{
    int32_t digit = 255;
    while (digit > 0 && s->histogram[digit] < s->rank)
        s->rank -= s->histogram[digit--];
    s->prefix |= (uint64_t)digit << (8 * byte);
}

static inline PND_HOST_DEVICE void pnd_post_collect(const pnd_post_grid *grid,
                                                    const pnd_post_selection *s, bool crowded,
                                                    int32_t thread, int32_t n_threads)
{
    const int64_t n = pnd_post_n_keys(grid);
    for (int64_t i = thread; i < n; i += n_threads) {
        const uint64_t key = pnd_post_key_at(grid, i);
        const bool is_center = !crowded                ? key != 0
                               : grid->rule.keep_top_k ? key >= s->prefix
                                                       : key >> 32 > s->prefix >> 32;
        if (is_center)
            grid->kept[pnd_post_count(&grid->counters->n_kept, 1)] = pnd_post_key_place(key);
    }
}

/* Raster order by counting: there are few. */
static inline PND_HOST_DEVICE void pnd_post_order(const pnd_post_grid *grid, int32_t thread,
                                                  int32_t n_threads)
{
    const int32_t n = (int32_t)grid->counters->n_kept;
    for (int32_t i = thread; i < n; i += n_threads) {
        const unsigned place = grid->kept[i];
        int32_t rank = 0;
        for (int32_t j = 0; j < n; j++)
            rank += grid->kept[j] < place;
        grid->centers[2 * rank] = (int32_t)(place / (unsigned)grid->rule.width);
        grid->centers[2 * rank + 1] = (int32_t)(place % (unsigned)grid->rule.width);
    }
    if (thread == 0)
        grid->info->n_centers = n;
}

static inline PND_HOST_DEVICE void pnd_post_select_step(const pnd_post_grid *grid,
                                                        pnd_post_selection *s, int32_t step,
                                                        int32_t thread, int32_t n_threads)
{
    const bool crowded = grid->counters->n_peaks >= (unsigned)grid->rule.top_k;
    const int32_t byte = 7 - step / 3;
    if (step == PND_POST_SELECT_STEPS - 1) {
        pnd_post_order(grid, thread, n_threads);
    } else if (step == PND_POST_SELECT_STEPS - 2) {
        pnd_post_collect(grid, s, crowded, thread, n_threads);
    } else if (crowded && step % 3 == 0) {
        for (int32_t i = thread; i < 256; i += n_threads)
            s->histogram[i] = 0;
        if (step == 0 && thread == 0) {
            s->prefix = 0;
            s->rank = (unsigned)grid->rule.top_k;
        }
    } else if (crowded && step % 3 == 1) {
        pnd_post_count_keys(grid, s, byte, thread, n_threads);
    } else if (crowded && thread == 0) {
        pnd_post_pick_byte(s, byte);
    }
}

/* What some pixels of one slot and class add to its sums. 32 bits hold those of a warp's pixels. */
typedef struct pnd_post_share {
    int32_t slot, class_id; /* slot -1: nothing */
    unsigned area_px, sum_x, sum_y;
    int32_t x0, y0, x1, y1;
    unsigned n_valid, min_bits, max_bits;
    unsigned long long depth_high, depth_low, inverse_high, inverse_low;
} pnd_post_share;

/* The nearest centre, from 1; 0 without any. The root is only taken where the square is smaller:
 * otherwise it cannot be. */
static inline PND_HOST_DEVICE int32_t pnd_post_nearest(const pnd_post_grid *grid, int32_t y,
                                                       int32_t x)
{
    const int32_t n = grid->info->n_centers, map_width = grid->rule.map_width;
    const pnd_post_tap tap_y = pnd_post_tap_of(y, grid->rule.map_height);
    const pnd_post_tap tap_x = pnd_post_tap_of(x, map_width);
    const float to_y =
        (float)y + pnd_post_map_sample(&grid->heads.offset, map_width, 0, tap_y, tap_x) * 4.0f;
    const float to_x =
        (float)x + pnd_post_map_sample(&grid->heads.offset, map_width, 1, tap_y, tap_x) * 4.0f;
    float square = 0.0f, least = 0.0f;
    int32_t nearest = 0;
    for (int32_t k = 0; k < n; k++) {
        const float dy = (float)grid->centers[2 * k] - to_y;
        const float dx = (float)grid->centers[2 * k + 1] - to_x;
        const float next = dy * dy + dx * dx;
        if (k > 0 && !(next < square))
            continue;
        const float distance = sqrtf(next);
        if (k == 0 || distance < least) {
            square = next;
            least = distance;
            nearest = k + 1;
        }
    }
    return nearest;
}

static inline PND_HOST_DEVICE pnd_post_share pnd_post_no_share(void)
{
    pnd_post_share share;
    memset(&share, 0, sizeof share);
    share.slot = -1;
    return share;
}

/* One pixel: its slot into the map; the share is only its own. Outside of the photograph: none. */
static inline PND_HOST_DEVICE pnd_post_share pnd_post_group_thread(const pnd_post_grid *grid,
                                                                   int32_t y, int32_t x)
{
    pnd_post_share share = pnd_post_no_share();
    if (!pnd_post_inside(&grid->rule, y, x))
        return share;
    const size_t place = pnd_post_place(grid, y, x);
    const float depth_m = grid->depth != NULL ? grid->depth[place] : 0.0f;
    share.class_id = grid->sem[place];
    share.slot = pnd_post_is_thing(&grid->rule, share.class_id)
                     ? grid->rule.classes + pnd_post_nearest(grid, y, x)
                     : share.class_id;
    grid->panoptic[place] = share.slot;
    share.area_px = 1;
    share.sum_x = (unsigned)x;
    share.sum_y = (unsigned)y;
    share.x0 = share.x1 = x;
    share.y0 = share.y1 = y;
    share.min_bits = 0xffffffffu;
    if (pnd_fuse_is_valid(depth_m)) {
        const unsigned long long depth = pnd_fuse_depth_term(depth_m);
        const unsigned long long inverse = pnd_fuse_inverse_term(depth_m);
        share.n_valid = 1;
        memcpy(&share.min_bits, &depth_m, sizeof depth_m);
        share.max_bits = share.min_bits;
        share.depth_high = depth >> 32;
        share.depth_low = depth & 0xffffffffu;
        share.inverse_high = inverse >> 32;
        share.inverse_low = inverse & 0xffffffffu;
    }
    return share;
}

static inline PND_HOST_DEVICE bool pnd_post_can_join(const pnd_post_share *a,
                                                     const pnd_post_share *b)
{
    return a->slot == b->slot && a->class_id == b->class_id;
}

static inline PND_HOST_DEVICE void pnd_post_join(pnd_post_share *a, const pnd_post_share *b)
{
    a->area_px += b->area_px;
    a->sum_x += b->sum_x;
    a->sum_y += b->sum_y;
    a->x0 = b->x0 < a->x0 ? b->x0 : a->x0;
    a->y0 = b->y0 < a->y0 ? b->y0 : a->y0;
    a->x1 = b->x1 > a->x1 ? b->x1 : a->x1;
    a->y1 = b->y1 > a->y1 ? b->y1 : a->y1;
    a->n_valid += b->n_valid;
    a->min_bits = b->min_bits < a->min_bits ? b->min_bits : a->min_bits;
    a->max_bits = b->max_bits > a->max_bits ? b->max_bits : a->max_bits;
    a->depth_high += b->depth_high;
    a->depth_low += b->depth_low;
    a->inverse_high += b->inverse_high;
    a->inverse_low += b->inverse_low;
}

/* A share, which is not empty, to its slot. */
static inline PND_HOST_DEVICE void pnd_post_put(const pnd_post_grid *grid,
                                                const pnd_post_share *share)
{
    pnd_post_tally *const tally = &grid->tallies[share->slot];
    pnd_post_depths *const depths = &grid->depths[share->slot];
    pnd_post_add(&tally->area_px, share->area_px);
    pnd_post_add(&tally->sum_x, share->sum_x);
    pnd_post_add(&tally->sum_y, share->sum_y);
    pnd_post_lower(&tally->x0, share->x0);
    pnd_post_lower(&tally->y0, share->y0);
    pnd_post_raise(&tally->x1, share->x1);
    pnd_post_raise(&tally->y1, share->y1);
    (void)pnd_post_count(&grid->counts[share->slot * grid->rule.classes + share->class_id],
                         share->area_px);
    if (share->n_valid == 0)
        return;
    pnd_post_add(&depths->n_valid, share->n_valid);
    pnd_post_add(&depths->depth.high, share->depth_high);
    pnd_post_add(&depths->depth.low, share->depth_low);
    pnd_post_add(&depths->inverse.high, share->inverse_high);
    pnd_post_add(&depths->inverse.low, share->inverse_low);
    pnd_post_lower_bits(&depths->min_bits, share->min_bits);
    pnd_post_raise_bits(&depths->max_bits, share->max_bits);
}

enum { PND_POST_NAME_STEPS = 2 };

/* Class, heat and centre of the instance of centre k, which is 0 for the one without. */
static inline PND_HOST_DEVICE void pnd_post_name_class(const pnd_post_grid *grid, int32_t k)
{
    const int32_t slot = grid->rule.classes + k;
    pnd_post_tally *const tally = &grid->tallies[slot];
    tally->class_id =
        pnd_post_mode(grid->counts + (size_t)slot * (size_t)grid->rule.classes, grid->rule.classes);
    if (tally->class_id < 0)
        return;
    tally->heat = pnd_post_heat_at(grid, (int32_t)(tally->sum_y / tally->area_px),
                                   (int32_t)(tally->sum_x / tally->area_px));
    if (k > 0) {
        tally->center_y = grid->centers[2 * (k - 1)];
        tally->center_x = grid->centers[2 * (k - 1) + 1];
    }
}

/* Its number is one more than there are instances of its class before it. */
static inline PND_HOST_DEVICE void pnd_post_name_value(const pnd_post_grid *grid, int32_t k)
{
    const pnd_post_tally *const instances = grid->tallies + grid->rule.classes;
    const int32_t class_id = instances[k].class_id;
    int32_t number = 1;
    if (class_id < 0 || (k == 0 && !grid->rule.one_instance))
        return;
    for (int32_t j = 1; j < k; j++)
        number += instances[j].class_id == class_id;
    grid->tallies[grid->rule.classes + k].panoptic = class_id * grid->rule.label_divisor + number;
}

static inline PND_HOST_DEVICE void pnd_post_name_step(const pnd_post_grid *grid, int32_t step,
                                                      int32_t thread, int32_t n_threads)
{
    const int32_t n = grid->info->n_centers;
    for (int32_t k = thread; k <= n; k += n_threads) {
        if (step == 0)
            pnd_post_name_class(grid, k);
        else
            pnd_post_name_value(grid, k);
    }
    for (int32_t c = thread; c < grid->rule.classes && step == 0; c += n_threads) {
        grid->tallies[c].class_id = c;
        grid->tallies[c].panoptic = pnd_post_stuff_value(&grid->rule, c, grid->tallies[c].area_px);
    }
}

static inline PND_HOST_DEVICE float pnd_post_probability(const pnd_post_grid *grid,
                                                         int32_t class_id, int32_t y, int32_t x)
{
    const pnd_cuda_map *const sem = &grid->heads.sem;
    const int32_t width = grid->rule.map_width, classes = grid->rule.classes;
    const pnd_post_tap tap_y = pnd_post_tap_of(y, grid->rule.map_height);
    const pnd_post_tap tap_x = pnd_post_tap_of(x, width);
    float largest = pnd_post_map_sample(sem, width, 0, tap_y, tap_x), total = 0.0f, wanted = 0.0f;
    for (int32_t c = 1; c < classes; c++) {
        const float logit = pnd_post_map_sample(sem, width, c, tap_y, tap_x);
        largest = logit > largest ? logit : largest;
    }
    for (int32_t c = 0; c < classes; c++) {
        const float e = pnd_post_exp(pnd_post_map_sample(sem, width, c, tap_y, tap_x) - largest);
        total += e;
        wanted = c == class_id ? e : wanted;
    }
    return wanted / total;
}

/* What some pixels of one instance add to its probability. */
typedef struct pnd_post_chance {
    int32_t slot; /* -1: nothing */
    unsigned long long sum;
} pnd_post_chance;

static inline PND_HOST_DEVICE pnd_post_chance pnd_post_finish_thread(const pnd_post_grid *grid,
                                                                     int32_t y, int32_t x)
{
    pnd_post_chance chance = {-1, 0};
    if (!pnd_post_inside(&grid->rule, y, x))
        return chance;
    int32_t *const panoptic = &grid->panoptic[pnd_post_place(grid, y, x)];
    const int32_t slot = *panoptic;
    const pnd_post_tally *const tally = &grid->tallies[slot];
    *panoptic = tally->panoptic;
    if (!grid->rule.scores || slot < grid->rule.classes || tally->panoptic == PND_POST_VOID)
        return chance;
    chance.slot = slot;
    chance.sum = pnd_post_probability_term(pnd_post_probability(grid, tally->class_id, y, x));
    return chance;
}

static inline PND_HOST_DEVICE void pnd_post_put_chance(const pnd_post_grid *grid,
                                                       const pnd_post_chance *chance)
{
    pnd_post_add(&grid->tallies[chance->slot].probability, chance->sum);
}

#endif
