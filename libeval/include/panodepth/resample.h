/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/resample.h
 * The scores of this library as statistics that panodepth/bootstrap.h can resample.
 */
#ifndef PANODEPTH_RESAMPLE_H
#define PANODEPTH_RESAMPLE_H

#include <panodepth/bootstrap.h>
#include <panodepth/instance.h>
#include <panodepth/pq.h>
#include <panodepth/semantic.h>
#include <panodepth/video_pq.h>

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

/* ---- means over images, and errors pooled over the pixels of all images */

/** What one image adds to one score: the mean over its own `weight` pixels; NaN where it has none.
 */
typedef struct pnd_pooled_value {
    double value, weight;
} pnd_pooled_value;

typedef struct pnd_pooled_resample {
    size_t n_scores;
    const double *factors; /**< n_scores: score = factor * mean */
    const bool *is_square; /**< n_scores: score = sqrt(mean of value^2), as an RMSE is */
} pnd_pooled_resample;

/** Weighted means of records that are n_scores pnd_pooled_value each; with every weight 1 those of
 *  pnd_depth_metrics_mean(). `context` is borrowed. */
PND_API pnd_resample_statistic pnd_pooled_statistic(const pnd_pooled_resample *context);

/* ---- video panoptic quality with depth; what is drawn are sequences */

/** What one sequence adds: counts of every row, and errors of its segments. */
typedef struct pnd_joint_record {
    const pnd_pq_count *counts;     /**< n_rows x n_classes */
    const pnd_pooled_value *errors; /**< n_errors */
} pnd_joint_record;

typedef struct pnd_joint_resample {
    const pnd_category *classes;
    size_t n_classes, n_rows, n_means, n_errors;
    const bool *belongs; /**< n_means x n_rows: a mean is over these rows */
    bool zero_fill;      /**< as pnd_video_average() */
} pnd_joint_resample;

/** For each mean the PQ of all, things and stuff, averaged over its rows; then the errors.
 * `context` is borrowed. */
PND_API pnd_resample_statistic pnd_joint_statistic(const pnd_joint_resample *context);

/* ---- semantic segmentation */

/** A cell of one image's confusion matrix. */
typedef struct pnd_semantic_cell {
    int32_t gt, pred;
    int64_t pixels;
} pnd_semantic_cell;

/** Boundary pixels of one class in one image. */
typedef struct pnd_semantic_band {
    int32_t class_id;
    pnd_semantic_boundary pixels;
} pnd_semantic_band;

/** The record of one image: what pnd_semantic_image holds, without the zeros. */
typedef struct pnd_semantic_record {
    const pnd_semantic_cell *cells;
    const pnd_semantic_instance *instances; /**< in the order they were counted */
    const pnd_semantic_band *bands;
    size_t n_cells, n_instances, n_bands;
    bool has_instances;
} pnd_semantic_record;

/** The means in this order, then each score of the evaluated classes and each of the categories
 * that have one: IoU, iIoU, boundary IoU; IoU, iIoU. */
enum {
    PND_SEMANTIC_RESAMPLE_MEANS = 5, /**< class IoU, iIoU, category IoU, iIoU, boundary IoU */
    PND_SEMANTIC_RESAMPLE_CLASS = 3,
    PND_SEMANTIC_RESAMPLE_CATEGORY = 2
};

/** Scores of pnd_semantic_record images, by pnd_semantic_score(). `context` is borrowed. */
PND_API pnd_resample_statistic pnd_semantic_statistic(const pnd_semantic_table *context);

/* ---- instance segmentation */

/**
 * AP is no sum over images: guesses of all images are ordered by confidence. But whether a guess is
 * true, false or ignored is settled within its image, so a resample orders the same verdicts, each
 * as often as its image was drawn.
 */
typedef struct pnd_instance_record {
    const pnd_instance_verdicts *cells; /**< n_settings x n_classes x n_overlaps */
} pnd_instance_record;

typedef struct pnd_instance_resample {
    size_t n_settings, n_classes, n_overlaps;
    const size_t *n_ranks; /**< n_classes: distinct confidences; ranks are below */
} pnd_instance_resample;

enum { PND_INSTANCE_RESAMPLE_VALUES = 2 };

/** For each setting AP and AP at the first threshold: means over the classes, then both of each
 *  class. `context` is borrowed. */
PND_API pnd_resample_statistic pnd_instance_statistic(const pnd_instance_resample *context);

#ifdef __cplusplus
}
#endif

#endif
