/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file colormap.h
 * Depth in metres to colour: a scale that gives a position v, and a table of 256 colours.
 *
 *     t = 1 at `near_m`, 0 at `far_m`, linear in D, log D or 1/D      v = floor + (1 - floor) t
 *     colour = table[trunc(256 v)], the first entry below v = 0 and the last one from v = 1 on
 *
 * With floor 0.15, near 10 m, far 60 m, linear and jet this is the colour map of the authors of
 * Panoptic-DepthLab (KenYu910645/detectron2, visualizer.py): near is red, far is blue.
 */
#ifndef PND_VIEW_COLORMAP_H
#define PND_VIEW_COLORMAP_H

#include <panodepth/base.h>

typedef enum view_map { VIEW_JET, VIEW_TURBO, VIEW_VIRIDIS, VIEW_MAGMA, VIEW_PLASMA } view_map;

enum { VIEW_MAP_SIZE = 256 };

typedef struct view_colormap {
    uint8_t rgb[VIEW_MAP_SIZE][3];
} view_colormap;

/** Fill the table. Entry 255 is the nearest depth. */
void view_colormap_init(view_colormap *map, view_map kind);

/** The entry that v selects; NaN selects the first. */
int32_t view_colormap_index(double v);

typedef enum view_scale_kind {
    VIEW_SCALE_LINEAR,
    VIEW_SCALE_LOG,
    VIEW_SCALE_INVERSE
} view_scale_kind;

typedef struct view_scale {
    view_scale_kind kind;
    double near_m, far_m; /**< 0 < near_m < far_m */
    double floor;         /**< position of `far_m`: 0.15 keeps jet's far end out of its dark blue */
} view_scale;

/** The v of a depth; infinity is a valid depth and lies before the table's first entry. */
double view_scale_position(view_scale scale, double depth_m);

enum { VIEW_MAX_TICKS = 12 };

/**
 * Round metre values from near to far for a legend that shows v from 1 to 0, no two closer than
 * `min_gap` in v. @return how many were written, at most VIEW_MAX_TICKS
 */
int32_t view_scale_ticks(double ticks[VIEW_MAX_TICKS], view_scale scale, double min_gap);

#endif
