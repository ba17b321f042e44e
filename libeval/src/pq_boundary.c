/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boundary PQ: matching once more, with the smaller of mask IoU and boundary IoU.
 *
 * The pairs of the bands are counted as those of the masks are, on images in which the inside of
 * every segment has one id of its own. Void of the ground truth stays void, inside too: what a
 * band has on it leaves the union.
 */
#include "boundary_band.h"
#include "pq_matcher.h"

#include <panodepth/alloc.h>
#include <panodepth/semantic.h>

#include <stdlib.h>
#include <string.h>

static uint32_t id_at(pq_pixels image, int32_t x, int32_t y)
{
    const uint8_t *const pixel =
        image.data + (size_t)y * image.stride + (size_t)x * image.pixel_size;
    uint32_t id;
    if (image.pixel_size == 3)
        return pixel[0] | (uint32_t)pixel[1] << 8 | (uint32_t)pixel[2] << 16;
    memcpy(&id, pixel, sizeof id);
    return id;
}

/* The image with the inside of its segments marked. */
static pnd_status mark_inside(pnd_plane_u32 *out, pq_boundary *boundary, pq_pixels image,
                              const pq_table *table, int32_t distance, pnd_error *err)
{
    pnd_status status = pq_boundary_band(&boundary->band, image, distance, boundary->runs, err);
    if (status == PND_OK)
        status = pnd_plane_u32_resize(out, image.width, image.height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < image.height; y++) {
        const uint8_t *const in_band = pnd_plane_u8_row(&boundary->band, y);
        uint32_t *const row = pnd_plane_u32_row(out, y);
        uint32_t last = 0;
        bool is_segment = pq_table_find(table, last) != NULL;
        for (int32_t x = 0; x < image.width; x++) {
            const uint32_t id = id_at(image, x, y);
            if (id != last)
                is_segment = pq_table_find(table, id) != NULL;
            last = id;
            row[x] = is_segment && !in_band[x] ? PQ_INSIDE : id;
        }
    }
    return PND_OK;
}

static pnd_status reserve_runs(pq_boundary *boundary, int32_t width, pnd_error *err)
{
    const size_t wanted = 2 * (size_t)width;
    if (wanted <= boundary->runs_capacity)
        return PND_OK;
    int32_t *const runs = pnd_realloc_array(boundary->runs, wanted, sizeof *runs);
    if (runs == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a row of %d pixels", (int)width);
    boundary->runs = runs;
    boundary->runs_capacity = wanted;
    return PND_OK;
}

static pq_pixels pixels_of_plane(const pnd_plane_u32 *plane)
{
    const pnd_view_u32 view = pnd_plane_u32_view(plane);
    return (pq_pixels){(const uint8_t *)view.data, view.stride, sizeof *view.data, view.width,
                       view.height};
}

static pnd_status count_bands(pnd_pq_matcher *matcher, pq_pixels gt, pq_pixels pred,
                              int32_t distance, const char *name, pnd_error *err)
{
    pq_boundary *const boundary = &matcher->boundary;
    pnd_status status = reserve_runs(boundary, gt.width, err);
    if (status == PND_OK)
        status = mark_inside(&boundary->gt, boundary, gt, &matcher->gt, distance, err);
    if (status == PND_OK)
        status = mark_inside(&boundary->pred, boundary, pred, &matcher->pred, distance, err);
    if (status == PND_OK)
        status = pq_pairs_count(&boundary->pairs, pixels_of_plane(&boundary->gt),
                                pixels_of_plane(&boundary->pred), name, err);
    return status;
}

/* As before a match, with the areas of the bands. */
static void reset_tables(pnd_pq_matcher *matcher)
{
    for (size_t i = 0; i < matcher->gt.n; i++) {
        matcher->gt.rows[i].matched = false;
        matcher->gt.rows[i].band = 0;
    }
    for (size_t i = 0; i < matcher->pred.n; i++) {
        pq_segment *const pred = &matcher->pred.rows[i];
        pred->matched = false;
        pred->on_void = pred->on_crowd = pred->band = pred->band_on_void = 0;
    }
    for (size_t i = 0; i < matcher->boundary.pairs.n; i++) {
        const pq_item pair = matcher->boundary.pairs.items[i];
        pq_segment *const gt = pq_table_find(&matcher->gt, pq_key_gt(pair.key));
        pq_segment *const pred = pq_table_find(&matcher->pred, pq_key_pred(pair.key));
        if (gt != NULL)
            gt->band += pair.value;
        if (pred != NULL)
            pred->band += pair.value;
        if (pred != NULL && pq_key_gt(pair.key) == 0)
            pred->band_on_void += pair.value;
    }
}

double pq_boundary_iou(const pnd_pq_matcher *matcher, const pq_segment *gt, const pq_segment *pred)
{
    const int64_t both = pq_pairs_find(&matcher->boundary.pairs, gt->id, pred->id);
    return (double)both / (double)(gt->band + pred->band - both - pred->band_on_void);
}

pnd_status pnd_pq_match_boundary(pnd_pq_image *out, pnd_pq_matcher *matcher, const pnd_panoptic *gt,
                                 const pnd_panoptic *pred, double ratio, const char *name,
                                 pnd_error *err)
{
    const pq_pixels g = pq_pixels_of(gt), p = pq_pixels_of(pred);
    *out = (pnd_pq_image){0};
    if (g.width != p.width || g.height != p.height)
        return pq_size_mismatch(g, p, name, err);
    const int32_t distance = pnd_boundary_width(g.width, g.height, ratio);
    pnd_status status = count_bands(matcher, g, p, distance, name, err);
    if (status == PND_OK) {
        reset_tables(matcher);
        matcher->boundary.is_on = true;
        status = pq_match_tables(matcher, out, name, err);
    }
    if (status != PND_OK)
        *out = (pnd_pq_image){0};
    memset(out->deviations, 0, sizeof out->deviations); /* pnd_pq_match() told them */
    return status;
}

void pq_boundary_clear(pq_boundary *boundary)
{
    pq_pairs_clear(&boundary->pairs);
    pnd_plane_u8_clear(&boundary->band);
    pnd_plane_u32_clear(&boundary->gt);
    pnd_plane_u32_clear(&boundary->pred);
    free(boundary->runs);
    *boundary = (pq_boundary){0};
}
