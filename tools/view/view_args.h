/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file view_args.h
 * The command line of pnd-view, one structure for its three commands.
 */
#ifndef PND_VIEW_ARGS_H
#define PND_VIEW_ARGS_H

#include <view_frame.h>

typedef struct view_args {
    /* one picture or a tree */
    const char *output;             /* -o FILE */
    const char *root, *split, *out; /* --out DIR */

    const char *image, *depth, *disparity, *camera;
    const char *panoptic_json, *panoptic_dir, *image_id, *instance_ids;

    int32_t zero_disparity; /* 0: far, 1: invalid */
    double trim;
    view_look look;
} view_args;

#endif
