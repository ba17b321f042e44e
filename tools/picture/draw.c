/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

#include <panodepth/alloc.h>

#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double outline_share = 0.22, outline_least = 2.2, pi = 3.14159265358979323846;

struct view_canvas {
    cairo_surface_t *surface;
    cairo_t *cairo;
    int32_t width, height;
};

static void copy_in(cairo_surface_t *surface, pnd_view_rgb8 picture)
{
    cairo_surface_flush(surface);
    uint8_t *data = cairo_image_surface_get_data(surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    for (int32_t y = 0; y < picture.height; y++) {
        const uint8_t *from = pnd_view_rgb8_row(picture, y);
        for (int32_t x = 0; x < picture.width; x++, from += 3) {
            const uint32_t pixel = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
            memcpy(data + (size_t)y * stride + 4 * (size_t)x, &pixel, sizeof(pixel));
        }
    }
    cairo_surface_mark_dirty(surface);
}

static void copy_out(pnd_plane_rgb8 *picture, cairo_surface_t *surface)
{
    cairo_surface_flush(surface);
    const uint8_t *data = cairo_image_surface_get_data(surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    for (int32_t y = 0; y < picture->height; y++) {
        uint8_t *to = pnd_plane_rgb8_row(picture, y);
        for (int32_t x = 0; x < picture->width; x++, to += 3) {
            uint32_t pixel = 0;
            memcpy(&pixel, data + (size_t)y * stride + 4 * (size_t)x, sizeof(pixel));
            to[0] = (uint8_t)(pixel >> 16);
            to[1] = (uint8_t)(pixel >> 8);
            to[2] = (uint8_t)pixel;
        }
    }
}

static void set_font(cairo_t *cairo)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
    cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
}

pnd_status view_canvas_create(view_canvas **out, pnd_view_rgb8 picture, pnd_error *err)
{
    *out = NULL;
    view_canvas *canvas = pnd_calloc_array(1, sizeof(*canvas));
    if (canvas == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a canvas");
    canvas->width = picture.width;
    canvas->height = picture.height;
    canvas->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width, picture.height);
    canvas->cairo = cairo_create(canvas->surface);
    const cairo_status_t status = cairo_status(canvas->cairo);
    if (status != CAIRO_STATUS_SUCCESS) {
        view_canvas_free(canvas);
        return pnd_fail(err, PND_ENOMEM, "canvas of %dx%d: %s", picture.width, picture.height,
                        cairo_status_to_string(status));
    }
    copy_in(canvas->surface, picture);
    set_font(canvas->cairo);
    *out = canvas;
    return PND_OK;
}

void view_canvas_free(view_canvas *canvas)
{
    if (canvas == NULL)
        return;
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    free(canvas);
}

void view_canvas_finish(void)
{
    cairo_debug_reset_static_data();
    FcFini();
}

pnd_status view_canvas_read(pnd_plane_rgb8 *picture, view_canvas *canvas, pnd_error *err)
{
    const cairo_status_t status = cairo_status(canvas->cairo);
    if (status != CAIRO_STATUS_SUCCESS)
        return pnd_fail(err, status == CAIRO_STATUS_NO_MEMORY ? PND_ENOMEM : PND_EINTERNAL,
                        "drawing text: %s", cairo_status_to_string(status));
    copy_out(picture, canvas->surface);
    return PND_OK;
}

double view_canvas_text_width(void *canvas, const char *text, double size_px)
{
    cairo_t *cairo = ((view_canvas *)canvas)->cairo;
    cairo_text_extents_t extents;
    cairo_set_font_size(cairo, size_px);
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

/* One line, its horizontal centre and its baseline given. */
static void draw_line(view_canvas *canvas, const char *text, double centre_x, double baseline_y,
                      double size_px)
{
    cairo_t *cairo = canvas->cairo;
    const double width = view_canvas_text_width(canvas, text, size_px);
    cairo_new_path(cairo);
    cairo_move_to(cairo, centre_x - width / 2, baseline_y);
    cairo_text_path(cairo, text);
    cairo_set_source_rgba(cairo, 0.04, 0.04, 0.06, 0.85);
    cairo_set_line_width(cairo, fmax(outline_least, outline_share * size_px));
    cairo_stroke_preserve(cairo);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_fill(cairo);
}

void view_canvas_label(view_canvas *canvas, const view_label *label)
{
    const double line_px = VIEW_LINE_HEIGHT * label->size_px;
    const double top = label->y - label->n_lines * line_px / 2;
    for (int32_t i = 0; i < label->n_lines; i++) /* 0.85: from a line's top to its baseline */
        draw_line(canvas, label->line[i], label->x, top + (i + 0.82) * line_px, label->size_px);
}

/* Where the parts of the legend lie. */
typedef struct legend_box {
    view_rect panel, bar, swatch;
} legend_box;

static legend_box legend_geometry(view_canvas *canvas, const view_legend *legend)
{
    const double em = legend->text_px, pad = 0.7 * em;
    const double wanted = fmax(0.26 * canvas->width, 16.0 * em);
    const double width = fmin(wanted, canvas->width - 4.0 * pad);
    const double title = legend->title != NULL ? 1.3 * em : 0.0;
    const double swatch = legend->hatch_text != NULL ? 1.5 * em : 0.0;
    const double height = title + 0.9 * em + 1.5 * em + swatch;
    const double inset = 0.8 * em, bottom = canvas->height - inset;
    const double right = legend->at_left ? inset + width + 2 * pad : canvas->width - inset;
    legend_box box;
    box.panel = (view_rect){right - width - 2 * pad, bottom - height - 1.6 * pad, right, bottom};
    const double left = box.panel.left + pad, top = box.panel.top + 0.8 * pad + title;
    box.bar = (view_rect){left, top, left + width, top + 0.9 * em};
    const double below = box.bar.bottom + 1.7 * em;
    box.swatch = (view_rect){left, below, left + 1.8 * em, below + 0.95 * em};
    return box;
}

/* A picture too small for a legend gets none. */
static bool hides_too_much(const view_canvas *canvas, view_rect panel)
{
    const double area = (panel.right - panel.left) * (panel.bottom - panel.top);
    return panel.left < 0 || panel.top < 0 || area > 0.3 * canvas->width * canvas->height;
}

view_rect view_canvas_legend_rect(view_canvas *canvas, const view_legend *legend)
{
    const view_rect panel = legend_geometry(canvas, legend).panel;
    return hides_too_much(canvas, panel) ? (view_rect){0} : panel;
}

static void set_rgb8(cairo_t *cairo, const uint8_t rgb[3])
{
    cairo_set_source_rgb(cairo, rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
}

static void rectangle(cairo_t *cairo, view_rect rect)
{
    cairo_rectangle(cairo, rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top);
}

static void rounded_panel(cairo_t *cairo, view_rect rect, double radius)
{
    cairo_new_path(cairo);
    cairo_arc(cairo, rect.right - radius, rect.top + radius, radius, -pi / 2, 0);
    cairo_arc(cairo, rect.right - radius, rect.bottom - radius, radius, 0, pi / 2);
    cairo_arc(cairo, rect.left + radius, rect.bottom - radius, radius, pi / 2, pi);
    cairo_arc(cairo, rect.left + radius, rect.top + radius, radius, pi, 1.5 * pi);
    cairo_close_path(cairo);
    cairo_set_source_rgba(cairo, 0.07, 0.07, 0.09, 0.78);
    cairo_fill(cairo);
}

static void draw_bar(view_canvas *canvas, const view_legend *legend, view_rect bar)
{
    cairo_t *cairo = canvas->cairo;
    const int32_t n = (int32_t)ceil(bar.right - bar.left);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
    for (int32_t i = 0; i < n; i++) {
        set_rgb8(cairo, legend->map->rgb[view_colormap_index(1.0 - (i + 0.5) / n)]);
        cairo_rectangle(cairo, floor(bar.left) + i, bar.top, 1.0, bar.bottom - bar.top);
        cairo_fill(cairo);
    }
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_DEFAULT);
}

static void draw_ticks(view_canvas *canvas, const view_legend *legend, view_rect bar)
{
    cairo_t *cairo = canvas->cairo;
    const double em = legend->text_px, width = bar.right - bar.left;
    double ticks[VIEW_MAX_TICKS];
    const int32_t n = view_scale_ticks(ticks, legend->scale, 2.6 * em / width);
    for (int32_t i = 0; i < n; i++) {
        const double x = bar.left + (1.0 - view_scale_position(legend->scale, ticks[i])) * width;
        char text[32];
        snprintf(text, sizeof(text), "%.4g", ticks[i]);
        const double half = view_canvas_text_width(canvas, text, em) / 2;
        const double centre = fmax(bar.left + half, fmin(x, bar.right - half));
        draw_line(canvas, text, centre, bar.bottom + 1.35 * em, em);
        cairo_set_source_rgb(cairo, 1, 1, 1);
        cairo_rectangle(cairo, fmin(x, bar.right - 1) - 0.5, bar.bottom, 1.0, 0.3 * em);
        cairo_fill(cairo);
    }
}

static void draw_swatch(view_canvas *canvas, const view_legend *legend, view_rect rect)
{
    cairo_t *cairo = canvas->cairo;
    static const uint8_t dark[3] = {38, 38, 38}, light[3] = {66, 66, 66};
    const uint8_t *ground = legend->hatch_grey ? dark : legend->map->rgb[VIEW_MAP_SIZE / 2];
    cairo_save(cairo);
    rectangle(cairo, rect);
    set_rgb8(cairo, ground);
    cairo_fill_preserve(cairo);
    cairo_clip(cairo);
    if (legend->hatch_grey)
        set_rgb8(cairo, light);
    else
        cairo_set_source_rgba(cairo, 1, 1, 1, 0.47);
    const double height = rect.bottom - rect.top, period = fmax(4.0, 0.5 * legend->text_px);
    cairo_set_line_width(cairo, 0.35 * period);
    for (double x = rect.left; x < rect.right + height; x += period) {
        cairo_move_to(cairo, x, rect.top);
        cairo_line_to(cairo, x - height, rect.bottom);
    }
    cairo_stroke(cairo);
    cairo_restore(cairo);
    rectangle(cairo, rect);
    cairo_set_source_rgba(cairo, 1, 1, 1, 0.8);
    cairo_set_line_width(cairo, fmax(0.8, 0.06 * legend->text_px));
    cairo_stroke(cairo);
}

static void draw_left(view_canvas *canvas, const char *text, double left, double baseline,
                      double size_px)
{
    const double width = view_canvas_text_width(canvas, text, size_px);
    draw_line(canvas, text, left + width / 2, baseline, size_px);
}

void view_canvas_legend(view_canvas *canvas, const view_legend *legend)
{
    const double em = legend->text_px;
    const legend_box box = legend_geometry(canvas, legend);
    if (hides_too_much(canvas, box.panel))
        return;
    rounded_panel(canvas->cairo, box.panel, 0.45 * em);
    if (legend->title != NULL)
        draw_left(canvas, legend->title, box.bar.left, box.bar.top - 0.45 * em, em);
    draw_bar(canvas, legend, box.bar);
    draw_ticks(canvas, legend, box.bar);
    if (legend->hatch_text == NULL)
        return;
    draw_swatch(canvas, legend, box.swatch);
    draw_left(canvas, legend->hatch_text, box.swatch.right + 0.5 * em, box.swatch.bottom - 0.1 * em,
              em);
}
