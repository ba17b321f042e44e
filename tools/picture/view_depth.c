/* SPDX-License-Identifier: Apache-2.0 */
/* A depth map in colour, and what depth and panoptic pictures share. */
#include "draw.h"
#include "overlay.h"
#include "view_frame.h"

#include <math.h>
#include <string.h>

view_scale view_look_scale(const view_look *look)
{
    return (view_scale){look->mapping, look->near_m, look->far_m,
                        look->cmap == VIEW_JET ? 0.15 : 0.0};
}

static int32_t scaled(int32_t side, double scale)
{
    const double wanted = floor(side * scale + 0.5);
    return wanted < 1.0 ? 1 : (int32_t)wanted;
}

void view_output_size(int32_t *width, int32_t *height, int32_t input_width, int32_t input_height,
                      double scale)
{
    *width = scaled(input_width, scale);
    *height = scaled(input_height, scale);
}

double view_text_px(int32_t height)
{
    return fmax(10.0, height / 52.0);
}

int32_t view_hatch_px(int32_t height)
{
    return height < 700 ? 6 : 12;
}

pnd_status view_start_picture(view_frame *frame, int32_t width, int32_t height, pnd_error *err)
{
    if (frame->has_photo)
        return view_shrink_rgb8(&frame->picture, pnd_plane_rgb8_view(&frame->photo), width, height,
                                err);
    const pnd_status status = pnd_plane_rgb8_resize(&frame->picture, width, height, err);
    if (status == PND_OK)
        memset(frame->picture.data, 0, frame->picture.stride * (size_t)height);
    return status;
}

static pnd_status draw_legend(view_frame *frame, const view_look *look, const view_colormap *map,
                              pnd_error *err)
{
    view_canvas *canvas = NULL;
    pnd_status status = view_canvas_create(&canvas, pnd_plane_rgb8_view(&frame->picture), err);
    if (status != PND_OK)
        return status;
    const view_legend legend = {.map = map,
                                .scale = view_look_scale(look),
                                .text_px = view_text_px(frame->picture.height),
                                .title = "depth [m]",
                                .hatch_text = "no depth",
                                .hatch_grey = true};
    view_canvas_legend(canvas, &legend);
    status = view_canvas_read(&frame->picture, canvas, err);
    view_canvas_free(canvas);
    return status;
}

pnd_status view_draw_depth(view_frame *frame, const view_look *look, pnd_error *err)
{
    const pnd_view_f32 depth_m = pnd_plane_f32_view(&frame->depth_m);
    int32_t width = 0, height = 0;
    view_output_size(&width, &height, depth_m.width, depth_m.height, look->scale);
    pnd_status status = view_start_picture(frame, width, height, err);
    if (status == PND_OK)
        status = view_shrink_f32(&frame->small_depth, depth_m, width, height, err);
    if (status != PND_OK)
        return status;
    view_colormap map;
    view_colormap_init(&map, look->cmap);
    const view_overlay overlay = {.alpha = frame->has_photo ? view_alpha(look->alpha) : 255,
                                  .hatch_px = view_hatch_px(height)};
    view_paint_depth(&frame->picture, pnd_plane_f32_view(&frame->small_depth), &map,
                     view_look_scale(look), overlay);
    return look->no_legend ? PND_OK : draw_legend(frame, look, &map, err);
}
