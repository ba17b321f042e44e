/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/depth_analysis.h
 * Where and how a prediction is wrong: by distance, class and region, by rank, order and edge.
 *
 * All of it is about the pixels that a protocol scores and the depths it compares, after its cap,
 * scaling, clamp and rounding. With prediction p and ground truth g:
 *
 *     abs_rel_median   median of |p - g| / g; an even number: mean of the middle two
 *     abs_rel_p90      its 90th percentile, linear between the ranks about 0.9 (N - 1)
 *     bias             mean (ln p - ln g): above 0 is too far. It is log_mean of every
 *                      pnd_depth_stats
 *     d_105 d_110      share of max(p/g, g/p) < 1.05, 1.10
 *     disparity_outliers  share with |D| > 3 px and |D| > 5 % of the true disparity, where
 *                      D = fx baseline (1/p - 1/g): KITTI stereo 2015's D1 (Menze and Geiger 2015)
 *     whdr_02 05 10    of pairs of pixels drawn at random, the share whose order differs. A pair's
 *                      order is farther, nearer or, within the ratio 1 + delta, equal; delta is
 *                      0.02, 0.05, 0.10. The disagreement rate of Bell et al. 2014 for depth (Zoran
 *                      et al. 2015), with pairs of equal weight as there are no people's votes
 *     boundary_f1      agreement of depth edges. Two neighbours form one when the farther is more
 *                      than t times as far; right, left, bottom and top edges apart. Precision and
 *                      recall are means over these four, F1 = 2 P R / (P + R), averaged with weight
 *                      t over ten t from 1.05 to 1.25 (Depth Pro: Bochkovskii et al. 2024, eq. 3
 *                      and boundary_metrics.py of its code). Both pixels must be scored. Undefined
 *                      where neither map has an edge. boundary_precision, boundary_recall likewise
 */
#ifndef PANODEPTH_DEPTH_ANALYSIS_H
#define PANODEPTH_DEPTH_ANALYSIS_H

#include <panodepth/depth_metrics.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PND_DEPTH_MAX_BINS = 16,
    PND_DEPTH_N_REGIONS = 9, /**< thirds of the rows times thirds of the columns, row-major */
    PND_DEPTH_N_CLASSES = 19,
    PND_DEPTH_N_ORDERS = 3,       /**< values of delta */
    PND_DEPTH_BOUNDARY_STEPS = 10 /**< values of t */
};

/** Parts; what is not asked for costs nothing. */
enum {
    PND_DEPTH_BY_DISTANCE = 1 << 0,
    PND_DEPTH_BY_CLASS = 1 << 1,
    PND_DEPTH_BY_REGION = 1 << 2,
    PND_DEPTH_ERRORS = 1 << 3,    /**< abs_rel_median, abs_rel_p90, d_105, d_110 */
    PND_DEPTH_DISPARITY = 1 << 4, /**< disparity_outliers */
    PND_DEPTH_ORDER = 1 << 5,     /**< whdr_* */
    PND_DEPTH_BOUNDARY = 1 << 6   /**< boundary_* */
};

typedef struct pnd_depth_analysis_options {
    unsigned parts;
    /** Bin k holds edges[k-1] <= g < edges[k], with 0 before and infinity after: n_edges + 1 bins.
     * Ascending, > 0. */
    double edges_m[PND_DEPTH_MAX_BINS - 1];
    int32_t n_edges;
    int32_t pairs; /**< drawn in every image with two scored pixels */
} pnd_depth_analysis_options;

/** Edges at 10, 20, 40 and 80 m, 10000 pairs, no part. */
PND_API pnd_depth_analysis_options pnd_depth_analysis_defaults(void);

/** What is known of an image besides its depths. */
typedef struct pnd_depth_scene {
    pnd_view_u8 train_ids;     /**< 0 to 18, else no class; PND_DEPTH_BY_CLASS */
    double fx_baseline, doffs; /**< pixels * metres, pixels; 0: no disparity is known */
} pnd_depth_scene;

/** One image, or integer tallies of several. */
typedef struct pnd_depth_analysis {
    pnd_depth_stats distance[PND_DEPTH_MAX_BINS], class_[PND_DEPTH_N_CLASSES],
        region[PND_DEPTH_N_REGIONS];         /**< rse and rae are not known: NaN */
    double abs_rel_median, abs_rel_p90;      /**< NaN without a pixel, and for several images */
    int64_t n, within_105, within_110;       /**< pixels */
    int64_t disparity_n, disparity_outliers; /**< pixels */
    int64_t pairs, pairs_wrong[PND_DEPTH_N_ORDERS];
    /** Pairs of neighbours by direction (right, left, bottom, top) and by how many thresholds their
     * ratio exceeds in the ground truth and in the prediction; [0][0] is left at 0. */
    int64_t edges[4][PND_DEPTH_BOUNDARY_STEPS + 1][PND_DEPTH_BOUNDARY_STEPS + 1];
} pnd_depth_analysis;

/** The scores above but bias, in the order of the table; NaN where undefined or not asked for. */
enum { PND_DEPTH_N_SCORES = 11 };
typedef struct pnd_depth_score_info {
    const char *key;
    unsigned part;
    bool higher_is_better;
} pnd_depth_score_info;
PND_API const pnd_depth_score_info *pnd_depth_score_infos(void); /**< borrowed, static */
PND_API void pnd_depth_analysis_scores(double out[PND_DEPTH_N_SCORES],
                                       const pnd_depth_analysis *analysis);

/** Add the integer tallies of an image; its groups and ranks are left out. */
PND_API void pnd_depth_analysis_add(pnd_depth_analysis *total, const pnd_depth_analysis *image);

/**
 * As pnd_depth_score(), and analyse the same pixels in the same pass.
 * @retval PND_EINVAL  edges that do not ascend, a negative number of pairs
 * @retval PND_EMISMATCH  the class image is of another size
 */
PND_API PND_NODISCARD pnd_status pnd_depth_analyse(
    pnd_depth_image *out, pnd_depth_analysis *analysis, pnd_depth_scorer *scorer,
    const pnd_depth_samples *gt, const pnd_depth_samples *pred, pnd_view_u8 mask,
    const pnd_depth_scene *scene, const pnd_depth_analysis_options *options, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
