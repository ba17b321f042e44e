/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pixel of disparity to depth: the definition, shared by every backend.
 *
 * Compiles as C11 for the host and as CUDA for the device. It uses only +, -, *, /, sqrt and floor
 * on doubles, all of which IEEE 754 rounds correctly, and is built without contraction to
 * fused multiply-add on either side: the same bits everywhere.
 */
#ifndef PND_DEPTH_RULE_H
#define PND_DEPTH_RULE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __CUDACC__
#define PND_HOST_DEVICE __host__ __device__
#else
#define PND_HOST_DEVICE
#endif

/* pnd_stereo and pnd_depth_options, checked and flattened. */
typedef struct pnd_depth_rule {
    double fx_baseline, doffs;
    double cap_m;            /* infinity: no cap */
    double fx, fy, u0, v0;   /* of the range; unused without */
    bool range, clamp, far_; /* `far_`: "far" is a keyword of some compilers */
    bool nan_for_no_depth, truncate;
} pnd_depth_rule;

typedef enum pnd_pixel_state {
    PND_PIXEL_INVALID,
    PND_PIXEL_INFINITE,
    PND_PIXEL_FINITE,
    PND_PIXEL_MASKED
} pnd_pixel_state;

typedef struct pnd_depth_pixel {
    double depth_m; /* 0: no depth; infinity: far */
    pnd_pixel_state state;
    bool beyond_cap;
} pnd_depth_pixel;

#define PND_KITTI_UNITS 256.0   /* samples a metre */
#define PND_KITTI_MAX   65535.0 /* the largest sample */

/* Distance over depth at a pixel: the length of the ray (x/z, y/z, 1). */
static inline PND_HOST_DEVICE double pnd_range_factor(const pnd_depth_rule *rule, int32_t x,
                                                      int32_t y)
{
    const double a = ((double)x - rule->u0) / rule->fx;
    const double b = ((double)y - rule->v0) / rule->fy;
    return sqrt(1.0 + a * a + b * b);
}

static inline PND_HOST_DEVICE pnd_depth_pixel pnd_depth_of(const pnd_depth_rule *rule, uint16_t p,
                                                           bool masked, double factor)
{
    pnd_depth_pixel pixel = {0.0, PND_PIXEL_INVALID, false};
    if (p == 0)
        return pixel;
    if (masked) {
        pixel.state = PND_PIXEL_MASKED;
        return pixel;
    }
    const double disparity = (double)(p - 1) / 256.0 + rule->doffs;
    pixel.state = disparity > 0.0 ? PND_PIXEL_FINITE : PND_PIXEL_INFINITE;
    if (pixel.state == PND_PIXEL_INFINITE && !rule->far_)
        return pixel;
    const double depth_m =
        disparity > 0.0 ? rule->fx_baseline / disparity * factor : (double)INFINITY;
    if (depth_m <= rule->cap_m) {
        pixel.depth_m = depth_m;
        return pixel;
    }
    pixel.beyond_cap = pixel.state == PND_PIXEL_FINITE;
    if (rule->clamp)
        pixel.depth_m = rule->cap_m;
    else if (pixel.state == PND_PIXEL_FINITE)
        pixel.state = PND_PIXEL_MASKED;
    return pixel;
}

/* As a float in metres. */
static inline PND_HOST_DEVICE float pnd_depth_as_f32(const pnd_depth_rule *rule, double depth_m)
{
    if (depth_m == 0.0)
        return rule->nan_for_no_depth ? NAN : 0.0f;
    return (float)depth_m;
}

/* As a KITTI sample; a depth is never written as 0, which means "no depth". */
static inline PND_HOST_DEVICE uint16_t pnd_depth_as_u16(const pnd_depth_rule *rule, double depth_m)
{
    if (depth_m == 0.0)
        return 0;
    const double units = floor(depth_m * PND_KITTI_UNITS + (rule->truncate ? 0.0 : 0.5));
    if (units < 1.0)
        return 1;
    return units > PND_KITTI_MAX ? 65535 : (uint16_t)units;
}

static inline PND_HOST_DEVICE bool pnd_depth_saturates(const pnd_depth_pixel *pixel)
{
    return pixel->state == PND_PIXEL_FINITE && pixel->depth_m > PND_KITTI_MAX / PND_KITTI_UNITS;
}

#endif
