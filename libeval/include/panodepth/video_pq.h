/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/video_pq.h
 * Video panoptic quality with and without depth: VPQ^k and DVPQ^k_lambda (DPQ for k = 1).
 *
 * Qiao et al., "ViP-DeepLab", CVPR 2021 (arXiv:2012.05258), as its Cityscapes-DVPS evaluator
 * computes it. For every pixel with ground truth depth g > 0 the prediction becomes void when
 *
 *     |p - g| / g > lambda              p, g: 1/256 m, whole numbers, subtracted SIGNED
 *
 * (the reference subtracts in the PNG's own type; when that is unsigned, p < g wraps around).
 * Then k consecutive frames are one wide image, a tube is all pixels of one id in it, and tubes are
 * matched as segments are:
 *
 *     IoU = inter / (|g| + |p| - inter - |p on void|)
 *     true positive: one class and IoU > 0.5
 *     a tube left over is no false positive when more than half of it lies on any id of the void
 *     class
 *
 *     PQ_c = sum of IoU over TP / (TP + FP/2 + FN/2), counts added over all windows
 *
 * Frames are counted once (pnd_video_count()), for all thresholds together: a pixel keeps how many
 * of them it exceeds. Everything after that is sums of these counts, so a result does not depend on
 * threads. Add the windows in order: IoUs are added one at a time.
 */
#ifndef PANODEPTH_VIDEO_PQ_H
#define PANODEPTH_VIDEO_PQ_H

#include <panodepth/pq.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PND_VIDEO_MAX_CLASSES = 64,
    PND_VIDEO_MAX_INSTANCE = (1 << 16) - 1,
    PND_VIDEO_MAX_LAMBDAS = 8,
    PND_VIDEO_N_INLIERS = 2, /**< thresholds of depth quality, panodepth/stq.h */
    PND_VIDEO_ANY_DEPTH = -1 /**< in place of a threshold: no depth test, VPQ */
};

/** Which ratios max(p/g, g/p) still make an inlier (<=): 1.25 and 1.1. */
PND_API const double *pnd_video_inlier_ratios(void);

/**
 * Class and instance of a pixel in one number. Classes are 0..n-1; class n is void. In the ground
 * truth instance 0 of the void class leaves the union, every instance of it excuses a prediction.
 */
static inline uint32_t pnd_video_id(int32_t class_index, uint32_t instance)
{
    return (uint32_t)class_index << 16 | instance;
}
static inline int32_t pnd_video_class(uint32_t id)
{
    return (int32_t)(id >> 16);
}
static inline uint32_t pnd_video_instance(uint32_t id)
{
    return id & PND_VIDEO_MAX_INSTANCE;
}

/** One frame, all of one size. Owns nothing. The two depths, 1/256 m with 0 for none, may both be
 *  without data: then no pixel has ground truth depth. */
typedef struct pnd_video_frame {
    pnd_view_u32 gt, pred; /**< pnd_video_id() of every pixel */
    pnd_view_u16 gt_depth, pred_depth;
} pnd_video_frame;

/** Pixels of one pair of ids whose depth exceeds exactly `level` of the thresholds. */
typedef struct pnd_video_pair {
    uint32_t gt, pred;
    int32_t level;
    int64_t pixels;
} pnd_video_pair;

/** All that scores need of a frame, ascending by (gt, pred, level). Zero-initialise; release with
 *  pnd_video_table_clear(). */
typedef struct pnd_video_table {
    pnd_video_pair *pairs;
    size_t n;
    int64_t depth_pixels;                 /**< with ground truth depth */
    int64_t inliers[PND_VIDEO_N_INLIERS]; /**< of those, with a prediction within the ratio */
} pnd_video_table;

PND_API void pnd_video_table_clear(pnd_video_table *table);

/** Scratch memory; one per thread. */
typedef struct pnd_video_counter pnd_video_counter;

/**
 * @param lambdas  relative errors above 0, ascending; copied
 * @retval PND_EINVAL  too many, not positive or not ascending; no class or too many
 * @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_video_counter_create(pnd_video_counter **out,
                                                          int32_t n_classes, const double *lambdas,
                                                          size_t n_lambdas, pnd_error *err);
PND_API void pnd_video_counter_free(pnd_video_counter *counter); /**< NULL is fine */

/**
 * Count one frame into `out`, which is replaced.
 * @param name  the frame, for messages
 * @retval PND_EMISMATCH  sizes differ
 * @retval PND_EINVAL     an id whose class is above n_classes, void
 * @retval PND_ELIMIT     more than 2^22 different pairs
 * @retval PND_ENOMEM     `out` is empty on failure
 */
PND_API PND_NODISCARD pnd_status pnd_video_count(pnd_video_table *out, pnd_video_counter *counter,
                                                 const pnd_video_frame *frame, const char *name,
                                                 pnd_error *err);

/** Scratch memory of the matching; one per thread. */
typedef struct pnd_video_matcher pnd_video_matcher;

/** @retval PND_EINVAL no class or too many @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_video_matcher_create(pnd_video_matcher **out,
                                                          int32_t n_classes, pnd_error *err);
PND_API void pnd_video_matcher_free(pnd_video_matcher *matcher); /**< NULL is fine */

/**
 * Match the tubes of k consecutive frames.
 * @param[out] out  for pnd_pq_add(); borrowed, valid until the matcher's next call. A match's
 *                  category is its class; its ids are pnd_video_id()
 * @param tables    k of them
 * @param lambda    index into the thresholds of the count, or PND_VIDEO_ANY_DEPTH
 * @retval PND_ENOMEM  `out` is zeroed
 */
PND_API PND_NODISCARD pnd_status pnd_video_match(pnd_pq_image *out, pnd_video_matcher *matcher,
                                                 const pnd_video_table *tables, size_t k,
                                                 int32_t lambda, pnd_error *err);

/**
 * Mean over the classes of a group: those with a tube (as pnd_pq_average()), or with `zero_fill`
 * all of them, a class without a tube counting 0.
 */
PND_API pnd_pq_score pnd_video_average(const pnd_pq_count *counts, const pnd_category *classes,
                                       size_t n_classes, pnd_pq_group group, bool zero_fill);

#ifdef __cplusplus
}
#endif

#endif
