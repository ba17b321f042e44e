/* SPDX-License-Identifier: Apache-2.0 */
#include "post_cases.h"

#include <math.h>
#include <string.h>

const post_case post_cases[] = {
    {1, 1, 1, 1, false, {0}},
    {3, 5, 19, 1, false, {0}},
    {4, 4, 32, 3, true, {.stuff_area = -1}},
    {65, 97, 19, 0, false, {0}},
    {65, 97, 19, 0, true, {.one_instance_without_centers = true, .stuff_area = 50}},
    {65, 97, 19, 1, false, {0}},
    {97, 65, 19, 30, true, {0}},
    {150, 40, 19, 12, false, {.nms = 1}},
    {150, 41, 19, 12, true, {.nms = 1}},
    {133, 70, 19, 60, false, {.nms = 31}},
    {133, 70, 19, 60, true, {.nms = 31, .threshold = -1.0f}},
    {514, 26, 2, 40, false, {.things = 3}},
    {66, 130, 19, 40, false, {.things = 0x2aaaa, .skip_scores = true}},
    {1030, 18, 19, 60, false, {.nms = 3, .stuff_area_exclusive = true}},
    {130, 130, 19, 199, false, {.nms = 3}},
    {130, 130, 19, 200, true, {.nms = 3}},
    {257, 99, 19, 5000, false, {.nms = 5}},
    {130, 70, 19, 5000, true, {.nms = 5, .keep_top_k = true}},
    {100, 60, 7, 500, false, {.things = 0x7f, .top_k = 4096, .label_divisor = 5000, .nms = 3}},
    {130, 60, 19, 5000, true, {.top_k = 1}},
    {130, 60, 19, 5000, true, {.top_k = 1, .keep_top_k = true}},
};
const size_t n_post_cases = sizeof post_cases / sizeof *post_cases;

/* Every 37th value of a map becomes something a broken network could put out. */
static void spoil(float *values, int32_t n)
{
    static const float odd[] = {(float)NAN, (float)INFINITY, -(float)INFINITY,
                                3e38f,      -3e38f,          1e-40f};
    for (int32_t i = 5; i < n; i += 37)
        values[i] = odd[i / 37 % 6];
}

post_scene post_case_scene(const post_case *c, bool odd)
{
    post_scene scene = post_scene_make(c->width, c->height, c->classes, 0);
    const int32_t n = scene.map_width * scene.map_height;
    post_scene_random(&scene, (uint32_t)(c->width + c->n_peaks), c->n_peaks, c->ties);
    if (odd) {
        spoil(scene.sem, c->classes * n);
        spoil(scene.center, n);
        spoil(scene.offset, 2 * n);
        spoil(scene.depth, n);
    }
    return scene;
}

pnd_postprocess_options post_case_options(const post_case *c)
{
    pnd_postprocess_options options = c->options;
    options.struct_size = sizeof options;
    return options;
}

static bool same_double(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static bool same_depths(const float *a, const float *b, size_t n)
{
    if ((a == NULL) != (b == NULL))
        return false;
    for (size_t i = 0; a != NULL && i < n; i++)
        if (!(isnan(a[i]) && isnan(b[i])) && memcmp(&a[i], &b[i], sizeof a[i]) != 0)
            return false;
    return true;
}

static bool same_segment(const pnd_segment *a, const pnd_segment *b)
{
    return a->panoptic == b->panoptic && a->class_id == b->class_id && a->is_thing == b->is_thing &&
           a->center_x == b->center_x && a->center_y == b->center_y && a->x == b->x &&
           a->y == b->y && a->width == b->width && a->height == b->height &&
           a->area_px == b->area_px && same_double(a->score, b->score);
}

const char *post_difference(const pnd_postprocess_result *a, const pnd_postprocess_result *b)
{
    const size_t n = (size_t)a->width * (size_t)a->height;
    if (a->width != b->width || a->height != b->height)
        return "size";
    if (memcmp(a->sem, b->sem, n) != 0)
        return "classes";
    if (!same_depths(a->depth, b->depth, n))
        return "depth";
    if (a->n_centers != b->n_centers ||
        memcmp(a->centers, b->centers, a->n_centers * 2 * sizeof *a->centers) != 0)
        return "centres";
    if (memcmp(a->panoptic, b->panoptic, n * sizeof *a->panoptic) != 0)
        return "panoptic map";
    if (a->n_segments != b->n_segments || a->n_nonfinite != b->n_nonfinite)
        return "counts";
    for (size_t i = 0; i < a->n_segments; i++)
        if (!same_segment(&a->segments[i], &b->segments[i]))
            return "segments";
    return NULL;
}
