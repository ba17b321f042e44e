/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_shade.h"

#include "scene_render.h"
#include "scene_texture.h"

static vec3 world_normal(const scene_prim *prim, vec3 local)
{
    vec3 n = v3_scale(prim->to_local[0], local.x);
    n = v3_mad(n, prim->to_local[1], local.y);
    n = v3_mad(n, prim->to_local[2], local.z);
    return v3_unit(n);
}

/* Light that falls on a surface with normal n: from the sky above, the street below, the sun. */
static vec3 incident(const scene_light *light, vec3 p, vec3 n, uint32_t prim, bool is_leaf)
{
    const scene_weather *w = &light->scene->weather;
    const float open = 0.62f + 0.38f * n.y;
    const float contact = p.y < 1.2f ? scene_light_contact(light, p) : 1.0f;
    vec3 sum = v3_scale(w->ambient, open * contact);
    const float toward = v3_dot(n, w->to_sun);
    /* Leaves scatter and pass light, so a crown's dark side is less dark. */
    const float facing = is_leaf ? 0.35f + 0.65f * maxf(toward, 0.0f) : maxf(toward, 0.0f);
    if (facing > 0.0f && w->sun.x > 0.02f) {
        const vec3 lifted = v3_mad(p, n, 0.02f);
        sum = v3_mad(sum, w->sun, facing * scene_light_sun(light, lifted, (int32_t)prim));
    }
    return sum;
}

static vec3 through_haze(const scene_weather *w, vec3 color, float t)
{
    return v3_mix(w->haze, color, scene_exp_neg(t / w->haze_distance));
}

vec3 scene_shade(const scene_shader *shader, uint32_t index, vec3 d, float t, bool *is_glass)
{
    const scene_model *scene = shader->light->scene;
    if (index == SCENE_NO_PRIM)
        return scene_light_sky(&scene->weather, d);
    const scene_prim *prim = &scene->prims[index];
    const vec3 p = v3_mad(shader->view->eye, d, t);
    const vec3 from = v3_sub(p, prim->centre);
    const vec3 local = v3(v3_dot(prim->to_local[0], from), v3_dot(prim->to_local[1], from),
                          v3_dot(prim->to_local[2], from));
    vec3 normal = scene_shape_normal((scene_shape)prim->shape, prim->taper, local);
    vec3 n = world_normal(prim, normal);
    if (v3_dot(n, d) > 0.0f) {
        n = v3_scale(n, -1.0f);
        normal = v3_scale(normal, -1.0f);
    }
    const float slant = absf(v3_dot(n, d)) / sqrtf(v3_dot(d, d));
    const scene_spot spot = {.prim = prim,
                             .ground = &scene->ground,
                             .world = p,
                             .local = local,
                             .normal = normal,
                             .footprint = t / shader->view->fx,
                             .stretch = 1.0f / maxf(slant, 0.02f)};
    const scene_look look = scene_texture_at(&spot);
    if (is_glass != NULL)
        *is_glass = look.is_glass;
    const vec3 light = incident(shader->light, p, n, index, prim->material == MAT_FOLIAGE);
    const vec3 reflected = v3_mul(v3_mul(look.albedo, look.albedo), light);
    return through_haze(&scene->weather, v3_add(reflected, look.emission), t);
}
