/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/camera.h
 * The calibration of one stereo frame. There is no default calibration: Cityscapes has at least two
 * rigs.
 *
 * Read are camera.json {"extrinsic": {"baseline", ...}, "intrinsic": {"fx", "fy", "u0", "v0"}}, the
 * layout of the 3-D annotations {"sensor": {"fx", "fy", "u0", "v0", "baseline", ...}}, and
 * Middlebury's calib.txt (cam0, baseline in millimetres, doffs).
 */
#ifndef PANODEPTH_CAMERA_H
#define PANODEPTH_CAMERA_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pnd_camera {
    double baseline;       /**< metres, 0.01 to 10 */
    double fx, fy, u0, v0; /**< pixels; fx and fy 100 to 1e5 */
    double doffs;          /**< pixels between the principal points; 0 for Cityscapes */
} pnd_camera;

/** Parse either JSON layout, or calib.txt when the first byte is not '{'.
 *  @retval PND_EFORMAT  not parseable, a key absent or of a wrong type, or a value out of range
 * (says which) */
PND_API PND_NODISCARD pnd_status pnd_camera_parse(pnd_camera *out, const void *bytes, size_t size,
                                                  const char *name, pnd_error *err);

/** Read a calibration file. @retval PND_EIO and as pnd_camera_parse() */
PND_API PND_NODISCARD pnd_status pnd_camera_read(pnd_camera *out, const char *path, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
