/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/pq_errors.h
 * Why panoptic quality is below 1: one type for every false negative and every false positive.
 *
 * The types are ours, after the idea of TIDE (Bolya et al., "TIDE: A General Toolbox for
 * Identifying Object Detection Errors", ECCV 2020), with the segments and the void rules of
 * panodepth/pq.h. Areas are pixels in either parity; "mostly" is more than half, void of the ground
 * truth aside:
 *
 *     IoU(g, p)     the matcher's, whatever the two categories
 *     pieces(g)     predictions of g's category with more than half of their non-void pixels on g
 *     pieces(p)     ground truth segments of p's category, no crowds, with more than half of their
 *                   pixels under p
 *
 * The first that holds for a false negative g, or a false positive p, is its type:
 *
 *     wrong class    it has IoU > 0.5 with an unmatched segment of another category
 *     split          g has two pieces or more that cover more than half of it; p is a piece of such
 *                    a segment (which may itself be matched, by another piece)
 *     merged         p has two pieces or more that fill more than half of it, void aside; g is a
 *                    piece of such a prediction (which may itself be matched, with another piece)
 *     inaccurate     g and p are of one category, both unmatched and of none of the types above,
 *                    have IoU >= 0.1, and either is the one that the other has the highest IoU
 *                    with among such segments: found, but with a mask too bad to match
 *     void confused  void has more of its pixels than any one segment of the other image
 *     missed small   g has fewer pixels than `small_area` (32 x 32 of COCO by default)
 *     other          none of these: missed large segments, inventions
 *
 * No segment has two: IoU > 0.5 has one partner, a segment lies mostly in one other, and of equal
 * IoUs the one with the lower ids is the higher. 0.1 is the bound between a bad mask and background
 * in TIDE. Where a bad mask was excused as a false positive, g alone is inaccurate.
 *
 * Fixing a type takes its false positives away and turns its false negatives into true positives,
 * with the IoU of the pair (wrong class), of the pieces cut along g (split), of the piece cut out
 * of p (merged), or, where there is no mask to go by, with the SQ its category has in the set (1 if
 * it has no true positive). What PQ then gains is the type's price. Prices are each computed alone
 * and do not add up to 1 - PQ.
 */
#ifndef PANODEPTH_PQ_ERRORS_H
#define PANODEPTH_PQ_ERRORS_H

#include <panodepth/pq.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pnd_pq_error_type {
    PND_PQ_WRONG_CLASS,
    PND_PQ_SPLIT,
    PND_PQ_MERGED,
    PND_PQ_INACCURATE,
    PND_PQ_VOID_CONFUSED,
    PND_PQ_MISSED_SMALL, /**< false negatives only */
    PND_PQ_OTHER_ERROR,
    PND_PQ_N_ERROR_TYPES
} pnd_pq_error_type;

/** "wrong-class", "split", "merged", "inaccurate", "void-confused", "missed-small", "other". */
PND_API const char *pnd_pq_error_name(pnd_pq_error_type type);

/** 32 x 32 pixels, COCO's bound of small objects. */
#define PND_PQ_SMALL_AREA INT64_C(1024)

/** The lowest IoU of masks that are taken for an attempt at the same segment. */
#define PND_PQ_INACCURATE_IOU 0.1

/** One false negative or false positive. */
typedef struct pnd_pq_error {
    pnd_pq_error_type type;
    bool is_false_positive; /**< else a false negative */
    bool has_partner;
    size_t category;     /**< index of the segment's category */
    uint32_t id;         /**< in the prediction for a false positive, else in the ground truth */
    uint32_t partner_id; /**< in the other image: the segment of another class, the segment that
                              was split, the prediction that merges, or the other of two masks */
    double iou;          /**< once fixed; NaN: the category's SQ. Of false negatives only */
} pnd_pq_error;

/** The errors of one image: false negatives, then false positives, each by ascending id. */
typedef struct pnd_pq_image_errors {
    const pnd_pq_error *items;
    size_t n;
} pnd_pq_image_errors;

/**
 * Find the errors of the image that `matcher` matched last, which must have been a success.
 * @param[out] out  borrowed until the matcher's next image; zeroed on failure
 * @param small_area  false negatives below so many pixels are small
 * @retval PND_ENOMEM  O(pairs). Thread-safe for distinct matchers.
 */
PND_API PND_NODISCARD pnd_status pnd_pq_find_errors(pnd_pq_image_errors *out,
                                                    pnd_pq_matcher *matcher, int64_t small_area,
                                                    pnd_error *err);

/** Tallies of one category and one type. A plain value: zero it to start. */
typedef struct pnd_pq_error_count {
    int64_t fn, fp;
    int64_t fn_without_iou; /**< those of fn whose iou is NaN */
    double iou_sum;         /**< over the others */
} pnd_pq_error_count;

/** Add the errors of one image to `total`, indexed [category * PND_PQ_N_ERROR_TYPES + type]. In
 * image order, for the same bits from any number of threads. */
PND_API void pnd_pq_add_errors(pnd_pq_error_count *total, const pnd_pq_image_errors *errors);

/** The count of a category with one type of its errors fixed. */
PND_API pnd_pq_count pnd_pq_fix_errors(const pnd_pq_count *count, const pnd_pq_error_count *error);

#ifdef __cplusplus
}
#endif

#endif
