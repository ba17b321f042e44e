/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/pq.h
 * Panoptic quality: match one image, add up, average.
 *
 * Equations 1 and 2 of Kirillov et al., "Panoptic Segmentation", CVPR 2019 (arXiv:1801.00868). For
 * each category c
 *
 *     PQ_c = sum of IoU over TP_c / (|TP_c| + |FP_c|/2 + |FN_c|/2) = SQ_c * RQ_c
 *     SQ_c = sum of IoU over TP_c / |TP_c|          (0 when there is no true positive)
 *     RQ_c = |TP_c| / (|TP_c| + |FP_c|/2 + |FN_c|/2)
 *
 * and a group's score is the unweighted mean over its categories that have at least one segment. A
 * pair of one category is a true positive when its IoU is strictly above 0.5, with
 *
 *     IoU = inter / (area_pred + area_gt - inter - pred pixels on void)
 *
 * Unmatched crowds count nowhere; an unmatched prediction with more than half of its pixels on void
 * and crowd of its category is no false positive. docs/metrics.md sets every rule beside the
 * behaviour of cityscapesScripts evalPanopticSemanticLabeling.py and panopticapi.
 *
 * Use: one matcher per thread, pnd_pq_match() per image, then pnd_pq_add() of every image IN IMAGE
 * ORDER, then pnd_pq_average(). The result is then bit-identical for any number of threads, and in
 * strict parity bit-equal to panopticapi's pq_compute_single_core.
 */
#ifndef PANODEPTH_PQ_H
#define PANODEPTH_PQ_H

#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which behaviour to follow where the reference's is questionable. */
typedef enum pnd_pq_parity {
    PND_PQ_CORRECTED = 0, /**< areas from pixels, all crowds of a category, bad tables refused */
    PND_PQ_STRICT = 1     /**< the reference's verdict, quirk by quirk; each is recorded */
} pnd_pq_parity;

typedef struct pnd_category {
    int32_t id;
    bool is_thing;
} pnd_category;

/** pnd_segment.area when the file gives none. */
#define PND_PQ_NO_AREA INT64_C(-1)

typedef struct pnd_segment {
    uint32_t id; /**< r + 256 g + 65536 b of the panoptic PNG; 0 is void */
    int32_t category_id;
    bool is_crowd; /**< ground truth only */
    int64_t area;  /**< pixels, as the file says; read for ground truth only */
} pnd_segment;

/**
 * One panoptic image: its pixels and its table. Owns nothing. Pixels come as ids or as the bytes of
 * the PNG, whichever is at hand: `rgb` is used when its data is not NULL, and saves the caller a
 * pass over the image. The two images of a pair may differ in this.
 */
typedef struct pnd_panoptic {
    pnd_view_u32 ids;
    const pnd_segment *segments; /**< in file order; may be NULL when there are none */
    size_t n_segments;
    pnd_view_rgb8 rgb;
} pnd_panoptic;

/** Tallies of one category. A plain value: zero it to start. */
typedef struct pnd_pq_count {
    double iou_sum;
    int64_t tp, fp, fn;
} pnd_pq_count;

/** PQ-dagger's tallies of one stuff category; zero for things. A plain value: zero it to start. */
typedef struct pnd_pq_dagger {
    double iou_sum;   /**< over all pairs of a segment and a prediction of the category */
    int64_t segments; /**< of the ground truth, crowds aside */
} pnd_pq_dagger;

/** One matched pair. */
typedef struct pnd_pq_true_positive {
    size_t category; /**< index into the categories given at creation */
    uint32_t gt_id, pred_id;
    double iou; /**< in (0.5, 1]; strict parity with wrong areas in the file: any, or infinite */
} pnd_pq_true_positive;

/** What was met on the way and may matter to the reader of a score. */
typedef enum pnd_pq_deviation {
    PND_PQ_GT_AREA_DIFFERS,     /**< segments whose area in the file is not their pixel count */
    PND_PQ_GT_SEVERAL_CROWDS,   /**< crowds of a category beyond its first */
    PND_PQ_GT_DUPLICATE_ID,     /**< strict: surplus records of one id; the last one counts */
    PND_PQ_PRED_DUPLICATE_ID,   /**< strict: likewise */
    PND_PQ_GT_ZERO_ID,          /**< strict: id 0 is both a segment and void */
    PND_PQ_PRED_ZERO_ID,        /**< strict: id 0 is a segment */
    PND_PQ_GT_ID_NOT_IN_TABLE,  /**< strict: painted, neither a segment nor void */
    PND_PQ_GT_ID_NOT_IN_PIXELS, /**< strict: listed, not painted: a false negative */
    PND_PQ_GT_CATEGORY_UNKNOWN, /**< strict: segments of such a category count nowhere */
    PND_PQ_SIZE_BROADCAST,      /**< strict: a side of 1 was stretched over the other image's */
    PND_PQ_IOU_ABOVE_ONE,       /**< strict: pairs with an impossible IoU, from wrong areas */
    PND_PQ_N_DEVIATIONS
} pnd_pq_deviation;

/** A stable name such as "gt-area-differs". */
PND_API const char *pnd_pq_deviation_code(pnd_pq_deviation deviation);

/** A sentence: what was met and what was done about it. */
PND_API const char *pnd_pq_deviation_text(pnd_pq_deviation deviation, pnd_pq_parity parity);

/** What one image contributes. Belongs to the matcher, valid until its next pnd_pq_match(). */
typedef struct pnd_pq_image {
    const pnd_pq_count *counts;  /**< one per category, in the order given at creation */
    const pnd_pq_dagger *dagger; /**< likewise */
    size_t n_categories;
    const pnd_pq_true_positive *matches; /**< ascending by (gt_id, pred_id) */
    size_t n_matches;
    int64_t deviations[PND_PQ_N_DEVIATIONS];
} pnd_pq_image;

/** Scores as fractions in [0, 1]. */
typedef struct pnd_pq_score {
    double pq, sq, rq;    /**< NaN when n_categories is 0 */
    int32_t n_categories; /**< categories with at least one segment */
} pnd_pq_score;

typedef enum pnd_pq_group { PND_PQ_ALL, PND_PQ_THINGS, PND_PQ_STUFF } pnd_pq_group;

/** Scratch memory and the categories; reused between images. One per thread. */
typedef struct pnd_pq_matcher pnd_pq_matcher;

/** @retval PND_EINVAL a category id given twice @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_pq_matcher_create(pnd_pq_matcher **out,
                                                       const pnd_category *categories,
                                                       size_t n_categories, pnd_pq_parity parity,
                                                       pnd_error *err);
PND_API void pnd_pq_matcher_free(pnd_pq_matcher *matcher); /**< NULL is fine */

/**
 * Match the segments of one image.
 * @param[out] out  borrowed views of the matcher's results; zeroed on failure
 * @param name      the image, for messages: every offending id is listed (the first few by number)
 * @retval PND_EMISMATCH  sizes differ; or pixels and table do not hold the same ids
 * @retval PND_EINVAL     an unknown category; corrected: an id given twice, or a segment with id 0
 * @retval PND_EFORMAT    strict: an area is needed and the file gives none, or it is beyond 2^53
 * @retval PND_ELIMIT     more than 2^22 different pairs of ids: not a panoptic image
 * @retval PND_ENOMEM
 * O(pixels); no allocation once the scratch has seen an image as complex. Thread-safe for distinct
 * matchers.
 */
PND_API PND_NODISCARD pnd_status pnd_pq_match(pnd_pq_image *out, pnd_pq_matcher *matcher,
                                              const pnd_panoptic *gt, const pnd_panoptic *pred,
                                              const char *name, pnd_error *err);

/** Share of the image's diagonal that is boundary, of Cheng et al. */
#define PND_PQ_BOUNDARY_RATIO 0.02

/**
 * Boundary PQ: match the image that `matcher` has just matched with success once more, with
 * min(IoU, boundary IoU) in place of IoU (Cheng et al., "Boundary IoU", CVPR 2021, section 5;
 * boundary-iou-api `coco_panoptic_api/evaluation.py`). The boundary of a segment are its pixels
 * with a pixel of another id, or the outside of the image, within max(1, round(ratio x diagonal))
 * rows and columns; with G and P the boundaries of the two segments,
 *
 *     boundary IoU = |G ∩ P| / (|G| + |P| - |G ∩ P| - |P on void|)
 *
 * Excuses of false positives stay those of the masks.
 * @param[out] out  replaces the results of pnd_pq_match(), which end here: keep them first, and
 * call pnd_pq_find_errors() first; without deviations; zeroed on failure
 * @retval PND_EMISMATCH  sizes differ, also in strict parity  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_pq_match_boundary(pnd_pq_image *out, pnd_pq_matcher *matcher,
                                                       const pnd_panoptic *gt,
                                                       const pnd_panoptic *pred, double ratio,
                                                       const char *name, pnd_error *err);

/** Add one image's tallies for PQ-dagger to `total` (one per category). Call in image order. */
PND_API void pnd_pq_add_dagger(pnd_pq_dagger *total, const pnd_pq_image *image);

/**
 * Add one image to `total` (one per category). IoUs are added one at a time in the order of
 * `matches`: (((a + b) + c) + d) over the images, which is the reference's sum to the last bit;
 * adding per-image sums, (a + b) + (c + d), is not.
 */
PND_API void pnd_pq_add(pnd_pq_count *total, const pnd_pq_image *image);

/** Score of one category; n_categories is 1, or 0 when it has no segment at all. */
PND_API pnd_pq_score pnd_pq_category_score(const pnd_pq_count *count);

/** A mean of PQs, as a fraction. */
typedef struct pnd_pq_mean {
    double pq;            /**< NaN when n_categories is 0 */
    int32_t n_categories; /**< categories with a score */
} pnd_pq_mean;

/**
 * PQ-dagger of one category (Porzi et al., "Seamless Scene Segmentation", CVPR 2019): PQ for a
 * thing; for stuff the IoUs of all pairs, matched or not, over the ground truth's segments, and no
 * score without one. The IoU is the matcher's.
 */
PND_API pnd_pq_mean pnd_pq_dagger_score(const pnd_pq_count *count, const pnd_pq_dagger *dagger,
                                        bool is_thing);

/** Mean of PQ-dagger over the categories of a group that have one, summed in the order given. */
PND_API pnd_pq_mean pnd_pq_dagger_average(const pnd_pq_count *counts, const pnd_pq_dagger *daggers,
                                          const pnd_category *categories, size_t n_categories,
                                          pnd_pq_group group);

/** Mean over the categories of a group that have a segment, summed in the order given. */
PND_API pnd_pq_score pnd_pq_average(const pnd_pq_count *counts, const pnd_category *categories,
                                    size_t n_categories, pnd_pq_group group);

#ifdef __cplusplus
}
#endif

#endif
