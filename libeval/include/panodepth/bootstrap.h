/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/bootstrap.h
 * How sure a score is, and whether two methods differ: resampling over images.
 *
 * A score of n images would have come out differently for n other images. Following Efron and
 * Tibshirani, "An Introduction to the Bootstrap" (1993), the images at hand stand for the
 * population: draw n of them with replacement, so that image i occurs times[i] times, score that
 * collection afresh, and repeat. With theta the score of the set and theta*_1 .. theta*_B those of
 * the B resamples:
 *
 *     standard error   sd(theta*)                                            (their eq. 6.6)
 *     percentile       the alpha and 1 - alpha quantiles of theta*           (eq. 13.5)
 *     BCa              the alpha_1 and alpha_2 quantiles of theta*           (eq. 14.9 to 14.15)
 *         alpha_1 = Phi(z0 + (z0 + z) / (1 - a (z0 + z))), z = Phi^-1(alpha); alpha_2 with 1 -
 * alpha z0      = Phi^-1(share of theta* below theta, ties half) a       = sum d_i^3 / (6 (sum
 * d_i^2)^(3/2)), d_i = mean(theta_-i) - theta_-i, where theta_-i is the score without image i
 *
 * Two methods are compared on the same resamples: theta is then the difference of their scores.
 *
 * Sign flips: if the methods were alike, it would not matter which of the two results of an image
 * is called A's and which B's. Swap them at random, image by image, and see how often the
 * difference is at least as large as the one observed. For a mean over images this is the paired
 * randomisation test of Fisher (1935), where swapping changes a difference's sign.
 *
 * Scores are re-aggregated, never averaged: a resample of panoptic quality adds the tp, fp, fn and
 * IoUs of its images and only then divides.
 *
 * Undefined scores are NaN. A resample can leave a score undefined that the set defines (no image
 * of a rare class drawn): such resamples are left out of its quantiles and counted.
 *
 * Every resample is a function of (seed, its number) alone: compute them in any order and on any
 * thread. Nothing here allocates.
 */
#ifndef PANODEPTH_BOOTSTRAP_H
#define PANODEPTH_BOOTSTRAP_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A rule that turns a collection of images into n_scores numbers. */
typedef struct pnd_resample_statistic {
    /**
     * @param[out] scores  n_scores values, NaN where undefined
     * @param images  one record per image, of whatever type the rule reads
     * @param times   how often each image counts; NULL: once. Once each must give exactly the
     *                score of the set.
     * @param scratch scratch_size bytes, aligned for any type, of any content
     */
    void (*score)(double *scores, const void *context, const void *const *images,
                  const uint32_t *times, size_t n_images, void *scratch);
    const void *context;
    size_t n_scores, scratch_size;
} pnd_resample_statistic;

/** The images of one method. Owns nothing. */
typedef struct pnd_resample_set {
    const pnd_resample_statistic *statistic;
    const void *const *images;
    size_t n_images; /**< 1 to 2^32 - 1 */
} pnd_resample_set;

/** Resamples number first, first + 1, ... first + count - 1. */
typedef struct pnd_resample_range {
    uint64_t first;
    size_t count;
} pnd_resample_range;

/** Bytes of scratch the functions below need for this set; one block per thread. */
PND_API size_t pnd_resample_scratch_size(const pnd_resample_set *set);

/** Score the set itself: every image once. */
PND_API void pnd_resample_score(double *scores, const pnd_resample_set *set, void *scratch);

/** How often each image occurs in a resample: n_images draws, uniform to within 2^-32. */
PND_API void pnd_bootstrap_times(uint32_t *times, size_t n_images, uint64_t seed,
                                 uint64_t resample);

/** Scores of a range of resamples: out[(r - first) * n_scores + s]. */
PND_API void pnd_bootstrap_scores(double *out, const pnd_resample_set *set,
                                  pnd_resample_range range, uint64_t seed, void *scratch);

/** Scores without image i, for i of the range: out[(i - first) * n_scores + s]. */
PND_API void pnd_jackknife_scores(double *out, const pnd_resample_set *set,
                                  pnd_resample_range range, void *scratch);

/** Up to this many images all 2^n swaps can be enumerated. */
enum { PND_SIGN_FLIP_MAX_EXACT = 30 };

/**
 * Scores of B minus scores of A after swapping some images: out[(r - first) * n_scores + s].
 * Both sets share statistic and number of images.
 * @param exact  swap by the bits of r: r = 0 .. 2^n - 1 are all ways there are (n at most
 *               PND_SIGN_FLIP_MAX_EXACT); else each image with probability one half
 */
PND_API void pnd_sign_flip_differences(double *out, const pnd_resample_set *a,
                                       const pnd_resample_set *b, pnd_resample_range range,
                                       uint64_t seed, bool exact, void *scratch);

/* ---- what to make of the resamples */

typedef struct pnd_interval {
    double low, high; /**< both NaN when undefined */
} pnd_interval;

/** Copy the defined ones of n values that stand `stride` doubles apart, ascending.
 *  @return how many there are */
PND_API size_t pnd_bootstrap_sort(double *sorted, const double *values, size_t n, size_t stride);

/** Standard deviation with n - 1; NaN for fewer than two values. */
PND_API double pnd_bootstrap_error(const double *sorted, size_t n);

/** Quantile of ascending values, linear between order statistics (Hyndman and Fan's type 7, NumPy's
 *  default). NaN for n = 0. */
PND_API double pnd_bootstrap_quantile(const double *sorted, size_t n, double share);

/** Interval that covers with probability `level`, 0 < level < 1. */
PND_API pnd_interval pnd_bootstrap_percentile(const double *sorted, size_t n, double level);

/**
 * As above, corrected for bias and acceleration.
 * @param jackknife  n_images values, `stride` doubles apart
 * Undefined when the estimate or a jackknife value is, or when no resample lies on one side of the
 * estimate. Where leaving out any image changes nothing, a is 0.
 */
PND_API pnd_interval pnd_bootstrap_bca(const double *sorted, size_t n, double estimate,
                                       const double *jackknife, size_t n_images, size_t stride,
                                       double level);

/** Share of the values above 0, those equal to 0 counted half. NaN for n = 0. */
PND_API double pnd_bootstrap_above_zero(const double *sorted, size_t n);
PND_API double pnd_bootstrap_below_zero(const double *sorted, size_t n); /**< likewise */

/**
 * Two-sided p-value of an observed difference among those after swaps, `stride` doubles apart:
 * the share with |difference| >= |observed| (to within 1e-12 of it: sums in another order).
 * @param exact  all swaps were enumerated; else one is added to both counts, for the swap that was
 *               observed (Phipson and Smyth 2010), so that p is never 0
 * @param[out] undefined  differences that are NaN, left out; may be NULL
 */
PND_API double pnd_sign_flip_p(const double *differences, size_t n, size_t stride, double observed,
                               bool exact, size_t *undefined);

/**
 * Holm's step-down correction (1979): p_(k) becomes the largest of (m - j + 1) p_(j), j <= k, at
 * most 1. NaN stays NaN and does not count in m. `adjusted` may not overlap `p`. O(n^2).
 */
PND_API void pnd_holm(double *adjusted, const double *p, size_t n);

/** The standard normal distribution and its inverse. */
PND_API double pnd_normal_cdf(double z);
PND_API double pnd_normal_quantile(double share); /**< -inf for 0, inf for 1, NaN outside */

#ifdef __cplusplus
}
#endif

#endif
