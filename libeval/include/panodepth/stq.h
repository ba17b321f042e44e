/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/stq.h
 * Segmentation and tracking quality, with and without depth: STQ and DSTQ.
 *
 * Weber et al., "STEP", NeurIPS 2021 (arXiv:2102.11859); DSTQ as deeplab2 computes it.
 *
 *     AQ   = 1/|G| sum over tubes g of 1/|g| sum over predicted tubes p of
 *                TPA^2 / (|p| + |g| - TPA)                     TPA: pixels of both
 *     IoU  = mean over classes with a pixel of TP / (TP + FP + FN)
 *     STQ  = (AQ IoU)^(1/2)
 *     DQ@t = pixels with p > 0 and max(p/g, g/p) <= t / pixels with g > 0
 *     DQ   = geometric mean of DQ@1.25 and DQ@1.1
 *     DSTQ = (STQ^2 DQ)^(1/3)
 *
 * G are the tubes of thing classes in whole sequences. Ground truth of instance 0 of a thing class
 * is a crowd: its pixels count for IoU only. Ground truth void counts nowhere in IoU, but a
 * predicted tube keeps its pixels there. A prediction of any thing class may match any tube. As in
 * deeplab2 void counts as one more class of IoU 0 when a pixel of a class is predicted void, AQ is
 * 0 without a tube, and DQ is 0 without ground truth depth.
 */
#ifndef PANODEPTH_STQ_H
#define PANODEPTH_STQ_H

#include <panodepth/video_pq.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pnd_stq_score {
    double stq, aq, iou; /**< iou is NaN, and stq with it, without a pixel of a class */
    double dstq, dq;
    double dstq_at[PND_VIDEO_N_INLIERS], dq_at[PND_VIDEO_N_INLIERS];
    int64_t n_tubes, n_depth_pixels;
} pnd_stq_score;

/** Sums over sequences. */
typedef struct pnd_stq pnd_stq;

/** @param classes  class i at index i @retval PND_EINVAL none or too many @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_stq_create(pnd_stq **out, const pnd_category *classes,
                                                size_t n_classes, pnd_error *err);
PND_API void pnd_stq_free(pnd_stq *stq); /**< NULL is fine */

/** Add one sequence of n frames; `score` is its own. @retval PND_ENOMEM nothing was added */
PND_API PND_NODISCARD pnd_status pnd_stq_add(pnd_stq_score *score, pnd_stq *stq,
                                             const pnd_video_table *tables, size_t n,
                                             pnd_error *err);

/** Of all sequences: one AQ over all tubes, one IoU and one DQ over all pixels. */
PND_API pnd_stq_score pnd_stq_total(const pnd_stq *stq);

#ifdef __cplusplus
}
#endif

#endif
