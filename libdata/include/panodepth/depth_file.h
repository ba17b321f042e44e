/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/depth_file.h
 * Depth maps in files: KITTI 16-bit PNG, NumPy .npy and PFM.
 *
 * A value of 0 (or NaN, or PFM's infinity) means "no depth here". KITTI 16-bit stores
 * v = depth_m * 256; the quantum is 3.9 mm and the largest value 255.996 m. Readers deliver float
 * metres or, for 16-bit files, the raw samples, so that an evaluator can decode exactly.
 * All functions are thread-safe.
 */
#ifndef PANODEPTH_DEPTH_FILE_H
#define PANODEPTH_DEPTH_FILE_H

#include <panodepth/buffer.h>
#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pnd_depth_format { PND_DEPTH_PNG16, PND_DEPTH_NPY, PND_DEPTH_PFM } pnd_depth_format;

/** "png16", "npy", "pfm". Static. */
PND_API const char *pnd_depth_format_name(pnd_depth_format format);

/** ".png", ".npy", ".pfm". Static. */
PND_API const char *pnd_depth_format_extension(pnd_depth_format format);

/** How float metres become 16-bit samples; a valid depth is never written as 0. */
typedef enum pnd_depth_rounding {
    PND_ROUND_HALF_UP, /**< floor(256 z + 0.5), clamped to [1, 65535] */
    PND_ROUND_TRUNCATE /**< floor(256 z), clamped alike: the bytes of tools that truncate */
} pnd_depth_rounding;

/**
 * Encode float metres. `out` is reset first.
 *
 *     png16  z <= 0 and NaN are 0; above 65535/256 m, +inf too, is 65535 and counted in *saturated
 *     npy    v1.0, '<f4', C order; NaN becomes 0, or 0 becomes NaN with nan_for_invalid
 *     pfm    "Pf", scale -1.0, rows bottom to top; 0 and NaN become +inf
 *
 * @param[out] saturated  may be NULL; 0 for npy and pfm
 * @retval PND_EINVAL  @retval PND_ELIMIT  the size  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_depth_encode(pnd_buffer *out, int64_t *saturated,
                                                  pnd_view_f32 depth_m, pnd_depth_format format,
                                                  pnd_depth_rounding rounding, bool nan_for_invalid,
                                                  pnd_error *err);

/**
 * A stack of float maps [channels][height][width] as .npy: version 1.0, '<f4', C order, every value
 * as it is. `out` is reset first. @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_npy_encode_maps(pnd_buffer *out, const float *maps,
                                                     int32_t channels, int32_t height,
                                                     int32_t width, pnd_error *err);

typedef enum pnd_depth_map_kind {
    PND_DEPTH_MAP_U16, /**< PNG, npy '<u2': raw samples in `samples` */
    PND_DEPTH_MAP_F32, /**< npy '<f4' and '<f2', PFM: metres in `f32` */
    PND_DEPTH_MAP_F64  /**< npy '<f8': metres in `f64` */
} pnd_depth_map_kind;

/** A decoded depth map: `kind` says which plane holds it; the others may keep memory of earlier
 *  files. Zero-initialise, reuse between files, release with pnd_depth_map_clear(). */
typedef struct pnd_depth_map {
    pnd_plane_u16 samples;
    pnd_plane_f32 f32;
    pnd_plane_f64 f64;
    pnd_depth_map_kind kind;
    int32_t width, height;
} pnd_depth_map;

PND_API void pnd_depth_map_clear(pnd_depth_map *map);

/**
 * Decode by content: the PNG signature, "\x93NUMPY", "Pf", or a zip archive with one npy (npz.h).
 * `name` begins every message.
 *
 *     png  16-bit grey
 *     npy  versions 1 to 3, '<f2' '<f4' '<f8' '<u2', C order, shape (H, W) or (1, H, W). Object
 *          arrays (pickled Python), Fortran order and big endian are refused with the reason.
 *     pfm  one channel, either byte order; the magnitude of the scale is ignored, as everywhere.
 *          Infinities and NaN, "no depth", become 0; rows are delivered top row first.
 *
 * The file must end where its pixels do.
 * @retval PND_EFORMAT  @retval PND_EUNSUPPORTED  @retval PND_ELIMIT  @retval PND_ENOMEM
 * On failure the pixels are unspecified, width and height 0; the map stays the caller's to clear.
 */
PND_API PND_NODISCARD pnd_status pnd_depth_decode(pnd_depth_map *out, const void *bytes,
                                                  size_t size, const char *name, pnd_error *err);

/** As above for the named member of an .npz; NULL for the only one. @retval PND_EINVAL several and
 *  no name; else as pnd_depth_decode() */
PND_API PND_NODISCARD pnd_status pnd_depth_decode_npz(pnd_depth_map *out, const void *bytes,
                                                      size_t size, const char *member,
                                                      const char *name, pnd_error *err);

/** Any decoded map as float metres, samples divided by 256, in a plane that is resized.
 *  @retval PND_EINVAL an empty map  @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_depth_map_metres(pnd_plane_f32 *out, const pnd_depth_map *map,
                                                      pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
