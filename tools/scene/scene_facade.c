/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_facade.h"

/* A place on a front: across (m from its middle) and up (m from the street). */
typedef struct front {
    const scene_spot *spot;
    float across, up, width, storey;
    uint32_t side; /* tells the four fronts of one house apart */
} front;

static float seed_unit(const front *f, uint32_t salt)
{
    return scene_hash_unit(scene_hash(f->spot->prim->seed + salt * 0x9e3779b1u));
}

static vec3 wall(const front *f)
{
    const scene_prim *prim = f->spot->prim;
    const float w = f->spot->footprint;
    const float stain = scene_fbm2(f->across * 0.5f, f->up * 0.3f, prim->seed + f->side, 3) - 0.5f;
    float gain = 1.0f + 0.22f * stain;
    if (seed_unit(f, 3) < 0.35f) /* brick courses */
        gain -= 0.18f * (scene_pulse(f->up / 0.16f, w / 0.16f, 0.0f, 0.2f) - 0.1f);
    vec3 albedo = v3_scale(prim->color, gain);
    /* A cornice at each floor, and a darker plinth. */
    const float ledge = scene_pulse(f->up / f->storey, w / f->storey, 0.0f, 0.045f);
    albedo = v3_mix(albedo, prim->color2, 0.55f * ledge);
    return f->up < 0.6f ? v3_scale(albedo, 0.72f) : albedo;
}

/* Windows differ: how light the room behind is, curtains, the odd lamp. */
static vec3 pane(const front *f, int32_t column, int32_t row, float x, float y)
{
    const uint32_t h = scene_hash2(column, row, f->spot->prim->seed ^ f->side);
    const float room = scene_hash_unit(h), blind = scene_hash_unit(scene_hash(h));
    const float sky = 0.10f + 0.20f * y + 0.16f * room;
    vec3 color = v3(sky, sky * 1.05f, sky * 1.12f);
    if (blind < 0.3f && y > 1.0f - blind * 2.5f)
        color = v3(0.62f, 0.60f, 0.56f);
    else if (blind > 0.75f && absf(x) > 0.55f)
        color = v3_mix(color, v3(0.66f, 0.65f, 0.62f), 0.6f);
    return color;
}

static scene_look with_windows(const front *f, vec3 albedo)
{
    const scene_prim *prim = f->spot->prim;
    const float w = f->spot->footprint, margin = 0.7f;
    const int32_t n = floor_int((2.0f * f->width - 2.0f * margin) / prim->param[1]);
    if (n < 1)
        return (scene_look){.albedo = albedo};
    const float pitch = (2.0f * f->width - 2.0f * margin) / (float)n;
    const float u = (f->across + f->width - margin) / pitch, v = f->up / f->storey;
    if (u < 0.0f || u > (float)n)
        return (scene_look){.albedo = albedo};
    const float wide = 0.36f + 0.26f * seed_unit(f, 1), high = 0.5f + 0.16f * seed_unit(f, 2);
    const float u0 = 0.5f - 0.5f * wide, v0 = 0.26f, trim = 0.09f;
    const float outer =
        scene_pulse(u, w / pitch, u0 - trim / pitch, u0 + wide + trim / pitch) *
        scene_pulse(v, w / f->storey, v0 - trim / f->storey, v0 + high + trim / f->storey);
    const float inner =
        scene_pulse(u, w / pitch, u0, u0 + wide) * scene_pulse(v, w / f->storey, v0, v0 + high);
    const float x = (fraction(u) - 0.5f) / (0.5f * wide), y = (fraction(v) - v0) / high;
    vec3 glass = pane(f, floor_int(u), floor_int(v), x, clampf(y, 0.0f, 1.0f));
    glass = v3_mix(glass, v3(0.27f, 0.28f, 0.30f), clampf(w * 2.0f, 0.0f, 1.0f));
    /* The reveal throws a shadow on the top of the pane; the sash is a light cross. */
    if (y > 0.93f)
        glass = v3_scale(glass, 0.55f);
    const float sash =
        (absf(x) < 0.07f || absf(y - 0.66f) < 0.03f) ? clampf(1.0f - 8.0f * w, 0.0f, 1.0f) : 0.0f;
    glass = v3_mix(glass, v3(0.74f, 0.74f, 0.72f), sash);
    albedo = v3_mix(albedo, prim->color2, outer);
    return (scene_look){.albedo = v3_mix(albedo, glass, inner),
                        .is_glass = inner > 0.8f && sash < 0.5f};
}

/* Goods and posters in a dim room, the street's reflection above them. */
static vec3 shop_window(const front *f, uint32_t unit)
{
    const float up = f->up / f->storey, w = f->spot->footprint;
    const float dim =
        0.15f + 0.12f * scene_noise2(f->across * 0.8f, f->up * 0.6f, unit) + 0.10f * up;
    const vec3 room = v3(dim * 1.06f, dim * 1.02f, dim);
    const uint32_t item = scene_hash2(floor_int(f->across / 0.45f), floor_int(f->up / 0.62f), unit);
    const float shown = scene_hash_unit(item);
    const float fade = clampf(1.0f - 4.0f * w, 0.0f, 1.0f);
    if (shown < 0.72f || fraction(f->across / 0.45f) < 0.14f || fraction(f->up / 0.62f) < 0.2f)
        return room;
    const float hue = scene_hash_unit(scene_hash(item));
    const vec3 goods = v3_mix(v3(0.56f, 0.34f, 0.24f), v3(0.34f, 0.44f, 0.56f), hue);
    return v3_mix(room, v3_scale(goods, 0.6f + shown), 0.75f * fade);
}

/* Doors in houses, glass fronts with a sign board above in shops. */
static scene_look street_floor(const front *f, vec3 albedo)
{
    const float w = f->spot->footprint, up = f->up / f->storey;
    const bool is_shop = seed_unit(f, 5) < 0.5f;
    const float pitch = is_shop ? 3.6f : 6.5f;
    const float u = (f->across + f->width) / pitch;
    const uint32_t unit = scene_hash2(floor_int(u), (int32_t)f->side, f->spot->prim->seed);
    if (!is_shop) {
        const float door = scene_pulse(u, w / pitch, 0.42f, 0.60f);
        const vec3 wood =
            v3_mix(v3(0.32f, 0.20f, 0.13f), v3(0.20f, 0.28f, 0.25f), scene_hash_unit(unit));
        if (up < 0.74f && door > 0.5f)
            return (scene_look){.albedo = v3_scale(wood, fraction(u * 11.0f) < 0.1f ? 0.6f : 1.0f)};
        return with_windows(f, albedo);
    }
    const vec3 sign =
        v3(0.2f + 0.6f * scene_hash_unit(unit), 0.2f + 0.5f * scene_hash_unit(scene_hash(unit)),
           0.2f + 0.5f * scene_hash_unit(scene_hash(unit + 1u)));
    if (up > 0.80f && up < 0.97f) {
        const float letter = scene_hash_unit(scene_hash2(floor_int(u * 14.0f), 0, unit));
        const bool ink =
            up > 0.84f && up < 0.93f && letter > 0.4f && fraction(u) > 0.2f && fraction(u) < 0.8f;
        return (scene_look){.albedo = ink && w < 0.06f ? v3(0.85f, 0.85f, 0.82f) : sign};
    }
    const float glass = scene_pulse(u, w / pitch, 0.06f, 0.94f);
    if (up < 0.80f && f->up > 0.35f && glass > 0.5f) {
        return (scene_look){.albedo = shop_window(f, unit), .is_glass = true};
    }
    return (scene_look){.albedo = v3_scale(albedo, 0.9f)};
}

scene_look scene_facade_look(const scene_spot *spot)
{
    const scene_prim *prim = spot->prim;
    if (absf(spot->normal.y) > 0.5f)
        return (scene_look){.albedo = v3(0.36f, 0.35f, 0.34f)};
    const vec3 m = v3_mul(spot->local, prim->half);
    const bool end = absf(spot->normal.z) > 0.5f;
    const front f = {.spot = spot,
                     .across = end ? m.x : m.z,
                     .width = end ? prim->half.x : prim->half.z,
                     .up = m.y + prim->half.y,
                     .storey = prim->param[0],
                     .side = (end ? 2u : 0u) + ((end ? m.z : m.x) > 0.0f ? 1u : 0u)};
    const vec3 albedo = wall(&f);
    if (f.up < f.storey)
        return street_floor(&f, albedo);
    if (2.0f * prim->half.y - f.up < 0.45f) /* the eaves */
        return (scene_look){.albedo = v3_mix(albedo, prim->color2, 0.6f)};
    return with_windows(&f, albedo);
}

scene_look scene_roof_look(const scene_spot *spot)
{
    const scene_prim *prim = spot->prim;
    const vec3 m = v3_mul(spot->local, prim->half);
    const float across = absf(spot->normal.z) > absf(spot->normal.x) ? m.x : m.z;
    const float rows = scene_pulse(m.y / 0.3f, spot->footprint / 0.3f, 0.0f, 0.25f);
    const float tile =
        scene_hash_unit(scene_hash2(floor_int(across / 0.3f), floor_int(m.y / 0.3f), prim->seed));
    const float fade = 1.0f / (1.0f + spot->footprint * 12.0f);
    const float moss = scene_fbm2(across * 0.6f, m.y * 0.8f, prim->seed, 3) - 0.5f;
    return (scene_look){
        .albedo =
            v3_scale(prim->color, 1.0f - 0.25f * rows + 0.2f * (tile - 0.5f) * fade + 0.3f * moss)};
}
