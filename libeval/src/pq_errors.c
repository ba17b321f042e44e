/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types of errors, from the pairs that the matcher counted.
 *
 * Three passes: the first gives every segment its area and what lies over it, the second knows
 * those and finds who lies mostly in whom, the third pairs what is left. "Pieces" mean the same on
 * both sides, so one set of functions serves both.
 */
#include "pq_matcher.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[PND_PQ_N_ERROR_TYPES] = {[PND_PQ_WRONG_CLASS] = "wrong-class",
                                                        [PND_PQ_SPLIT] = "split",
                                                        [PND_PQ_MERGED] = "merged",
                                                        [PND_PQ_INACCURATE] = "inaccurate",
                                                        [PND_PQ_VOID_CONFUSED] = "void-confused",
                                                        [PND_PQ_MISSED_SMALL] = "missed-small",
                                                        [PND_PQ_OTHER_ERROR] = "other"};

const char *pnd_pq_error_name(pnd_pq_error_type type)
{
    return names[type];
}

/* One pair of ids; a side that is no segment is NULL. */
typedef struct pair_of_segments {
    pq_segment *gt, *pred;
    pq_overlap *over_gt, *over_pred;
    bool on_void, under_void;
    int64_t pixels;
} pair_of_segments;

static pair_of_segments look_up(const pnd_pq_matcher *matcher, pq_item pair)
{
    const uint32_t gt_id = pq_key_gt(pair.key), pred_id = pq_key_pred(pair.key);
    const pq_error_scratch *const scratch = &matcher->errors;
    pair_of_segments out = {.pixels = pair.value, .on_void = gt_id == 0};
    out.gt = pq_table_find(&matcher->gt, gt_id);
    out.pred = pq_table_find(&matcher->pred, pred_id);
    out.under_void = out.pred == NULL;
    out.over_gt = out.gt == NULL ? NULL : &scratch->gt[out.gt - matcher->gt.rows];
    out.over_pred = out.pred == NULL ? NULL : &scratch->pred[out.pred - matcher->pred.rows];
    return out;
}

static void add_pixels(pq_overlap *segment, const pq_segment *other, bool is_void, int64_t pixels)
{
    segment->area += pixels;
    if (is_void)
        segment->void_pixels += pixels;
    else if (other != NULL && pixels > segment->largest)
        segment->largest = pixels;
}

static void measure_overlaps(pnd_pq_matcher *matcher)
{
    for (size_t i = 0; i < matcher->pairs.n; i++) {
        const pair_of_segments pair = look_up(matcher, matcher->pairs.items[i]);
        if (pair.gt != NULL)
            add_pixels(pair.over_gt, pair.pred, pair.under_void, pair.pixels);
        if (pair.pred != NULL)
            add_pixels(pair.over_pred, pair.gt, pair.on_void, pair.pixels);
    }
    for (size_t i = 0; i < matcher->pred.n; i++)
        matcher->errors.pred[i].area -= matcher->errors.pred[i].void_pixels;
}

static void add_piece(pq_overlap *whole, uint32_t whole_id, pq_overlap *piece, int64_t pixels)
{
    if (2 * pixels <= piece->area)
        return;
    whole->pieces++;
    whole->piece_pixels += pixels;
    piece->whole = whole;
    piece->whole_id = whole_id;
    piece->whole_pixels = pixels;
}

static int64_t area_of_both(const pair_of_segments *pair)
{
    return pair->over_gt->area + pair->over_pred->area - pair->pixels;
}

static void compare_masks(const pair_of_segments *pair)
{
    const int64_t all = area_of_both(pair);
    if (2 * pair->pixels <= all || pair->gt->matched || pair->pred->matched)
        return;
    const double iou = (double)pair->pixels / (double)all;
    pair->over_gt->twin = pair->pred;
    pair->over_pred->twin = pair->gt;
    pair->over_gt->twin_iou = pair->over_pred->twin_iou = iou;
}

/* Pairs come by ascending ids, so the first of equal IoUs is kept, on either side. */
static void keep_best(pq_overlap *segment, pq_segment *other, double iou)
{
    if (iou <= segment->best_iou)
        return;
    segment->best = other;
    segment->best_iou = iou;
}

static void relate(pnd_pq_matcher *matcher)
{
    for (size_t i = 0; i < matcher->pairs.n; i++) {
        const pair_of_segments pair = look_up(matcher, matcher->pairs.items[i]);
        if (pair.gt == NULL || pair.pred == NULL || pair.on_void || pair.gt->is_crowd)
            continue;
        if (pair.gt->category != pair.pred->category) {
            compare_masks(&pair);
            continue;
        }
        add_piece(pair.over_gt, pair.gt->id, pair.over_pred, pair.pixels);
        add_piece(pair.over_pred, pair.pred->id, pair.over_gt, pair.pixels);
    }
}

static bool in_pieces(const pq_overlap *segment)
{
    return segment->pieces >= 2 && 2 * segment->piece_pixels > segment->area;
}

static bool is_piece(const pq_overlap *segment)
{
    return segment->whole != NULL && in_pieces(segment->whole);
}

static bool is_explained(const pq_segment *segment, const pq_overlap *over)
{
    return segment->matched || over->twin != NULL || is_piece(over) || in_pieces(over);
}

static void find_bad_masks(pnd_pq_matcher *matcher)
{
    for (size_t i = 0; i < matcher->pairs.n; i++) {
        const pair_of_segments pair = look_up(matcher, matcher->pairs.items[i]);
        if (pair.gt == NULL || pair.pred == NULL || pair.on_void || pair.gt->is_crowd ||
            pair.gt->category != pair.pred->category || is_explained(pair.gt, pair.over_gt) ||
            is_explained(pair.pred, pair.over_pred))
            continue;
        const double iou = (double)pair.pixels / (double)area_of_both(&pair);
        if (iou < PND_PQ_INACCURATE_IOU)
            continue;
        keep_best(pair.over_gt, pair.pred, iou);
        keep_best(pair.over_pred, pair.gt, iou);
    }
}

/* `others` are the overlaps of the other image, one a row of `table`. */
static bool is_mutual(const pq_overlap *segment, const pq_segment *self, const pq_overlap *others,
                      const pq_table *table)
{
    return segment->best != NULL && others[segment->best - table->rows].best == self;
}

static void set_partner(pnd_pq_error *error, uint32_t id)
{
    error->has_partner = true;
    error->partner_id = id;
}

/* `in` is the type of a segment that is in pieces, `of` of one that is a piece: split and merged
 * for ground truth, the other way round for predictions. Split comes first in either. */
static void classify(pnd_pq_error *error, const pq_overlap *segment, pnd_pq_error_type in,
                     pnd_pq_error_type of, bool is_mutual_best)
{
    if (segment->twin != NULL) {
        error->type = PND_PQ_WRONG_CLASS;
        set_partner(error, segment->twin->id);
    } else if (is_piece(segment) && (of == PND_PQ_SPLIT || !in_pieces(segment))) {
        error->type = of;
        set_partner(error, segment->whole_id);
    } else if (in_pieces(segment)) {
        error->type = in;
    } else if (is_mutual_best) {
        error->type = PND_PQ_INACCURATE;
        set_partner(error, segment->best->id);
    } else if (segment->void_pixels > segment->largest) {
        error->type = PND_PQ_VOID_CONFUSED;
    } else {
        error->type = PND_PQ_OTHER_ERROR;
    }
}

static double iou_once_fixed(pnd_pq_error_type type, const pq_overlap *gt)
{
    switch (type) {
    case PND_PQ_WRONG_CLASS:
        return gt->twin_iou;
    case PND_PQ_SPLIT:
        return (double)gt->piece_pixels / (double)gt->area;
    case PND_PQ_MERGED:
        return (double)gt->whole_pixels / (double)gt->area;
    default:
        return (double)NAN;
    }
}

static void add_false_negatives(pnd_pq_matcher *matcher, int64_t small_area)
{
    pq_error_scratch *const scratch = &matcher->errors;
    for (size_t i = 0; i < matcher->gt.n; i++) {
        const pq_segment *const gt = &matcher->gt.rows[i];
        if (!pq_is_false_negative(gt))
            continue;
        pnd_pq_error error = {.category = (size_t)gt->category, .id = gt->id};
        classify(&error, &scratch->gt[i], PND_PQ_SPLIT, PND_PQ_MERGED,
                 is_mutual(&scratch->gt[i], gt, scratch->pred, &matcher->pred));
        if (error.type == PND_PQ_OTHER_ERROR && scratch->gt[i].area < small_area)
            error.type = PND_PQ_MISSED_SMALL;
        error.iou = iou_once_fixed(error.type, &scratch->gt[i]);
        scratch->items[scratch->n++] = error;
    }
}

static void add_false_positives(pnd_pq_matcher *matcher)
{
    pq_error_scratch *const scratch = &matcher->errors;
    for (size_t i = 0; i < matcher->pred.n; i++) {
        const pq_segment *const pred = &matcher->pred.rows[i];
        if (!pq_is_false_positive(pred))
            continue;
        pnd_pq_error error = {.is_false_positive = true,
                              .category = (size_t)pred->category,
                              .id = pred->id,
                              .iou = (double)NAN};
        classify(&error, &scratch->pred[i], PND_PQ_MERGED, PND_PQ_SPLIT,
                 is_mutual(&scratch->pred[i], pred, scratch->gt, &matcher->gt));
        scratch->items[scratch->n++] = error;
    }
}

static bool reserve_overlaps(pq_overlap **overlaps, size_t *capacity, size_t n)
{
    if (n > *capacity) {
        pq_overlap *const grown = pnd_realloc_array(*overlaps, n, sizeof *grown);
        if (grown == NULL)
            return false;
        *overlaps = grown;
        *capacity = n;
    }
    if (n > 0)
        memset(*overlaps, 0, n * sizeof **overlaps);
    return true;
}

static bool reserve(pnd_pq_matcher *matcher)
{
    pq_error_scratch *const scratch = &matcher->errors;
    const size_t n = matcher->gt.n + matcher->pred.n;
    scratch->n = 0;
    if (n > scratch->capacity) {
        pnd_pq_error *const grown = pnd_realloc_array(scratch->items, n, sizeof *grown);
        if (grown == NULL)
            return false;
        scratch->items = grown;
        scratch->capacity = n;
    }
    return reserve_overlaps(&scratch->gt, &scratch->gt_capacity, matcher->gt.n) &&
           reserve_overlaps(&scratch->pred, &scratch->pred_capacity, matcher->pred.n);
}

pnd_status pnd_pq_find_errors(pnd_pq_image_errors *out, pnd_pq_matcher *matcher, int64_t small_area,
                              pnd_error *err)
{
    *out = (pnd_pq_image_errors){0};
    if (!reserve(matcher))
        return pnd_fail(err, PND_ENOMEM, "out of memory for the errors of %zu segments",
                        matcher->gt.n + matcher->pred.n);
    measure_overlaps(matcher);
    relate(matcher);
    find_bad_masks(matcher);
    add_false_negatives(matcher, small_area);
    add_false_positives(matcher);
    *out = (pnd_pq_image_errors){matcher->errors.items, matcher->errors.n};
    return PND_OK;
}

void pq_errors_clear(pq_error_scratch *scratch)
{
    free(scratch->gt);
    free(scratch->pred);
    free(scratch->items);
    *scratch = (pq_error_scratch){0};
}

void pnd_pq_add_errors(pnd_pq_error_count *total, const pnd_pq_image_errors *errors)
{
    for (size_t i = 0; i < errors->n; i++) {
        const pnd_pq_error *const error = &errors->items[i];
        pnd_pq_error_count *const count =
            &total[error->category * PND_PQ_N_ERROR_TYPES + (size_t)error->type];
        const bool known = !isnan(error->iou);
        count->fp += error->is_false_positive;
        count->fn += !error->is_false_positive;
        count->fn_without_iou += !error->is_false_positive && !known;
        count->iou_sum += known ? error->iou : 0;
    }
}

pnd_pq_count pnd_pq_fix_errors(const pnd_pq_count *count, const pnd_pq_error_count *error)
{
    const double sq = count->tp == 0 ? 1.0 : count->iou_sum / (double)count->tp;
    return (pnd_pq_count){
        .iou_sum = count->iou_sum + error->iou_sum + sq * (double)error->fn_without_iou,
        .tp = count->tp + error->fn,
        .fp = count->fp - error->fp,
        .fn = count->fn - error->fn,
    };
}
