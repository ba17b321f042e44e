/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rays against unit shapes.
 *
 * Every primitive of a scene is an affine image of one of these shapes, all inside the cube
 * [-1, 1]^3. A ray p = o + t d is moved into the shape's own space without normalising d, so t
 * means the same there as in the world. With camera rays d = (x/fx, y/fy, 1) in camera axes, t is
 * the depth along the optical axis, which is what a stereo disparity measures.
 */
#ifndef SCENE_SHAPES_H
#define SCENE_SHAPES_H

#include "scene_math.h"

typedef enum scene_shape {
    SCENE_BOX,      /* |x|, |y|, |z| <= 1 */
    SCENE_TAPER,    /* a box that narrows upwards: parameters below */
    SCENE_SPHERE,   /* x^2 + y^2 + z^2 <= 1 */
    SCENE_CYLINDER, /* axis y, radius 1 at y = -1 and taper[0] at y = 1, with caps */
    SCENE_QUAD,     /* z = 0, |x|, |y| <= 1 */
    SCENE_GROUND    /* y = 0, no limits */
} scene_shape;

/*
 * Where the line enters and leaves a shape, t_in <= t_out (equal for the flat shapes); false when
 * it misses. t may be negative: the caller decides what lies in front of it. taper: for SCENE_TAPER
 * how much each side has moved inwards at the top, in half widths: both sides in x, the front (+z)
 * and the back (-z). (1, 0, 0) is a gable roof with its ridge along z.
 */
bool scene_shape_hit(float *t_in, float *t_out, scene_shape shape, const float taper[3], vec3 o,
                     vec3 d);

/* Outward normal (not of unit length) at a surface point, in the shape's space. */
vec3 scene_shape_normal(scene_shape shape, const float taper[3], vec3 p);

#endif
