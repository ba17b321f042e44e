/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/depth_metrics.h
 * Depth errors: score one image, average over images, pool over pixels.
 *
 * With prediction p, ground truth g and e = ln p - ln g over the N scored pixels of an image:
 *
 *     abs_rel    mean |p - g| / g                 rmse_log   sqrt(mean e^2)
 *     sq_rel_u   mean ((p - g) / g)^2             log_mae    mean |e|
 *     sq_rel_m   mean (p - g)^2 / g        [m]    log10      mean |log10 p - log10 g|
 *     rmse       sqrt(mean (p - g)^2)      [m]    silog_var  mean e^2 - (mean e)^2
 *     mae        mean |p - g|              [m]    silog      100 sqrt(silog_var)
 *     irmse      sqrt(mean (1/p - 1/g)^2)  [1/km] d1 d2 d3   share of max(p/g, g/p) < 1.25^k
 *     imae       mean |1/p - 1/g|          [1/km] rse        sum (p - g)^2 / sum (g - mean g)^2
 *                                                 rae        sum |p - g| / sum |g - mean g|
 *
 * abs_rel, sq_rel_u, irmse, silog_var and d1 to d3 are equations 3, 2, 4, 5 and 6 of the
 * Panoptic-DepthLab paper; the KITTI depth devkit has the same in its own order. rse and rae are
 * what the paper's code reports instead (docs/metrics.md). NaN where undefined: everything for
 * N = 0, rse and rae for constant ground truth.
 *
 * Same bits on every machine and for any number of threads: only IEEE + - * / and sqrt, eight
 * fixed lanes per row folded in a fixed tree, rows and images added in order with an error term
 * (Knuth's 2Sum), and a logarithm of our own.
 */
#ifndef PANODEPTH_DEPTH_METRICS_H
#define PANODEPTH_DEPTH_METRICS_H

#include <panodepth/depth_protocol.h>
#include <panodepth/depth_samples.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Sums over the scored pixels of one image: enough for every metric above, and to pool images. */
typedef struct pnd_depth_stats {
    int64_t n;
    int64_t within[3];                  /**< max(p/g, g/p) < 1.25, 1.25^2, 1.25^3 */
    double abs_rel, sq_rel_u, sq_rel_m; /**< sums, not means, of the terms above */
    double abs_m, sq_m2;                /**< sum |p - g|, (p - g)^2 */
    double inv_abs, inv_sq;             /**< sum |1/p - 1/g|, (1/p - 1/g)^2, in 1/m */
    double log_abs;                     /**< sum |e| */
    double log_mean, log_m2;            /**< mean e, sum (e - mean e)^2 */
    double gt_mean, gt_m2, gt_abs_dev;  /**< mean g, sum (g - mean g)^2, sum |g - mean g| */
    double gt_min, gt_max;
} pnd_depth_stats;

/** Pixels of one image. gt_invalid + gt_infinite + masked + gt_valid = all pixels. */
typedef struct pnd_depth_tally {
    int64_t gt_invalid;       /**< no measurement */
    int64_t gt_infinite;      /**< measured at infinity, not masked */
    int64_t masked;           /**< measured, and taken out by mask, crop, border or range rule */
    int64_t gt_valid;         /**< the rest */
    int64_t capped;           /**< of gt_valid: scored as the cap distance */
    int64_t pred_nonfinite;   /**< of gt_valid: prediction NaN or infinite */
    int64_t pred_nonpositive; /**< of gt_valid: prediction negative */
    int64_t pred_missing;     /**< of gt_valid: prediction 0 */
    int64_t scored;           /**< gt_valid, less what PND_DEPTH_BAD_SKIP left out */
    /** Usable predictions of every eighth row by p / g as stored: below 1/512, 1/170, 1/30, 0.2, 5,
     * 30, 170, 512. */
    int64_t ratio_below[8];
    int64_t ratio_n;
} pnd_depth_tally;

/** One image's result. */
typedef struct pnd_depth_image {
    pnd_depth_stats stats;
    pnd_depth_tally tally;
    double scale; /**< what the protocol's scaling found; 1 without */
    double shift; /**< of PND_DEPTH_SCALE_SHIFT, in 1/m; 0 without */
} pnd_depth_image;

/** Values as listed at the top, in metres, 1/km and fractions. */
typedef struct pnd_depth_metrics {
    double n; /**< pixels; the mean number in a mean over images */
    double abs_rel, sq_rel_u, sq_rel_m, rmse, mae, rmse_log, log_mae, log10, irmse, imae;
    double silog_var, silog, d1, d2, d3, rse, rae;
} pnd_depth_metrics;

/** The fields of pnd_depth_metrics in order, for printing. */
typedef struct pnd_depth_metric_info {
    const char *key;       /**< the field's name */
    const char *unit;      /**< "px", "1", "m", "ln m", "1/km", "100 ln m" */
    const char *formula;   /**< in plain characters */
    bool higher_is_better; /**< d1, d2, d3 (and n, which is no score) */
} pnd_depth_metric_info;

enum { PND_DEPTH_N_METRICS = 18 };
PND_API const pnd_depth_metric_info *pnd_depth_metric_infos(void); /**< borrowed, static */
PND_API double pnd_depth_metric(const pnd_depth_metrics *metrics, int index);

/** Metrics of one image. */
PND_API pnd_depth_metrics pnd_depth_metrics_from_stats(const pnd_depth_stats *stats);

/** Unweighted mean over the images with N > 0, added in order; a metric undefined for an image
 *  (NaN) is averaged over the other images. All NaN when no image has N > 0. */
PND_API pnd_depth_metrics pnd_depth_metrics_mean(const pnd_depth_image *images, size_t n);

/** The pixels of n sets as one, without gt_abs_dev, which would need them twice: it stays 0, so rae
 *  is NaN (a pnd_depth_pool has it). @param stride  bytes from one set to the next */
PND_API pnd_depth_stats pnd_depth_stats_merged(const pnd_depth_stats *first, size_t n,
                                               size_t stride);

/** Unweighted mean of every metric over those sets for which it is defined, added in order. */
PND_API pnd_depth_metrics pnd_depth_metrics_average(const pnd_depth_metrics *sets, size_t n);

PND_API void pnd_depth_tally_add(pnd_depth_tally *total, const pnd_depth_tally *tally);

/** Usable predictions as a share of gt_valid; NaN when that is 0. */
PND_API double pnd_depth_coverage(const pnd_depth_tally *tally);

/**
 * A guess at a wrong unit: when the median of p / g lies outside [0.2, 5], what the factor looks
 * like ("predictions look like millimetres read as metres"); NULL when nothing is odd. Static text.
 */
PND_API const char *pnd_depth_unit_suspicion(const pnd_depth_tally *tally);

/** Scratch for scoring, and the distribution of the ground truth it has seen, which pooled rae
 *  needs. Reused between images; one per thread. */
typedef struct pnd_depth_scorer pnd_depth_scorer;

/** @retval PND_ENOMEM  @retval PND_EINVAL an empty range or crop in the protocol */
PND_API PND_NODISCARD pnd_status pnd_depth_scorer_create(pnd_depth_scorer **out,
                                                         const pnd_depth_protocol *protocol,
                                                         pnd_error *err);
PND_API void pnd_depth_scorer_free(pnd_depth_scorer *scorer); /**< NULL is fine */

/**
 * Score one image.
 * @param mask  nonzero: not scored; `mask.data` NULL: no mask
 * @param[out] out  overwritten; zeroed on failure, and the scorer is as before the call, except
 *                  that `out->tally` is filled when predictions are the reason
 * @retval PND_EMISMATCH  sizes differ
 * @retval PND_EFORMAT    predictions that are no depth, under PND_DEPTH_BAD_ERROR or where filling
 *                        left a gap; the message counts them by kind and shows the first
 * @retval PND_ENOMEM     O(pixels).
 */
PND_API PND_NODISCARD pnd_status pnd_depth_score(pnd_depth_image *out, pnd_depth_scorer *scorer,
                                                 const pnd_depth_samples *gt,
                                                 const pnd_depth_samples *pred, pnd_view_u8 mask,
                                                 pnd_error *err);

/** All scored pixels of all images as one set. */
typedef struct pnd_depth_pool pnd_depth_pool;

PND_API PND_NODISCARD pnd_status pnd_depth_pool_create(pnd_depth_pool **out, pnd_error *err);
PND_API void pnd_depth_pool_free(pnd_depth_pool *pool); /**< NULL is fine */

/** Add images in a fixed order: floating sums keep that order. */
PND_API void pnd_depth_pool_add(pnd_depth_pool *pool, const pnd_depth_stats *stats);

/** Add what a scorer saw: once for every scorer, in any order (integer tallies only). */
PND_API void pnd_depth_pool_add_scorer(pnd_depth_pool *pool, const pnd_depth_scorer *scorer);

/** Pooled metrics. rae rests on ground truth tallied in bins 2^-14 wide: exact unless different
 *  depths share the bin of the mean, and then within 1e-8; NaN before every scorer was added. */
PND_API pnd_depth_metrics pnd_depth_pool_metrics(const pnd_depth_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
