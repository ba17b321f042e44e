/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file overlay.h
 * Pixels of a picture before any text: shrinking, blending, segment colours, edges, hatching.
 *
 * Everything is integer arithmetic, so a picture has the same bytes on every machine. All planes of
 * one call have the same size.
 */
#ifndef PND_VIEW_OVERLAY_H
#define PND_VIEW_OVERLAY_H

#include "colormap.h"

#include <panodepth/image.h>

/** round((alpha over + (255 - alpha) under) / 255), halves up. */
static inline uint8_t view_blend(uint8_t under, uint8_t over, int32_t alpha)
{
    return (uint8_t)((2 * (over * alpha + under * (255 - alpha)) + 255) / 510);
}

/** Opacity in [0, 1] as 0..255: 0.6 is 153. */
int32_t view_alpha(double opacity);

/** Shrink to width x height, no larger than the input: mean of the source pixels touched.
 *  @retval PND_EINVAL  larger than the input  @retval PND_ENOMEM  @retval PND_ELIMIT */
PND_NODISCARD pnd_status view_shrink_rgb8(pnd_plane_rgb8 *out, pnd_view_rgb8 image, int32_t width,
                                          int32_t height, pnd_error *err);

/** Shrink segment indices or depths: the source pixel at each output pixel's centre, never a mix.
 */
PND_NODISCARD pnd_status view_shrink_u32(pnd_plane_u32 *out, pnd_view_u32 image, int32_t width,
                                         int32_t height, pnd_error *err);
PND_NODISCARD pnd_status view_shrink_f32(pnd_plane_f32 *out, pnd_view_f32 image, int32_t width,
                                         int32_t height, pnd_error *err);

/** How one segment is painted. */
typedef struct view_paint {
    uint8_t rgb[3];
    bool strong_edge; /**< things: a clear white edge; stuff: a faint one */
    bool hatch;       /**< the colour rests on little evidence */
} view_paint;

typedef struct view_overlay {
    int32_t alpha;      /**< 0..255, opacity of the paint over the photograph */
    int32_t edge_alpha; /**< 0..255, opacity of the white edges of things; stuff has a third */
    int32_t line_px;    /**< thickness of edges; 0 draws none */
    int32_t hatch_px;   /**< period of the hatching, at least 2 */
} view_overlay;

/**
 * Paint segments over `picture` in place. `index` is 0 for "no segment" (the picture is darkened
 * there), else k + 1 for paints[k].
 */
void view_paint_segments(pnd_plane_rgb8 *picture, pnd_view_u32 index, const view_paint *paints,
                         view_overlay overlay);

/**
 * Paint a depth map over `picture` in place. Depths that are not above 0 are unknown: a dark grey
 * hatching, which no colour map contains. Infinity is a known depth.
 */
void view_paint_depth(pnd_plane_rgb8 *picture, pnd_view_f32 depth_m, const view_colormap *map,
                      view_scale scale, view_overlay overlay);

#endif
