/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file view_loader.h
 * The files of one picture into memory. Reused from picture to picture by one thread.
 */
#ifndef PND_VIEW_LOADER_H
#define PND_VIEW_LOADER_H

#include "view_items.h"

#include <panodepth/backend.h>
#include <panodepth/depth_file.h>
#include <view_frame.h>

typedef struct view_loader {
    view_frame frame; /**< what was read */
    pnd_buffer bytes; /**< of the file being read, then of the PNG to write */
    pnd_backend *backend;
    pnd_plane_u16 samples;
    pnd_depth_map map;
    pnd_plane_u32 ids;
    pnd_segment_depths fused;
} view_loader;

/** @retval PND_ENOMEM */
PND_NODISCARD pnd_status view_loader_create(view_loader **out, pnd_error *err);
void view_loader_free(view_loader *loader); /**< NULL is fine */

/**
 * Read everything an item needs. All images must have one size.
 * @retval PND_EMISMATCH  two files of different sizes; names both
 * @retval ...            as the readers
 */
PND_NODISCARD pnd_status view_load(view_loader *loader, const view_items *items,
                                   const view_item *item, view_kind kind, const view_args *args,
                                   pnd_error *err);

#endif
