/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_stereo.h"

/* Full-resolution facts of depth.md A.1. */
#define FULL_WIDTH        2048
#define FULL_HEIGHT       1024
#define LARGEST_DISPARITY 126.0
enum { BORDER_TOP = 30, BORDER_BOTTOM = 54, BORDER_SIDE = 10 };

/* Two views see the same point when their disparities differ by no more than this. */
#define SAME_POINT 0.75f

/* Whole 2 x 2 blocks, so that halving the resolution keeps the border. */
static bool in_border(const scene_rig *rig, int32_t x, int32_t y)
{
    const int64_t left = (int64_t)(x - x % 2) * FULL_WIDTH,
                  right = (int64_t)(x - x % 2 + 1) * FULL_WIDTH;
    const int64_t top = (int64_t)(y - y % 2) * FULL_HEIGHT,
                  bottom = (int64_t)(y - y % 2 + 1) * FULL_HEIGHT;
    return top < (int64_t)BORDER_TOP * rig->height ||
           bottom >= (int64_t)(FULL_HEIGHT - BORDER_BOTTOM) * rig->height ||
           left < (int64_t)BORDER_SIDE * rig->width ||
           right >= (int64_t)(FULL_WIDTH - BORDER_SIDE) * rig->width;
}

/* Irregular patches that cover about `share` of the image. */
static bool in_patch(const scene_rig *rig, int32_t x, int32_t y, float cells, float share,
                     uint32_t seed)
{
    const float u = (float)x * cells / (float)rig->width,
                v = (float)y * 0.5f * cells / (float)rig->height;
    return scene_fbm2(u, v, seed, 2) < 0.5f + (share - 0.5f) * 0.62f;
}

static bool seen_from_right(const scene_picture *right, const scene_rig *rig, int32_t x, int32_t y,
                            float d)
{
    const float u = (float)x - d;
    const float *depth = pnd_plane_f32_row(&right->depth, y);
    const int32_t first = floor_int(u);
    if (u < 0.0f)
        return false;
    for (int32_t i = first; i <= first + 1 && i < rig->width; i++)
        if (absf((float)(rig->baseline * rig->fx / (double)depth[i]) - d) <= SAME_POINT)
            return true;
    return false;
}

static float match_pixel(const scene_picture *left, const scene_picture *right,
                         const scene_rig *rig, int32_t x, int32_t y, uint32_t seed)
{
    const int32_t cover = scene_cover_at(rig, (float)x, (float)y);
    if (in_border(rig, x, y) || cover == LABEL_OUT_OF_ROI || cover == LABEL_RECTIFICATION)
        return SCENE_UNMATCHED;
    if (cover == LABEL_EGO)
        return in_patch(rig, x, y, 30.0f, 0.12f, seed) ? scene_bonnet_disparity(rig)
                                                       : SCENE_UNMATCHED;
    const float depth = pnd_plane_f32_row(&left->depth, y)[x];
    const double d = rig->baseline * rig->fx / (double)depth;
    if (d < 1.0)
        return in_patch(rig, x, y, 24.0f, 0.12f, seed + 1u) ? SCENE_UNMATCHED : 0.0f;
    if (d > LARGEST_DISPARITY * rig->width / FULL_WIDTH)
        return SCENE_UNMATCHED;
    if ((float)x - (float)d < 0.0f)
        return in_patch(rig, x, y, 40.0f, 0.2f, seed + 2u) ? 0.0f : SCENE_UNMATCHED;
    if (!seen_from_right(right, rig, x, y, (float)d))
        return SCENE_UNMATCHED;
    const bool mirrors = pnd_plane_u8_row(&left->glass, y)[x] != 0;
    return in_patch(rig, x, y, mirrors ? 60.0f : 34.0f, mirrors ? 0.5f : 0.04f, seed + 3u)
               ? SCENE_UNMATCHED
               : (float)d;
}

pnd_status scene_match(pnd_plane_f32 *disparity, const scene_picture *left,
                       const scene_picture *right, const scene_rig *rig, uint32_t seed,
                       pnd_error *err)
{
    const pnd_status status = pnd_plane_f32_resize(disparity, rig->width, rig->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < rig->height; y++) {
        float *row = pnd_plane_f32_row(disparity, y);
        for (int32_t x = 0; x < rig->width; x++)
            row[x] = match_pixel(left, right, rig, x, y, seed);
    }
    return PND_OK;
}

static uint16_t encode(float d)
{
    if (d < 0.0f)
        return 0;
    const double p = (double)d * 256.0 + 0.5;
    return (uint16_t)(p >= 65534.0 ? 65535 : (int32_t)p + 1);
}

/* One value for four pixels. On one surface the mean is the disparity at the block's centre; across
 * an edge the nearer side wins, as it does in real stereo. */
static float block_disparity(const float *upper, const float *lower)
{
    const float d[4] = {upper[0], upper[1], lower[0], lower[1]};
    float nearest = 0.0f, farthest = 1e9f, sum = 0.0f, near_sum = 0.0f;
    int finite = 0, infinite = 0, near_count = 0;
    for (int i = 0; i < 4; i++) {
        infinite += d[i] == 0.0f;
        if (d[i] <= 0.0f)
            continue;
        finite++;
        sum += d[i];
        nearest = maxf(nearest, d[i]);
        farthest = minf(farthest, d[i]);
    }
    if (finite < 2)
        return infinite >= 2 ? 0.0f : SCENE_UNMATCHED;
    if (nearest - farthest < 1.0f)
        return sum / (float)finite;
    for (int i = 0; i < 4; i++)
        if (d[i] > 0.5f * (nearest + farthest)) {
            near_sum += d[i];
            near_count++;
        }
    return near_sum / (float)near_count;
}

pnd_status scene_encode_disparity(pnd_plane_u16 *out, const pnd_plane_f32 *disparity,
                                  pnd_error *err)
{
    const int32_t width = disparity->width, height = disparity->height;
    const int32_t step = width % 2 == 0 && height % 2 == 0 ? 2 : 1;
    const pnd_status status = pnd_plane_u16_resize(out, width, height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < height; y++) {
        const float *upper = pnd_plane_f32_row(disparity, y - y % step);
        const float *lower = pnd_plane_f32_row(disparity, y - y % step + step - 1);
        uint16_t *row = pnd_plane_u16_row(out, y);
        for (int32_t x = 0; x < width; x++)
            row[x] = encode(step == 1 ? upper[x]
                                      : block_disparity(&upper[x - x % 2], &lower[x - x % 2]));
    }
    return PND_OK;
}
