/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

static const char *const cmaps[] = {"jet", "turbo", "viridis", "magma", "plasma", NULL};
static const char *const mappings[] = {"linear", "log", "inverse", NULL};
static const char *const palettes[] = {"cityscapes", "authors", NULL};
static const char *const fuse_rules[] = {"mean", "median", "trimmed", "inverse", NULL};
static const char *const zero_disparity[] = {"far", "invalid", NULL};

#define MEMBER(name) TOOL_FIELD(view_args, name)

/* Rows that several commands share. One row a line reads best: */
/* clang-format off */
#define TREE \
    {TOOL_GROUP, .name = "Input"}, \
    {TOOL_STRING, 'r', "root", MEMBER(root), "DIR", "Cityscapes folder, for --out", .env = "CITYSCAPES_DATASET"}, \
    {TOOL_STRING, 0, "split", MEMBER(split), "NAME", "its split"}

#define PANOPTIC \
    {TOOL_STRING, 0, "panoptic-json", MEMBER(panoptic_json), "FILE", "panoptic segmentation in the COCO format"}, \
    {TOOL_STRING, 0, "panoptic-dir", MEMBER(panoptic_dir), "DIR", "its PNGs (default: the JSON's path without .json)"}, \
    {TOOL_STRING, 0, "image-id", MEMBER(image_id), "ID", "which of its images, with -o"}, \
    {TOOL_STRING, 0, "instance-ids", MEMBER(instance_ids), "FILE", "Cityscapes instanceIds image instead, with -o"}

#define DEPTH \
    {TOOL_STRING, 0, "depth", MEMBER(depth), "PATH", "depth map (png16, npy, pfm) or, with --out, the folder of them"}, \
    {TOOL_STRING, 0, "disparity", MEMBER(disparity), "FILE", "Cityscapes disparity instead, with -o"}, \
    {TOOL_STRING, 0, "camera", MEMBER(camera), "FILE", "its calibration"}, \
    {TOOL_CHOICE, 0, "zero-disparity", MEMBER(zero_disparity), "RULE", "what disparity 0 is: infinitely far or no depth", .choices = zero_disparity}

#define PHOTOGRAPH \
    {TOOL_STRING, 0, "image", MEMBER(image), "FILE", "the photograph, with -o"}

#define OUTPUT \
    {TOOL_GROUP, .name = "Output"}, \
    {TOOL_STRING, 'o', "output", MEMBER(output), "FILE", "make one picture; - is standard output"}, \
    {TOOL_STRING, 0, "out", MEMBER(out), "DIR", "make the pictures of all frames"}, \
    {TOOL_DOUBLE, 0, "scale", MEMBER(look.scale), "F", "size of a picture relative to its input", 0.01, 1.0}

#define LOOK \
    {TOOL_GROUP, .name = "Look"}, \
    {TOOL_DOUBLE, 0, "alpha", MEMBER(look.alpha), "A", "opacity of the colours over the photograph", 0.0, 1.0}

#define COLOURS \
    {TOOL_CHOICE, 0, "cmap", MEMBER(look.cmap), "NAME", "colour map of depth", .choices = cmaps}, \
    {TOOL_CHOICE, 0, "mapping", MEMBER(look.mapping), "NAME", "colours follow depth, its logarithm or its inverse", .choices = mappings}, \
    {TOOL_DOUBLE, 0, "near", MEMBER(look.near_m), "M", "metres of the nearest colour", 0.01, 1e5}, \
    {TOOL_DOUBLE, 0, "far", MEMBER(look.far_m), "M", "metres of the farthest colour", 0.01, 1e5}, \
    {TOOL_FLAG, 0, "no-legend", MEMBER(look.no_legend), NULL, "leave out the legend"}

#define SEGMENTS \
    {TOOL_CHOICE, 0, "palette", MEMBER(look.palette), "NAME", "colours of the classes", .choices = palettes}, \
    {TOOL_FLAG, 0, "no-labels", MEMBER(look.no_labels), NULL, "write no names"}, \
    {TOOL_FLAG, 0, "no-edges", MEMBER(look.no_edges), NULL, "draw no outlines"}

#define FUSION \
    {TOOL_GROUP, .name = "Fusion"}, \
    {TOOL_CHOICE, 0, "fuse", MEMBER(look.fuse), "RULE", "depth of a segment from those of its pixels", .choices = fuse_rules}, \
    {TOOL_DOUBLE, 0, "trim", MEMBER(trim), "Q", "share cut off at each end by --fuse trimmed", 0.001, 0.499}

const tool_opt view_depth_options[] = {
    TREE, DEPTH, PHOTOGRAPH, OUTPUT, LOOK, COLOURS, {TOOL_END},
};
const tool_opt view_panoptic_options[] = {
    TREE, PANOPTIC, PHOTOGRAPH, OUTPUT, LOOK, SEGMENTS, {TOOL_END},
};
const tool_opt view_panoptic_depth_options[] = {
    TREE, PANOPTIC, DEPTH, PHOTOGRAPH, OUTPUT, FUSION, LOOK, COLOURS, SEGMENTS, {TOOL_END},
};
/* clang-format on */
