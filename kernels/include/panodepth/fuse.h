/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/fuse.h
 * One depth per segment, from a segment id and a depth for every pixel.
 *
 * Panoptic-DepthLab gives each segment the arithmetic mean of the depths under its mask. Stereo
 * depth has outliers and holes, so that mean can be far off: a van at the left border of a real
 * frame has mean 71 m and median 14 m. All of these are therefore computed, over the n valid depths
 * z_1 <= ... <= z_n of a segment:
 *
 *     mean           sum z / n
 *     median         the middle z, or the mean of the two middle ones
 *     trimmed mean   the mean without the floor(q n) smallest and the floor(q n) largest
 *     inverse mean   n / sum (1/z), the depth of the mean disparity
 *
 * A depth is valid when it is at least PND_FUSE_MIN_DEPTH and below PND_FUSE_MAX_DEPTH; so 0 ("no
 * depth"), negative values, NaN and infinity are not. Id 0 is void and has no row.
 *
 * Sums are exact: every valid float is a whole number of 2^-43 m, and 1/z is rounded once to
 * 2^-43 1/m, so they are added as integers. No result depends on the order of the pixels, the
 * number of threads or the backend.
 */
#ifndef PANODEPTH_FUSE_H
#define PANODEPTH_FUSE_H

#include <panodepth/backend.h>
#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** 2^-20 and 2^20 metres: a micrometre and a thousand kilometres. */
#define PND_FUSE_MIN_DEPTH (1.0f / 1048576.0f)
#define PND_FUSE_MAX_DEPTH 1048576.0f

/** Largest number of segments of one image (docs/formats.md). */
enum { PND_MAX_SEGMENTS = 65536 };

/** The depth of one segment. Without a valid pixel every double but coverage is NaN. */
typedef struct pnd_segment_depth {
    uint32_t id;
    int64_t area_px;                                 /**< pixels of the segment */
    int64_t n_valid;                                 /**< those with a valid depth */
    double coverage;                                 /**< n_valid / area_px */
    double mean, median, trimmed_mean, inverse_mean; /**< metres */
    double min, max;                                 /**< metres */
    double p10, p90; /**< metres; percentiles with NumPy's linear interpolation */
    double std;      /**< metres; of the population, sqrt(mean of (z - mean)^2) */
} pnd_segment_depth;

/** The segments of one image in ascending id. Zero-initialise; reused between images. */
typedef struct pnd_segment_depths {
    pnd_segment_depth *segments;
    size_t n;
    size_t capacity;
} pnd_segment_depths;

PND_API void pnd_segment_depths_clear(pnd_segment_depths *depths);

/** The row with that id, by bisection; NULL when there is none. Borrowed. */
PND_API const pnd_segment_depth *pnd_segment_depths_find(const pnd_segment_depths *depths,
                                                         uint32_t id);

/** Growable options; zero means the default. Set struct_size = sizeof(pnd_fuse_options). */
typedef struct pnd_fuse_options {
    size_t struct_size;
    double trim; /**< q of the trimmed mean, above 0 and below 0.5; 0: the default, 0.1 */
} pnd_fuse_options;

/**
 * Fuse one image. `options` may be NULL.
 * @retval PND_EINVAL     an unusable size or trim, or an id of 2^24 and more
 * @retval PND_EMISMATCH  the two images differ in size
 * @retval PND_ELIMIT     more than PND_MAX_SEGMENTS segments
 * @retval PND_ENOMEM  @retval PND_EDEVICE  @retval PND_EUNSUPPORTED
 * On failure out->n is 0. The cost is that of sorting each segment's depths.
 */
PND_API PND_NODISCARD pnd_status pnd_fuse_depth(pnd_segment_depths *out, pnd_backend *backend,
                                                pnd_view_u32 ids, pnd_view_f32 depth_m,
                                                const pnd_fuse_options *options, pnd_error *err);

/** Which of the four a picture or a table shows. */
typedef enum pnd_fuse_rule {
    PND_FUSE_MEAN = 0,
    PND_FUSE_MEDIAN = 1,
    PND_FUSE_TRIMMED = 2,
    PND_FUSE_INVERSE = 3
} pnd_fuse_rule;

/** "mean", "median", "trimmed" or "inverse" to a rule; false and *rule untouched otherwise. */
PND_API PND_NODISCARD bool pnd_fuse_rule_parse(pnd_fuse_rule *rule, const char *text);

/** That depth in metres, NaN when the segment has none. */
PND_API double pnd_segment_depth_by(const pnd_segment_depth *segment, pnd_fuse_rule rule);

#ifdef __cplusplus
}
#endif

#endif
