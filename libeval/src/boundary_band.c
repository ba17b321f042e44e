/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The band of pixels near the border of their region.
 *
 * From the definition: the square of side 2d + 1 around a pixel inside the band is not of one class
 * or leaves the image. Row by row, a pixel is "wide" when the 2d + 1 pixels of its row around it
 * are of one class. The square is of one class exactly when the 2d + 1 pixels of its column are
 * wide and of one class; so when a column's run of such pixels is 2d + 1 long, the pixel d rows up
 * is inside.
 */
#include "boundary_band.h"

#include <panodepth/semantic.h>

#include <math.h>
#include <string.h>

int32_t pnd_boundary_width(int32_t width, int32_t height, double ratio)
{
    const double diagonal = sqrt((double)width * (double)width + (double)height * (double)height);
    const double rounded = nearbyint(ratio * diagonal);
    return rounded < 1 ? 1 : rounded > PND_MAX_SIDE ? PND_MAX_SIDE : (int32_t)rounded;
}

/* Functions with a `size` are templates: it is a constant where they are used. */
static inline bool is_same(const uint8_t *a, const uint8_t *b, int32_t x, int32_t y, size_t size)
{
    return memcmp(a + (size_t)x * size, b + (size_t)y * size, size) == 0;
}

/* ends[x]: one past the last pixel of the run of equal labels that x lies in. */
static inline void find_run_ends(int32_t *ends, const uint8_t *row, int32_t width, size_t size)
{
    for (int32_t x = width - 1; x >= 0; x--)
        ends[x] = x + 1 < width && is_same(row, row, x + 1, x, size) ? ends[x + 1] : x + 1;
}

/* down[x]: how many pixels ending in this row are wide and of one class. */
static inline void extend_columns(int32_t *down, const int32_t *ends, const uint8_t *row,
                                  const uint8_t *above, int32_t width, int32_t distance,
                                  size_t size)
{
    int32_t start = 0;
    for (int32_t x = 0; x < width; x++) {
        if (x > 0 && !is_same(row, row, x, x - 1, size))
            start = x;
        const bool is_wide = x - start >= distance && ends[x] - x > distance;
        const bool goes_on = above != NULL && is_same(above, row, x, x, size);
        down[x] = !is_wide ? 0 : goes_on ? down[x] + 1 : 1;
    }
}

static inline pnd_status find_band(pnd_plane_u8 *band, pq_pixels labels, size_t size,
                                   int32_t distance, int32_t *runs, pnd_error *err)
{
    const int32_t width = labels.width;
    int32_t *const down = runs, *const ends = runs + width;
    const pnd_status status = pnd_plane_u8_resize(band, width, labels.height, err);
    if (status != PND_OK)
        return status;
    memset(down, 0, (size_t)width * sizeof *down);
    for (int32_t y = 0; y < labels.height; y++) {
        const uint8_t *const row = labels.data + (size_t)y * labels.stride;
        memset(pnd_plane_u8_row(band, y), 1, (size_t)width);
        find_run_ends(ends, row, width, size);
        extend_columns(down, ends, row, y > 0 ? row - labels.stride : NULL, width, distance, size);
        if (y < 2 * distance)
            continue;
        uint8_t *const inside = pnd_plane_u8_row(band, y - distance);
        for (int32_t x = 0; x < width; x++)
            if (down[x] > 2 * distance)
                inside[x] = 0;
    }
    return PND_OK;
}

pnd_status pnd_boundary_band(pnd_plane_u8 *band, pnd_view_u8 labels, int32_t distance,
                             int32_t *runs, pnd_error *err)
{
    const pq_pixels pixels = {labels.data, labels.stride, 1, labels.width, labels.height};
    return find_band(band, pixels, 1, distance, runs, err);
}

pnd_status pq_boundary_band(pnd_plane_u8 *band, pq_pixels ids, int32_t distance, int32_t *runs,
                            pnd_error *err)
{
    return ids.pixel_size == 3 ? find_band(band, ids, 3, distance, runs, err)
                               : find_band(band, ids, 4, distance, runs, err);
}
