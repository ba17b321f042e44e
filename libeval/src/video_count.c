/* SPDX-License-Identifier: Apache-2.0 */
/* One frame to a table: how many pixels each (ground truth id, predicted id, level) covers. */
#include "pq_pairs.h"

#include <panodepth/alloc.h>
#include <panodepth/video_pq.h>

#include <stdlib.h>
#include <string.h>

/* A predicted id and its level share 32 bits: 12 bits of class, 16 of instance, 4 of level. */
enum { LEVEL_BITS = 4, LEVEL_MASK = (1 << LEVEL_BITS) - 1 };

struct pnd_video_counter {
    int32_t n_classes;
    double lambdas[PND_VIDEO_MAX_LAMBDAS];
    int32_t n_lambdas;
    pnd_plane_u32 leveled;
    pq_pairs pairs;
};

const double *pnd_video_inlier_ratios(void)
{
    static const double ratios[PND_VIDEO_N_INLIERS] = {1.25, 1.1};
    return ratios;
}

void pnd_video_table_clear(pnd_video_table *table)
{
    free(table->pairs);
    *table = (pnd_video_table){0};
}

static pnd_status check_lambdas(const double *lambdas, size_t n, pnd_error *err)
{
    if (n > PND_VIDEO_MAX_LAMBDAS)
        return pnd_fail(err, PND_EINVAL, "%zu depth thresholds: at most %d", n,
                        PND_VIDEO_MAX_LAMBDAS);
    for (size_t i = 0; i < n; i++)
        if (!(lambdas[i] > 0) || (i > 0 && !(lambdas[i] > lambdas[i - 1])))
            return pnd_fail(err, PND_EINVAL,
                            "depth threshold %g: expected above 0, smallest first, each once",
                            lambdas[i]);
    return PND_OK;
}

pnd_status pnd_video_counter_create(pnd_video_counter **out, int32_t n_classes,
                                    const double *lambdas, size_t n_lambdas, pnd_error *err)
{
    *out = NULL;
    const pnd_status status = check_lambdas(lambdas, n_lambdas, err);
    if (status != PND_OK)
        return status;
    if (n_classes < 1 || n_classes > PND_VIDEO_MAX_CLASSES)
        return pnd_fail(err, PND_EINVAL, "%d classes: expected 1 to %d", (int)n_classes,
                        PND_VIDEO_MAX_CLASSES);
    pnd_video_counter *const counter = pnd_calloc_array(1, sizeof *counter);
    if (counter == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for counting");
    counter->n_classes = n_classes;
    counter->n_lambdas = (int32_t)n_lambdas;
    for (size_t i = 0; i < n_lambdas; i++)
        counter->lambdas[i] = lambdas[i];
    *out = counter;
    return PND_OK;
}

void pnd_video_counter_free(pnd_video_counter *counter)
{
    if (counter == NULL)
        return;
    pnd_plane_u32_clear(&counter->leveled);
    pq_pairs_clear(&counter->pairs);
    free(counter);
}

/*
 * Signed on purpose. Both sides are whole numbers below 2^16 and a threshold is a short decimal, so
 * the rounded quotient is above lambda exactly when the true one is: for |p - g| / g = 1/10 both
 * the quotient and the literal 0.1 are the double nearest to 1/10.
 */
static int32_t level_of(const pnd_video_counter *counter, int32_t g, int32_t p)
{
    const double error = (double)(p < g ? g - p : p - g) / (double)g;
    int32_t level = 0;
    while (level < counter->n_lambdas && error > counter->lambdas[level])
        level++;
    return level;
}

static void count_inliers(pnd_video_table *out, int32_t g, int32_t p)
{
    const double *const ratios = pnd_video_inlier_ratios();
    out->depth_pixels++;
    if (p <= 0)
        return;
    const double ratio = p > g ? (double)p / (double)g : (double)g / (double)p;
    for (int i = 0; i < PND_VIDEO_N_INLIERS; i++)
        out->inliers[i] += ratio <= ratios[i];
}

/* Returns all bits of the predicted ids. */
static uint32_t put_ids(const pnd_video_counter *counter, const pnd_video_frame *frame, int32_t y)
{
    const uint32_t *const pred = pnd_view_u32_row(frame->pred, y);
    uint32_t *const to = pnd_plane_u32_row(&counter->leveled, y);
    uint32_t seen = 0;
    for (int32_t x = 0; x < frame->pred.width; x++) {
        to[x] = pred[x] << LEVEL_BITS;
        seen |= pred[x];
    }
    return seen;
}

static void put_levels(pnd_video_table *out, const pnd_video_counter *counter,
                       const pnd_video_frame *frame, int32_t y)
{
    const uint16_t *const g = pnd_view_u16_row(frame->gt_depth, y);
    const uint16_t *const p = pnd_view_u16_row(frame->pred_depth, y);
    uint32_t *const to = pnd_plane_u32_row(&counter->leveled, y);
    for (int32_t x = 0; x < frame->pred.width; x++) {
        if (g[x] == 0)
            continue;
        to[x] |= (uint32_t)level_of(counter, g[x], p[x]);
        count_inliers(out, g[x], p[x]);
    }
}

static pnd_status level_pixels(pnd_video_table *out, const pnd_video_counter *counter,
                               const pnd_video_frame *frame, const char *name, pnd_error *err)
{
    uint32_t seen = 0;
    for (int32_t y = 0; y < frame->gt.height; y++) {
        seen |= put_ids(counter, frame, y);
        if (frame->gt_depth.data != NULL)
            put_levels(out, counter, frame, y);
    }
    if (seen >> (32 - LEVEL_BITS) == 0)
        return PND_OK;
    return pnd_fail(err, PND_EINVAL, "%s: prediction has a class above 4095: expected 0 to %d",
                    name, (int)counter->n_classes);
}

static pnd_status check_class(uint32_t id, const pnd_video_counter *counter, const char *name,
                              const char *what, pnd_error *err)
{
    if (pnd_video_class(id) <= counter->n_classes)
        return PND_OK;
    return pnd_fail(err, PND_EINVAL, "%s: %s has class %d: expected 0 to %d", name, what,
                    (int)pnd_video_class(id), (int)counter->n_classes);
}

static pnd_status keep_pairs(pnd_video_table *out, const pnd_video_counter *counter,
                             const char *name, pnd_error *err)
{
    const pq_pairs *const pairs = &counter->pairs;
    pnd_status status = PND_OK;
    out->pairs = pnd_alloc_array(pairs->n, sizeof *out->pairs);
    if (out->pairs == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory for %zu pairs", name, pairs->n);
    for (size_t i = 0; i < pairs->n && status == PND_OK; i++) {
        const uint32_t pred = pq_key_pred(pairs->items[i].key);
        const pnd_video_pair pair = {pq_key_gt(pairs->items[i].key), pred >> LEVEL_BITS,
                                     (int32_t)(pred & LEVEL_MASK), pairs->items[i].value};
        status = check_class(pair.gt, counter, name, "ground truth", err);
        if (status == PND_OK)
            status = check_class(pair.pred, counter, name, "prediction", err);
        out->pairs[out->n++] = pair;
    }
    return status;
}

static bool is_size(int32_t width, int32_t height, const pnd_video_frame *frame)
{
    return width == frame->gt.width && height == frame->gt.height;
}

static pnd_status check_sizes(const pnd_video_frame *f, const char *name, pnd_error *err)
{
    const struct {
        const char *what;
        bool given;
        int32_t width, height;
    } images[] = {
        {"prediction", true, f->pred.width, f->pred.height},
        {"ground truth depth", f->gt_depth.data != NULL, f->gt_depth.width, f->gt_depth.height},
        {"predicted depth", f->gt_depth.data != NULL, f->pred_depth.width, f->pred_depth.height}};
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        if (images[i].given && !is_size(images[i].width, images[i].height, f))
            return pnd_fail(err, PND_EMISMATCH, "%s: %s is %dx%d, ground truth %dx%d", name,
                            images[i].what, (int)images[i].width, (int)images[i].height,
                            (int)f->gt.width, (int)f->gt.height);
    return PND_OK;
}

static pq_pixels pixels_of(pnd_view_u32 ids)
{
    return (pq_pixels){(const uint8_t *)ids.data, ids.stride, sizeof *ids.data, ids.width,
                       ids.height};
}

pnd_status pnd_video_count(pnd_video_table *out, pnd_video_counter *counter,
                           const pnd_video_frame *frame, const char *name, pnd_error *err)
{
    pnd_video_table_clear(out);
    pnd_status status = check_sizes(frame, name, err);
    if (status == PND_OK)
        status = pnd_plane_u32_resize(&counter->leveled, frame->gt.width, frame->gt.height, err);
    if (status == PND_OK)
        status = level_pixels(out, counter, frame, name, err);
    if (status == PND_OK)
        status = pq_pairs_count(&counter->pairs, pixels_of(frame->gt),
                                pixels_of(pnd_plane_u32_view(&counter->leveled)), name, err);
    if (status == PND_OK)
        status = keep_pairs(out, counter, name, err);
    if (status != PND_OK)
        pnd_video_table_clear(out);
    return status;
}
