/* SPDX-License-Identifier: Apache-2.0 */
#include "label_place.h"

#include <panodepth/alloc.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Share of the inscribed ellipse's width that a line fills at its best size, the factor between two
 * sizes tried, and how deep inside, relative to the anchor, another place must lie. */
static const double fill = 1.5, shrink = 0.86, depth_share = 0.55;
/* Free space beside a line, in font sizes; how far a value without its name may stick out. */
static const double margin = 0.4, value_spill = 1.4;

pnd_status view_layout_init(view_layout *layout, int32_t width, int32_t height, size_t capacity,
                            view_text_width measure, void *context, pnd_error *err)
{
    *layout = (view_layout){.width = width, .height = height, .measure = measure};
    layout->context = context;
    layout->taken = pnd_alloc_array(capacity, sizeof(*layout->taken));
    if (layout->taken == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu labels", capacity);
    layout->capacity = capacity;
    return PND_OK;
}

void view_layout_clear(view_layout *layout)
{
    free(layout->taken);
    *layout = (view_layout){0};
}

void view_layout_block(view_layout *layout, view_rect rect)
{
    if (layout->n_taken < layout->capacity)
        layout->taken[layout->n_taken++] = rect;
}

static bool is_free(const view_layout *layout, view_rect rect)
{
    for (size_t i = 0; i < layout->n_taken; i++) {
        const view_rect other = layout->taken[i];
        if (rect.left < other.right && other.left < rect.right && rect.top < other.bottom &&
            other.top < rect.bottom)
            return false;
    }
    return true;
}

/* Width and height of a label's box. */
typedef struct box {
    double width, height;
} box;

static box measure_label(const view_layout *layout, const view_label *label)
{
    box size = {0.0, label->n_lines * VIEW_LINE_HEIGHT * label->size_px};
    for (int32_t i = 0; i < label->n_lines; i++)
        size.width =
            fmax(size.width, layout->measure(layout->context, label->line[i], label->size_px));
    size.width += margin * label->size_px;
    return size;
}

/* The box around a centre, moved into the picture where it would stick out. */
static view_rect box_at(const view_layout *layout, box size, double x, double y)
{
    const double left = fmax(0.0, fmin(x - size.width / 2, layout->width - size.width));
    const double top = fmax(0.0, fmin(y - size.height / 2, layout->height - size.height));
    return (view_rect){left, top, left + size.width, top + size.height};
}

/* The free place nearest to the anchor among pixels deep inside the region, or deep enough for the
 * text. */
static bool find_place(view_rect *out, const view_layout *layout, const view_regions *regions,
                       const view_region *region, box size)
{
    *out = box_at(layout, size, region->x + 0.5, region->y + 0.5);
    if (is_free(layout, *out))
        return true;
    const int32_t step = (int32_t)fmax(4.0, fmin(region->reach / 4.0, size.height / 2));
    const double least = VIEW_STEP * fmin(depth_share * region->reach, size.width / 2);
    const uint32_t number = pnd_plane_u32_row(&regions->number, region->y)[region->x];
    double nearest = DBL_MAX;
    for (int32_t y = region->top; y <= region->bottom; y += step) {
        for (int32_t x = region->left; x <= region->right; x += step) {
            if (pnd_plane_u32_row(&regions->number, y)[x] != number ||
                pnd_plane_u16_row(&regions->distance, y)[x] < least)
                continue;
            const double off = hypot(x - region->x, 2.0 * (y - region->y));
            const view_rect rect = box_at(layout, size, x + 0.5, y + 0.5);
            if (off < nearest && is_free(layout, rect)) {
                nearest = off;
                *out = rect;
            }
        }
    }
    return nearest < DBL_MAX;
}

/* Text may stick out of the region's bounding box by the factor `spill`, and never out of the
 * picture. */
static bool fits(const view_layout *layout, box size, view_label_request request)
{
    const view_region *region = request.region;
    const double width = region->right - region->left + 1,
                 height = region->bottom - region->top + 1;
    return size.width <= fmin(request.spill * width, layout->width) &&
           size.height <= fmin(request.spill * height, layout->height);
}

static bool try_sizes(view_label *label, view_layout *layout, const view_regions *regions,
                      view_label_request request)
{
    const view_label unit = {{label->line[0], label->line[1]}, label->n_lines, 100.0, 0, 0};
    const box at_100 = measure_label(layout, &unit);
    const double by_width = 100.0 * fill * request.region->reach / at_100.width;
    const double by_height = 100.0 * fill * request.region->reach / at_100.height;
    label->size_px = fmax(request.min_px, fmin(request.max_px, fmin(by_width, by_height)));
    for (;;) {
        const box size = measure_label(layout, label);
        view_rect place;
        if (fits(layout, size, request) &&
            find_place(&place, layout, regions, request.region, size)) {
            view_layout_block(layout, place);
            label->x = (place.left + place.right) / 2;
            label->y = (place.top + place.bottom) / 2;
            return true;
        }
        if (label->size_px <= request.min_px)
            return false;
        label->size_px = fmax(request.min_px, label->size_px * shrink);
    }
}

view_label view_layout_place(view_layout *layout, const view_regions *regions,
                             view_label_request request)
{
    view_label label = {{request.name, request.value}, request.value != NULL ? 2 : 1, 0, 0, 0};
    if (layout->n_taken == layout->capacity)
        return (view_label){0};
    if (try_sizes(&label, layout, regions, request))
        return label;
    if (request.value != NULL) {
        label = (view_label){{request.value, NULL}, 1, 0, 0, 0};
        request.spill = fmin(request.spill, value_spill);
        if (try_sizes(&label, layout, regions, request))
            return label;
    }
    return (view_label){0};
}
