/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file view_frame.h
 * One picture: a photograph, its segments or depths, and how they are to look. Whoever fills it
 * (pnd-view from files, pnd-infer from the network) gets the same picture.
 */
#ifndef PND_VIEW_FRAME_H
#define PND_VIEW_FRAME_H

#include "colormap.h"
#include "palette.h"
#include "regions.h"
#include "view_segment.h"

#include <panodepth/fuse.h>

typedef enum view_kind { VIEW_DEPTH, VIEW_PANOPTIC, VIEW_PANOPTIC_DEPTH } view_kind;

/** How a picture looks. */
typedef struct view_look {
    view_map cmap;
    view_scale_kind mapping;
    double near_m, far_m;
    pnd_fuse_rule fuse; /**< which fused depth the numbers are; named in the legend */
    view_palette palette;
    double alpha, scale;
    bool no_labels, no_legend, no_edges;
} view_look;

/** Initialisers: that of a depth map, and of panoptic and panoptic-depth pictures as in
 *  Panoptic-DepthLab. */
#define VIEW_DEPTH_LOOK                                                                            \
    {                                                                                              \
        .cmap = VIEW_TURBO, .mapping = VIEW_SCALE_LOG, .near_m = 4.0, .far_m = 80.0, .alpha = 1.0, \
        .scale = 1.0                                                                               \
    }
#define VIEW_PANOPTIC_LOOK                                                                         \
    {                                                                                              \
        .near_m = 10.0, .far_m = 60.0, .alpha = 0.6, .scale = 1.0                                  \
    }

/** Zero-initialise, reuse from picture to picture by one thread, release with view_frame_clear().
 */
typedef struct view_frame {
    pnd_plane_rgb8 photo;
    bool has_photo;
    pnd_plane_f32 depth_m; /**< 0: unknown, infinity: at infinity */
    bool has_depth;
    pnd_plane_u32 index;    /**< 0, or k + 1 for segments[k] */
    view_segment *segments; /**< owned */
    size_t n_segments;

    pnd_plane_rgb8 picture; /**< the result */

    pnd_plane_u32 small_index; /**< private, as the rest */
    pnd_plane_f32 small_depth;
    view_regions regions;
} view_frame;

void view_frame_clear(view_frame *frame);

/**
 * Describe n segments and turn the image of their ids into `index`.
 * @retval PND_EFORMAT  @retval PND_EMISMATCH  @retval PND_ENOMEM  as view_segments_describe() and
 *         view_segments_index()
 */
PND_NODISCARD pnd_status view_frame_describe(view_frame *frame, const pnd_segment_info *infos,
                                             size_t n, view_categories categories, pnd_view_u32 ids,
                                             const char *name, pnd_error *err);

/** Make the picture. @retval PND_ENOMEM  @retval PND_EINTERNAL cairo failed */
PND_NODISCARD pnd_status view_draw_depth(view_frame *frame, const view_look *look, pnd_error *err);
PND_NODISCARD pnd_status view_draw_panoptic(view_frame *frame, view_kind kind,
                                            const view_look *look, pnd_error *err);

/** Size of the picture: the input's times the scale, at least 1. */
void view_output_size(int32_t *width, int32_t *height, int32_t input_width, int32_t input_height,
                      double scale);

/** `picture` becomes the shrunken photograph, or black without one. @retval PND_ENOMEM */
PND_NODISCARD pnd_status view_start_picture(view_frame *frame, int32_t width, int32_t height,
                                            pnd_error *err);

/** The depth scale of this look. */
view_scale view_look_scale(const view_look *look);

/** Size of plain text and period of hatching for a picture of this height, in pixels. */
double view_text_px(int32_t height);
int32_t view_hatch_px(int32_t height);

#endif
