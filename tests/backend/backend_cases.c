/* SPDX-License-Identifier: Apache-2.0 */
#include "backend_cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const case_shape case_shapes[] = {{1, 1, 0},     {1, 7, 6},    {300, 1, 0},  {31, 5, 2},
                                  {33, 17, 30},  {64, 4, 0},   {65, 5, 126}, {257, 3, 510},
                                  {256, 256, 0}, {129, 130, 2}};
const size_t n_case_shapes = sizeof case_shapes / sizeof *case_shapes;

const char *case_fill_name(case_fill fill)
{
    static const char *const names[] = {"all 0", "all 1", "all 65535", "ramp", "typical"};
    return names[fill];
}

/* PCG-XSH-RR, 32 bits of output: pcg-random.org, M. O'Neill 2014. */
uint32_t case_random(uint64_t *state)
{
    const uint64_t old = *state;
    *state = old * 6364136223846793005u + 1442695040888963407u;
    const uint32_t mixed = (uint32_t)(((old >> 18) ^ old) >> 27);
    const uint32_t turn = (uint32_t)(old >> 59);
    return mixed >> turn | mixed << ((32 - turn) & 31);
}

static uint16_t sample_of(case_fill fill, uint32_t i, uint64_t *state)
{
    const uint32_t r = case_random(state) % 100;
    switch (fill) {
    case CASE_ZERO:
        return 0;
    case CASE_ONE:
        return 1;
    case CASE_MAX:
        return 65535;
    case CASE_RAMP:
        return (uint16_t)i;
    case CASE_TYPICAL:
    case CASE_N_FILLS:
        break;
    }
    return r < 15 ? 0 : r < 20 ? 1 : (uint16_t)(257 + case_random(state) % 32001);
}

static float depth_of(uint64_t *state)
{
    static const float odd[] = {0.0f,       -3.5f,         (float)NAN,    (float)INFINITY,
                                1e-40f,     9.5367432e-7f, 9.5e-7f,       1048575.9f,
                                1048576.0f, -0.0f,         1.1754944e-38f};
    const uint32_t r = case_random(state) % 100;
    if (r < 11)
        return odd[r];
    const float z = (float)(case_random(state) >> 8) / 65536.0f;
    return r < 40 ? floorf(z) : z; /* whole metres: ties in the sort */
}

bool case_image_make(case_image *image, case_shape shape, case_fill fill, uint32_t n_ids)
{
    const size_t width = (size_t)shape.width, height = (size_t)shape.height;
    const size_t strides[4] = {2 * width + shape.padding, width + shape.padding,
                               4 * width + 2 * shape.padding, 4 * width + 2 * shape.padding};
    uint64_t state = 20261122u + (uint64_t)fill;
    memset(image, 0, sizeof *image);
    for (int i = 0; i < 4; i++) {
        image->blocks[i] = malloc(strides[i] * height);
        if (image->blocks[i] == NULL)
            return false;
        memset(image->blocks[i], 0xa5, strides[i] * height);
    }
    for (size_t y = 0; y < height; y++) {
        uint16_t *disparity = (uint16_t *)(void *)((char *)image->blocks[0] + y * strides[0]);
        uint8_t *mask = (uint8_t *)image->blocks[1] + y * strides[1];
        uint32_t *ids = (uint32_t *)(void *)((char *)image->blocks[2] + y * strides[2]);
        float *depth_m = (float *)(void *)((char *)image->blocks[3] + y * strides[3]);
        uint32_t id = 0;
        for (size_t x = 0; x < width; x++) {
            disparity[x] = sample_of(fill, (uint32_t)(y * width + x), &state);
            mask[x] = (uint8_t)(case_random(&state) % 8 == 0 ? 255 : 0);
            if (x == 0 || case_random(&state) % 4 == 0) /* runs of four on average */
                id = case_random(&state) % n_ids * 26001u % 0x1000000u;
            ids[x] = id;
            depth_m[x] = depth_of(&state);
        }
    }
    image->disparity = (pnd_view_u16){image->blocks[0], shape.width, shape.height, strides[0]};
    image->mask = (pnd_view_u8){image->blocks[1], shape.width, shape.height, strides[1]};
    image->ids = (pnd_view_u32){image->blocks[2], shape.width, shape.height, strides[2]};
    image->depth_m = (pnd_view_f32){image->blocks[3], shape.width, shape.height, strides[3]};
    return true;
}

void case_image_clear(case_image *image)
{
    for (int i = 0; i < 4; i++)
        free(image->blocks[i]);
    memset(image, 0, sizeof *image);
}
