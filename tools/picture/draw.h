/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file draw.h
 * Text and the legend, drawn with cairo. The only part of the tool that knows cairo.
 *
 * Text is white with a dark outline: legible on any colour. Glyphs are filled outlines without
 * hinting, so the picture does not depend on the display settings of the machine.
 */
#ifndef PND_VIEW_DRAW_H
#define PND_VIEW_DRAW_H

#include "colormap.h"
#include "label_place.h"

/** A picture one can write on. One thread at a time. */
typedef struct view_canvas view_canvas;

/** A canvas that starts as a copy of `picture`. @retval PND_ENOMEM */
PND_NODISCARD pnd_status view_canvas_create(view_canvas **out, pnd_view_rgb8 picture,
                                            pnd_error *err);
void view_canvas_free(view_canvas *canvas); /**< NULL is fine */

/** Return what cairo and fontconfig keep for the next canvas. Call once, when no canvas is left. */
void view_canvas_finish(void);

/** Copy the canvas back to a plane of its size.
 *  @retval PND_EINTERNAL  cairo reported an error at some point since the creation */
PND_NODISCARD pnd_status view_canvas_read(pnd_plane_rgb8 *picture, view_canvas *canvas,
                                          pnd_error *err);

/** Width of a line of text; a view_text_width whose context is the canvas. */
double view_canvas_text_width(void *canvas, const char *text, double size_px);

void view_canvas_label(view_canvas *canvas, const view_label *label);

/** A horizontal bar in a lower corner: all colours, near on the left, with ticks in metres.
 *  Colours beyond the last tick are those of depths beyond far_m. */
typedef struct view_legend {
    bool at_left; /**< in the left corner, else in the right */
    const view_colormap *map;
    view_scale scale;
    double text_px;
    const char *title;      /**< over the bar */
    const char *hatch_text; /**< what hatching means, or NULL for no hatched swatch */
    bool hatch_grey; /**< the swatch is grey, as unknown depth; else in the map's middle colour */
} view_legend;

/** The rectangle the legend covers; empty when the picture is too small for one. */
view_rect view_canvas_legend_rect(view_canvas *canvas, const view_legend *legend);
void view_canvas_legend(view_canvas *canvas, const view_legend *legend);

#endif
