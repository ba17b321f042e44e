/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching the segments of one image.
 *
 * Everything is a sum over the sorted pairs (gt, pred) -> pixels: areas are row and column sums,
 * overlap with void is the pairs with gt = 0, and a pair of two segments of one category is a
 * candidate match. Sorted order is the order of numpy.unique() in the reference, so the IoUs come
 * out in its order too.
 */
#include "pq_matcher.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Areas in files are JSON numbers; up to here sums with pixel counts cannot overflow. */
#define MAX_FILE_AREA (INT64_C(1) << 53)

static pnd_status index_categories(pnd_pq_matcher *matcher, const pnd_category *categories,
                                   size_t n, pnd_error *err)
{
    pq_categories *const out = &matcher->categories;
    for (size_t i = 0; i < n; i++) {
        out->by_id[i] = (pq_item){(uint32_t)categories[i].id, (int64_t)i};
        matcher->is_thing[i] = categories[i].is_thing;
    }
    out->n = n;
    pq_sort_items(out->by_id, n);
    for (size_t i = 1; i < n; i++)
        if (out->by_id[i].key == out->by_id[i - 1].key)
            return pnd_fail(err, PND_EINVAL, "category %d is listed more than once",
                            (int)categories[out->by_id[i].value].id);
    return PND_OK;
}

pnd_status pnd_pq_matcher_create(pnd_pq_matcher **out, const pnd_category *categories,
                                 size_t n_categories, pnd_pq_parity parity, pnd_error *err)
{
    *out = NULL;
    pnd_pq_matcher *const matcher = pnd_calloc_array(1, sizeof *matcher);
    if (matcher == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a matcher");
    matcher->parity = parity;
    matcher->categories.by_id = pnd_calloc_array(n_categories, sizeof(pq_item));
    matcher->counts = pnd_calloc_array(n_categories, sizeof *matcher->counts);
    matcher->last_crowd = pnd_calloc_array(n_categories, sizeof *matcher->last_crowd);
    matcher->dagger = pnd_calloc_array(n_categories, sizeof *matcher->dagger);
    matcher->is_thing = pnd_calloc_array(n_categories, sizeof *matcher->is_thing);
    pnd_status status;
    if (matcher->categories.by_id == NULL || matcher->counts == NULL ||
        matcher->last_crowd == NULL || matcher->dagger == NULL || matcher->is_thing == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory for %zu categories", n_categories);
    else
        status = index_categories(matcher, categories, n_categories, err);
    if (status != PND_OK) {
        pnd_pq_matcher_free(matcher);
        return status;
    }
    *out = matcher;
    return PND_OK;
}

void pnd_pq_matcher_free(pnd_pq_matcher *matcher)
{
    if (matcher == NULL)
        return;
    pq_pairs_clear(&matcher->pairs);
    pq_table_clear(&matcher->gt);
    pq_table_clear(&matcher->pred);
    pq_errors_clear(&matcher->errors);
    pq_boundary_clear(&matcher->boundary);
    free(matcher->categories.by_id);
    free(matcher->counts);
    free(matcher->last_crowd);
    free(matcher->dagger);
    free(matcher->is_thing);
    free(matcher->matches);
    free(matcher);
}

pq_pixels pq_pixels_of(const pnd_panoptic *image)
{
    const pnd_view_u32 ids = image->ids;
    const pnd_view_rgb8 rgb = image->rgb;
    if (rgb.data != NULL)
        return (pq_pixels){rgb.data, rgb.stride, 3, rgb.width, rgb.height};
    return (pq_pixels){(const uint8_t *)ids.data, ids.stride, sizeof *ids.data, ids.width,
                       ids.height};
}

static bool can_broadcast(pq_pixels a, pq_pixels b)
{
    return (a.width == b.width || a.width == 1 || b.width == 1) &&
           (a.height == b.height || a.height == 1 || b.height == 1);
}

pnd_status pq_size_mismatch(pq_pixels gt, pq_pixels pred, const char *name, pnd_error *err)
{
    const bool swapped = gt.width == pred.height && gt.height == pred.width;
    return pnd_fail_hint(err, PND_EMISMATCH,
                         swapped ? "width and height swapped?"
                                 : "write predictions at the ground truth's size (detectron2: "
                                   "height and width of its inputs)",
                         "%s: prediction is %dx%d, ground truth %dx%d", name, (int)pred.width,
                         (int)pred.height, (int)gt.width, (int)gt.height);
}

static void add_areas(const pq_pairs *pairs, const pq_table *table, uint32_t (*key_id)(uint64_t))
{
    pq_segment *row = NULL;
    for (size_t i = 0; i < pairs->n; i++) {
        const uint32_t id = key_id(pairs->items[i].key);
        if (row == NULL || row->id != id)
            row = pq_table_find(table, id);
        if (row != NULL)
            row->area += pairs->items[i].value;
    }
}

/* Pairs, and the area of every segment in its own image. */
static pnd_status measure(pnd_pq_matcher *matcher, pnd_pq_image *out, pq_pixels gt, pq_pixels pred,
                          const char *name, pnd_error *err)
{
    pq_pairs *const pairs = &matcher->pairs;
    pnd_status status;
    if (gt.width == pred.width && gt.height == pred.height) {
        status = pq_pairs_count(pairs, gt, pred, name, err);
        add_areas(pairs, &matcher->gt, pq_key_gt);
        add_areas(pairs, &matcher->pred, pq_key_pred);
        return status;
    }
    if (matcher->parity != PND_PQ_STRICT || !can_broadcast(gt, pred))
        return pq_size_mismatch(gt, pred, name, err);
    out->deviations[PND_PQ_SIZE_BROADCAST]++;
    status = pq_pairs_count(pairs, gt, gt, name, err);
    if (status != PND_OK)
        return status;
    add_areas(pairs, &matcher->gt, pq_key_gt);
    status = pq_pairs_count(pairs, pred, pred, name, err);
    if (status != PND_OK)
        return status;
    add_areas(pairs, &matcher->pred, pq_key_pred);
    return pq_pairs_count_broadcast(pairs, gt, pred, name, err);
}

/* Refuse what the chosen parity refuses and record the rest. */
static pnd_status judge(const pnd_pq_matcher *matcher, pnd_pq_image *out, pq_problems *gt,
                        pq_problems *pred, const char *name, pnd_error *err)
{
    if (matcher->parity == PND_PQ_STRICT) {
        out->deviations[PND_PQ_GT_DUPLICATE_ID] += gt->duplicate.n;
        out->deviations[PND_PQ_GT_ZERO_ID] += gt->zero.n;
        out->deviations[PND_PQ_GT_ID_NOT_IN_TABLE] += gt->not_in_table.n;
        out->deviations[PND_PQ_GT_ID_NOT_IN_PIXELS] += gt->not_in_pixels.n;
        out->deviations[PND_PQ_GT_CATEGORY_UNKNOWN] += gt->unknown_category.n;
        out->deviations[PND_PQ_PRED_DUPLICATE_ID] += pred->duplicate.n;
        out->deviations[PND_PQ_PRED_ZERO_ID] += pred->zero.n;
        *gt = (pq_problems){0};
        pred->duplicate.n = pred->zero.n = 0;
    }
    if (gt->not_in_table.n + gt->not_in_pixels.n + gt->unknown_category.n + gt->duplicate.n +
            gt->zero.n >
        0)
        return pq_problems_fail(gt, name, "ground truth", err);
    if (pred->not_in_table.n + pred->not_in_pixels.n + pred->unknown_category.n +
            pred->duplicate.n + pred->zero.n >
        0)
        return pq_problems_fail(pred, name, "prediction", err);
    return PND_OK;
}

/* Which crowds excuse a prediction: all of its category, or the reference's: the last in the file.
 */
static void choose_crowds(pnd_pq_matcher *matcher, pnd_pq_image *out)
{
    pq_segment *const rows = matcher->gt.rows;
    for (size_t c = 0; c < matcher->categories.n; c++)
        matcher->last_crowd[c] = -1;
    for (size_t i = 0; i < matcher->gt.n; i++) {
        if (!rows[i].is_crowd || rows[i].category < 0)
            continue;
        int64_t *const last = &matcher->last_crowd[rows[i].category];
        out->deviations[PND_PQ_GT_SEVERAL_CROWDS] += *last >= 0;
        rows[i].is_counted_crowd = true;
        if (matcher->parity == PND_PQ_STRICT && *last >= 0) {
            const bool later = rows[i].order > rows[*last].order;
            rows[later ? (size_t)*last : i].is_counted_crowd = false;
            if (!later)
                continue;
        }
        *last = (int64_t)i;
    }
}

static void note_areas(const pnd_pq_matcher *matcher, pnd_pq_image *out)
{
    for (size_t i = 0; i < matcher->gt.n; i++) {
        const pq_segment *const row = &matcher->gt.rows[i];
        out->deviations[PND_PQ_GT_AREA_DIFFERS] +=
            row->file_area != PND_PQ_NO_AREA && row->area > 0 && row->file_area != row->area;
    }
}

static pnd_status gt_area(int64_t *area, const pnd_pq_matcher *matcher, const pq_segment *gt,
                          const char *name, pnd_error *err)
{
    *area = gt->area;
    if (matcher->parity != PND_PQ_STRICT)
        return PND_OK;
    *area = gt->file_area;
    if (*area == PND_PQ_NO_AREA)
        return pnd_fail_hint(err, PND_EFORMAT, "corrected parity counts the pixels instead",
                             "%s: ground truth: segment %u has no area", name, (unsigned)gt->id);
    if (*area > MAX_FILE_AREA || *area < -MAX_FILE_AREA)
        return pnd_fail(err, PND_EFORMAT, "%s: ground truth: segment %u has area %lld", name,
                        (unsigned)gt->id, (long long)*area);
    return PND_OK;
}

static pnd_status add_match(pnd_pq_matcher *matcher, pq_segment *gt, pq_segment *pred, double iou,
                            const char *name, pnd_error *err)
{
    if (matcher->n_matches == matcher->capacity) {
        const size_t capacity = matcher->capacity == 0 ? 256 : 2 * matcher->capacity;
        pnd_pq_true_positive *const grown =
            pnd_realloc_array(matcher->matches, capacity, sizeof *grown);
        if (grown == NULL)
            return pnd_fail(err, PND_ENOMEM, "%s: out of memory for %zu matches", name, capacity);
        matcher->matches = grown;
        matcher->capacity = capacity;
    }
    pnd_pq_count *const count = &matcher->counts[gt->category];
    count->tp++;
    count->iou_sum += iou;
    gt->matched = pred->matched = true;
    matcher->matches[matcher->n_matches++] =
        (pnd_pq_true_positive){(size_t)gt->category, gt->id, pred->id, iou};
    return PND_OK;
}

/* A pair of a segment and a predicted segment of its category. */
static pnd_status try_match(pnd_pq_matcher *matcher, pnd_pq_image *out, pq_segment *gt,
                            pq_segment *pred, int64_t inter, const char *name, pnd_error *err)
{
    int64_t area = 0;
    const pnd_status status = gt_area(&area, matcher, gt, name, err);
    if (status != PND_OK)
        return status;
    const int64_t area_union = pred->area + area - inter - pred->on_void;
    double iou = (double)inter / (double)area_union; /* infinite for 0: areas of the file */
    out->deviations[PND_PQ_IOU_ABOVE_ONE] += area_union < inter;
    if (matcher->boundary.is_on)
        iou = fmin(iou, pq_boundary_iou(matcher, gt, pred));
    if (iou > 0 && !matcher->is_thing[gt->category])
        matcher->dagger[gt->category].iou_sum += iou;
    return iou > 0.5 ? add_match(matcher, gt, pred, iou, name, err) : PND_OK;
}

static pnd_status match_pairs(pnd_pq_matcher *matcher, pnd_pq_image *out, const char *name,
                              pnd_error *err)
{
    pnd_status status = PND_OK;
    pq_segment *gt = NULL;
    for (size_t i = 0; i < matcher->pairs.n && status == PND_OK; i++) {
        const pq_item pair = matcher->pairs.items[i];
        pq_segment *const pred = pq_table_find(&matcher->pred, pq_key_pred(pair.key));
        if (pred == NULL)
            continue;
        if (pq_key_gt(pair.key) == 0) /* these come first, so on_void is known to all others */
            pred->on_void += pair.value;
        if (gt == NULL || gt->id != pq_key_gt(pair.key))
            gt = pq_table_find(&matcher->gt, pq_key_gt(pair.key));
        if (gt == NULL || gt->category != pred->category)
            continue;
        if (gt->is_counted_crowd)
            pred->on_crowd += pair.value;
        if (!gt->is_crowd)
            status = try_match(matcher, out, gt, pred, pair.value, name, err);
    }
    return status;
}

static void count_unmatched(pnd_pq_matcher *matcher)
{
    for (size_t i = 0; i < matcher->gt.n; i++)
        if (pq_is_false_negative(&matcher->gt.rows[i]))
            matcher->counts[matcher->gt.rows[i].category].fn++;
    for (size_t i = 0; i < matcher->gt.n; i++) {
        const pq_segment *const gt = &matcher->gt.rows[i];
        if (!gt->is_crowd && gt->category >= 0 && !matcher->is_thing[gt->category])
            matcher->dagger[gt->category].segments++;
    }
    for (size_t i = 0; i < matcher->pred.n; i++)
        if (pq_is_false_positive(&matcher->pred.rows[i]))
            matcher->counts[matcher->pred.rows[i].category].fp++;
}

static pnd_status prepare(pnd_pq_matcher *matcher, pnd_pq_image *out, const pnd_panoptic *gt,
                          const pnd_panoptic *pred, const char *name, pnd_error *err)
{
    pq_problems gt_problems = {0}, pred_problems = {0};
    const pq_categories *const categories = &matcher->categories;
    pnd_status status = pq_table_build(&matcher->gt, &gt_problems, gt, categories, name, err);
    if (status == PND_OK)
        status = pq_table_build(&matcher->pred, &pred_problems, pred, categories, name, err);
    if (status == PND_OK)
        status = measure(matcher, out, pq_pixels_of(gt), pq_pixels_of(pred), name, err);
    if (status == PND_OK)
        status = pq_table_check(&matcher->gt, &gt_problems, &matcher->pairs, pq_key_gt, name, err);
    if (status == PND_OK)
        status =
            pq_table_check(&matcher->pred, &pred_problems, &matcher->pairs, pq_key_pred, name, err);
    if (status == PND_OK)
        status = judge(matcher, out, &gt_problems, &pred_problems, name, err);
    return status;
}

pnd_status pq_match_tables(pnd_pq_matcher *matcher, pnd_pq_image *out, const char *name,
                           pnd_error *err)
{
    const size_t n_categories = matcher->categories.n;
    matcher->n_matches = 0;
    memset(matcher->counts, 0, n_categories * sizeof *matcher->counts);
    memset(matcher->dagger, 0, n_categories * sizeof *matcher->dagger);
    const pnd_status status = match_pairs(matcher, out, name, err);
    if (status != PND_OK)
        return status;
    count_unmatched(matcher);
    out->counts = matcher->counts;
    out->dagger = matcher->dagger;
    out->n_categories = n_categories;
    out->matches = matcher->matches;
    out->n_matches = matcher->n_matches;
    return PND_OK;
}

pnd_status pnd_pq_match(pnd_pq_image *out, pnd_pq_matcher *matcher, const pnd_panoptic *gt,
                        const pnd_panoptic *pred, const char *name, pnd_error *err)
{
    *out = (pnd_pq_image){0};
    matcher->boundary.is_on = false;
    pnd_status status = prepare(matcher, out, gt, pred, name, err);
    if (status == PND_OK) {
        choose_crowds(matcher, out);
        note_areas(matcher, out);
        status = pq_match_tables(matcher, out, name, err);
    }
    if (status != PND_OK)
        *out = (pnd_pq_image){0};
    return status;
}
