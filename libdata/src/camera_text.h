/* SPDX-License-Identifier: Apache-2.0 */
/* What the two camera readers share. Private to libdata. */
#ifndef PND_CAMERA_TEXT_H
#define PND_CAMERA_TEXT_H

#include <panodepth/camera.h>

/* Plausible calibrations (metres, pixels): wide enough for any stereo rig, narrow enough to catch a
 * wrong unit. */
#define PND_CAMERA_MIN_BASELINE 0.01
#define PND_CAMERA_MAX_BASELINE 10.0
#define PND_CAMERA_MIN_F        100.0
#define PND_CAMERA_MAX_F        1e5
#define PND_CAMERA_MAX_CENTER   1e5

typedef struct camera_value {
    const char *file;
    const char *where; /* the enclosing object, "" at top level */
    const char *key;
    double number;
} camera_value;

pnd_status camera_check_range(const camera_value *value, double low, double high, const char *unit,
                              pnd_error *err);

/* Middlebury's calib.txt. */
pnd_status camera_parse_text(pnd_camera *out, const void *bytes, size_t size, const char *name,
                             pnd_error *err);

#endif
