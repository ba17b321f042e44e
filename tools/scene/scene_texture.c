/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_texture.h"

#include "scene_facade.h"

static float pulse_integral(float x, float from, float to)
{
    const float whole = (float)floor_int(x);
    return whole * (to - from) + clampf(x - whole - from, 0.0f, to - from);
}

float scene_pulse(float x, float w, float from, float to)
{
    const float width = maxf(w, 1e-3f);
    return (pulse_integral(x + 0.5f * width, from, to) -
            pulse_integral(x - 0.5f * width, from, to)) /
           width;
}

static float tri_noise(vec3 p, float size, uint32_t seed)
{
    return scene_noise3(v3_scale(p, 1.0f / size), seed);
}

static bool cut_outline(const scene_prim *prim, vec3 p)
{
    const float x = absf(p.x), y = absf(p.y);
    switch ((scene_cutout)prim->cutout) {
    case CUT_DISC:
        return p.x * p.x + p.y * p.y > 1.0f;
    case CUT_TRIANGLE:
        return x > 0.5f * (1.0f - p.y);
    case CUT_TRIANGLE_DOWN:
        return x > 0.5f * (1.0f + p.y);
    case CUT_OCTAGON:
        return x + y > 1.41f;
    case CUT_DIAMOND:
        return x + y > 1.0f;
    default:
        return false;
    }
}

static bool cut_pattern(const scene_prim *prim, vec3 p)
{
    const vec3 m = v3_mul(p, prim->half);
    if (prim->cutout == CUT_FOLIAGE) {
        /* Twigs are smooth noise, leaves small cells; dense in the middle, loose outside. */
        const vec3 q = v3_scale(m, 11.0f);
        const uint32_t cell =
            scene_hash2(floor_int(q.x + 0.4f * q.y), floor_int(q.y - 0.3f * q.z),
                        prim->seed + (uint32_t)floor_int(q.z + 0.35f * q.x) * 0xc2b2ae3du);
        const float density =
            0.72f * tri_noise(m, 0.45f, prim->seed) + 0.28f * scene_hash_unit(cell);
        return density < 0.27f + 0.36f * v3_dot(p, p);
    }
    if (prim->cutout == CUT_HEDGE)
        return tri_noise(m, 0.16f, prim->seed) < 0.2f + 0.25f * smooth_step(0.8f, 1.0f, p.y);
    if (prim->cutout == CUT_BARS) {
        const float rail = absf(p.y) > 0.93f ? 1.0f : 0.0f;
        return rail == 0.0f && fraction(m.x / prim->param[0]) > prim->param[1] / prim->param[0];
    }
    if (prim->cutout == CUT_MESH) {
        const float a = fraction((m.x + m.y) * 8.0f), b = fraction((m.x - m.y) * 8.0f);
        return a > 0.3f && b > 0.3f && absf(p.y) < 0.96f;
    }
    const float r2 = p.x * p.x + p.y * p.y; /* CUT_WHEEL */
    const float rim = 1.0f - prim->param[0];
    const bool on_spoke = absf(p.x * p.y) < 0.012f || absf(p.x * p.x - p.y * p.y) < 0.024f;
    return r2 > 1.0f || (r2 < rim * rim && !on_spoke);
}

bool scene_cutout_hides(const scene_prim *prim, vec3 local)
{
    return prim->cutout <= CUT_DIAMOND ? cut_outline(prim, local) : cut_pattern(prim, local);
}

static scene_look plain(vec3 albedo)
{
    return (scene_look){.albedo = albedo};
}

/* Cover `look` with paint where `share` is above 0. */
static void paint(vec3 *albedo, vec3 color, float share)
{
    *albedo = v3_mix(*albedo, color, share);
}

/* Share of a pixel's width w centred at x that lies within `half` of a line. */
static float line_cover(float x, float w, float half)
{
    const float width = maxf(w, 1e-3f);
    const float from = maxf(-half, x - 0.5f * width), to = minf(half, x + 0.5f * width);
    return clampf((to - from) / width, 0.0f, 1.0f);
}

static void paint_crossing(vec3 *albedo, const scene_spot *spot, const scene_crossing *crossing,
                           float length)
{
    const scene_ground *g = spot->ground;
    const float x = spot->world.x, z = spot->world.z;
    const vec3 white = v3(0.72f, 0.73f, 0.72f);
    if (x < g->road_x0 || x > g->road_x1 || !crossing->has_zebra)
        return;
    const float along = line_cover(z - (crossing->z0 - 2.2f), length, 1.5f);
    paint(albedo, white, 0.85f * along * scene_pulse(x, spot->footprint, 0.0f, 0.5f));
    const float stop = line_cover(z - (crossing->z0 - 5.0f), length, 0.22f);
    const float own_side = x > -1.8f ? 1.0f : 0.0f;
    paint(albedo, white, 0.85f * stop * own_side);
}

static void paint_markings(vec3 *albedo, const scene_spot *spot)
{
    const scene_ground *g = spot->ground;
    const float x = spot->world.x, z = spot->world.z;
    const float length = spot->footprint * spot->stretch;
    for (int32_t i = 0; i < g->n_crossings; i++)
        paint_crossing(albedo, spot, &g->crossings[i], length);
    if (scene_ground_in_crossing(g, z))
        return;
    for (int32_t i = 0; i < g->n_crossings; i++)
        if (z > g->crossings[i].z0 - 5.2f && z < g->crossings[i].z0)
            return;
    for (int32_t i = 0; i < g->n_lines; i++) {
        const scene_line *line = &g->lines[i];
        float share = line_cover(x - line->x, spot->footprint, 0.5f * line->width);
        if (share > 0.0f && line->period > 0.0f)
            share *= scene_pulse(z / line->period, length / line->period, 0.0f, line->duty);
        if (share > 0.0f) {
            const float wear = 0.55f + 0.4f * scene_noise2(x * 3.0f, z * 1.3f, g->seed + 5u);
            paint(albedo, v3(0.74f, 0.75f, 0.73f), share * wear);
        }
    }
}

static vec3 asphalt(const scene_spot *spot)
{
    const float x = spot->world.x, z = spot->world.z;
    const uint32_t seed = spot->ground->seed;
    const float fine = 1.0f / (1.0f + spot->footprint * spot->stretch * 20.0f);
    const float grain = fine > 0.1f ? scene_noise2(x * 34.0f, z * 34.0f, seed) - 0.5f : 0.0f;
    const float stain = scene_fbm2(x * 0.5f, z * 0.16f, seed + 1u, 2) - 0.5f;
    const float track = scene_noise2(x * 1.6f, z * 0.02f, seed + 3u) - 0.5f;
    const float patch = scene_noise2(x * 0.22f, z * 0.07f, seed + 2u) > 0.74f ? -0.05f : 0.0f;
    vec3 albedo = v3_scale(spot->prim->color,
                           1.0f + 0.28f * grain * fine + 0.30f * stain + 0.12f * track + patch);
    /* Sealed cracks, in a few places only. */
    if (stain > 0.22f && spot->footprint < 0.02f &&
        absf(scene_noise2(x * 0.8f, z * 0.5f, seed + 9u) - 0.5f) < 0.007f)
        albedo = v3_scale(albedo, 0.8f);
    return albedo;
}

static vec3 grass(vec3 base, const scene_spot *spot)
{
    const float x = spot->world.x, z = spot->world.z;
    const uint32_t seed = spot->ground->seed + 21u;
    const float fine = 1.0f / (1.0f + spot->footprint * spot->stretch * 8.0f);
    const float blades = scene_noise2(x * 19.0f, z * 19.0f, seed) - 0.5f;
    const float patches = scene_fbm2(x * 0.7f, z * 0.7f, seed + 1u, 3);
    vec3 albedo = v3_scale(base, 1.0f + 0.6f * blades * fine + 0.7f * (patches - 0.5f));
    if (patches > 0.66f)
        albedo = v3_mix(albedo, v3(0.42f, 0.38f, 0.28f), 0.6f);
    return albedo;
}

static scene_look ground_look(const scene_spot *spot)
{
    const scene_ground *g = spot->ground;
    const float x = spot->world.x;
    const int32_t label = scene_ground_label(g, x, spot->world.z);
    if (label == LABEL_TERRAIN)
        return plain(grass(v3(0.34f, 0.42f, 0.22f), spot));
    vec3 albedo = asphalt(spot);
    if (label == LABEL_PARKING) {
        const float length = spot->footprint * spot->stretch;
        const float stones = scene_pulse(x * 5.0f, spot->footprint * 5.0f, 0.0f, 0.12f) +
                             scene_pulse(spot->world.z * 5.0f, length * 5.0f, 0.0f, 0.12f);
        albedo = v3_scale(v3_mul(albedo, v3(1.22f, 1.14f, 1.10f)), 1.0f - 0.22f * stones);
        paint(&albedo, v3(0.74f, 0.75f, 0.73f),
              0.7f * scene_pulse(spot->world.z / 5.6f, length / 5.6f, 0.0f, 0.02f));
        return plain(albedo);
    }
    if (label == LABEL_RAIL)
        albedo = v3_mul(albedo, v3(1.15f, 1.05f, 0.95f));
    for (int32_t i = 0; i < g->n_rails; i++) {
        paint(&albedo, v3(0.20f, 0.20f, 0.20f),
              line_cover(x - g->rails_x[i], spot->footprint, 0.09f));
        paint(&albedo, v3(0.60f, 0.60f, 0.61f),
              line_cover(x - g->rails_x[i], spot->footprint, 0.035f));
    }
    if (label == LABEL_ROAD)
        paint_markings(&albedo, spot);
    return plain(albedo);
}

static scene_look pavement(const scene_spot *spot)
{
    const float x = spot->world.x, z = spot->world.z, length = spot->footprint * spot->stretch;
    const uint32_t seed = spot->prim->seed;
    const float joints = scene_pulse(x / 0.5f, spot->footprint / 0.5f, 0.0f, 0.035f) +
                         scene_pulse(z / 0.5f, length / 0.5f, 0.0f, 0.035f);
    const float slab = scene_hash_unit(scene_hash2(floor_int(x / 0.5f), floor_int(z / 0.5f), seed));
    const float fade = 1.0f / (1.0f + length * 4.0f);
    const float stain = scene_fbm2(x * 0.6f, z * 0.4f, seed, 3) - 0.5f;
    vec3 albedo = v3_scale(spot->prim->color,
                           1.0f + 0.16f * (slab - 0.5f) * fade + 0.25f * stain - 0.35f * joints);
    const float edge = (1.0f - absf(spot->local.x)) * spot->prim->half.x;
    if (edge < 0.16f || spot->normal.y < 0.5f)
        albedo = v3_mix(albedo, v3(0.60f, 0.59f, 0.57f), 0.75f);
    return plain(albedo);
}

/* Grass with a kerb stone along its edges. */
static scene_look verge(const scene_spot *spot)
{
    const float edge = (1.0f - absf(spot->local.x)) * spot->prim->half.x;
    if (edge < 0.12f || spot->normal.y < 0.5f)
        return plain(v3(0.52f, 0.51f, 0.49f));
    return plain(grass(spot->prim->color, spot));
}

static scene_look brick(const scene_spot *spot)
{
    const vec3 m = v3_mul(spot->local, spot->prim->half);
    const float across = absf(spot->normal.x) > 0.5f ? m.z : m.x, w = spot->footprint;
    const int32_t row = floor_int(m.y / 0.22f);
    const float shift = (row & 1) != 0 ? 0.5f : 0.0f;
    const float stone =
        scene_hash_unit(scene_hash2(floor_int(across / 0.45f + shift), row, spot->prim->seed));
    const float joints = scene_pulse(m.y / 0.22f, w / 0.22f, 0.0f, 0.1f) +
                         scene_pulse(across / 0.45f + shift, w / 0.45f, 0.0f, 0.05f);
    const float fade = 1.0f / (1.0f + w * 6.0f);
    return plain(v3_scale(spot->prim->color, 1.0f + 0.3f * (stone - 0.5f) * fade - 0.3f * joints));
}

static scene_look foliage(const scene_spot *spot)
{
    const scene_prim *prim = spot->prim;
    const vec3 m = v3_mul(spot->local, prim->half);
    const float leaf = tri_noise(m, 0.10f, prim->seed + 31u);
    const float clump = tri_noise(m, 0.5f, prim->seed + 32u);
    const float fine = 1.0f / (1.0f + spot->footprint * 8.0f);
    /* Leaves deep in the crown get less light: darker below and in hollows. */
    const float depth = 0.50f + 0.50f * smooth_step(-0.9f, 0.8f, spot->local.y);
    const float gain = (0.70f + 0.70f * (leaf - 0.5f) * fine + 0.55f * (clump - 0.4f)) * depth;
    return plain(v3_scale(v3_mix(prim->color, prim->color2, clump * leaf), gain));
}

static scene_look bark(const scene_spot *spot)
{
    const vec3 m = v3_mul(spot->local, spot->prim->half);
    const float n = tri_noise(v3(m.x * 12.0f, m.y * 2.5f, m.z * 12.0f), 1.0f, spot->prim->seed);
    return plain(v3_scale(spot->prim->color, 0.7f + 0.6f * n));
}

static scene_look car_body(const scene_spot *spot)
{
    const scene_prim *prim = spot->prim;
    const vec3 m = v3_mul(spot->local, prim->half);
    const float w = spot->footprint;
    vec3 albedo = prim->color;
    if (absf(spot->normal.x) > 0.5f) {
        const float seams = line_cover(m.z - 0.1f, w, 0.012f) + line_cover(m.z - 1.0f, w, 0.012f) +
                            line_cover(m.z + 0.85f, w, 0.012f);
        albedo = v3_scale(albedo, 1.0f - 0.6f * minf(seams, 1.0f));
        paint(&albedo, v3(0.12f, 0.12f, 0.12f), line_cover(m.y - 0.55f * prim->half.y, w, 0.015f));
    }
    /* Bright sky on the shoulders, the dark street below. */
    const float gloss = 0.82f + 0.3f * smooth_step(-0.6f, 0.9f, spot->local.y);
    albedo = v3_scale(albedo, gloss);
    if (spot->local.y < -0.72f)
        albedo = v3_scale(albedo, 0.4f);
    return plain(albedo);
}

static scene_look car_glass(const scene_spot *spot)
{
    const scene_prim *prim = spot->prim;
    const float y = spot->local.y;
    if (spot->normal.y > 0.8f || y > 0.9f || y < -0.96f)
        return plain(prim->color);
    const vec3 m = v3_mul(spot->local, prim->half);
    if (absf(spot->normal.x) > 0.5f) {
        const float pillar = scene_pulse((m.z + prim->half.z) / prim->param[0],
                                         spot->footprint / prim->param[0], 0.0f, 0.11f);
        if (pillar > 0.5f || absf(spot->local.z) > 0.9f)
            return plain(v3_scale(prim->color, 0.9f));
    } else if (absf(spot->local.x) > 0.84f - 0.12f * y) {
        return plain(prim->color);
    }
    const float shine = 0.10f + 0.22f * smooth_step(-1.0f, 1.0f, y);
    return (scene_look){.albedo = v3(shine, shine * 1.08f, shine * 1.14f), .is_glass = true};
}

static scene_look wheel(const scene_spot *spot)
{
    const float r2 = spot->local.x * spot->local.x + spot->local.z * spot->local.z;
    if (absf(spot->normal.y) > 0.5f && r2 < 0.38f) {
        const float spoke = absf(spot->local.x * spot->local.z) < 0.05f ? 0.58f : 0.40f;
        return plain(v3(spoke, spoke, spoke * 1.02f));
    }
    return plain(v3(0.11f, 0.11f, 0.115f));
}

static scene_look coach(const scene_spot *spot)
{
    const scene_prim *prim = spot->prim;
    const float y = 0.5f * (spot->local.y + 1.0f);
    const vec3 m = v3_mul(spot->local, prim->half);
    const bool end = absf(spot->normal.z) > 0.5f;
    const float across = end ? m.x : m.z, width = end ? prim->half.x : prim->half.z;
    if (spot->normal.y > 0.5f)
        return plain(v3_scale(prim->color, 0.9f));
    const bool in_band = y > (end ? prim->param[0] - 0.08f : prim->param[0]) && y < prim->param[1];
    if (in_band && absf(across) < width - 0.12f) {
        const float pitch = end ? 2.4f : 1.45f;
        const float frame =
            scene_pulse((across + width) / pitch, spot->footprint / pitch, 0.0f, 0.07f);
        const float shine = 0.13f + 0.15f * y;
        const vec3 glass = v3(shine, shine * 1.06f, shine * 1.1f);
        return (scene_look){.albedo = v3_mix(glass, v3(0.10f, 0.10f, 0.10f), frame),
                            .is_glass = frame < 0.5f};
    }
    if (end && y > prim->param[1] + 0.02f && absf(across) < 0.7f * width)
        return (scene_look){.albedo = v3(0.1f, 0.1f, 0.08f), .emission = v3(0.10f, 0.07f, 0.01f)};
    vec3 albedo = y < 0.16f ? v3_scale(prim->color, 0.45f) : prim->color;
    if (y > prim->param[0] - 0.14f && y < prim->param[0] - 0.02f)
        albedo = prim->color2;
    if (!end) { /* two doors */
        const float door = scene_pulse((m.z + width) / 5.2f, spot->footprint / 5.2f, 0.06f, 0.26f);
        if (door > 0.5f && y < prim->param[1] && y > 0.1f)
            return (scene_look){.albedo = v3(0.15f, 0.155f, 0.16f), .is_glass = true};
    }
    return plain(albedo);
}

static scene_look crate(const scene_spot *spot)
{
    const scene_prim *prim = spot->prim;
    const vec3 m = v3_mul(spot->local, prim->half);
    const float y = spot->local.y;
    const bool end = absf(spot->normal.z) > 0.5f;
    vec3 albedo = y > -0.25f && y < 0.3f && !end ? prim->color2 : prim->color;
    const float ribs = end ? line_cover(m.x, spot->footprint, 0.02f)
                           : scene_pulse(m.z / 0.6f, spot->footprint / 0.6f, 0.0f, 0.06f);
    albedo = v3_scale(albedo, 1.0f - 0.25f * ribs);
    return plain(absf(y) > 0.95f ? v3_scale(albedo, 0.6f) : albedo);
}

static scene_look cloth(const scene_spot *spot)
{
    const vec3 m = v3_mul(spot->local, spot->prim->half);
    const float fold = tri_noise(v3(m.x * 9.0f, m.y * 5.0f, m.z * 9.0f), 1.0f, spot->prim->seed);
    return plain(v3_scale(spot->prim->color, 0.82f + 0.36f * fold));
}

/* Pictures: 0 no entry, 1 prohibition ring, 2 blue order, 3 warning or give way, 4 priority, 5
 * stop, 6 parking, 7 direction board, 8 advertisement. The back is grey. */
static scene_look sign(const scene_spot *spot)
{
    const scene_prim *prim = spot->prim;
    const float x = spot->local.x, y = spot->local.y, r2 = x * x + y * y;
    const vec3 white = v3(0.86f, 0.86f, 0.86f), red = v3(0.72f, 0.10f, 0.10f);
    const vec3 blue = v3(0.10f, 0.26f, 0.62f), yellow = v3(0.88f, 0.68f, 0.10f);
    if (spot->normal.z > 0.0f)
        return plain(v3(0.45f, 0.46f, 0.47f));
    switch ((int)prim->param[0]) {
    case 0:
        return plain(absf(x) < 0.68f && absf(y) < 0.18f ? white : red);
    case 1:
        return plain(r2 > 0.56f                          ? red
                     : absf(x) < 0.35f && absf(y) < 0.3f ? v3(0.1f, 0.1f, 0.1f)
                                                         : white);
    case 2:
        return plain(absf(x) < 0.14f && y < 0.5f && y > -0.6f ? white : blue);
    case 3: {
        const float inner = absf(x) + 0.5f * (prim->cutout == CUT_TRIANGLE ? y : -y);
        const bool border = inner > 0.24f || absf(y) > 0.8f;
        return plain(border ? red : white);
    }
    case 4:
        return plain(absf(x) + absf(y) > 0.82f ? white : yellow);
    case 5:
        return plain(absf(y) < 0.22f && absf(x) < 0.75f && fraction(x * 2.7f) > 0.3f ? white : red);
    case 6: { /* a bowed P: stem at the viewer's left */
        const float bow = (x + 0.05f) * (x + 0.05f) + (y - 0.28f) * (y - 0.28f);
        const bool stem = x > -0.42f && x < -0.16f && absf(y) < 0.68f;
        return plain(stem || (x > -0.2f && bow < 0.16f && bow > 0.035f) ? white : blue);
    }
    case 7:
        return plain(absf(y) < 0.6f && fraction(y * 1.6f + 0.2f) < 0.45f && absf(x) < 0.8f &&
                             scene_hash_unit(scene_hash2(floor_int(x * 8.0f), floor_int(y * 1.6f),
                                                         prim->seed)) > 0.3f
                         ? white
                         : prim->color);
    default:
        return plain(
            v3_scale(prim->color, 0.6f + 0.8f * scene_noise2(x * 2.0f, y * 2.5f, prim->seed)));
    }
}

scene_look scene_texture_at(const scene_spot *spot)
{
    switch ((scene_material)spot->prim->material) {
    case MAT_GROUND:
        return ground_look(spot);
    case MAT_PAVEMENT:
        return pavement(spot);
    case MAT_FACADE:
        return scene_facade_look(spot);
    case MAT_ROOF:
        return scene_roof_look(spot);
    case MAT_BRICK:
        return brick(spot);
    case MAT_FOLIAGE:
        return foliage(spot);
    case MAT_BARK:
        return bark(spot);
    case MAT_GRASS:
        return verge(spot);
    case MAT_CAR_BODY:
        return car_body(spot);
    case MAT_CAR_GLASS:
        return car_glass(spot);
    case MAT_WHEEL:
        return wheel(spot);
    case MAT_COACH:
        return coach(spot);
    case MAT_CLOTH:
        return cloth(spot);
    case MAT_SIGN:
        return sign(spot);
    case MAT_CRATE:
        return crate(spot);
    case MAT_GLASS:
        return (scene_look){.albedo = spot->prim->color, .is_glass = true};
    case MAT_LAMP:
        return (scene_look){.albedo = v3_scale(spot->prim->color, 0.3f),
                            .emission = v3_mul(spot->prim->color, spot->prim->color)};
    default:
        return plain(spot->prim->color);
    }
}
