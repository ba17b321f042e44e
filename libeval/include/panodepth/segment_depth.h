/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/segment_depth.h
 * Scores of one depth per segment. Both are definitions of this toolkit, of no paper and no other
 * evaluator.
 *
 * For a matched pair of segments (a true positive of panodepth/video_pq.h, no depth test) let D' be
 * the fused depth of the predicted segment over its own mask, and D the same statistic of the
 * ground truth's depth over the ground truth's mask where that is measured.
 *
 *     segment depth error   abs |D' - D|, rel |D' - D| / D, signed D' - D; means over segments
 *     PQ-D_lambda           sum of IoU over TP with |D' - D| / D <= lambda / (TP + FP/2 + FN/2)
 *
 * A pair is not judged when its ground truth is measured on less than 0.2 of the mask or on fewer
 * than 50 pixels: it is left out of the error and counted, and PQ-D takes it as PQ does. A
 * prediction without a depth has no error; PQ-D gives it nothing. So PQ-D <= PQ.
 *
 * The depths come in as numbers: how they are fused is the caller's choice (panodepth/fuse.h), and
 * this library needs no kernel.
 */
#ifndef PANODEPTH_SEGMENT_DEPTH_H
#define PANODEPTH_SEGMENT_DEPTH_H

#include <panodepth/pq.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PND_SEGMENT_MIN_COVERAGE 0.2
enum { PND_SEGMENT_MIN_PIXELS = 50, PND_SEGMENT_N_BINS = 5 };

/** Lower ends of the bins by D, metres: 0, 10, 20, 40, 80; the last has no upper end. */
PND_API const double *pnd_segment_bins(void);

typedef struct pnd_segment_match {
    size_t category; /**< index */
    uint32_t gt_id, pred_id;
    double iou;
    double gt_m, pred_m;                              /**< D and D'; NaN when there is none */
    int64_t gt_area, gt_valid, pred_area, pred_valid; /**< pixels */
} pnd_segment_match;

typedef enum pnd_segment_verdict {
    PND_SEGMENT_JUDGED,
    PND_SEGMENT_UNMEASURED, /**< too little ground truth depth */
    PND_SEGMENT_NO_DEPTH    /**< the prediction has none */
} pnd_segment_verdict;

PND_API pnd_segment_verdict pnd_segment_judge(const pnd_segment_match *match);

/** Sums over segments. A plain value: zero it to start, add in image order. */
typedef struct pnd_segment_error {
    int64_t n, unmeasured, no_depth;
    double abs, rel, signed_m, signed_rel;
    double gt_coverage, pred_coverage; /**< of the n */
} pnd_segment_error;

PND_API void pnd_segment_error_add(pnd_segment_error *sum, const pnd_segment_match *match);

/** The means; NaN when n is 0. Counts are kept. */
PND_API pnd_segment_error pnd_segment_error_mean(const pnd_segment_error *sum);

/** The bin of a judged pair. */
PND_API int32_t pnd_segment_bin(const pnd_segment_match *match);

/** What a match adds to the sum of IoU of PQ-D. */
PND_API double pnd_segment_pqd_iou(const pnd_segment_match *match, double lambda);

#ifdef __cplusplus
}
#endif

#endif
