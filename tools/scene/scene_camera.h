/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two stereo rigs, at any image size, and the rays of their cameras.
 *
 * The rigs have the calibrations found in Cityscapes' camera.json files. A size other than 2048 x
 * 1024 is what resizing the full image would give: fx, fy in proportion, and the principal point
 * moved so that pixel centres stay where they were. Below about 96 x 48 the focal lengths stop at
 * the smallest value readers accept and the view gets narrower instead.
 */
#ifndef SCENE_CAMERA_H
#define SCENE_CAMERA_H

#include <panodepth/buffer.h>

#include "scene_math.h"

enum { SCENE_N_RIGS = 2 };

typedef struct scene_rig {
    int32_t width, height;
    double baseline;         /* m */
    double fx, fy, u0, v0;   /* px; pixel centres are at integers */
    double pitch, roll, yaw; /* rad, ISO 8855: positive pitch looks down */
    double x, y, z;          /* camera in the vehicle, m */
    bool has_rectification_border;
} scene_rig;

scene_rig scene_rig_make(int32_t index, int32_t width, int32_t height);

/* camera.json in the layout of the data set. */
void scene_rig_write(pnd_buffer *out, const scene_rig *rig);

/* One eye. The ray of pixel (u, v) is eye + t (forward + right (u-u0)/fx + up (v0-v)/fy), and t is
 * the depth along the optical axis. */
typedef struct scene_view {
    vec3 eye, right, up, forward;
    float fx, fy, u0, v0;
    int32_t width, height;
} scene_view;

/* The left or right eye of a rig whose vehicle heads `heading` off the street's axis and stands
 * `offset` to the right of x = 0. */
scene_view scene_view_make(const scene_rig *rig, float offset, float heading, bool is_right);

static inline vec3 scene_view_ray(const scene_view *view, float u, float v)
{
    const float x = (u - view->u0) / view->fx, y = (view->v0 - v) / view->fy;
    return v3_mad(v3_mad(view->forward, view->right, x), view->up, y);
}

#endif
