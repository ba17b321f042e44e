/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps of a photograph that the network saw in another size, at the size of the photograph: as in
 * detectron2 they are enlarged by 4 to what the network saw, and then resized to the photograph
 * (sem_seg_postprocess), both bilinearly without aligned corners and in float32:
 *
 *     s = max(0, (i + 0.5) m / n - 0.5), i0 = int(s), i1 = min(i0 + 1, m - 1), w1 = s - i0
 *
 * Offsets are pixels, and here are multiplied by the ratio of the sides as well; detectron2 does
 * not, which displaces them unless the sizes are equal.
 */
#include "infer_enlarge.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

typedef struct tap {
    int32_t i0, i1;
    float w0, w1;
} tap;

static tap tap_of(int32_t i, int32_t from, int32_t to)
{
    const float scale = (float)from / (float)to;
    const float at = scale * ((float)i + 0.5f) - 0.5f;
    const float s = at > 0.0f ? at : 0.0f;
    tap t = {.i0 = (int32_t)s};
    t.i0 = t.i0 < from - 1 ? t.i0 : from - 1;
    t.i1 = t.i0 < from - 1 ? t.i0 + 1 : t.i0;
    t.w1 = s - (float)t.i0;
    t.w0 = 1.0f - t.w1;
    return t;
}

static pnd_status taps_make(tap **taps, int32_t from, int32_t to, pnd_error *err)
{
    *taps = pnd_alloc_array((size_t)to, sizeof **taps);
    if (*taps == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %d columns", to);
    for (int32_t i = 0; i < to; i++)
        (*taps)[i] = tap_of(i, from, to);
    return PND_OK;
}

/* The first height rows and width columns of a map that is resized to full_height rows. `columns`
 * are the taps of its columns. */
static void resize_map(float *out, infer_size size, int32_t full_height, const float *in,
                       int32_t in_width, int32_t in_height, const tap *columns)
{
    const int32_t width = size.width;
    for (int32_t y = 0; y < size.height; y++) {
        const tap t = tap_of(y, in_height, full_height);
        const float *upper = in + (size_t)t.i0 * (size_t)in_width;
        const float *lower = in + (size_t)t.i1 * (size_t)in_width;
        float *to = out + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width; x++) {
            const tap c = columns[x];
            to[x] = t.w0 * (c.w0 * upper[c.i0] + c.w1 * upper[c.i1]) +
                    t.w1 * (c.w0 * lower[c.i0] + c.w1 * lower[c.i1]);
        }
    }
}

static void multiply(float *values, size_t n, float factor)
{
    for (size_t i = 0; i < n; i++)
        values[i] *= factor;
}

typedef struct job {
    infer_maps *out;
    const infer_size *seen, *photo;
    int32_t map_width, map_height;
    const tap *first, *second; /* columns of both steps */
} job;

/* Channel `channel` of `maps` into channel `to` of the output. */
static void enlarge_channel(const job *j, int32_t to, const float *maps, int32_t channel,
                            float factor)
{
    const size_t map_size = (size_t)j->map_width * (size_t)j->map_height;
    const size_t size = (size_t)j->photo->width * (size_t)j->photo->height;
    float *out = j->out->values + (size_t)to * size;
    /* Maps of sides that are no multiple of 4 cover more than the network saw: that is cut off. */
    resize_map(j->out->seen, *j->seen, 4 * j->map_height, maps + (size_t)channel * map_size,
               j->map_width, j->map_height, j->first);
    resize_map(out, *j->photo, j->photo->height, j->out->seen, j->seen->width, j->seen->height,
               j->second);
    multiply(out, size, factor);
}

static void enlarge_all(const job *j, pnd_heads *out, const pnd_heads *heads)
{
    const size_t size = (size_t)j->photo->width * (size_t)j->photo->height;
    const float to_y = (float)j->photo->height / (float)j->seen->height;
    const float to_x = (float)j->photo->width / (float)j->seen->width;
    int32_t n = 0;
    *out = (pnd_heads){.classes = heads->classes,
                       .width = j->photo->width,
                       .height = j->photo->height,
                       .stride = 1,
                       .sem = j->out->values};
    for (; n < heads->classes; n++)
        enlarge_channel(j, n, heads->sem, n, 1.0f);
    out->center = j->out->values + (size_t)n * size;
    enlarge_channel(j, n++, heads->center, 0, 1.0f);
    out->offset = j->out->values + (size_t)n * size;
    enlarge_channel(j, n++, heads->offset, 0, 4.0f * to_y);
    enlarge_channel(j, n++, heads->offset, 1, 4.0f * to_x);
    if (heads->depth == NULL)
        return;
    out->depth = j->out->values + (size_t)n * size;
    enlarge_channel(j, n, heads->depth, 0, 1.0f);
}

static pnd_status grow(float **block, size_t *capacity, size_t n, pnd_error *err)
{
    if (n <= *capacity)
        return PND_OK;
    free(*block);
    *block = pnd_alloc_array(n, sizeof **block);
    *capacity = *block != NULL ? n : 0;
    return *block != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory for %zu values", n);
}

void infer_maps_clear(infer_maps *maps)
{
    free(maps->values);
    free(maps->seen);
    *maps = (infer_maps){0};
}

pnd_status infer_enlarge(pnd_heads *out, infer_maps *maps, const pnd_heads *heads, infer_size seen,
                         infer_size photo, pnd_error *err)
{
    const size_t n_channels = (size_t)heads->classes + 3 + (heads->depth != NULL);
    const size_t size = (size_t)photo.width * (size_t)photo.height;
    tap *first = NULL, *second = NULL;
    pnd_status status = grow(&maps->values, &maps->n_values, n_channels * size, err);
    if (status == PND_OK)
        status = grow(&maps->seen, &maps->n_seen, (size_t)seen.width * (size_t)seen.height, err);
    if (status == PND_OK)
        status = taps_make(&first, heads->width, 4 * heads->width, err);
    if (status == PND_OK)
        status = taps_make(&second, seen.width, photo.width, err);
    if (status == PND_OK) {
        const job j = {maps, &seen, &photo, heads->width, heads->height, first, second};
        enlarge_all(&j, out, heads);
    }
    free(first);
    free(second);
    return status;
}
