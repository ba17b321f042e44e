/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/depth_samples.h
 * Depth maps as they were stored, read as doubles.
 *
 * Scores must not depend on the precision a tool happens to decode to. So a map keeps its stored
 * samples: 16-bit codes with a table of 65536 doubles that says how many metres each code means, or
 * float or double metres. A sample read this way is the double nearest to what the file holds.
 *
 * A depth in metres means, everywhere in this library:
 *
 *     finite and above 0    a depth
 *     +infinity             measured, at infinity (ground truth: disparity 0)
 *     0                     no depth: every format uses 0 for it
 *     negative, NaN, -inf   not a depth
 */
#ifndef PANODEPTH_DEPTH_SAMPLES_H
#define PANODEPTH_DEPTH_SAMPLES_H

#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PND_DEPTH_LUT_SIZE = 65536 };

typedef enum pnd_depth_sample_type {
    PND_DEPTH_U16, /**< uint16_t codes, decoded by `lut` */
    PND_DEPTH_F32, /**< float metres */
    PND_DEPTH_F64  /**< double metres */
} pnd_depth_sample_type;

/** One stored depth map, row-major, top row first. Owns nothing. */
typedef struct pnd_depth_samples {
    const void *data;
    int32_t width, height;
    size_t stride;              /**< bytes between rows */
    pnd_depth_sample_type type; /**< what `data` points to */
    const double *lut;          /**< PND_DEPTH_U16: PND_DEPTH_LUT_SIZE entries, metres per code */
    const char *name;           /**< begins every message about this map; NULL is fine */
} pnd_depth_samples;

/** Codes with their table. `lut` is borrowed and must outlive the result. */
PND_API pnd_depth_samples pnd_depth_samples_u16(pnd_view_u16 codes, const double *lut,
                                                const char *name);
PND_API pnd_depth_samples pnd_depth_samples_f32(pnd_view_f32 metres, const char *name);
PND_API pnd_depth_samples pnd_depth_samples_f64(pnd_view_f64 metres, const char *name);

/**
 * The table of a stored disparity p > 0, d = (p - 1) / 256 px (cityscapesScripts README):
 * z = fx * baseline / (d + doffs), +infinity where d + doffs <= 0 (p = 1 in Cityscapes), 0 for
 * p = 0. The states are those of pnd_depth_from_disparity() in panodepth/depth.h.
 * @param lut          PND_DEPTH_LUT_SIZE entries, the caller's
 * @param fx_baseline  pixels * metres, of this very frame's calibration
 */
PND_API void pnd_depth_lut_disparity(double *lut, double fx_baseline, double doffs);

/** The table of a linear code: v / units_per_m, 0 = no depth. KITTI stores 256 units a metre, some
 *  tools 1000 (millimetres) or 1. */
PND_API void pnd_depth_lut_linear(double *lut, double units_per_m);

/** Read one row as metres. @param out `width` doubles */
PND_API void pnd_depth_samples_row(double *out, const pnd_depth_samples *samples, int32_t y);

#ifdef __cplusplus
}
#endif

#endif
