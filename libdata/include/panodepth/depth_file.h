/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/depth_file.h
 * Depth maps in files: KITTI 16-bit PNG, NumPy .npy and PFM.
 *
 * A value of 0 (or NaN, or PFM's infinity) means "no depth here". KITTI 16-bit stores v = depth_m *
 * 256; the quantum is 3.9 mm and the largest value 255.996 m. Readers deliver float metres or, for
 * PNG, the raw samples with their unit, so that an evaluator can decode exactly.
 */
#ifndef PANODEPTH_DEPTH_FILE_H
#define PANODEPTH_DEPTH_FILE_H

#include <panodepth/buffer.h>
#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pnd_depth_format { PND_DEPTH_PNG16, PND_DEPTH_NPY, PND_DEPTH_PFM } pnd_depth_format;

/** "png16", "npy", "pfm"; the extension with its dot: ".png", ".npy", ".pfm". */
PND_API const char *pnd_depth_format_name(pnd_depth_format format);
PND_API const char *pnd_depth_format_extension(pnd_depth_format format);

/** How float metres become 16-bit samples. */
typedef enum pnd_depth_rounding {
    PND_ROUND_HALF_UP, /**< floor(256 z + 0.5), clamped to [1, 65535] for a valid depth */
    PND_ROUND_TRUNCATE /**< (uint16) of 256 z, at least 1: byte parity with truncating tools; still
                          saturates */
} pnd_depth_rounding;

/** Encode. `*saturated` (may be NULL) receives the number of depths above 65535/256 m (PNG only).
 *  npy: v1.0, '<f4', C order. PFM: "Pf", scale -1.0, rows bottom to top, "no depth" as +inf.
 *  `nan_for_invalid` (npy only): write NaN instead of 0. @retval PND_ENOMEM @retval PND_EINVAL size
 * limits */
PND_API PND_NODISCARD pnd_status pnd_depth_encode(pnd_buffer *out, int64_t *saturated,
                                                  pnd_view_f32 depth_m, pnd_depth_format format,
                                                  pnd_depth_rounding rounding, bool nan_for_invalid,
                                                  pnd_error *err);

/** A decoded depth map: exactly one of the planes is filled. Reuse between files; release with
 * _clear. */
typedef struct pnd_depth_map {
    pnd_plane_u16 samples; /**< PNG: raw samples */
    pnd_plane_f32
        f32; /**< npy <f4, <f2, PFM: metres as stored; "no depth" of PFM (inf) becomes 0 */
    pnd_plane_f64 f64; /**< npy <f8: metres as stored */
    enum { PND_DEPTH_MAP_U16, PND_DEPTH_MAP_F32, PND_DEPTH_MAP_F64 } kind;
    int32_t width, height;
} pnd_depth_map;

PND_API void pnd_depth_map_clear(pnd_depth_map *map);

/**
 * Decode by content (PNG signature, \x93NUMPY, "Pf"). npy: versions 1 to 3, <f2 <f4 <f8 <u2 little
 * endian, C order, 2-D (or 1 x H x W); object arrays, Fortran order and big endian are refused with
 * the reason. `<u2` npy fills `samples`.
 * @retval PND_EFORMAT @retval PND_EUNSUPPORTED @retval PND_ELIMIT @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_depth_decode(pnd_depth_map *out, const void *bytes,
                                                  size_t size, const char *name, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
