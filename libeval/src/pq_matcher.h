/* SPDX-License-Identifier: Apache-2.0 */
/* The matcher of one thread, shared by matching and by the search for error types. Private. */
#ifndef PND_PQ_MATCHER_H
#define PND_PQ_MATCHER_H

#include "pq_table.h"

#include <panodepth/pq_errors.h>

/* What lies over one segment, of either image, in the other image. */
typedef struct pq_overlap {
    int64_t area;                 /* of the pairs; predictions: without void */
    int64_t void_pixels;          /* under void of the other image */
    int64_t largest;              /* most pixels shared with one segment of the other image */
    int64_t pieces, piece_pixels; /* segments of its category that lie mostly in this one */
    pq_segment *twin;             /* another category, IoU above 0.5 */
    double twin_iou;
    struct pq_overlap *whole; /* it lies mostly in this one, which has its category */
    uint32_t whole_id;
    int64_t whole_pixels; /* shared with it */
    pq_segment *best;     /* its category, unmatched, the highest IoU of those */
    double best_iou;
} pq_overlap;

typedef struct pq_error_scratch {
    pq_overlap *gt, *pred; /* one a row of the tables */
    size_t gt_capacity, pred_capacity;
    pnd_pq_error *items;
    size_t n, capacity;
} pq_error_scratch;

/* For boundary PQ: pairs of ids within the bands, PQ_INSIDE for the inside of segments. */
typedef struct pq_boundary {
    bool is_on; /* the IoU of pairs is min(mask IoU, boundary IoU) */
    pq_pairs pairs;
    pnd_plane_u8 band;
    pnd_plane_u32 gt, pred;
    int32_t *runs;
    size_t runs_capacity;
} pq_boundary;

/* No id: ids have 24 bits. */
#define PQ_INSIDE UINT32_MAX

struct pnd_pq_matcher {
    pnd_pq_parity parity;
    pq_categories categories;
    pq_pairs pairs;
    pq_table gt, pred;
    pnd_pq_count *counts;
    pnd_pq_dagger *dagger;
    bool *is_thing;
    int64_t *last_crowd; /* per category: row of its last crowd in file order, or -1 */
    pnd_pq_true_positive *matches;
    size_t n_matches, capacity;
    pq_error_scratch errors;
    pq_boundary boundary;
};

static inline bool pq_is_false_negative(const pq_segment *gt)
{
    return !gt->matched && !gt->is_crowd && gt->category >= 0;
}

/* Unmatched, and not excused by more than half of its pixels on void and crowd of its category. */
static inline bool pq_is_false_positive(const pq_segment *pred)
{
    const int64_t excused = pred->on_void + pred->on_crowd;
    return !pred->matched && !((double)excused / (double)pred->area > 0.5);
}

/* Match the tables anew, from the counted pairs; fills `out` but its deviations. */
PND_NODISCARD pnd_status pq_match_tables(pnd_pq_matcher *matcher, pnd_pq_image *out,
                                         const char *name, pnd_error *err);

pq_pixels pq_pixels_of(const pnd_panoptic *image);
pnd_status pq_size_mismatch(pq_pixels gt, pq_pixels pred, const char *name, pnd_error *err);

/* Boundary IoU of two segments whose masks meet. */
double pq_boundary_iou(const pnd_pq_matcher *matcher, const pq_segment *gt, const pq_segment *pred);
void pq_boundary_clear(pq_boundary *boundary);

void pq_errors_clear(pq_error_scratch *scratch);

#endif
