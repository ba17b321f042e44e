/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/postprocess.h
 * From the network's head maps to a panoptic map, a depth map and one record per segment.
 *
 * The heads are float32 maps at a quarter of the photograph's side, planar: channel c of pixel
 * (y, x) is data[(c * height + y) * width + x]. Everything below happens at full resolution, on
 * maps that are enlarged by 4 bilinearly without aligned corners, as PyTorch does in float32:
 *
 *     s = max(0, (dst + 0.5) / 4 - 0.5), i0 = floor(s), i1 = min(i0 + 1, size - 1), w1 = s - i0,
 *     w0 = 1 - w1, value = h0 (w0 a + w1 b) + h1 (w0 c + w1 d)
 *
 * and cut to the photograph's size. (So does PyTorch 2 where it runs without fused multiply-add;
 * with it, or in another memory layout, its last bit may differ.) Offsets are multiplied by 4 after
 * that. Then, as in detectron2 (projects/Panoptic-DeepLab, post_processing.py):
 *
 *     1. semantic class = argmax of the logits, the first on ties
 *     2. a centre is a pixel whose heat is above `threshold` and equal to the largest of the
 *        nms x nms window around it; equal neighbours all stay. With t = the top_k-th largest heat
 *        that survived, clamped at 0: the centres are those above t, strictly, so that a crowded
 *        picture keeps top_k - 1. Numbered from 1 in raster order.
 *     3. a pixel of a thing class belongs to the centre nearest to (y + dy, x + dx), the first on
 *        ties
 *     4. each instance takes its most frequent class, the smallest on ties, and the value
 *        class * label_divisor + its number among the instances of that class, from 1
 *     5. a stuff class of at least stuff_area pixels has the value class * label_divisor
 *     6. everything else is void, -1: small stuff, and thing pixels when there is no centre
 *
 * deeplab2's rules differ in three places, which the options select.
 */
#ifndef PANODEPTH_POSTPROCESS_H
#define PANODEPTH_POSTPROCESS_H

#include <panodepth/backend.h>
#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PND_POST_MAX_CLASSES = 32, PND_POST_MAX_CENTERS = 4096, PND_POST_VOID = -1 };

/** Borrowed head maps of one image. */
typedef struct pnd_heads {
    int32_t classes;       /**< channels of sem, 1 to PND_POST_MAX_CLASSES */
    int32_t width, height; /**< of each map: the photograph's over `stride`, rounded up */
    const float *sem;      /**< logits [classes][height][width] */
    const float *center;   /**< heat [1][height][width] */
    const float *offset;   /**< dy, then dx, in map pixels [2][height][width] */
    const float *depth;    /**< metres [1][height][width]; NULL: a network without depth */
    /** Pixels of the photograph for one of the maps: 4, which 0 means too; or 1 for maps that were
     *  enlarged already, by a caller whose photograph was resized. Those are taken as they are,
     *  offsets in pixels of the photograph, in host memory, by the plain code of ref. */
    int32_t stride;
} pnd_heads;

/** Growable options; zero means the default. Set struct_size = sizeof(pnd_postprocess_options). */
typedef struct pnd_postprocess_options {
    size_t struct_size;
    float threshold;       /**< 0: 0.1f */
    int32_t nms;           /**< odd window, 1 to 31; 0: 7 */
    int32_t top_k;         /**< 1 to PND_POST_MAX_CENTERS; 0: 200 */
    int32_t stuff_area;    /**< pixels; 0: 2048; negative: no limit */
    int32_t label_divisor; /**< above top_k and below 2^19, so that ids have 24 bits; 0: 1000 */
    uint32_t things;       /**< bit c: class c is a thing, past the last class ignored; 0: classes
                                11 to 18, as trainIds are */
    /** @name deeplab2's rules @{ */
    bool one_instance_without_centers; /**< no centre: all thing pixels are one instance */
    bool stuff_area_exclusive;         /**< an area equal to stuff_area is dropped too */
    bool keep_top_k;                   /**< more than top_k centres: exactly the top_k best, the
                                            earlier in raster order on equal heat */
    /** @} */
    bool skip_scores; /**< leave pnd_segment.score NaN, which saves the softmax */
} pnd_postprocess_options;

/** One segment of the panoptic map. */
typedef struct pnd_segment {
    int32_t panoptic; /**< its value in the map */
    int32_t class_id; /**< the network's class, a trainId for Cityscapes */
    bool is_thing;
    int32_t center_x, center_y;  /**< the instance's heat-map peak; -1 without one */
    int32_t x, y, width, height; /**< bounding box */
    int64_t area_px;
    /** Things: mean over the mask of softmax(logits)[class], times the heat at the mask's centroid
     * (mean row and column truncated; the centroid may lie outside the mask), as detectron2 scores
     * instances. NaN for stuff and with skip_scores. */
    double score;
} pnd_segment;

/** Results of one image. Zero-initialise; memory is reused between images. */
typedef struct pnd_postprocess_result {
    int32_t width, height;
    int32_t *panoptic;     /**< [height][width]: a segment's value, or PND_POST_VOID */
    uint8_t *sem;          /**< [height][width]: class of every pixel, from step 1 */
    float *depth;          /**< [height][width] metres; NULL without a depth head */
    pnd_segment *segments; /**< in ascending `panoptic` */
    size_t n_segments;
    int32_t *centers; /**< y, x of every centre in raster order, [n_centers][2] */
    size_t n_centers;
    int64_t n_nonfinite; /**< NaN and infinite values in the heads: 0, or the maps mean little */
    struct pnd_postprocess_memory *memory; /**< private */
} pnd_postprocess_result;

PND_API void pnd_postprocess_result_clear(pnd_postprocess_result *result);

/**
 * Post-process one image of width x height. `options` may be NULL. The same result on every
 * backend, to the bit, for any number of threads: sums are of integers and of fixed point numbers
 * (probabilities in units of 2^-32, rounded once each).
 * @retval PND_EINVAL    an unusable size, option or class count, or a map that is not a quarter of
 *                       the photograph
 * @retval PND_ENOMEM  @retval PND_EDEVICE  @retval PND_EUNSUPPORTED
 * On failure the counts in *out are 0.
 */
PND_API PND_NODISCARD pnd_status pnd_postprocess(pnd_postprocess_result *out, pnd_backend *backend,
                                                 const pnd_heads *heads, int32_t width,
                                                 int32_t height,
                                                 const pnd_postprocess_options *options,
                                                 pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
