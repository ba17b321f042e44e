/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Head maps to write by hand, for tests and benchmarks of post-processing.
 *
 * A scene begins as one class everywhere (logit 4 against 0), no heat, no offsets and a depth of
 * 10 m. Memory that cannot be had ends the program.
 */
#ifndef POST_SCENE_H
#define POST_SCENE_H

#include <panodepth/postprocess.h>

typedef struct post_scene {
    int32_t classes, width, height, map_width, map_height;
    float *sem, *center, *offset, *depth;
} post_scene;

post_scene post_scene_make(int32_t width, int32_t height, int32_t classes, int32_t class_id);
void post_scene_free(post_scene *scene);
pnd_heads post_scene_heads(const post_scene *scene);

void post_scene_fill(float *values, int32_t n, float value);

/* Class of one map pixel, which is 4 x 4 pixels of the photograph: of two neighbours, each has the
 * greater weight on its own side. */
void post_scene_class(post_scene *scene, int32_t y, int32_t x, int32_t class_id);

/* A single centre at pixel (4 y + 2, 4 x + 2): the right and lower neighbours keep the enlarged
 * peak from being a plateau. */
void post_scene_peak(post_scene *scene, int32_t y, int32_t x, float heat);

/* Everything at random from a seed: blobs of classes, n_peaks Gaussian peaks and offsets that point
 * to the nearest of them, with noise. `ties`: logits, heat and offsets in coarse steps, so that
 * equal values abound. */
void post_scene_random(post_scene *scene, uint32_t seed, int32_t n_peaks, bool ties);

#endif
