/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What surfaces look like, and where they have holes.
 *
 * Patterns are averaged over the patch of surface that a pixel sees, so that windows and lane
 * markings fade into a mean colour instead of flickering when they get small.
 */
#ifndef SCENE_TEXTURE_H
#define SCENE_TEXTURE_H

#include "scene_model.h"

/* One point of a surface. */
typedef struct scene_spot {
    const scene_prim *prim;
    const scene_ground *ground;
    vec3 world;      /* metres */
    vec3 local;      /* in the unit shape */
    vec3 normal;     /* of the unit shape, not of unit length */
    float footprint; /* metres across that one pixel covers, facing the camera */
    float stretch;   /* how much longer it is along the line of sight on the ground, >= 1 */
} scene_spot;

typedef struct scene_look {
    vec3 albedo;   /* display values */
    vec3 emission; /* linear light */
    bool is_glass; /* mirrors: stereo finds nothing to match here */
} scene_look;

scene_look scene_texture_at(const scene_spot *spot);

/* True where the primitive has a hole. */
bool scene_cutout_hides(const scene_prim *prim, vec3 local);

/* Share of [x - w/2, x + w/2] that lies in the pulses [k + from, k + to] of a pulse train of period
 * 1, for 0 <= from <= to <= 1. */
float scene_pulse(float x, float w, float from, float to);

#endif
