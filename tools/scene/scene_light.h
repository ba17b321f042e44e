/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Light: the sky, shadows of the sun, dark patches under things, haze.
 *
 * All points on one sun ray meet the ground plane at the same place q, so the casters of a shadow
 * are looked up in a grid over q and then intersected exactly.
 */
#ifndef SCENE_LIGHT_H
#define SCENE_LIGHT_H

#include "scene_model.h"

enum { SCENE_GRID_X = 56, SCENE_GRID_Z = 72 };

/* Items per cell of a grid over the ground: those of cell i are item[start[i]] ..
 * item[start[i+1]-1]. */
typedef struct scene_grid {
    int32_t start[SCENE_GRID_X * SCENE_GRID_Z + 1];
    int32_t *item;
    size_t capacity;
} scene_grid;

/* Zero-initialise; reused between frames. */
typedef struct scene_light {
    const scene_model *scene;
    scene_grid casters, contacts;
} scene_light;

/* Sort the scene's casters and contacts into the grids. @retval PND_ENOMEM */
PND_NODISCARD pnd_status scene_light_prepare(scene_light *light, const scene_model *scene,
                                             pnd_error *err);
void scene_light_clear(scene_light *light);

/* Share of the sun that reaches p, a point of primitive `own`. */
float scene_light_sun(const scene_light *light, vec3 p, int32_t own);

/* Factor on the sky's light near the foot of things, 0..1. */
float scene_light_contact(const scene_light *light, vec3 p);

/* Linear light from the sky along d (any length). */
vec3 scene_light_sky(const scene_weather *weather, vec3 d);

#endif
