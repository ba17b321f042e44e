/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file view_items.h
 * Which pictures a run makes, and the files each is made from.
 */
#ifndef PND_VIEW_ITEMS_H
#define PND_VIEW_ITEMS_H

#include "view_args.h"

#include <panodepth/panoptic_set.h>

/** The files of one picture; NULL where none is needed. Owned. */
typedef struct view_item {
    char *id;        /**< the frame's core name, or the output's name */
    char *photo;     /**< leftImg8bit */
    char *depth;     /**< depth map in metres */
    char *disparity; /**< or a disparity and its calibration */
    char *camera;
    char *instance_ids;
    const pnd_annotation *annotation; /**< or a row of the panoptic file; borrowed */
    char *output;
} view_item;

typedef struct view_items {
    view_item *items;
    size_t n;
    pnd_panoptic_set set; /**< of --panoptic-json; empty without one */
    bool train_ids;       /**< its categories, when it lists none */
    char *panoptic_dir;
} view_items;

/**
 * The pictures of this command line, in the order of the frames' names.
 * @retval PND_EINVAL  options that do not go together, or that are missing (a usage error)
 * @retval PND_EIO  @retval PND_EFORMAT  @retval PND_ENOMEM  ... of the tree or the panoptic file
 * `*out` is zeroed on failure; release with view_items_clear().
 */
PND_NODISCARD pnd_status view_items_find(view_items *out, view_kind kind, const view_args *args,
                                         pnd_error *err);
void view_items_clear(view_items *items);

#endif
