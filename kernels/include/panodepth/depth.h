/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/depth.h
 * Depth in metres from stereo disparity.
 *
 * A stored sample p > 0 is a disparity d = (p - 1) / 256 pixels, p = 0 is "no measurement"
 * (cityscapesScripts README). Depth is the coordinate along the optical axis
 *
 *     z = fx * baseline / (d + doffs)
 *
 * and not the distance to the camera; options.range asks for that distance,
 * z * sqrt(1 + ((x - u0) / fx)^2 + ((y - v0) / fy)^2) for pixel column x and row y.
 *
 * Every pixel is in exactly one of four states, which are counted and never mixed:
 *
 *     invalid    p = 0
 *     masked     p > 0 under options.mask, or a finite depth beyond the cap with PND_CAP_MASK
 *     infinite   p > 0 and d + doffs <= 0 (p = 1 in Cityscapes, 1 to 6 % of a frame): at infinity
 *     finite     the rest
 *
 * All arithmetic is IEEE double (one division, one multiplication for a range) and is rounded once
 * to the output type, so every backend returns the same bits.
 */
#ifndef PANODEPTH_DEPTH_H
#define PANODEPTH_DEPTH_H

#include <panodepth/backend.h>
#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The pair's geometry. Take it from the frame's own calibration: Cityscapes has several rigs. */
typedef struct pnd_stereo {
    double fx_baseline; /**< pixels * metres; 1e-3 to 1e9 */
    double doffs;       /**< pixels between the principal points, -1e6 to 1e6; 0 for Cityscapes */
} pnd_stereo;

/** What a pixel at infinity becomes. */
typedef enum pnd_zero_disparity {
    PND_ZERO_DISPARITY_INVALID = 0, /**< no depth */
    PND_ZERO_DISPARITY_FAR = 1 /**< +inf (65535 in 16 bits); under a cap, what the cap mode makes
                                  of a depth beyond it. Its state stays `infinite` */
} pnd_zero_disparity;

/** What becomes of a depth above the cap. */
typedef enum pnd_cap_mode {
    PND_CAP_MASK = 0, /**< no depth */
    PND_CAP_CLAMP = 1 /**< the cap itself */
} pnd_cap_mode;

/** Where the camera looks, for range maps; pixels, fx and fy above 0. */
typedef struct pnd_pinhole {
    double fx, fy, u0, v0;
} pnd_pinhole;

/** Growable options; zero means the default. Set struct_size = sizeof(pnd_depth_options). */
typedef struct pnd_depth_options {
    size_t struct_size;
    pnd_zero_disparity zero_disparity;
    pnd_cap_mode cap_mode;
    double cap_m;             /**< 0: no cap. A depth equal to the cap is kept */
    bool nan_for_no_depth;    /**< pixels without a depth become NaN instead of 0 (float output) */
    bool truncate;            /**< 16-bit output: drop the fraction instead of rounding half up */
    const pnd_pinhole *range; /**< distance to the camera instead of depth; NULL: depth */
    pnd_view_u8 mask;         /**< nonzero: no depth here; data NULL: no mask */
} pnd_depth_options;

/** Pixels by state (the first four add up to all pixels) and by what the rules did. */
typedef struct pnd_depth_counts {
    int64_t invalid, infinite, finite, masked;
    int64_t beyond_cap; /**< finite depths above the cap: part of `masked`, or clamped */
    int64_t saturated;  /**< 16-bit output: finite depths above 65535 / 256 m, written as 65535 */
} pnd_depth_counts;

/**
 * Depth of every pixel as float metres; 0 (or NaN) where there is none.
 * @param[out] depth_m  disparity's height rows of width floats
 * @param stride        bytes between the rows of depth_m, a multiple of sizeof(float)
 * @param options       may be NULL
 * @param[out] counts   overwritten; may be NULL
 * @retval PND_EINVAL     an unusable calibration, cap, range or stride
 * @retval PND_EMISMATCH  the mask has another size
 * @retval PND_ELIMIT  @retval PND_ENOMEM  @retval PND_EDEVICE  @retval PND_EUNSUPPORTED
 * Without a range a table of all 65536 samples is built once per calibration and kept in the
 * backend: the cost is then one gather a pixel.
 */
PND_API PND_NODISCARD pnd_status pnd_depth_from_disparity(
    float *depth_m, size_t stride, pnd_depth_counts *counts, pnd_backend *backend,
    pnd_view_u16 disparity, pnd_stereo stereo, const pnd_depth_options *options, pnd_error *err);

/**
 * The same depth as KITTI 16-bit samples: floor(256 z + 0.5) clamped to [1, 65535], 0 = no depth.
 * Rounded from the double, not from the float, so it can differ by one sample from converting
 * pnd_depth_from_disparity()'s floats. Parameters and failures as there; nan_for_no_depth is
 * ignored.
 */
PND_API PND_NODISCARD pnd_status pnd_depth_u16_from_disparity(
    uint16_t *samples, size_t stride, pnd_depth_counts *counts, pnd_backend *backend,
    pnd_view_u16 disparity, pnd_stereo stereo, const pnd_depth_options *options, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
