/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_shapes.h"

/* A direction component this small counts as parallel. */
#define TINY 1e-12f

/* Keep the part of [lo, hi] where a + t b <= 1. */
static bool clip_plane(float *lo, float *hi, float a, float b)
{
    if (absf(b) < TINY)
        return a <= 1.0f;
    const float t = (1.0f - a) / b;
    if (b > 0.0f)
        *hi = minf(*hi, t);
    else
        *lo = maxf(*lo, t);
    return *lo <= *hi;
}

/* Keep the part of [lo, hi] where |a + t b| <= 1. */
static inline bool clip_slab(float *lo, float *hi, float a, float b)
{
    if (absf(b) < TINY)
        return absf(a) <= 1.0f;
    const float inverse = 1.0f / b;
    const float p = (-1.0f - a) * inverse, q = (1.0f - a) * inverse;
    *lo = maxf(*lo, minf(p, q));
    *hi = minf(*hi, maxf(p, q));
    return *lo <= *hi;
}

static bool hit_box(float *lo, float *hi, vec3 o, vec3 d)
{
    return clip_slab(lo, hi, o.x, d.x) && clip_slab(lo, hi, o.y, d.y) &&
           clip_slab(lo, hi, o.z, d.z);
}

static bool hit_taper(float *lo, float *hi, const float k[3], vec3 o, vec3 d)
{
    if (!clip_slab(lo, hi, o.y, d.y))
        return false;
    const float up = 0.5f * (o.y + 1.0f), rise = 0.5f * d.y;
    return clip_plane(lo, hi, o.x + k[0] * up, d.x + k[0] * rise) &&
           clip_plane(lo, hi, -o.x + k[0] * up, -d.x + k[0] * rise) &&
           clip_plane(lo, hi, o.z + k[1] * up, d.z + k[1] * rise) &&
           clip_plane(lo, hi, -o.z + k[2] * up, -d.z + k[2] * rise);
}

/* Keep the part of [lo, hi] where a t^2 + 2 b t + c <= 0, for a > 0. */
static bool clip_quadric(float *lo, float *hi, float a, float b, float c)
{
    if (a < TINY)
        return c <= 0.0f;
    const float discriminant = b * b - a * c;
    if (discriminant < 0.0f)
        return false;
    const float root = sqrtf(discriminant), inverse = 1.0f / a;
    *lo = maxf(*lo, (-b - root) * inverse);
    *hi = minf(*hi, (-b + root) * inverse);
    return *lo <= *hi;
}

/* A quadratic loses digits when the origin is many radii away, so it is solved from the point of
 * the line that is nearest to the centre. */
static bool hit_sphere(float *lo, float *hi, vec3 o, vec3 d)
{
    const float a = v3_dot(d, d), nearest = -v3_dot(o, d) / a;
    const vec3 p = v3_mad(o, d, nearest);
    float from = *lo - nearest, to = *hi - nearest;
    if (!clip_quadric(&from, &to, a, 0.0f, v3_dot(p, p) - 1.0f))
        return false;
    *lo = nearest + from;
    *hi = nearest + to;
    return true;
}

static bool hit_cylinder(float *lo, float *hi, float top, vec3 o, vec3 d)
{
    if (!clip_slab(lo, hi, o.y, d.y))
        return false;
    const float slope = 0.5f * (top - 1.0f), middle = 0.5f * (top + 1.0f);
    const float flat = d.x * d.x + d.z * d.z;
    const float nearest = flat > TINY ? -(o.x * d.x + o.z * d.z) / flat : 0.0f;
    const vec3 p = v3_mad(o, d, nearest);
    const float radius = middle + slope * p.y, change = slope * d.y;
    float from = *lo - nearest, to = *hi - nearest;
    const float b = p.x * d.x + p.z * d.z - radius * change;
    if (!clip_quadric(&from, &to, flat - change * change, b,
                      p.x * p.x + p.z * p.z - radius * radius))
        return false;
    *lo = nearest + from;
    *hi = nearest + to;
    return true;
}

static bool hit_quad(float *lo, float *hi, vec3 o, vec3 d)
{
    if (absf(d.z) < TINY)
        return false;
    *lo = *hi = -o.z / d.z;
    return absf(o.x + *lo * d.x) <= 1.0f && absf(o.y + *lo * d.y) <= 1.0f;
}

static bool hit_ground(float *lo, float *hi, vec3 o, vec3 d)
{
    if (absf(d.y) < TINY)
        return false;
    *lo = *hi = -o.y / d.y;
    return true;
}

bool scene_shape_hit(float *t_in, float *t_out, scene_shape shape, const float taper[3], vec3 o,
                     vec3 d)
{
    *t_in = -1e30f;
    *t_out = 1e30f;
    switch (shape) {
    case SCENE_BOX:
        return hit_box(t_in, t_out, o, d);
    case SCENE_TAPER:
        return hit_taper(t_in, t_out, taper, o, d);
    case SCENE_SPHERE:
        return hit_sphere(t_in, t_out, o, d);
    case SCENE_CYLINDER:
        return hit_cylinder(t_in, t_out, taper[0], o, d);
    case SCENE_QUAD:
        return hit_quad(t_in, t_out, o, d);
    case SCENE_GROUND:
        return hit_ground(t_in, t_out, o, d);
    }
    return false;
}

static vec3 box_normal(vec3 p)
{
    const float x = absf(p.x), y = absf(p.y), z = absf(p.z);
    if (x >= y && x >= z)
        return v3(p.x, 0.0f, 0.0f);
    return y >= z ? v3(0.0f, p.y, 0.0f) : v3(0.0f, 0.0f, p.z);
}

static vec3 taper_normal(const float k[3], vec3 p)
{
    const float up = 0.5f * (p.y + 1.0f);
    const vec3 normal[6] = {{0.0f, 1.0f, 0.0f},        {0.0f, -1.0f, 0.0f},
                            {1.0f, 0.5f * k[0], 0.0f}, {-1.0f, 0.5f * k[0], 0.0f},
                            {0.0f, 0.5f * k[1], 1.0f}, {0.0f, 0.5f * k[2], -1.0f}};
    const float height[6] = {
        p.y, -p.y, p.x + k[0] * up, -p.x + k[0] * up, p.z + k[1] * up, -p.z + k[2] * up};
    int best = 0;
    for (int i = 1; i < 6; i++)
        if (height[i] > height[best])
            best = i;
    return normal[best];
}

static vec3 cylinder_normal(float top, vec3 p)
{
    const float slope = 0.5f * (top - 1.0f), radius = 0.5f * (top + 1.0f) + slope * p.y;
    if (absf(p.y) > 0.9999f && p.x * p.x + p.z * p.z < radius * radius * 0.999f)
        return v3(0.0f, p.y, 0.0f);
    return v3(p.x, -slope * radius, p.z);
}

vec3 scene_shape_normal(scene_shape shape, const float taper[3], vec3 p)
{
    switch (shape) {
    case SCENE_BOX:
        return box_normal(p);
    case SCENE_TAPER:
        return taper_normal(taper, p);
    case SCENE_SPHERE:
        return p;
    case SCENE_CYLINDER:
        return cylinder_normal(taper[0], p);
    case SCENE_QUAD:
        return v3(0.0f, 0.0f, 1.0f);
    case SCENE_GROUND:
        break;
    }
    return v3(0.0f, 1.0f, 0.0f);
}
