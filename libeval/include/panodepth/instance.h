/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/instance.h
 * Instance segmentation: average precision as the Cityscapes benchmark computes it.
 *
 * Cordts et al., "The Cityscapes Dataset", CVPR 2016, section 4.2, as cityscapesScripts'
 * evalInstanceLevelSemanticLabeling.py computes it; it is not COCO's AP. For a class and an overlap
 * threshold t, with IoU = inter / (truth + guess - inter):
 *
 * - a truth is a single instance of at least min_area pixels; of the guesses of its class with
 *   IoU > t the most confident is a true positive, each further one a false positive, and without
 *   any the truth is missed;
 * - a guess with IoU > t with no truth of its class at all is a false positive, unless more than t
 *   of its pixels are to be ignored: on void, on groups of its class, on truths that are too small;
 * - over the distinct confidences c, precision and recall of the guesses of at least c, with the
 *   point (recall 0, precision 1) added, make a curve; AP is the sum over its points of
 *   precision_i (recall_{i-1} - recall_{i+1}) / 2, the trapezoid rule;
 * - AP is undefined (NaN) without a truth, and 0 with truths and no guess left.
 *
 * docs/metrics.md sets every rule beside the reference's, with its quirks.
 *
 * Use: one matcher per thread; per image begin, add masks or segments, end. Keep the images, then
 * pnd_instance_ap() over all of them. Everything kept is an integer or an input, so results do not
 * depend on the number of threads.
 */
#ifndef PANODEPTH_INSTANCE_H
#define PANODEPTH_INSTANCE_H

#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a class counts; its id is its position in the table. */
typedef struct pnd_instance_rule {
    bool is_scored; /**< has instances and is evaluated */
    bool is_void;   /**< ground truth pixels with this very value excuse a guess */
} pnd_instance_rule;

enum { PND_INSTANCE_MAX_CLASSES = 64, PND_INSTANCE_N_OVERLAPS = 10 };

/** The thresholds 0.5, 0.55 ... 0.95 as the reference has them: 0.5 + i ((0.5 + 0.05) - 0.5). */
PND_API void pnd_instance_overlaps(double out[PND_INSTANCE_N_OVERLAPS]);

/** Fewest pixels of a truth in the reference. */
enum { PND_INSTANCE_MIN_AREA = 100 };

/** An instance of the ground truth; a group of them when id < 1000. */
typedef struct pnd_instance_truth {
    int32_t id, class_id;
    int64_t area;
    double distance_m; /**< infinite until pnd_instance_measure() */
    double density;    /**< share of the pixels with a disparity; likewise 0 */
} pnd_instance_truth;

/** A predicted instance. */
typedef struct pnd_instance_guess {
    int32_t class_id;
    double confidence;
    int64_t area, void_area;
} pnd_instance_guess;

/** A truth and a guess of one class that share pixels: positions in the lists of their image. */
typedef struct pnd_instance_overlap {
    uint32_t guess, truth;
    int64_t pixels;
} pnd_instance_overlap;

/** One image, matched. Belongs to the matcher, valid until its next pnd_instance_begin(). */
typedef struct pnd_instance_image {
    const pnd_instance_truth *truths;     /**< ascending by id */
    const pnd_instance_guess *guesses;    /**< in the order they were added */
    const pnd_instance_overlap *overlaps; /**< ascending by guess, then truth */
    size_t n_truths, n_guesses, n_overlaps;
    int64_t n_empty; /**< guesses without a pixel: left out */
} pnd_instance_image;

/** Scratch memory, reused between images. One per thread. */
typedef struct pnd_instance_matcher pnd_instance_matcher;

/** @retval PND_EINVAL too many classes @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_instance_matcher_create(pnd_instance_matcher **out,
                                                             const pnd_instance_rule *classes,
                                                             int32_t n_classes, pnd_error *err);
PND_API void pnd_instance_matcher_free(pnd_instance_matcher *matcher); /**< NULL is fine */

/**
 * Start an image.
 * @param gt  id, or id * 1000 + number for single instances, as in instanceIds images; must stay
 *            until pnd_instance_end()
 * @retval PND_EINVAL  a value that belongs to no class; names its first pixel  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_instance_begin(pnd_instance_matcher *matcher, pnd_view_u16 gt,
                                                    const char *name, pnd_error *err);

/**
 * Add a guess: the pixels of `mask` that are not 0.
 * @param class_id  of a class that is scored
 * @retval PND_EMISMATCH  the mask has another size  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_instance_add_mask(pnd_instance_matcher *matcher,
                                                       pnd_view_u8 mask, int32_t class_id,
                                                       double confidence, const char *name,
                                                       pnd_error *err);

/**
 * Measure the truths of the image that was begun: distance_m becomes the median depth of the pixels
 * that have one, the mean of the middle two of an even number, and density their share. An
 * extension of ours: the benchmark's own distances are not published.
 * @param depth_m  of each disparity sample: 65536 depths, 0 for no measurement, else not growing
 * with the sample, infinity included; pnd_depth_lut_disparity() makes them
 * @retval PND_EMISMATCH  the disparity has another size  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_instance_measure(pnd_instance_matcher *matcher,
                                                      pnd_view_u16 disparity, const double *depth_m,
                                                      const char *name, pnd_error *err);

/** A segment of a panoptic prediction. */
typedef struct pnd_instance_segment {
    uint32_t id;
    int32_t class_id; /**< segments of other than scored classes are no guesses */
    double confidence;
} pnd_instance_segment;

/**
 * Add a guess for each segment of a scored class, in the order given.
 * @param ids  segment ids; 0 is void
 * @retval PND_EMISMATCH  the image has another size, or an id that is not listed
 * @retval PND_EINVAL     an id listed twice, or 0  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_instance_add_segments(pnd_instance_matcher *matcher,
                                                           pnd_view_u32 ids,
                                                           const pnd_instance_segment *segments,
                                                           size_t n, const char *name,
                                                           pnd_error *err);

/** The image as it was matched. */
PND_API pnd_instance_image pnd_instance_end(pnd_instance_matcher *matcher);

/** Which truths count; the others excuse guesses as small ones do. The reference's settings are
 *  pnd_instance_all() and, on its server only, 1000 pixels, within 100 m or 50 m, half of the
 * pixels measured. */
typedef struct pnd_instance_setting {
    int64_t min_area;
    double max_distance_m, min_density;
} pnd_instance_setting;

PND_API pnd_instance_setting pnd_instance_all(void); /**< of at least PND_INSTANCE_MIN_AREA */
PND_API pnd_instance_setting pnd_instance_within(double distance_m);

/** How the instances of a class were met at one threshold. */
typedef struct pnd_instance_count {
    int64_t tp, fp, fn; /**< every guess counts, whatever its confidence */
} pnd_instance_count;

PND_API pnd_instance_count pnd_instance_count_image(const pnd_instance_image *image,
                                                    int32_t class_id, double overlap,
                                                    pnd_instance_setting setting);

/**
 * AP of one class at some thresholds.
 * @param[out] ap   n_overlaps values in [0, 1], or NaN without a truth
 * @param images    in any order: the result does not depend on it
 * @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_instance_ap(double *ap, const pnd_instance_image *images,
                                                 size_t n_images, int32_t class_id,
                                                 const double *overlaps, size_t n_overlaps,
                                                 pnd_instance_setting setting, pnd_error *err);

/** Means over the classes that have a truth. */
typedef struct pnd_instance_mean {
    double ap, ap50; /**< over all thresholds, and at the first; NaN without a class */
} pnd_instance_mean;

/**
 * Averages as the reference takes them.
 * @param[out] class_ap  n_classes means over the thresholds; NULL: not wanted
 * @param ap  n_classes x n_overlaps values
 */
PND_API pnd_instance_mean pnd_instance_average(double *class_ap, const double *ap, size_t n_classes,
                                               size_t n_overlaps);

/* ---- verdicts, the part of the above that is settled image by image */

/** A true or false positive. */
typedef struct pnd_instance_verdict {
    double confidence;
    uint32_t rank; /**< of the confidence among all; the caller's, 0 at first */
    bool is_true;
} pnd_instance_verdict;

/** Of one class at one threshold. */
typedef struct pnd_instance_verdicts {
    pnd_instance_verdict *items; /**< the caller's; NULL: only counted */
    size_t n, n_true;
    int64_t missed;
    bool has_truth, has_guess;
} pnd_instance_verdicts;

/** Append those of an image: at most n_guesses + n_overlaps. */
PND_API void pnd_instance_judge(pnd_instance_verdicts *out, const pnd_instance_image *image,
                                int32_t class_id, double overlap, pnd_instance_setting setting);

/** True and false positives of one confidence. */
typedef struct pnd_instance_step {
    int64_t n_true, n_false;
} pnd_instance_step;

/** Area under the curve of n confidences, ascending; those without a verdict are no point of it. 0
 *  without any. */
PND_API double pnd_instance_area(const pnd_instance_step *steps, size_t n, int64_t missed);

#ifdef __cplusplus
}
#endif

#endif
