/* SPDX-License-Identifier: Apache-2.0 */
/* What one CUDA thread does in disparity to depth. Plain C, so that a test without a GPU can run
 * the whole grid in a loop. */
#ifndef PND_DEPTH_THREAD_H
#define PND_DEPTH_THREAD_H

#include "../depth_rule.h"

#include <stddef.h>

typedef struct pnd_depth_grid {
    const uint16_t *disparity;
    const uint8_t *mask; /* NULL: none */
    float *f32;          /* one of these two */
    uint16_t *u16;
    size_t disparity_pitch, mask_pitch, depth_pitch; /* bytes */
    int32_t width, height;
    pnd_depth_rule rule;
} pnd_depth_grid;

/* Bits 0..3 are the pixel's pnd_pixel_state; then these. */
enum { PND_THREAD_BEYOND_CAP = 4, PND_THREAD_SATURATED = 5, PND_THREAD_FLAGS = 6 };

/* Write one pixel; returns its flags, or 0 for a thread outside the image. */
static inline PND_HOST_DEVICE unsigned pnd_depth_thread(const pnd_depth_grid *grid, int32_t x,
                                                        int32_t y)
{
    if (x >= grid->width || y >= grid->height)
        return 0;
    const size_t row = (size_t)y;
    const char *const disparity = (const char *)grid->disparity + row * grid->disparity_pitch;
    const uint16_t p = ((const uint16_t *)(const void *)disparity)[x];
    const bool masked = grid->mask != NULL && grid->mask[row * grid->mask_pitch + (size_t)x] != 0;
    const double factor = grid->rule.range ? pnd_range_factor(&grid->rule, x, y) : 1.0;
    const pnd_depth_pixel pixel = pnd_depth_of(&grid->rule, p, masked, factor);
    unsigned flags = 1u << pixel.state | (unsigned)pixel.beyond_cap << PND_THREAD_BEYOND_CAP;
    if (grid->f32 != NULL) {
        char *const out = (char *)grid->f32 + row * grid->depth_pitch;
        ((float *)(void *)out)[x] = pnd_depth_as_f32(&grid->rule, pixel.depth_m);
    } else {
        char *const out = (char *)grid->u16 + row * grid->depth_pitch;
        ((uint16_t *)(void *)out)[x] = pnd_depth_as_u16(&grid->rule, pixel.depth_m);
        flags |= (unsigned)pnd_depth_saturates(&pixel) << PND_THREAD_SATURATED;
    }
    return flags;
}

#endif
