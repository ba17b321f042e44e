/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file view_args.h
 * The command line of pnd-view, one structure for its three commands.
 */
#ifndef PND_VIEW_ARGS_H
#define PND_VIEW_ARGS_H

#include "colormap.h"
#include "palette.h"

#include <panodepth/fuse.h>

typedef enum view_kind { VIEW_DEPTH, VIEW_PANOPTIC, VIEW_PANOPTIC_DEPTH } view_kind;

typedef struct view_args {
    /* one picture or a tree */
    const char *output;             /* -o FILE */
    const char *root, *split, *out; /* --out DIR */

    const char *image, *depth, *disparity, *camera;
    const char *panoptic_json, *panoptic_dir, *image_id, *instance_ids;

    view_map cmap;
    view_scale_kind mapping;
    double near_m, far_m;
    int32_t zero_disparity; /* 0: far, 1: invalid */

    pnd_fuse_rule fuse;
    double trim;

    view_palette palette;
    double alpha, scale;
    bool no_labels, no_legend, no_edges;
} view_args;

#endif
