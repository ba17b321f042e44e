/* SPDX-License-Identifier: Apache-2.0 */
#include "post_scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static float *zeros(size_t n)
{
    float *values = calloc(n, sizeof *values);
    if (values == NULL) {
        (void)fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return values;
}

void post_scene_fill(float *values, int32_t n, float value)
{
    for (int32_t i = 0; i < n; i++)
        values[i] = value;
}

post_scene post_scene_make(int32_t width, int32_t height, int32_t classes, int32_t class_id)
{
    const int32_t map_width = (width + 3) / 4, map_height = (height + 3) / 4;
    const size_t n = (size_t)map_width * (size_t)map_height;
    const post_scene scene = {.classes = classes,
                              .width = width,
                              .height = height,
                              .map_width = map_width,
                              .map_height = map_height,
                              .sem = zeros((size_t)classes * n),
                              .center = zeros(n),
                              .offset = zeros(2 * n),
                              .depth = zeros(n)};
    post_scene_fill(scene.sem + (size_t)class_id * n, (int32_t)n, 4.0f);
    post_scene_fill(scene.depth, (int32_t)n, 10.0f);
    return scene;
}

void post_scene_free(post_scene *scene)
{
    free(scene->sem);
    free(scene->center);
    free(scene->offset);
    free(scene->depth);
    *scene = (post_scene){0};
}

pnd_heads post_scene_heads(const post_scene *scene)
{
    return (pnd_heads){.classes = scene->classes,
                       .width = scene->map_width,
                       .height = scene->map_height,
                       .sem = scene->sem,
                       .center = scene->center,
                       .offset = scene->offset,
                       .depth = scene->depth};
}

void post_scene_class(post_scene *scene, int32_t y, int32_t x, int32_t class_id)
{
    const int32_t n = scene->map_width * scene->map_height;
    for (int32_t c = 0; c < scene->classes; c++)
        scene->sem[c * n + y * scene->map_width + x] = c == class_id ? 4.0f : 0.0f;
}

static void heat_up(post_scene *scene, int32_t y, int32_t x, float heat)
{
    if (y < scene->map_height && x < scene->map_width) {
        float *const at = &scene->center[y * scene->map_width + x];
        *at = fmaxf(*at, heat);
    }
}

void post_scene_peak(post_scene *scene, int32_t y, int32_t x, float heat)
{
    heat_up(scene, y, x, heat);
    heat_up(scene, y, x + 1, heat / 4);
    heat_up(scene, y + 1, x, heat / 4);
    heat_up(scene, y + 1, x + 1, heat / 16);
}

/* PCG-XSH-RR, as in tests/backend. */
static uint32_t next(uint64_t *state)
{
    const uint64_t old = *state;
    *state = old * 6364136223846793005u + 1442695040888963407u;
    const uint32_t mixed = (uint32_t)(((old >> 18) ^ old) >> 27);
    const uint32_t turn = (uint32_t)(old >> 59);
    return mixed >> turn | mixed << ((32 - turn) & 31);
}

/* In [-1, 1). */
static float noise(uint64_t *state)
{
    return (float)(int32_t)(next(state) >> 8) / 8388608.0f - 1.0f;
}

static float step(float value, bool ties)
{
    return ties ? rintf(value * 4.0f) / 4.0f : value;
}

typedef struct place {
    int32_t y, x;
} place;

/* Blobs: the class of the nearest of 64 random places. */
static void random_classes(post_scene *scene, uint64_t *state, bool ties)
{
    enum { N = 64 };
    const int32_t n = scene->map_width * scene->map_height;
    place places[N];
    for (int i = 0; i < N; i++)
        places[i] = (place){(int32_t)(next(state) % (uint32_t)scene->map_height),
                            (int32_t)(next(state) % (uint32_t)scene->map_width)};
    for (int32_t i = 0; i < n; i++) {
        const int32_t y = i / scene->map_width, x = i % scene->map_width;
        int32_t nearest = 0, least = INT32_MAX;
        for (int p = 0; p < N; p++) {
            const int32_t dy = places[p].y - y, dx = places[p].x - x, d = dy * dy + dx * dx;
            nearest = d < least ? p : nearest;
            least = d < least ? d : least;
        }
        for (int32_t c = 0; c < scene->classes; c++)
            scene->sem[c * n + i] =
                step(noise(state) + (c == (nearest * 7) % scene->classes ? 1.0f : 0.0f), ties);
    }
}

/* One map pixel: the heat of the nearest peak, and the way to it. */
static void random_pixel(post_scene *scene, const place *peaks, int32_t n_peaks, int32_t i,
                         uint64_t *state, bool ties)
{
    const int32_t n = scene->map_width * scene->map_height;
    const int32_t y = i / scene->map_width, x = i % scene->map_width;
    int32_t nearest = 0, least = INT32_MAX;
    for (int32_t p = 0; p < n_peaks; p++) {
        const int32_t dy = peaks[p].y - y, dx = peaks[p].x - x, d = dy * dy + dx * dx;
        nearest = d < least ? p : nearest;
        least = d < least ? d : least;
    }
    const float heat = n_peaks > 0 ? expf(-(float)least / 8.0f) : 0.0f;
    scene->center[i] = step(heat * (0.9f + 0.1f * noise(state)), ties);
    scene->offset[i] =
        step((n_peaks > 0 ? (float)(peaks[nearest].y - y) : 0.0f) + 2.0f * noise(state), ties);
    scene->offset[n + i] =
        step((n_peaks > 0 ? (float)(peaks[nearest].x - x) : 0.0f) + 2.0f * noise(state), ties);
    scene->depth[i] = 30.0f + 35.0f * noise(state); /* some negative */
}

void post_scene_random(post_scene *scene, uint32_t seed, int32_t n_peaks, bool ties)
{
    const int32_t n = scene->map_width * scene->map_height;
    uint64_t state = seed * 2654435761u + 20261122u;
    place *peaks = calloc((size_t)n_peaks + 1, sizeof *peaks);
    if (peaks == NULL)
        exit(1);
    for (int32_t p = 0; p < n_peaks; p++)
        peaks[p] = (place){(int32_t)(next(&state) % (uint32_t)scene->map_height),
                           (int32_t)(next(&state) % (uint32_t)scene->map_width)};
    random_classes(scene, &state, ties);
    for (int32_t i = 0; i < n; i++)
        random_pixel(scene, peaks, n_peaks, i, &state, ties);
    free(peaks);
}
