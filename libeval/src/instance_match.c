/* SPDX-License-Identifier: Apache-2.0 */
/* One image: its truths, its guesses, and the pixels they share. */
#include "instance_matcher.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

pnd_status pnd_instance_matcher_create(pnd_instance_matcher **out, const pnd_instance_rule *classes,
                                       int32_t n_classes, pnd_error *err)
{
    *out = NULL;
    if (n_classes < 1 || n_classes > PND_INSTANCE_MAX_CLASSES)
        return pnd_fail(err, PND_EINVAL, "%d classes: expected 1 to %d", (int)n_classes,
                        PND_INSTANCE_MAX_CLASSES);
    pnd_instance_matcher *const m = pnd_calloc_array(1, sizeof *m);
    if (m == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    memcpy(m->classes, classes, (size_t)n_classes * sizeof *classes);
    m->n_classes = n_classes;
    *out = m;
    return PND_OK;
}

void pnd_instance_matcher_free(pnd_instance_matcher *m)
{
    if (m == NULL)
        return;
    free(m->truths);
    free(m->guesses);
    free(m->overlaps);
    pnd_plane_u32_clear(&m->wide);
    pq_pairs_clear(&m->pairs);
    free(m);
}

/* Room for one more item of an array. */
static pnd_status grow(void **items, size_t *capacity, size_t n, size_t size, pnd_error *err)
{
    if (n < *capacity)
        return PND_OK;
    const size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
    void *const more = pnd_realloc_array(*items, wanted, size);
    if (more == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    *items = more;
    *capacity = wanted;
    return PND_OK;
}

/* ---- truths */

static int32_t class_of(uint16_t value)
{
    return value < 1000 ? value : value / 1000;
}

static void forget_image(pnd_instance_matcher *m)
{
    for (size_t i = 0; i < m->n_values; i++) {
        m->area[m->values[i]] = 0;
        m->truth_of[m->values[i]] = 0;
    }
    m->n_values = m->n_truths = m->n_guesses = m->n_overlaps = 0;
    m->n_empty = 0;
}

/* Pixels of every value in `count`, which was 0; new values are added to the list. */
static void count_values(pnd_instance_matcher *m, pnd_view_u16 gt)
{
    for (int32_t y = 0; y < gt.height; y++) {
        const uint16_t *const row = pnd_view_u16_row(gt, y);
        for (int32_t x = 0, end; x < gt.width; x = end) {
            end = x + 1;
            while (end < gt.width && row[end] == row[x])
                end++;
            if (m->area[row[x]] == 0)
                m->values[m->n_values++] = row[x];
            m->area[row[x]] += end - x;
        }
    }
}

static int order_values(const void *a, const void *b)
{
    const uint16_t *const x = a, *const y = b;
    return (*x > *y) - (*x < *y);
}

static pnd_status unknown_value(pnd_view_u16 gt, uint16_t value, int32_t n_classes,
                                const char *name, pnd_error *err)
{
    int32_t x = 0, y = 0;
    while (pnd_view_u16_row(gt, y)[x] != value)
        if (++x == gt.width) {
            x = 0;
            y++;
        }
    return pnd_fail(err, PND_EINVAL,
                    "%s: pixel (%d, %d) has the value %d: class %d, expected 0 to %d", name, (int)x,
                    (int)y, value, (int)class_of(value), (int)n_classes - 1);
}

static pnd_status add_truth(pnd_instance_matcher *m, uint16_t value, pnd_error *err)
{
    void *items = m->truths;
    const pnd_status status =
        grow(&items, &m->truths_capacity, m->n_truths, sizeof *m->truths, err);
    m->truths = items;
    if (status != PND_OK)
        return status;
    m->truths[m->n_truths++] =
        (pnd_instance_truth){value, class_of(value), m->area[value], (double)INFINITY, 0};
    m->truth_of[value] = (uint32_t)m->n_truths;
    return PND_OK;
}

pnd_status pnd_instance_begin(pnd_instance_matcher *m, pnd_view_u16 gt, const char *name,
                              pnd_error *err)
{
    forget_image(m);
    m->gt = gt;
    count_values(m, gt);
    qsort(m->values, m->n_values, sizeof *m->values, order_values);
    pnd_status status = PND_OK;
    for (size_t i = 0; i < m->n_values && status == PND_OK; i++) {
        const uint16_t value = m->values[i];
        if (class_of(value) >= m->n_classes)
            return unknown_value(gt, value, m->n_classes, name, err);
        if (m->classes[class_of(value)].is_scored)
            status = add_truth(m, value, err);
    }
    return status;
}

/* ---- guesses */

static pnd_status add_guess(pnd_instance_matcher *m, int32_t class_id, double confidence,
                            pnd_error *err)
{
    void *items = m->guesses;
    const pnd_status status =
        grow(&items, &m->guesses_capacity, m->n_guesses, sizeof *m->guesses, err);
    m->guesses = items;
    if (status == PND_OK)
        m->guesses[m->n_guesses++] = (pnd_instance_guess){class_id, confidence, 0, 0};
    return status;
}

/* `pixels` of guess number `guess` lie on ground truth of that value. */
static pnd_status add_pixels(pnd_instance_matcher *m, size_t guess, uint16_t value, int64_t pixels,
                             pnd_error *err)
{
    pnd_instance_guess *const g = &m->guesses[guess];
    const uint32_t truth = m->truth_of[value];
    g->area += pixels;
    if (value < m->n_classes && m->classes[value].is_void)
        g->void_area += pixels;
    if (truth == 0 || class_of(value) != g->class_id)
        return PND_OK;
    void *items = m->overlaps;
    const pnd_status status =
        grow(&items, &m->overlaps_capacity, m->n_overlaps, sizeof *m->overlaps, err);
    m->overlaps = items;
    if (status == PND_OK)
        m->overlaps[m->n_overlaps++] = (pnd_instance_overlap){(uint32_t)guess, truth - 1, pixels};
    return status;
}

static pnd_status check_size(const pnd_instance_matcher *m, int32_t width, int32_t height,
                             const char *name, pnd_error *err)
{
    if (width == m->gt.width && height == m->gt.height)
        return PND_OK;
    const bool swapped = width == m->gt.height && height == m->gt.width;
    return pnd_fail_hint(err, PND_EMISMATCH, swapped ? "width and height swapped?" : "",
                         "%s: %dx%d pixels, the ground truth has %dx%d", name, (int)width,
                         (int)height, (int)m->gt.width, (int)m->gt.height);
}

static void count_mask_row(int64_t *shared, const uint8_t *mask, const uint16_t *values,
                           int32_t width)
{
    for (int32_t x = 0, end; x < width; x = end) {
        end = x + 1;
        while (end < width && values[end] == values[x] && (mask[end] != 0) == (mask[x] != 0))
            end++;
        if (mask[x] != 0)
            shared[values[x]] += end - x;
    }
}

pnd_status pnd_instance_add_mask(pnd_instance_matcher *m, pnd_view_u8 mask, int32_t class_id,
                                 double confidence, const char *name, pnd_error *err)
{
    pnd_status status = check_size(m, mask.width, mask.height, name, err);
    if (status == PND_OK)
        status = add_guess(m, class_id, confidence, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < mask.height; y++)
        count_mask_row(m->shared, pnd_view_u8_row(mask, y), pnd_view_u16_row(m->gt, y), mask.width);
    for (size_t i = 0; i < m->n_values; i++) {
        const uint16_t value = m->values[i];
        if (m->shared[value] > 0 && status == PND_OK)
            status = add_pixels(m, m->n_guesses - 1, value, m->shared[value], err);
        m->shared[value] = 0;
    }
    if (m->guesses[m->n_guesses - 1].area == 0) {
        m->n_guesses--;
        m->n_empty++;
    }
    return status;
}

/* ---- segments */

typedef struct listed {
    uint32_t id;
    bool is_guess;
    size_t guess;
} listed;

static int order_listed(const void *a, const void *b)
{
    const listed *const x = a, *const y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* A guess for each segment of a scored class, and all ids in order. */
static pnd_status list_segments(pnd_instance_matcher *m, listed *out,
                                const pnd_instance_segment *segments, size_t n, const char *name,
                                pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; i < n && status == PND_OK; i++) {
        const pnd_instance_segment *const s = &segments[i];
        const bool is_guess =
            s->class_id >= 0 && s->class_id < m->n_classes && m->classes[s->class_id].is_scored;
        out[i] = (listed){s->id, is_guess, m->n_guesses};
        if (is_guess)
            status = add_guess(m, s->class_id, s->confidence, err);
    }
    if (status != PND_OK)
        return status;
    qsort(out, n, sizeof *out, order_listed);
    for (size_t i = 0; i < n; i++)
        if (out[i].id == 0 || (i > 0 && out[i].id == out[i - 1].id))
            return pnd_fail(err, PND_EINVAL, "%s: segment id %u is %s", name, (unsigned)out[i].id,
                            out[i].id == 0 ? "void" : "listed twice");
    return PND_OK;
}

static pnd_status widen(pnd_instance_matcher *m, pnd_error *err)
{
    const pnd_status status = pnd_plane_u32_resize(&m->wide, m->gt.width, m->gt.height, err);
    for (int32_t y = 0; y < m->gt.height && status == PND_OK; y++) {
        const uint16_t *const from = pnd_view_u16_row(m->gt, y);
        uint32_t *const to = pnd_plane_u32_row(&m->wide, y);
        for (int32_t x = 0; x < m->gt.width; x++)
            to[x] = from[x];
    }
    return status;
}

static pq_pixels pixels_of(pnd_view_u32 ids)
{
    return (pq_pixels){(const uint8_t *)ids.data, ids.stride, sizeof *ids.data, ids.width,
                       ids.height};
}

static pnd_status share_pixels(pnd_instance_matcher *m, const listed *all, size_t n,
                               const char *name, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; i < m->pairs.n && status == PND_OK; i++) {
        const pq_item *const item = &m->pairs.items[i];
        const listed wanted = {.id = pq_key_pred(item->key)};
        if (wanted.id == 0)
            continue;
        const listed *const found = bsearch(&wanted, all, n, sizeof *all, order_listed);
        if (found == NULL)
            return pnd_fail(err, PND_EMISMATCH,
                            "%s: segment id %u is in the image and not in its list", name,
                            (unsigned)wanted.id);
        if (found->is_guess)
            status = add_pixels(m, found->guess, (uint16_t)pq_key_gt(item->key), item->value, err);
    }
    return status;
}

/* Take guesses without a pixel off the list; they have no overlaps. */
static void drop_empty(pnd_instance_matcher *m, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < m->n_guesses; i++) {
        if (m->guesses[i].area == 0) {
            m->n_empty++;
            continue;
        }
        for (size_t k = 0; k < m->n_overlaps && kept != i; k++)
            if (m->overlaps[k].guess == i)
                m->overlaps[k].guess = (uint32_t)kept;
        m->guesses[kept++] = m->guesses[i];
    }
    m->n_guesses = kept;
}

pnd_status pnd_instance_add_segments(pnd_instance_matcher *m, pnd_view_u32 ids,
                                     const pnd_instance_segment *segments, size_t n,
                                     const char *name, pnd_error *err)
{
    const size_t first = m->n_guesses;
    pnd_status status = check_size(m, ids.width, ids.height, name, err);
    if (status != PND_OK)
        return status;
    listed *const all = pnd_alloc_array(n, sizeof *all);
    if (all == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    status = list_segments(m, all, segments, n, name, err);
    if (status == PND_OK)
        status = widen(m, err);
    if (status == PND_OK)
        status = pq_pairs_count(&m->pairs, pixels_of(pnd_plane_u32_view(&m->wide)), pixels_of(ids),
                                name, err);
    if (status == PND_OK)
        status = share_pixels(m, all, n, name, err);
    free(all);
    drop_empty(m, first);
    return status;
}

/* ---- the image */

static int order_overlaps(const void *a, const void *b)
{
    const pnd_instance_overlap *const x = a, *const y = b;
    if (x->guess != y->guess)
        return x->guess < y->guess ? -1 : 1;
    return (x->truth > y->truth) - (x->truth < y->truth);
}

pnd_instance_image pnd_instance_end(pnd_instance_matcher *m)
{
    if (m->n_overlaps > 0)
        qsort(m->overlaps, m->n_overlaps, sizeof *m->overlaps, order_overlaps);
    return (pnd_instance_image){
        .truths = m->truths,
        .guesses = m->guesses,
        .overlaps = m->overlaps,
        .n_truths = m->n_truths,
        .n_guesses = m->n_guesses,
        .n_overlaps = m->n_overlaps,
        .n_empty = m->n_empty,
    };
}
