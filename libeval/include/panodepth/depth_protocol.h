/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/depth_protocol.h
 * Which pixels count, and what happens to both depths before they are compared.
 *
 * The same prediction scores 0.94 or 0.60 absolute relative error on the same frames, by nothing
 * but the treatment of far pixels. A protocol is therefore a value with a name, and every result
 * carries it. docs/metrics.md sets each one beside its source.
 *
 *     name             pixels with ground truth g         g becomes   prediction p becomes
 *     paper-eq         g > 0                              min(g, 80)  min(p, 80)
 *     paper-repo       g > 0; the left 90 columns and     min(g, 80)  whole metres 0 to 255,
 *                      the last 180 rows only g <= 40                 then 0 becomes 0.1
 *     kitti            g > 0                                          gaps filled from neighbours
 *     eigen80          0.001 < g < 80                                 clamped to [0.001, 80]
 *     manydepth-raw    as eigen80, and only rows 256 to 767 and columns 192 to 1855 of 2048x1024
 *     manydepth        as manydepth-raw                               p * median(g) / median(p),
 *                                                                     then clamped
 *     mgnet            as eigen80; both depths in single precision    clamped to [0.001, 80]
 *     mgnet-median     as mgnet                                       p * median(g) / median(p),
 *                                                                     then clamped
 *     dvps             g > 0; both depths in whole 1/256 m, 16 bits   min(g, 80); 0 is scored as 0;
 *                                                                     mean over sequences
 *     deeplab2         g > 0; both depths in single precision         0 is scored as 0
 *
 * Steps, in this order: storage storage, fill, scaling, clamp, whole metres.
 */
#ifndef PANODEPTH_DEPTH_PROTOCOL_H
#define PANODEPTH_DEPTH_PROTOCOL_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Ground truth beyond cap_m. */
typedef enum pnd_depth_cap_rule {
    PND_DEPTH_CAP_NONE,    /**< is scored as it is */
    PND_DEPTH_CAP_INCLUDE, /**< is scored as cap_m */
    PND_DEPTH_CAP_EXCLUDE  /**< is not scored; nor is ground truth equal to cap_m */
} pnd_depth_cap_rule;

/** Predictions on scored pixels that are no depth: NaN, infinite, negative, 0. */
typedef enum pnd_depth_bad_rule {
    PND_DEPTH_BAD_ERROR, /**< fail, unless pred_min_m > 0 clamps them (never NaN) */
    PND_DEPTH_BAD_SKIP,  /**< do not score these pixels; coverage says how many */
    PND_DEPTH_BAD_FILL,  /**< KITTI: fill from the neighbours in the row, then the column */
    /** 0 is compared as a depth of 0 m: |p - g| / g is 1 there, metrics of logarithms and inverses
     * are undefined for the image, and no threshold is met. The rest fails as with _ERROR. */
    PND_DEPTH_BAD_ZERO
} pnd_depth_bad_rule;

/** The scored part of the image, as fractions of its size: rows [top, bottom), columns
 *  [left, right), rounded down to pixels. */
typedef struct pnd_depth_crop {
    double top, bottom, left, right;
} pnd_depth_crop;

/** Near the image border only ground truth up to max_m is scored. All 0: no such rule. */
typedef struct pnd_depth_border {
    int32_t left_columns, bottom_rows;
    double max_m;
} pnd_depth_border;

/** What brings the prediction to the scale of the ground truth: fitted to the scored pixels of each
 *  image, before the clamp. */
typedef enum pnd_depth_scaling {
    PND_DEPTH_SCALE_NONE,
    PND_DEPTH_SCALE_MEDIAN,        /**< p * median(g) / median(p) */
    PND_DEPTH_SCALE_LEAST_SQUARES, /**< s p with the s that minimises sum (s p - g)^2 */
    /** 1 / (s / p + t) with the s, t that minimise sum (s / p + t - 1/g)^2, as MiDaS aligns inverse
     * depth; pred_max_m where s / p + t <= 1 / pred_max_m, so that must be finite. */
    PND_DEPTH_SCALE_SHIFT
} pnd_depth_scaling;

/** The precision that a protocol's source computes with. */
typedef enum pnd_depth_storage {
    PND_DEPTH_STORE_NONE,
    /** p as an 8-bit picture: clip to [0, 255], drop the fraction, 0 -> 0.1; after the clamp */
    PND_DEPTH_STORE_METRES,
    /** both depths as 16-bit samples of 1/256 m: drop the fraction, at most 65535; before the rest
     */
    PND_DEPTH_STORE_M256,
    PND_DEPTH_STORE_FLOAT /**< both depths to the nearest single-precision number; before the rest
                           */
} pnd_depth_storage;

/** Over what a protocol's own scores are averaged. */
typedef enum pnd_depth_averaging {
    PND_DEPTH_AVERAGE_IMAGES,   /**< unweighted mean over images */
    PND_DEPTH_AVERAGE_SEQUENCES /**< pixels pooled in every sequence, then the mean over sequences
                                 */
} pnd_depth_averaging;

/** What the columns of the paper's Tables 2 and 3 mean under a protocol. */
typedef enum pnd_depth_headline {
    PND_DEPTH_HEADLINE_EQUATIONS, /**< equations 2 to 6 */
    PND_DEPTH_HEADLINE_REPO       /**< what the authors' evaluator prints */
} pnd_depth_headline;

/** A plain value: copy one and change it to make another. */
typedef struct pnd_depth_protocol {
    const char *name;
    const char *summary, *source; /**< in words; where its rules come from */
    double min_m;                 /**< scored: g > min_m */
    double cap_m;                 /**< infinity with PND_DEPTH_CAP_NONE */
    pnd_depth_cap_rule cap_rule;
    pnd_depth_crop crop;
    pnd_depth_border border;
    double pred_min_m, pred_max_m; /**< clamp of the prediction; 0 and infinity: none */
    pnd_depth_bad_rule bad_rule;
    pnd_depth_scaling scaling;
    pnd_depth_storage storage;
    pnd_depth_averaging averaging;
    pnd_depth_headline headline;
} pnd_depth_protocol;

/** All protocols, `*n` of them. Borrowed, static. */
PND_API const pnd_depth_protocol *pnd_depth_protocols(size_t *n);

/** The protocol of that name; NULL when there is none. Borrowed, static. */
PND_API const pnd_depth_protocol *pnd_depth_protocol_find(const char *name);

/** @retval PND_EINVAL an empty range or crop, or a scaling that needs another clamp */
PND_API PND_NODISCARD pnd_status pnd_depth_protocol_check(const pnd_depth_protocol *protocol,
                                                          pnd_error *err);

/** True for the protocols that name a cap distance. */
PND_API bool pnd_depth_protocol_has_cap(const pnd_depth_protocol *protocol);

/**
 * Another cap distance: of the ground truth, and of the prediction where the protocol clamps it at
 * the same distance. @retval PND_EINVAL the protocol has no cap, or cap_m is not above min_m
 */
PND_API PND_NODISCARD pnd_status pnd_depth_protocol_set_cap(pnd_depth_protocol *protocol,
                                                            double cap_m, pnd_error *err);

/**
 * Clamp predictions to [low_m, high_m] as well. Predictions <= 0 and infinite are then accepted.
 * @retval PND_EINVAL not 0 < low_m <= high_m, or nothing left of the protocol's own range
 */
PND_API PND_NODISCARD pnd_status pnd_depth_protocol_set_clip(pnd_depth_protocol *protocol,
                                                             double low_m, double high_m,
                                                             pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
