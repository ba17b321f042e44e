/* SPDX-License-Identifier: Apache-2.0 */
#include "regions.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

enum { DOWN = 2 * VIEW_STEP, DIAGONAL = 11, FAR = 65535 };

/* Union-find whose parent links are pixel numbers, stored in the plane itself. A root is the first
 * pixel of its tree, so every link points backwards. */
static uint32_t find_root(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
    const uint32_t p = find_root(parent, a), q = find_root(parent, b);
    if (p < q)
        parent[q] = p;
    else
        parent[p] = q;
}

static void link_pixels(uint32_t *parent, pnd_view_u32 index)
{
    const uint32_t width = (uint32_t)index.width;
    for (int32_t y = 0; y < index.height; y++) {
        const uint32_t *row = pnd_view_u32_row(index, y);
        const uint32_t *above = y > 0 ? pnd_view_u32_row(index, y - 1) : NULL;
        for (uint32_t x = 0; x < width; x++) {
            const uint32_t i = (uint32_t)y * width + x;
            parent[i] = x > 0 && row[x - 1] == row[x] ? parent[i - 1] : i;
            if (above != NULL && above[x] == row[x])
                join(parent, i, i - width);
        }
    }
}

/* Replace links by region numbers. A link points to an earlier pixel, which by then holds its
 * region's number. @return the number of regions */
static uint32_t number_regions(uint32_t *parent, pnd_view_u32 index)
{
    uint32_t n = 0, i = 0;
    for (int32_t y = 0; y < index.height; y++) {
        const uint32_t *row = pnd_view_u32_row(index, y);
        for (int32_t x = 0; x < index.width; x++, i++) {
            if (row[x] == 0)
                parent[i] = 0;
            else
                parent[i] = parent[i] == i ? ++n : parent[parent[i]];
        }
    }
    return n;
}

static int32_t min_i32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t max_i32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Cost from (x, y) over its neighbour (u, v): a step out of the segment ends there. */
static int32_t via(const view_regions *regions, pnd_view_u32 index, int32_t x, int32_t y, int32_t u,
                   int32_t v, int32_t cost)
{
    if (u < 0 || u >= index.width || v < 0 || v >= index.height ||
        pnd_view_u32_row(index, v)[u] != pnd_view_u32_row(index, y)[x])
        return cost;
    return pnd_plane_u16_row(&regions->distance, v)[u] + cost;
}

/* One sweep of the chamfer transform; `side` is -1 for the forward sweep and 1 for the backward. */
static void relax(const view_regions *regions, pnd_view_u32 index, int32_t x, int32_t y,
                  int32_t side)
{
    uint16_t *here = &pnd_plane_u16_row(&regions->distance, y)[x];
    int32_t best = *here;
    best = min_i32(best, via(regions, index, x, y, x + side, y, VIEW_STEP));
    best = min_i32(best, via(regions, index, x, y, x, y + side, DOWN));
    best = min_i32(best, via(regions, index, x, y, x - 1, y + side, DIAGONAL));
    best = min_i32(best, via(regions, index, x, y, x + 1, y + side, DIAGONAL));
    *here = (uint16_t)best;
}

static void transform(const view_regions *regions, pnd_view_u32 index)
{
    for (int32_t y = 0; y < index.height; y++) {
        uint16_t *row = pnd_plane_u16_row(&regions->distance, y);
        for (int32_t x = 0; x < index.width; x++) {
            row[x] = FAR;
            relax(regions, index, x, y, -1);
        }
    }
    for (int32_t y = index.height - 1; y >= 0; y--)
        for (int32_t x = index.width - 1; x >= 0; x--)
            relax(regions, index, x, y, 1);
}

typedef struct centroid {
    int64_t x, y; /* sums */
} centroid;

static void measure(const view_regions *out, centroid *centroids, pnd_view_u32 index)
{
    for (int32_t y = 0; y < index.height; y++) {
        const uint32_t *row = pnd_view_u32_row(index, y);
        const uint32_t *number = pnd_plane_u32_row(&out->number, y);
        for (int32_t x = 0; x < index.width; x++) {
            if (number[x] == 0)
                continue;
            view_region *region = &out->regions[number[x] - 1];
            if (region->area_px == 0)
                *region = (view_region){.index = row[x], .left = x, .right = x, .top = y};
            region->area_px++;
            region->left = min_i32(region->left, x);
            region->right = max_i32(region->right, x);
            region->bottom = y;
            centroids[number[x] - 1].x += x;
            centroids[number[x] - 1].y += y;
        }
    }
}

/* Squared distance to the centroid times the squared area would overflow; a double decides. */
static double off_centre(const view_region *region, centroid sum, int32_t x, int32_t y)
{
    const double dx = x - (double)sum.x / (double)region->area_px;
    const double dy = y - (double)sum.y / (double)region->area_px;
    return dx * dx + 4.0 * dy * dy;
}

static void anchor(const view_regions *out, const centroid *centroids, int32_t width,
                   int32_t height)
{
    for (int32_t y = 0; y < height; y++) {
        const uint32_t *number = pnd_plane_u32_row(&out->number, y);
        const uint16_t *distance = pnd_plane_u16_row(&out->distance, y);
        for (int32_t x = 0; x < width; x++) {
            if (number[x] == 0)
                continue;
            view_region *region = &out->regions[number[x] - 1];
            const centroid sum = centroids[number[x] - 1];
            if (distance[x] < region->reach ||
                (distance[x] == region->reach &&
                 off_centre(region, sum, x, y) >= off_centre(region, sum, region->x, region->y)))
                continue;
            region->reach = distance[x];
            region->x = x;
            region->y = y;
        }
    }
    for (size_t i = 0; i < out->n; i++)
        out->regions[i].reach /= VIEW_STEP;
}

pnd_status view_regions_find(view_regions *out, pnd_view_u32 index, pnd_error *err)
{
    free(out->regions);
    out->regions = NULL;
    out->n = 0;
    pnd_status status = pnd_plane_u32_resize(&out->number, index.width, index.height, err);
    if (status == PND_OK)
        status = pnd_plane_u16_resize(&out->distance, index.width, index.height, err);
    if (status != PND_OK)
        return status;
    link_pixels(out->number.data, index);
    const size_t n = number_regions(out->number.data, index);
    centroid *centroids = pnd_calloc_array(n, sizeof(*centroids));
    out->regions = pnd_calloc_array(n, sizeof(*out->regions));
    if (out->regions == NULL || centroids == NULL) {
        free(centroids);
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu regions", n);
    }
    out->n = n;
    measure(out, centroids, index);
    transform(out, index);
    anchor(out, centroids, index.width, index.height);
    free(centroids);
    return PND_OK;
}

void view_regions_clear(view_regions *regions)
{
    free(regions->regions);
    pnd_plane_u32_clear(&regions->number);
    pnd_plane_u16_clear(&regions->distance);
    *regions = (view_regions){0};
}
