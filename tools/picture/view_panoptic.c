/* SPDX-License-Identifier: Apache-2.0 */
/* The panoptic map and the panoptic-depth colour map. */
#include "draw.h"
#include "overlay.h"
#include "view_frame.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_SIZE = 16, STUFF_LABELS = 3 };
/* Below this share of measured pixels a fused depth says little (docs/metrics.md). */
static const double least_coverage = 0.2;
static const uint8_t undefined_grey[3] = {120, 120, 120};

/* ---- colours ---- */

static view_paint paint_panoptic(const view_segment *segment, const view_look *look)
{
    view_paint paint = {.strong_edge = segment->is_thing};
    view_palette_color(paint.rgb, look->palette, segment->name, segment->color);
    if (segment->is_thing)
        view_instance_shade(paint.rgb, paint.rgb, segment->instance);
    return paint;
}

static bool is_hatched(const view_segment *segment)
{
    return !isfinite(segment->depth_m) || segment->coverage < least_coverage;
}

static view_paint paint_depth(const view_segment *segment, const view_look *look,
                              const view_colormap *map)
{
    if (!segment->is_thing)
        return paint_panoptic(segment, look);
    view_paint paint = {.strong_edge = true};
    const bool known = isfinite(segment->depth_m);
    const double v = view_scale_position(view_look_scale(look), segment->depth_m);
    memcpy(paint.rgb, known ? map->rgb[view_colormap_index(v)] : undefined_grey, sizeof(paint.rgb));
    paint.hatch = is_hatched(segment);
    return paint;
}

static pnd_status paint(view_frame *frame, view_kind kind, const view_look *look,
                        const view_colormap *map, pnd_error *err)
{
    view_paint *paints = pnd_alloc_array(frame->n_segments, sizeof(*paints));
    if (paints == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu colours", frame->n_segments);
    for (size_t i = 0; i < frame->n_segments; i++)
        paints[i] = kind == VIEW_PANOPTIC_DEPTH ? paint_depth(&frame->segments[i], look, map)
                                                : paint_panoptic(&frame->segments[i], look);
    const int32_t height = frame->picture.height;
    const bool is_small = height < 700; /* finer, fainter lines */
    const view_overlay overlay = {.alpha = frame->has_photo ? view_alpha(look->alpha) : 255,
                                  .edge_alpha = is_small ? 130 : 190,
                                  .line_px = look->no_edges ? 0
                                             : is_small     ? 1
                                                            : 2,
                                  .hatch_px = view_hatch_px(height)};
    view_paint_segments(&frame->picture, pnd_plane_u32_view(&frame->small_index), paints, overlay);
    free(paints);
    return PND_OK;
}

/* ---- labels ---- */

/* A region that may get a label. */
typedef struct candidate {
    const view_region *region;
    const view_segment *segment;
    char name[64];
    char value[VALUE_SIZE];
} candidate;

/* Things before stuff, which has more places to go to; large before small; then by position. */
static int compare_candidates(const void *a, const void *b)
{
    const candidate *p = a, *q = b;
    if (p->segment->is_thing != q->segment->is_thing)
        return p->segment->is_thing ? -1 : 1;
    if (p->region->area_px != q->region->area_px)
        return p->region->area_px > q->region->area_px ? -1 : 1;
    return p->region < q->region ? -1 : p->region > q->region;
}

static bool is_before(const view_region *a, const view_region *b)
{
    return a->area_px > b->area_px || (a->area_px == b->area_px && a < b);
}

/* Stuff is labelled where it is large and not close to a larger region of the same stuff. */
static bool is_minor_stuff(const view_frame *frame, const view_region *region)
{
    const view_regions *regions = &frame->regions;
    const int32_t width = frame->picture.width, height = frame->picture.height;
    if (region->area_px * 500 < (int64_t)width * height)
        return true;
    int32_t larger = 0;
    for (size_t i = 0; i < regions->n; i++) {
        const view_region *other = &regions->regions[i];
        if (other->index != region->index || !is_before(other, region))
            continue;
        const bool near =
            abs(other->x - region->x) < width / 6 && abs(other->y - region->y) < height / 4;
        if (near || region->area_px * 12 < other->area_px || ++larger == STUFF_LABELS)
            return true;
    }
    return false;
}

static void write_texts(candidate *out, bool with_depth)
{
    const view_segment *segment = out->segment;
    snprintf(out->name, sizeof(out->name), "%s%s", segment->name,
             segment->is_crowd ? " group" : "");
    if (!with_depth || !segment->is_thing)
        return;
    if (isfinite(segment->depth_m))
        snprintf(out->value, sizeof(out->value), "%.1f m", segment->depth_m);
    else
        snprintf(out->value, sizeof(out->value), "n/a");
}

/* The largest region of every segment; NULL when memory is short. */
static const view_region **largest_regions(const view_frame *frame)
{
    const view_region **largest = pnd_calloc_array(frame->n_segments, sizeof(*largest));
    for (size_t i = 0; largest != NULL && i < frame->regions.n; i++) {
        const view_region *region = &frame->regions.regions[i];
        const view_region **best = &largest[region->index - 1];
        if (*best == NULL || is_before(region, *best))
            *best = region;
    }
    return largest;
}

/* What is to be labelled, the most important first. @return the number of entries */
static size_t collect_candidates(candidate *out, const view_frame *frame,
                                 const view_region *const *largest, bool with_depth)
{
    size_t n = 0;
    for (size_t i = 0; i < frame->regions.n; i++) {
        const view_region *region = &frame->regions.regions[i];
        const view_segment *segment = &frame->segments[region->index - 1];
        if (segment->is_thing ? largest[region->index - 1] != region
                              : is_minor_stuff(frame, region))
            continue;
        out[n] = (candidate){.region = region, .segment = segment};
        write_texts(&out[n++], with_depth);
    }
    qsort(out, n, sizeof(*out), compare_candidates);
    return n;
}

static void draw_label(view_canvas *canvas, view_layout *layout, const view_frame *frame,
                       const candidate *c)
{
    const double text_px = view_text_px(frame->picture.height);
    const bool is_thing = c->segment->is_thing;
    const view_label_request request = {
        .region = c->region,
        .name = c->name,
        .value = c->value[0] != '\0' ? c->value : NULL,
        .min_px = is_thing ? fmax(9.0, 0.72 * text_px) : text_px,
        .max_px = is_thing ? 1.7 * text_px : 2.0 * text_px,
        .spill = 2.0,
    };
    const view_label label = view_layout_place(layout, &frame->regions, request);
    if (label.n_lines > 0)
        view_canvas_label(canvas, &label);
}

/* Names, and metres, on the segments; off the `blocked` rectangle. */
static pnd_status draw_labels(view_canvas *canvas, const view_frame *frame, view_rect blocked,
                              bool with_depth, pnd_error *err)
{
    const size_t n_regions = frame->regions.n;
    candidate *candidates = pnd_alloc_array(n_regions, sizeof(*candidates));
    const view_region **largest = largest_regions(frame);
    view_layout layout = {0};
    pnd_status status = PND_OK;
    if (candidates == NULL || largest == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory for %zu labels", n_regions);
    if (status == PND_OK)
        status = view_layout_init(&layout, frame->picture.width, frame->picture.height,
                                  n_regions + 1, view_canvas_text_width, canvas, err);
    if (status == PND_OK) {
        view_layout_block(&layout, blocked);
        const size_t n = collect_candidates(candidates, frame, largest, with_depth);
        for (size_t i = 0; i < n; i++)
            draw_label(canvas, &layout, frame, &candidates[i]);
    }
    view_layout_clear(&layout);
    free(largest);
    free(candidates);
    return status;
}

/* ---- the picture ---- */

static bool any_hatched(const view_frame *frame)
{
    for (size_t i = 0; i < frame->n_segments; i++)
        if (frame->segments[i].is_thing && is_hatched(&frame->segments[i]))
            return true;
    return false;
}

/* Pixels of things under a rectangle. */
static int64_t things_under(const view_frame *frame, view_rect rect)
{
    const pnd_view_u32 index = pnd_plane_u32_view(&frame->small_index);
    const int32_t left = (int32_t)fmax(0, rect.left), top = (int32_t)fmax(0, rect.top);
    int64_t n = 0;
    for (int32_t y = top; y < index.height && y < rect.bottom; y++) {
        const uint32_t *row = pnd_view_u32_row(index, y);
        for (int32_t x = left; x < index.width && x < rect.right; x++)
            n += row[x] != 0 && frame->segments[row[x] - 1].is_thing;
    }
    return n;
}

/* Draw the legend in the lower corner where it hides less. @return what it covers */
static view_rect draw_legend(view_canvas *canvas, const view_frame *frame, view_legend legend)
{
    const view_rect at_right = view_canvas_legend_rect(canvas, &legend);
    legend.at_left = true;
    const view_rect at_left = view_canvas_legend_rect(canvas, &legend);
    legend.at_left = things_under(frame, at_left) < things_under(frame, at_right);
    view_canvas_legend(canvas, &legend);
    return legend.at_left ? at_left : at_right;
}

/* Which depth the numbers are: of the pixels here, or as the panoptic file gives it. */
static const char *legend_title(const view_frame *frame, pnd_fuse_rule rule)
{
    if (!frame->has_depth)
        return "depth per instance [m]";
    switch (rule) {
    case PND_FUSE_MEDIAN:
        return "median depth [m]";
    case PND_FUSE_TRIMMED:
        return "trimmed mean depth [m]";
    case PND_FUSE_INVERSE:
        return "inverse-mean depth [m]";
    default:
        return "mean depth [m]";
    }
}

static pnd_status write_on_canvas(view_frame *frame, view_canvas *canvas, view_kind kind,
                                  const view_look *look, const view_colormap *map, pnd_error *err)
{
    const bool with_depth = kind == VIEW_PANOPTIC_DEPTH;
    const view_legend legend = {.map = map,
                                .scale = view_look_scale(look),
                                .text_px = view_text_px(frame->picture.height),
                                .title = legend_title(frame, look->fuse),
                                .hatch_text = any_hatched(frame) ? "under 20 % measured" : NULL};
    view_rect blocked = {0};
    if (with_depth && !look->no_legend)
        blocked = draw_legend(canvas, frame, legend);
    pnd_status status = PND_OK;
    if (!look->no_labels)
        status = view_regions_find(&frame->regions, pnd_plane_u32_view(&frame->small_index), err);
    if (status == PND_OK && !look->no_labels)
        status = draw_labels(canvas, frame, blocked, with_depth, err);
    return status;
}

static pnd_status write_text(view_frame *frame, view_kind kind, const view_look *look,
                             const view_colormap *map, pnd_error *err)
{
    if (look->no_labels && (kind == VIEW_PANOPTIC || look->no_legend))
        return PND_OK;
    view_canvas *canvas = NULL;
    pnd_status status = view_canvas_create(&canvas, pnd_plane_rgb8_view(&frame->picture), err);
    if (status == PND_OK)
        status = write_on_canvas(frame, canvas, kind, look, map, err);
    if (status == PND_OK)
        status = view_canvas_read(&frame->picture, canvas, err);
    view_canvas_free(canvas);
    return status;
}

pnd_status view_draw_panoptic(view_frame *frame, view_kind kind, const view_look *look,
                              pnd_error *err)
{
    const pnd_view_u32 index = pnd_plane_u32_view(&frame->index);
    int32_t width = 0, height = 0;
    view_output_size(&width, &height, index.width, index.height, look->scale);
    pnd_status status = view_start_picture(frame, width, height, err);
    if (status == PND_OK)
        status = view_shrink_u32(&frame->small_index, index, width, height, err);
    view_colormap map;
    view_colormap_init(&map, look->cmap);
    if (status == PND_OK)
        status = paint(frame, kind, look, &map, err);
    if (status == PND_OK)
        status = write_text(frame, kind, look, &map, err);
    return status;
}
