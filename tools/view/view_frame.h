/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file view_frame.h
 * One picture: read its files, paint it, write on it. Reused from picture to picture by one thread.
 */
#ifndef PND_VIEW_FRAME_H
#define PND_VIEW_FRAME_H

#include "overlay.h"
#include "regions.h"
#include "view_items.h"
#include "view_segment.h"

#include <panodepth/backend.h>
#include <panodepth/depth_file.h>
#include <panodepth/fuse.h>

typedef struct view_frame {
    pnd_backend *backend;
    pnd_buffer bytes; /* of the file being read, then of the PNG to write */

    pnd_plane_rgb8 photo;
    bool has_photo;
    pnd_plane_f32 depth_m; /* 0: unknown, infinity: at infinity */
    bool has_depth;
    pnd_plane_u32 index; /* 0, or k + 1 for segments[k] */
    view_segment *segments;
    size_t n_segments;

    pnd_plane_rgb8 picture; /* the result */

    /* scratch */
    pnd_plane_u16 samples;
    pnd_depth_map map;
    pnd_plane_u32 ids, small_index;
    pnd_plane_f32 small_depth;
    pnd_segment_depths fused;
    view_regions regions;
} view_frame;

/** @retval PND_ENOMEM */
PND_NODISCARD pnd_status view_frame_create(view_frame **out, pnd_error *err);
void view_frame_free(view_frame *frame); /**< NULL is fine */

/**
 * Read everything an item needs. All images must have one size.
 * @retval PND_EMISMATCH  two files of different sizes; names both
 * @retval ...            as the readers
 */
PND_NODISCARD pnd_status view_frame_load(view_frame *frame, const view_items *items,
                                         const view_item *item, view_kind kind,
                                         const view_args *args, pnd_error *err);

/** Make the picture. @retval PND_ENOMEM  @retval PND_EINTERNAL cairo failed */
PND_NODISCARD pnd_status view_draw_depth(view_frame *frame, const view_args *args, pnd_error *err);
PND_NODISCARD pnd_status view_draw_panoptic(view_frame *frame, view_kind kind,
                                            const view_args *args, pnd_error *err);

/** Size of the picture: the input's times --scale, at least 1. */
void view_output_size(int32_t *width, int32_t *height, int32_t input_width, int32_t input_height,
                      double scale);

/** `picture` becomes the shrunken photograph, or black without one. @retval PND_ENOMEM */
PND_NODISCARD pnd_status view_start_picture(view_frame *frame, int32_t width, int32_t height,
                                            pnd_error *err);

/** The depth scale of this command line. */
view_scale view_args_scale(const view_args *args);

/** Size of plain text and period of hatching for a picture of this height, in pixels. */
double view_text_px(int32_t height);
int32_t view_hatch_px(int32_t height);

#endif
