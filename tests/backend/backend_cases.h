/* SPDX-License-Identifier: Apache-2.0 */
/* Images for the backend tests: odd shapes, padded rows, extreme values, all from a fixed seed. */
#ifndef BACKEND_CASES_H
#define BACKEND_CASES_H

#include <panodepth/image.h>

/* width, height, and bytes of padding behind each row of 16-bit samples (twice that of floats) */
typedef struct case_shape {
    int32_t width, height;
    size_t padding;
} case_shape;

extern const case_shape case_shapes[];
extern const size_t n_case_shapes;

typedef enum case_fill {
    CASE_ZERO,    /* no measurement anywhere */
    CASE_ONE,     /* at infinity everywhere */
    CASE_MAX,     /* 65535 everywhere */
    CASE_RAMP,    /* pixel i holds i mod 65536: all values in a large image */
    CASE_TYPICAL, /* 15 % zeros, 5 % ones, the rest 257 to 32257 */
    CASE_N_FILLS
} case_fill;

const char *case_fill_name(case_fill fill);

/* Owned images whose rows are padded with a pattern that must survive. */
typedef struct case_image {
    pnd_view_u16 disparity;
    pnd_view_u8 mask;
    pnd_view_u32 ids;
    pnd_view_f32 depth_m; /* zeros, NaN, infinities, negatives, subnormals and ordinary depths */
    void *blocks[4];
} case_image;

/* false when memory is short */
bool case_image_make(case_image *image, case_shape shape, case_fill fill, uint32_t n_ids);
void case_image_clear(case_image *image);

uint32_t case_random(uint64_t *state);

#endif
