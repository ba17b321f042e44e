/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_model.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

void scene_model_reset(scene_model *scene)
{
    scene->n_prims = scene->n_objects = scene->n_contacts = 0;
    scene->failed = false;
    memset(&scene->ground, 0, sizeof scene->ground);
    memset(&scene->weather, 0, sizeof scene->weather);
}

void scene_model_clear(scene_model *scene)
{
    free(scene->prims);
    free(scene->objects);
    free(scene->contacts);
    memset(scene, 0, sizeof *scene);
}

/* Make room for one more element; false when memory is short. */
static bool grow(void **array, int32_t *capacity, int32_t used, size_t size)
{
    if (used < *capacity)
        return true;
    const int32_t wanted = *capacity < 64 ? 64 : *capacity * 2;
    void *bigger = pnd_realloc_array(*array, (size_t)wanted, size);
    if (bigger == NULL)
        return false;
    *array = bigger;
    *capacity = wanted;
    return true;
}

scene_place scene_place_at(float x, float y, float z, float yaw)
{
    return (scene_place){v3(x, y, z), scene_cos(yaw), scene_sin(yaw)};
}

static vec3 place_direction(const scene_place *place, vec3 d)
{
    return v3(d.x * place->cos_yaw + d.z * place->sin_yaw, d.y,
              d.z * place->cos_yaw - d.x * place->sin_yaw);
}

vec3 scene_place_point(const scene_place *place, vec3 local)
{
    return v3_add(place->origin, place_direction(place, local));
}

int32_t scene_add_object(scene_model *scene, int32_t label)
{
    void *array = scene->objects;
    if (scene->failed ||
        !grow(&array, &scene->object_capacity, scene->n_objects, sizeof *scene->objects)) {
        scene->failed = true;
        return 0;
    }
    scene->objects = array;
    scene->objects[scene->n_objects] = (scene_object){(uint8_t)label, false};
    return scene->n_objects++;
}

static scene_prim *next_prim(scene_model *scene)
{
    void *array = scene->prims;
    if (scene->failed ||
        !grow(&array, &scene->prim_capacity, scene->n_prims, sizeof *scene->prims)) {
        scene->failed = true;
        return &scene->spill;
    }
    scene->prims = array;
    return &scene->prims[scene->n_prims++];
}

static void update_to_local(scene_prim *prim)
{
    prim->to_local[0] = v3_scale(prim->axis[0], 1.0f / prim->half.x);
    prim->to_local[1] = v3_scale(prim->axis[1], 1.0f / prim->half.y);
    prim->to_local[2] = v3_scale(prim->axis[2], 1.0f / prim->half.z);
}

/* Foliage and large solids throw shadows worth computing; rails, signs and paint do not. */
static bool throws_shadow(scene_shape shape, vec3 half)
{
    return shape != SCENE_QUAD && shape != SCENE_GROUND &&
           half.x * half.y + half.z * half.y > 0.02f;
}

scene_prim *scene_add(scene_model *scene, int32_t object, const scene_place *place,
                      scene_shape shape, vec3 centre, vec3 half, scene_material material,
                      vec3 color)
{
    scene_prim *prim = next_prim(scene);
    *prim = (scene_prim){.centre = scene_place_point(place, centre),
                         .half = half,
                         .color = color,
                         .color2 = color,
                         .object = object,
                         .shape = (uint8_t)shape,
                         .material = (uint8_t)material,
                         .casts_shadow = throws_shadow(shape, half)};
    prim->seed = scene_hash((uint32_t)scene->n_prims * 0x9e3779b1u ^ scene->ground.seed);
    prim->axis[0] = place_direction(place, v3(1.0f, 0.0f, 0.0f));
    prim->axis[1] = v3(0.0f, 1.0f, 0.0f);
    prim->axis[2] = place_direction(place, v3(0.0f, 0.0f, 1.0f));
    prim->taper[0] = shape == SCENE_CYLINDER ? 1.0f : 0.0f;
    update_to_local(prim);
    return prim;
}

scene_prim *scene_add_rod(scene_model *scene, int32_t object, const scene_place *place, vec3 from,
                          vec3 to, float radius, scene_material material, vec3 color)
{
    const vec3 along = v3_sub(to, from);
    const float length = sqrtf(v3_dot(along, along));
    const vec3 middle = v3_scale(v3_add(from, to), 0.5f);
    scene_prim *prim = scene_add(scene, object, place, SCENE_CYLINDER, middle,
                                 v3(radius, 0.5f * length, radius), material, color);
    const vec3 up = v3_scale(along, 1.0f / length);
    /* Any two directions that complete a right-handed frame. */
    const vec3 helper = absf(up.x) < 0.7f ? v3(1.0f, 0.0f, 0.0f) : v3(0.0f, 0.0f, 1.0f);
    const vec3 side = v3_unit(v3_mad(helper, up, -v3_dot(helper, up)));
    const vec3 third = v3(side.y * up.z - side.z * up.y, side.z * up.x - side.x * up.z,
                          side.x * up.y - side.y * up.x);
    prim->axis[0] = place_direction(place, side);
    prim->axis[1] = place_direction(place, up);
    prim->axis[2] = place_direction(place, third);
    update_to_local(prim);
    return prim;
}

/* Rotate the pair (a, b) so that a moves towards b. */
static void rotate(vec3 *a, vec3 *b, float angle)
{
    const float c = scene_cos(angle), s = scene_sin(angle);
    const vec3 p = v3_add(v3_scale(*a, c), v3_scale(*b, s));
    *b = v3_sub(v3_scale(*b, c), v3_scale(*a, s));
    *a = p;
}

void scene_turn(scene_prim *prim, float about_x, float about_y, float about_z)
{
    rotate(&prim->axis[2], &prim->axis[0], about_y);
    rotate(&prim->axis[2], &prim->axis[1], about_x);
    rotate(&prim->axis[0], &prim->axis[1], about_z);
    update_to_local(prim);
}

void scene_add_contact(scene_model *scene, const scene_place *place, float half_x, float half_z,
                       float softness)
{
    void *array = scene->contacts;
    if (scene->failed ||
        !grow(&array, &scene->contact_capacity, scene->n_contacts, sizeof *scene->contacts)) {
        scene->failed = true;
        return;
    }
    scene->contacts = array;
    scene->contacts[scene->n_contacts++] = (scene_contact){
        place->origin.x, place->origin.z, place->cos_yaw, place->sin_yaw, half_x, half_z, softness};
}

bool scene_ground_in_crossing(const scene_ground *ground, float z)
{
    for (int32_t i = 0; i < ground->n_crossings; i++)
        if (z > ground->crossings[i].z0 && z < ground->crossings[i].z1)
            return true;
    return false;
}

int32_t scene_ground_label(const scene_ground *ground, float x, float z)
{
    if (scene_ground_in_crossing(ground, z))
        return LABEL_ROAD;
    for (int32_t i = 0; i < ground->n_strips; i++)
        if (x >= ground->strips[i].x0 && x < ground->strips[i].x1)
            return ground->strips[i].label;
    return ground->outside;
}
