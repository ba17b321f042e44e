/* SPDX-License-Identifier: Apache-2.0 */
/* --resize nearest: a prediction of another size, brought to the ground truth's. */
#include "eval_panoptic.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

/* The pixel whose area holds the centre of pixel `x` of `wanted`: floor((x + 1/2) given / wanted).
 */
static int32_t source(int32_t x, int32_t given, int32_t wanted)
{
    return (int32_t)((2 * (int64_t)x + 1) * given / (2 * (int64_t)wanted));
}

static void sample(pnd_plane_rgb8 *out, pnd_view_rgb8 in)
{
    for (int32_t y = 0; y < out->height; y++) {
        const uint8_t *const from = pnd_view_rgb8_row(in, source(y, in.height, out->height));
        uint8_t *const to = pnd_plane_rgb8_row(out, y);
        for (int32_t x = 0; x < out->width; x++)
            memcpy(to + 3 * (size_t)x, from + 3 * (size_t)source(x, in.width, out->width), 3);
    }
}

static uint32_t id_at(const uint8_t *row, int32_t x)
{
    const uint8_t *const rgb = row + 3 * (size_t)x;
    return rgb[0] | (uint32_t)rgb[1] << 8 | (uint32_t)rgb[2] << 16;
}

/* seen[i] when segment i has a pixel. */
static void look(bool *seen, pnd_view_rgb8 image, const pnd_segment *segments, size_t n)
{
    for (int32_t y = 0; y < image.height; y++) {
        const uint8_t *const row = pnd_view_rgb8_row(image, y);
        for (int32_t x = 0; x < image.width; x++) {
            const uint32_t id = id_at(row, x);
            if (x > 0 && id == id_at(row, x - 1))
                continue;
            for (size_t i = 0; i < n; i++)
                seen[i] |= segments[i].id == id;
        }
    }
}

/* Leave out segments that had pixels and have none now; the other contradictions stay errors. */
static size_t drop_lost(pnd_segment *segments, size_t n, const bool *before, const bool *after)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!before[i] || after[i])
            segments[kept++] = segments[i];
    return kept;
}

pnd_status panoptic_resize(pnd_plane_rgb8 *out, pnd_view_rgb8 in, pnd_segment *segments, size_t *n,
                           int64_t *n_lost, pnd_error *err)
{
    bool *const seen = pnd_calloc_array(*n, 2 * sizeof *seen);
    if (seen == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", *n);
    sample(out, in);
    look(seen, in, segments, *n);
    look(seen + *n, pnd_plane_rgb8_view(out), segments, *n);
    const size_t kept = drop_lost(segments, *n, seen, seen + *n);
    *n_lost = (int64_t)(*n - kept);
    *n = kept;
    free(seen);
    return PND_OK;
}
