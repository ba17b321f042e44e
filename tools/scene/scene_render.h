/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a scene to pixels: nearest surface per pixel, then its colour.
 *
 * Depth and primitive are those of the ray through the pixel's centre. Colour is averaged over four
 * rays where a pixel's neighbours show other surfaces.
 */
#ifndef SCENE_RENDER_H
#define SCENE_RENDER_H

#include <panodepth/image.h>

#include "scene_camera.h"
#include "scene_light.h"

#define SCENE_NO_PRIM UINT32_MAX /* sky */
#define SCENE_FAR     1e30f      /* depth of the sky */

/* What one eye sees. Zero-initialise; reused between frames. */
typedef struct scene_picture {
    pnd_plane_f32 depth; /* metres along the optical axis; SCENE_FAR for sky */
    pnd_plane_u32 prim;  /* index into the scene's primitives, or SCENE_NO_PRIM */
    pnd_plane_u8 glass;  /* 1 where the surface mirrors */
    pnd_plane_rgb8 color;
} scene_picture;

void scene_picture_clear(scene_picture *picture);

/* Where a primitive can be in the image, and the eye in its own space. */
typedef struct scene_bound {
    int32_t x0, x1, y0, y1; /* pixels, ends included */
    float nearest;          /* smallest depth of its bounding box */
    int32_t prim;
    vec3 eye;
} scene_bound;

/* Scratch. Zero-initialise; one per thread. */
typedef struct scene_renderer {
    scene_bound *bounds; /* nearest first */
    int32_t n_bounds;
    vec3 *eyes; /* per primitive */
    int32_t capacity;
} scene_renderer;

void scene_renderer_clear(scene_renderer *renderer);

/*
 * Render one view. `noise_seed` makes the sensor noise of this view; `threads` share the rows; 0 is
 * one per core.
 * @retval PND_ENOMEM  @retval PND_EINVAL @retval PND_ELIMIT the size
 */
PND_NODISCARD pnd_status scene_render(scene_picture *out, scene_renderer *renderer,
                                      const scene_light *light, const scene_view *view,
                                      uint32_t noise_seed, int threads, pnd_error *err);

/* Linear light to 8-bit display values: exposure, shoulder, square-root gamma. */
void scene_develop(uint8_t rgb[3], vec3 linear, const scene_weather *weather, float noise[3]);

#endif
