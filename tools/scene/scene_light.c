/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_light.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

/* The grid covers x in [-70, 70], z in [-20, 160] with cells of 2.5 m. */
#define CELL_SIZE 2.5f
#define GRID_X0   (-70.0f)
#define GRID_Z0   (-20.0f)

typedef struct rect {
    float x0, x1, z0, z1;
} rect;

/* Cells a rectangle touches, clipped to the grid; false when none. */
static bool cell_range(int32_t range[4], rect r)
{
    const float limit = 1e6f;
    range[0] = floor_int((clampf(r.x0, -limit, limit) - GRID_X0) / CELL_SIZE);
    range[1] = floor_int((clampf(r.x1, -limit, limit) - GRID_X0) / CELL_SIZE);
    range[2] = floor_int((clampf(r.z0, -limit, limit) - GRID_Z0) / CELL_SIZE);
    range[3] = floor_int((clampf(r.z1, -limit, limit) - GRID_Z0) / CELL_SIZE);
    range[0] = range[0] < 0 ? 0 : range[0];
    range[1] = range[1] >= SCENE_GRID_X ? SCENE_GRID_X - 1 : range[1];
    range[2] = range[2] < 0 ? 0 : range[2];
    range[3] = range[3] >= SCENE_GRID_Z ? SCENE_GRID_Z - 1 : range[3];
    return range[0] <= range[1] && range[2] <= range[3];
}

static int32_t cell_of(float x, float z)
{
    const float u = (x - GRID_X0) / CELL_SIZE, v = (z - GRID_Z0) / CELL_SIZE;
    if (!(u >= 0.0f && v >= 0.0f && u < (float)SCENE_GRID_X && v < (float)SCENE_GRID_Z))
        return -1;
    return (int32_t)v * SCENE_GRID_X + (int32_t)u;
}

/* Where the shadow of a primitive's bounding box can fall on the ground. */
static rect shadow_footprint(const scene_prim *prim, vec3 to_sun)
{
    rect r = {1e30f, -1e30f, 1e30f, -1e30f};
    for (int i = 0; i < 8; i++) {
        vec3 p = prim->centre;
        p = v3_mad(p, prim->axis[0], (i & 1) != 0 ? prim->half.x : -prim->half.x);
        p = v3_mad(p, prim->axis[1], (i & 2) != 0 ? prim->half.y : -prim->half.y);
        p = v3_mad(p, prim->axis[2], (i & 4) != 0 ? prim->half.z : -prim->half.z);
        const vec3 q = v3_mad(p, to_sun, -p.y / to_sun.y);
        r = (rect){minf(r.x0, q.x), maxf(r.x1, q.x), minf(r.z0, q.z), maxf(r.z1, q.z)};
    }
    return r;
}

static rect contact_footprint(const scene_contact *c)
{
    const float reach = maxf(c->half_x, c->half_z) * 1.42f + c->softness;
    return (rect){c->x - reach, c->x + reach, c->z - reach, c->z + reach};
}

/* The footprint of item i of either kind; false when it is in no cell. */
static bool item_cells(int32_t range[4], const scene_model *scene, bool is_caster, int32_t i)
{
    if (!is_caster)
        return cell_range(range, contact_footprint(&scene->contacts[i]));
    const scene_prim *prim = &scene->prims[i];
    return prim->casts_shadow && cell_range(range, shadow_footprint(prim, scene->weather.to_sun));
}

/* Counting sort of items into cells: count, prefix sums, fill. */
static pnd_status fill_grid(scene_grid *grid, const scene_model *scene, bool is_caster,
                            pnd_error *err)
{
    const int32_t n = is_caster ? scene->n_prims : scene->n_contacts;
    const int32_t n_cells = SCENE_GRID_X * SCENE_GRID_Z;
    int32_t range[4];
    memset(grid->start, 0, sizeof grid->start);
    for (int32_t i = 0; i < n; i++)
        if (item_cells(range, scene, is_caster, i))
            for (int32_t z = range[2]; z <= range[3]; z++)
                for (int32_t x = range[0]; x <= range[1]; x++)
                    grid->start[z * SCENE_GRID_X + x + 1]++;
    for (int32_t i = 0; i < n_cells; i++)
        grid->start[i + 1] += grid->start[i];
    const size_t total = (size_t)grid->start[n_cells];
    if (total > grid->capacity) {
        void *bigger = pnd_realloc_array(grid->item, total, sizeof *grid->item);
        if (bigger == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu shadow casters", total);
        grid->item = bigger;
        grid->capacity = total;
    }
    /* Filling from the back leaves start[i] at its cell and items in ascending order. */
    for (int32_t i = n - 1; i >= 0; i--)
        if (item_cells(range, scene, is_caster, i))
            for (int32_t z = range[2]; z <= range[3]; z++)
                for (int32_t x = range[0]; x <= range[1]; x++)
                    grid->item[--grid->start[z * SCENE_GRID_X + x + 1]] = i;
    memmove(grid->start, grid->start + 1, (size_t)n_cells * sizeof grid->start[0]);
    grid->start[n_cells] = (int32_t)total;
    return PND_OK;
}

pnd_status scene_light_prepare(scene_light *light, const scene_model *scene, pnd_error *err)
{
    light->scene = scene;
    const pnd_status status = fill_grid(&light->casters, scene, true, err);
    return status == PND_OK ? fill_grid(&light->contacts, scene, false, err) : status;
}

void scene_light_clear(scene_light *light)
{
    free(light->casters.item);
    free(light->contacts.item);
    memset(light, 0, sizeof *light);
}

/* Leaves let light through in patches. */
static float crown_shade(vec3 q, uint32_t seed)
{
    return scene_noise2(q.x * 4.0f, q.z * 4.0f, seed) > 0.68f ? 0.75f : 0.12f;
}

float scene_light_sun(const scene_light *light, vec3 p, int32_t own)
{
    const vec3 to_sun = light->scene->weather.to_sun;
    const vec3 q = v3_mad(p, to_sun, -p.y / to_sun.y);
    const int32_t cell = cell_of(q.x, q.z);
    if (cell < 0)
        return 1.0f;
    float share = 1.0f;
    for (int32_t k = light->casters.start[cell]; k < light->casters.start[cell + 1]; k++) {
        const int32_t i = light->casters.item[k];
        const scene_prim *prim = &light->scene->prims[i];
        if (i == own)
            continue;
        const vec3 from = v3_sub(p, prim->centre);
        const vec3 o = v3(v3_dot(prim->to_local[0], from), v3_dot(prim->to_local[1], from),
                          v3_dot(prim->to_local[2], from));
        const vec3 d = v3(v3_dot(prim->to_local[0], to_sun), v3_dot(prim->to_local[1], to_sun),
                          v3_dot(prim->to_local[2], to_sun));
        float t_in, t_out;
        if (!scene_shape_hit(&t_in, &t_out, (scene_shape)prim->shape, prim->taper, o, d) ||
            t_out < 0.03f)
            continue;
        if (prim->cutout == CUT_NONE)
            return 0.0f;
        share = minf(share, crown_shade(q, prim->seed));
    }
    return share;
}

float scene_light_contact(const scene_light *light, vec3 p)
{
    const int32_t cell = cell_of(p.x, p.z);
    if (cell < 0)
        return 1.0f;
    float light_share = 1.0f;
    for (int32_t k = light->contacts.start[cell]; k < light->contacts.start[cell + 1]; k++) {
        const scene_contact *c = &light->scene->contacts[light->contacts.item[k]];
        const float dx = p.x - c->x, dz = p.z - c->z;
        const float ex = maxf(absf(dx * c->cos_yaw - dz * c->sin_yaw) - c->half_x, 0.0f);
        const float ez = maxf(absf(dx * c->sin_yaw + dz * c->cos_yaw) - c->half_z, 0.0f);
        const float gap = sqrtf(ex * ex + ez * ez + p.y * p.y) / c->softness;
        if (gap < 1.0f)
            light_share *= 1.0f - 0.78f * (1.0f - gap) * (1.0f - gap);
    }
    return light_share;
}

vec3 scene_light_sky(const scene_weather *w, vec3 d)
{
    const float length = sqrtf(v3_dot(d, d));
    const float up = maxf(d.y / length, 0.0f);
    const float s = 1.0f - up;
    vec3 color = v3_mix(w->zenith, w->horizon, s * s * s);
    /* Clouds on a plane above; they shrink towards the horizon and melt into it. */
    const float scale = 1.6f / (up + 0.12f);
    const float x = d.x / length * scale, z = d.z / length * scale;
    const float n = scene_fbm2(x * 1.3f + 3.0f, z * 0.9f, w->seed, 4);
    const float cover = smooth_step(0.62f - 0.42f * w->cloudiness, 0.80f - 0.2f * w->cloudiness, n);
    const float shade =
        cover > 0.0f ? 0.78f + 0.5f * (scene_fbm2(x * 2.1f, z * 1.7f, w->seed + 77u, 3) - 0.35f)
                     : 0.0f;
    const vec3 cloud = v3_scale(v3_mix(w->horizon, v3(1.0f, 1.0f, 1.0f), 0.5f), shade);
    color = v3_mix(color, cloud, cover * smooth_step(0.02f, 0.16f, up) * 0.85f);
    const float toward = maxf(v3_dot(d, w->to_sun) / length, 0.0f);
    const float glow = toward * toward * toward * toward;
    return v3_mad(color, w->sun, 0.10f * glow * glow * (1.0f - w->cloudiness));
}
