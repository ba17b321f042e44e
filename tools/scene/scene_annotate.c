/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_annotate.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

/* Full-resolution sizes of depth.md and of real frames: the ring that is out of the region of
 * interest is 5 rows and 6 + 5 columns wide; the bonnet spans columns 308 to 1997 and rises to row
 * 955, its badge to 862. */
#define FULL_WIDTH    2048.0f
#define FULL_HEIGHT   1024.0f
#define BONNET_MIDDLE 1152.0f

static float ring_width(float full, float scale)
{
    return maxf(1.0f, (float)floor_int(full * scale + 0.5f));
}

static bool is_outside(const scene_rig *rig, float x, float y)
{
    const float w = (float)rig->width, h = (float)rig->height;
    const float sx = w / FULL_WIDTH, sy = h / FULL_HEIGHT, edge = ring_width(5.0f, sy);
    return y < edge || y > h - 1.0f - edge + 0.5f || x < ring_width(6.0f, sx) ||
           x > w - 1.0f - ring_width(5.0f, sx) + 0.5f;
}

/* x, y in full-resolution pixels. */
static bool is_bonnet(float x, float y)
{
    if (y < 860.0f)
        return false;
    const float s = (x - BONNET_MIDDLE) / 845.0f, s2 = s * s;
    if (s2 < 1.0f && y > 955.0f + 60.0f * s2 * s2)
        return true;
    const float dx = x - BONNET_MIDDLE, dy = y - 905.0f, r2 = dx * dx + dy * dy;
    return (r2 < 43.0f * 43.0f && r2 > 35.0f * 35.0f) ||
           (absf(dx) < 5.0f && dy > 35.0f && y < 960.0f);
}

static bool is_rectification(float x, float y)
{
    if (y > 22.0f && y < 950.0f)
        return false;
    const float s = absf(x - 0.5f * FULL_WIDTH) / (0.5f * FULL_WIDTH);
    const float streak = scene_hash_unit(scene_hash2(floor_int(x / 9.0f), 0, 5u));
    const float top = 10.0f + 12.0f * streak,
                bottom = FULL_HEIGHT - 5.0f - 90.0f * maxf(0.0f, s - 0.35f);
    return y < top || y > bottom;
}

int32_t scene_cover_at(const scene_rig *rig, float x, float y)
{
    const float fx = (x + 0.5f) * FULL_WIDTH / (float)rig->width - 0.5f;
    const float fy = (y + 0.5f) * FULL_HEIGHT / (float)rig->height - 0.5f;
    if (is_outside(rig, x, y))
        return LABEL_OUT_OF_ROI;
    if (is_bonnet(fx, fy))
        return LABEL_EGO;
    return rig->has_rectification_border && is_rectification(fx, fy) ? LABEL_RECTIFICATION
                                                                     : LABEL_UNLABELED;
}

float scene_bonnet_disparity(const scene_rig *rig)
{
    return (float)(rig->baseline * rig->fx / 5.5);
}

/* Dark paint that mirrors the sky along its upper edge. */
static vec3 bonnet_color(float x, float y, const scene_weather *weather)
{
    const float s = (x - BONNET_MIDDLE) / 845.0f;
    if (y < 950.0f)
        return v3(0.16f, 0.16f, 0.17f);
    const float rise = clampf((y - 955.0f - 60.0f * s * s * s * s) / 64.0f, 0.0f, 1.0f);
    const float shine = 0.05f + 0.20f * (1.0f - rise) * (1.0f - 0.4f * s * s);
    const float cloud = 0.7f + 0.6f * scene_noise2(x * 0.004f, y * 0.03f, weather->seed);
    return v3_mad(v3(0.02f, 0.02f, 0.022f), weather->horizon, shine * cloud);
}

void scene_paint_cover(pnd_plane_rgb8 *color, const scene_rig *rig, const scene_weather *weather,
                       bool is_right)
{
    const float shift = is_right ? scene_bonnet_disparity(rig) : 0.0f;
    const float to_full_x = FULL_WIDTH / (float)rig->width,
                to_full_y = FULL_HEIGHT / (float)rig->height;
    for (int32_t y = rig->height - 1; y >= 0; y--) {
        const float fy = ((float)y + 0.5f) * to_full_y - 0.5f;
        /* The border repeats the rows next to it. */
        const int32_t from = fy < 100.0f ? (int32_t)(23.0f / to_full_y) + 1
                                         : rig->height - 1 - (int32_t)(64.0f / to_full_y);
        uint8_t *row = pnd_plane_rgb8_row(color, y);
        for (int32_t x = 0; x < rig->width; x++) {
            const float fx = ((float)x + shift + 0.5f) * to_full_x - 0.5f;
            if (is_bonnet(fx, fy)) {
                float noise[3] = {0.0f, 0.0f, 0.0f};
                scene_develop(&row[3 * x], bonnet_color(fx, fy, weather), weather, noise);
            } else if (rig->has_rectification_border &&
                       is_rectification(((float)x + 0.5f) * to_full_x - 0.5f, fy) && from >= 0 &&
                       from < rig->height) {
                const uint8_t *source = pnd_plane_rgb8_row(color, from);
                for (int c = 0; c < 3; c++)
                    row[3 * x + c] = (uint8_t)(source[3 * x + c] * 7 / 10);
            }
        }
    }
}

int32_t scene_smallest_thing(int32_t width, int32_t height)
{
    const int64_t share = (int64_t)width * height / 12000;
    return share < 3 ? 3 : (int32_t)share;
}

static int32_t object_of(const scene_picture *left, const scene_model *scene, int32_t x, int32_t y)
{
    const uint32_t prim = pnd_plane_u32_row(&left->prim, y)[x];
    return prim == SCENE_NO_PRIM ? -1 : scene->prims[prim].object;
}

static void count_pixels(int32_t *counts, const scene_picture *left, const scene_model *scene,
                         const scene_rig *rig)
{
    for (int32_t y = 0; y < left->prim.height; y++)
        for (int32_t x = 0; x < left->prim.width; x++) {
            const int32_t object = object_of(left, scene, x, y);
            if (object >= 0 && scene_cover_at(rig, (float)x, (float)y) == LABEL_UNLABELED)
                counts[object]++;
        }
}

/* Turn pixel counts into instanceIds values, in place. */
static pnd_status number_things(int32_t *values, const scene_model *scene, int32_t smallest,
                                pnd_error *err)
{
    int32_t next[LABEL_COUNT] = {0};
    for (int32_t i = 0; i < scene->n_objects; i++) {
        const int32_t label = scene->objects[i].label;
        const bool is_single =
            scene_is_thing(label) && !scene->objects[i].is_group && values[i] >= smallest;
        if (is_single && next[label] == 1000)
            return pnd_fail(err, PND_ELIMIT, "a scene holds more than 1000 things of class %d",
                            label);
        values[i] = is_single ? label * 1000 + next[label]++ : label;
    }
    return PND_OK;
}

static int32_t value_at(const scene_picture *left, const scene_model *scene, const scene_view *view,
                        const int32_t *values, int32_t x, int32_t y)
{
    const int32_t object = object_of(left, scene, x, y);
    if (object < 0)
        return LABEL_SKY;
    const scene_prim *prim = &scene->prims[pnd_plane_u32_row(&left->prim, y)[x]];
    if (prim->material != MAT_GROUND)
        return values[object];
    const vec3 d = scene_view_ray(view, (float)x, (float)y);
    const vec3 p = v3_mad(view->eye, d, pnd_plane_f32_row(&left->depth, y)[x]);
    return scene_ground_label(&scene->ground, p.x, p.z);
}

pnd_status scene_annotate(pnd_plane_u16 *instance_ids, pnd_plane_u8 *label_ids,
                          const scene_picture *left, const scene_model *scene,
                          const scene_view *view, const scene_rig *rig, pnd_error *err)
{
    int32_t *values = pnd_calloc_array((size_t)scene->n_objects, sizeof *values);
    if (values == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %d objects", scene->n_objects);
    pnd_status status = pnd_plane_u16_resize(instance_ids, rig->width, rig->height, err);
    if (status == PND_OK)
        status = pnd_plane_u8_resize(label_ids, rig->width, rig->height, err);
    if (status != PND_OK)
        goto cleanup;
    count_pixels(values, left, scene, rig);
    status = number_things(values, scene, scene_smallest_thing(rig->width, rig->height), err);
    if (status != PND_OK)
        goto cleanup;
    for (int32_t y = 0; y < rig->height; y++) {
        uint16_t *ids = pnd_plane_u16_row(instance_ids, y);
        uint8_t *labels = pnd_plane_u8_row(label_ids, y);
        for (int32_t x = 0; x < rig->width; x++) {
            const int32_t cover = scene_cover_at(rig, (float)x, (float)y);
            const int32_t value =
                cover != LABEL_UNLABELED ? cover : value_at(left, scene, view, values, x, y);
            ids[x] = (uint16_t)value;
            labels[x] = (uint8_t)(value < 1000 ? value : value / 1000);
        }
    }
cleanup:
    free(values);
    return status;
}
