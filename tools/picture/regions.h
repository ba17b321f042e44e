/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file regions.h
 * Where in a segment its name belongs: connected regions and their poles of inaccessibility.
 *
 * A region is a 4-connected set of pixels with one segment index. Its anchor is the pixel farthest
 * from every pixel of another index and from the picture's border, so it always lies inside, also
 * in a ring or a crescent, where the centre of gravity does not. Distance is a chamfer distance in
 * which a vertical step costs twice a horizontal one (G. Borgefors, "Distance transformations in
 * digital images", 1986): names are wider than high, and the pole of this metric is the centre of
 * the largest inscribed ellipse of twice its height in width.
 */
#ifndef PND_VIEW_REGIONS_H
#define PND_VIEW_REGIONS_H

#include <panodepth/image.h>

/** Cost of one step to the right; one step down costs twice that. */
enum { VIEW_STEP = 5 };

typedef struct view_region {
    uint32_t index; /**< what the map holds there, not 0 */
    int64_t area_px;
    int32_t left, top, right, bottom; /**< bounding box, right and bottom inclusive */
    int32_t x, y;                     /**< anchor; of equals the one nearest to the centroid */
    int32_t reach;                    /**< half width of the inscribed ellipse, in pixels, >= 1 */
} view_region;

/** Reused between pictures; zero it to begin, release with view_regions_clear(). */
typedef struct view_regions {
    view_region *regions; /**< in the order of their first pixel */
    size_t n;
    pnd_plane_u32 number;   /**< region number + 1 of each pixel, 0 where the index is 0 */
    pnd_plane_u16 distance; /**< in units of 1/VIEW_STEP pixel */
} view_regions;

/** @retval PND_ENOMEM  `*out` stays usable. O(pixels). */
PND_NODISCARD pnd_status view_regions_find(view_regions *out, pnd_view_u32 index, pnd_error *err);
void view_regions_clear(view_regions *regions);

#endif
