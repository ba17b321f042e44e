/* SPDX-License-Identifier: Apache-2.0 */
/* One frame from the numbers (seed, frame) to everything the data set holds about it. */
#ifndef SCENE_SHOT_H
#define SCENE_SHOT_H

#include "scene_stereo.h"
#include "scene_world.h"

/* Zero-initialise; reused between frames, one per thread. */
typedef struct scene_shot {
    scene_model model;
    scene_plan plan;
    scene_light light;
    scene_renderer renderer;
    scene_rig rig;
    scene_view view; /* left */
    scene_picture left, right;
    pnd_plane_f32 match; /* px, scene_match() */
    pnd_plane_u16 disparity, instance_ids;
    pnd_plane_u8 label_ids;
} scene_shot;

/*
 * Make frame `frame` of the series `seed` with rig `rig`.
 * @param threads  share the rows of this one frame; the result is the same for any number
 * @retval PND_ENOMEM  @retval PND_EINVAL @retval PND_ELIMIT the size
 */
PND_NODISCARD pnd_status scene_take(scene_shot *shot, uint64_t seed, uint64_t frame, int32_t rig,
                                    int32_t width, int32_t height, int threads, pnd_error *err);
void scene_shot_clear(scene_shot *shot);

#endif
