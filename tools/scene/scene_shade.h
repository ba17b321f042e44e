/* SPDX-License-Identifier: Apache-2.0 */
/* The colour of a surface point: texture, sky light, sun with shadows, haze. */
#ifndef SCENE_SHADE_H
#define SCENE_SHADE_H

#include "scene_camera.h"
#include "scene_light.h"

typedef struct scene_shader {
    const scene_light *light;
    const scene_view *view;
} scene_shader;

/* Linear light along the ray view->eye + t d, which meets primitive `prim` at t, or the sky when
 * `prim` is SCENE_NO_PRIM. `is_glass` may be NULL. */
vec3 scene_shade(const scene_shader *shader, uint32_t prim, vec3 d, float t, bool *is_glass);

#endif
