/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pillow's Image.resize(size, BILINEAR), which detectron2 resizes photographs with.
 *
 * Sample i of n along a side of m pixels is centred at c = (i + 0.5) s, s = m / n. Its support is
 * 1 pixel to each side when the image grows and s when it shrinks, f = max(1, s): pixel p has the
 * weight max(0, 1 - |p + 0.5 - c| / f), for p from int(c - f + 0.5) to int(c + f + 0.5) - 1 within
 * the image. The weights are divided by their sum in double and rounded to 22 fractional bits; a
 * sum of products is rounded to 8 bits. Columns first, then rows, each rounding on its own.
 */
#include "infer.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>

enum { FRACTION_BITS = 22, ROUNDING = 1 << (FRACTION_BITS - 1) };

/* For each sample its first pixel, and `size` weights (zero beyond its support). */
typedef struct taps {
    int32_t *first;
    int32_t *weights;
    int32_t size;
} taps;

static void taps_clear(taps *t)
{
    free(t->first);
    free(t->weights);
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

static void set_tap(taps *t, int32_t i, double scale, int32_t side, double *scratch)
{
    const double support = fmax(1.0, scale);
    const double center = ((double)i + 0.5) * scale;
    const int32_t first = clamp((int32_t)(center - support + 0.5), 0, side);
    const int32_t end = clamp((int32_t)(center + support + 0.5), 0, side);
    const double inverse = 1.0 / support;
    double sum = 0;
    for (int32_t p = first; p < end; p++) {
        const double distance = fabs(((double)p - center + 0.5) * inverse);
        scratch[p - first] = distance < 1.0 ? 1.0 - distance : 0.0;
        sum += scratch[p - first];
    }
    t->first[i] = first;
    for (int32_t k = 0; k < end - first; k++)
        t->weights[(size_t)i * (size_t)t->size + (size_t)k] =
            (int32_t)(scratch[k] / sum * (double)(1 << FRACTION_BITS) + 0.5);
}

static pnd_status taps_make(taps *t, int32_t from, int32_t to, pnd_error *err)
{
    const double scale = (double)from / (double)to;
    t->size = (int32_t)ceil(fmax(1.0, scale)) * 2 + 1;
    t->first = pnd_alloc_array((size_t)to, sizeof *t->first);
    t->weights = pnd_calloc_array((size_t)to * (size_t)t->size, sizeof *t->weights);
    double *scratch = pnd_alloc_array((size_t)t->size + 1, sizeof *scratch);
    if (t->first == NULL || t->weights == NULL || scratch == NULL) {
        free(scratch);
        return pnd_fail(err, PND_ENOMEM, "out of memory for resizing");
    }
    for (int32_t i = 0; i < to; i++)
        set_tap(t, i, scale, from, scratch);
    free(scratch);
    return PND_OK;
}

static uint8_t round_sum(int32_t sum)
{
    return (uint8_t)clamp(sum >> FRACTION_BITS, 0, 255);
}

/* Sample i of channel c of a row, or of a column with stride in pixels. */
static uint8_t sample(const uint8_t *pixels, size_t step, const taps *t, int32_t i, int32_t side)
{
    const int32_t *weights = t->weights + (size_t)i * (size_t)t->size;
    const int32_t first = t->first[i];
    const int32_t n = t->size < side - first ? t->size : side - first;
    int32_t sum = ROUNDING;
    for (int32_t k = 0; k < n; k++)
        sum += weights[k] * pixels[(size_t)(first + k) * step];
    return round_sum(sum);
}

static void resize_columns(pnd_plane_rgb8 *out, pnd_view_rgb8 in, const taps *t)
{
    for (int32_t y = 0; y < out->height; y++) {
        const uint8_t *from = pnd_view_rgb8_row(in, y);
        uint8_t *to = pnd_plane_rgb8_row(out, y);
        for (int32_t x = 0; x < out->width; x++)
            for (int c = 0; c < 3; c++)
                to[3 * x + c] = sample(from + c, 3, t, x, in.width);
    }
}

static void resize_rows(pnd_plane_rgb8 *out, const pnd_plane_rgb8 *in, const taps *t)
{
    for (int32_t y = 0; y < out->height; y++) {
        uint8_t *to = pnd_plane_rgb8_row(out, y);
        for (int32_t x = 0; x < 3 * out->width; x++)
            to[x] = sample(in->data + x, in->stride, t, y, in->height);
    }
}

pnd_status infer_resize_rgb8(pnd_plane_rgb8 *out, pnd_view_rgb8 image, int32_t width,
                             int32_t height, pnd_error *err)
{
    taps columns = {0}, rows = {0};
    pnd_plane_rgb8 between = {0};
    pnd_status status = pnd_plane_rgb8_resize(out, width, height, err);
    if (status == PND_OK)
        status = pnd_plane_rgb8_resize(&between, width, image.height, err);
    if (status == PND_OK)
        status = taps_make(&columns, image.width, width, err);
    if (status == PND_OK)
        status = taps_make(&rows, image.height, height, err);
    if (status == PND_OK) {
        resize_columns(&between, image, &columns);
        resize_rows(out, &between, &rows);
    }
    taps_clear(&columns);
    taps_clear(&rows);
    pnd_plane_rgb8_clear(&between);
    return status;
}
