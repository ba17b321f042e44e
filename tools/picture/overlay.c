/* SPDX-License-Identifier: Apache-2.0 */
#include "overlay.h"

#include <math.h>

enum { NO_SEGMENT = 110, HATCH_LIGHT = 120 };
static const uint8_t unknown_dark = 38, unknown_light = 66;

int32_t view_alpha(double opacity)
{
    return (int32_t)floor(opacity * 255.0 + 0.5);
}

static pnd_status check_shrink(int32_t from_width, int32_t from_height, int32_t width,
                               int32_t height, pnd_error *err)
{
    if (width > from_width || height > from_height)
        return pnd_fail(err, PND_EINVAL, "cannot enlarge %dx%d to %dx%d", from_width, from_height,
                        width, height);
    return PND_OK;
}

/* First source pixel of output pixel i, and one past its last when `end` is 1. */
static int32_t source_begin(int32_t i, int32_t from, int32_t to)
{
    return (int32_t)((int64_t)i * from / to);
}

static int32_t source_end(int32_t i, int32_t from, int32_t to)
{
    return (int32_t)(((int64_t)(i + 1) * from + to - 1) / to);
}

static int32_t source_centre(int32_t i, int32_t from, int32_t to)
{
    return (int32_t)((2 * (int64_t)i + 1) * from / (2 * (int64_t)to));
}

static void mean_pixel(uint8_t rgb[3], pnd_view_rgb8 image, int32_t x0, int32_t x1, int32_t y0,
                       int32_t y1)
{
    int64_t sum[3] = {0, 0, 0};
    for (int32_t y = y0; y < y1; y++) {
        const uint8_t *row = pnd_view_rgb8_row(image, y);
        for (int32_t x = x0; x < x1; x++)
            for (int32_t c = 0; c < 3; c++)
                sum[c] += row[3 * x + c];
    }
    const int64_t n = (int64_t)(x1 - x0) * (y1 - y0);
    for (int32_t c = 0; c < 3; c++)
        rgb[c] = (uint8_t)((2 * sum[c] + n) / (2 * n));
}

pnd_status view_shrink_rgb8(pnd_plane_rgb8 *out, pnd_view_rgb8 image, int32_t width, int32_t height,
                            pnd_error *err)
{
    pnd_status status = check_shrink(image.width, image.height, width, height, err);
    if (status == PND_OK)
        status = pnd_plane_rgb8_resize(out, width, height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < height; y++) {
        uint8_t *row = pnd_plane_rgb8_row(out, y);
        const int32_t y0 = source_begin(y, image.height, height);
        const int32_t y1 = source_end(y, image.height, height);
        for (int32_t x = 0; x < width; x++)
            mean_pixel(row + 3 * (size_t)x, image, source_begin(x, image.width, width),
                       source_end(x, image.width, width), y0, y1);
    }
    return PND_OK;
}

#define DEFINE_SHRINK(T, X)                                                                        \
    pnd_status view_shrink_##T(pnd_plane_##T *out, pnd_view_##T image, int32_t width,              \
                               int32_t height, pnd_error *err)                                     \
    {                                                                                              \
        pnd_status status = check_shrink(image.width, image.height, width, height, err);           \
        if (status == PND_OK)                                                                      \
            status = pnd_plane_##T##_resize(out, width, height, err);                              \
        if (status != PND_OK)                                                                      \
            return status;                                                                         \
        for (int32_t y = 0; y < height; y++) {                                                     \
            const X *from = pnd_view_##T##_row(image, source_centre(y, image.height, height));     \
            X *to = pnd_plane_##T##_row(out, y);                                                   \
            for (int32_t x = 0; x < width; x++)                                                    \
                to[x] = from[source_centre(x, image.width, width)];                                \
        }                                                                                          \
        return PND_OK;                                                                             \
    }

DEFINE_SHRINK(u32, uint32_t)
DEFINE_SHRINK(f32, float)

/* Diagonal stripes, half of the period wide. */
static bool on_stripe(int32_t x, int32_t y, int32_t period)
{
    return (x + y) % period < (period + 1) / 2;
}

static void tint(uint8_t *pixel, const uint8_t rgb[3], int32_t alpha)
{
    for (int32_t c = 0; c < 3; c++)
        pixel[c] = view_blend(pixel[c], rgb[c], alpha);
}

static void darken(uint8_t *pixel)
{
    static const uint8_t black[3] = {0, 0, 0};
    tint(pixel, black, NO_SEGMENT);
}

static void paint_row(uint8_t *row, const uint32_t *index, int32_t width, int32_t y,
                      const view_paint *paints, view_overlay overlay)
{
    static const uint8_t white[3] = {255, 255, 255};
    for (int32_t x = 0; x < width; x++) {
        uint8_t *pixel = row + 3 * (size_t)x;
        if (index[x] == 0) {
            darken(pixel);
            continue;
        }
        const view_paint *paint = &paints[index[x] - 1];
        tint(pixel, paint->rgb, overlay.alpha);
        if (paint->hatch && on_stripe(x, y, overlay.hatch_px))
            tint(pixel, white, HATCH_LIGHT);
    }
}

/* 0: inside; else the opacity of white. A line of 1 px lies on the left or upper side of a border,
 * a thicker one on both; the border of a thing is strong on either side. */
static int32_t edge_strength(pnd_view_u32 index, int32_t x, int32_t y, const view_paint *paints,
                             view_overlay overlay)
{
    const int32_t line_px = overlay.line_px;
    const uint32_t own = pnd_view_u32_row(index, y)[x];
    int32_t strength = 0;
    for (int32_t step = -(line_px / 2); step <= line_px - line_px / 2; step++) {
        for (int32_t axis = 0; axis < 2; axis++) {
            const int32_t u = axis == 0 ? x + step : x, v = axis == 1 ? y + step : y;
            if (u < 0 || u >= index.width || v < 0 || v >= index.height)
                continue;
            const uint32_t other = pnd_view_u32_row(index, v)[u];
            if (other == own)
                continue;
            const bool strong = (own != 0 && paints[own - 1].strong_edge) ||
                                (other != 0 && paints[other - 1].strong_edge);
            strength = strong         ? overlay.edge_alpha
                       : strength > 0 ? strength
                                      : overlay.edge_alpha / 3;
        }
    }
    return strength;
}

static void paint_edges(pnd_plane_rgb8 *picture, pnd_view_u32 index, const view_paint *paints,
                        view_overlay overlay)
{
    static const uint8_t white[3] = {255, 255, 255};
    for (int32_t y = 0; y < index.height; y++) {
        uint8_t *row = pnd_plane_rgb8_row(picture, y);
        for (int32_t x = 0; x < index.width; x++) {
            const int32_t strength = edge_strength(index, x, y, paints, overlay);
            if (strength > 0)
                tint(row + 3 * (size_t)x, white, strength);
        }
    }
}

void view_paint_segments(pnd_plane_rgb8 *picture, pnd_view_u32 index, const view_paint *paints,
                         view_overlay overlay)
{
    for (int32_t y = 0; y < index.height; y++)
        paint_row(pnd_plane_rgb8_row(picture, y), pnd_view_u32_row(index, y), index.width, y,
                  paints, overlay);
    if (overlay.line_px > 0)
        paint_edges(picture, index, paints, overlay);
}

void view_paint_depth(pnd_plane_rgb8 *picture, pnd_view_f32 depth_m, const view_colormap *map,
                      view_scale scale, view_overlay overlay)
{
    for (int32_t y = 0; y < depth_m.height; y++) {
        uint8_t *row = pnd_plane_rgb8_row(picture, y);
        const float *depth = pnd_view_f32_row(depth_m, y);
        for (int32_t x = 0; x < depth_m.width; x++) {
            uint8_t *pixel = row + 3 * (size_t)x;
            if (depth[x] > 0.0f) {
                const double v = view_scale_position(scale, (double)depth[x]);
                tint(pixel, map->rgb[view_colormap_index(v)], overlay.alpha);
            } else {
                const uint8_t grey =
                    on_stripe(x, y, overlay.hatch_px) ? unknown_light : unknown_dark;
                tint(pixel, (const uint8_t[3]){grey, grey, grey}, 255);
            }
        }
    }
}
