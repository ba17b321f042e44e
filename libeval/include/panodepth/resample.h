/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/resample.h
 * The scores of this library as statistics that panodepth/bootstrap.h can resample.
 */
#ifndef PANODEPTH_RESAMPLE_H
#define PANODEPTH_RESAMPLE_H

#include <panodepth/bootstrap.h>
#include <panodepth/pq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- panoptic quality */

/** What one image adds to one category. */
typedef struct pnd_pq_share {
    size_t category; /**< index into the categories */
    int64_t fp, fn;
    const double *iou; /**< of the true positives, in the order they were matched */
    size_t n_iou;
} pnd_pq_share;

/** The record of one image. Categories without a segment in it may be left out. */
typedef struct pnd_pq_record {
    const pnd_pq_share *shares;
    size_t n_shares;
} pnd_pq_record;

typedef struct pnd_pq_resample {
    const pnd_category *categories;
    size_t n_categories;
} pnd_pq_resample;

/** Scores in groups of three, pq, sq, rq: of all, things and stuff, then of each category. */
enum { PND_PQ_RESAMPLE_GROUPS = 3, PND_PQ_RESAMPLE_VALUES = 3 };

/** 3 (3 + n_categories) scores of pnd_pq_record images. `context` is borrowed. */
PND_API pnd_resample_statistic pnd_pq_statistic(const pnd_pq_resample *context);

/* ---- means over images, as depth errors are */

typedef struct pnd_mean_resample {
    size_t n_scores;
    const double *factors; /**< n_scores: score = factor * mean */
} pnd_mean_resample;

/** Means of records that are n_scores doubles each; NaN: the image does not count, as in
 *  pnd_depth_metrics_mean(). `context` is borrowed. */
PND_API pnd_resample_statistic pnd_mean_statistic(const pnd_mean_resample *context);

#ifdef __cplusplus
}
#endif

#endif
