/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file view_segment.h
 * The segments of one picture: what a panoptic file or an instanceIds image says about each.
 */
#ifndef PND_VIEW_SEGMENT_H
#define PND_VIEW_SEGMENT_H

#include <panodepth/image.h>
#include <panodepth/panoptic_set.h>

typedef struct view_segment {
    uint32_t id;      /**< in the panoptic PNG */
    const char *name; /**< of the category; borrowed */
    uint8_t color[3]; /**< of the category */
    bool is_thing, is_crowd;
    uint32_t instance; /**< 0, 1, 2 ... among the things of its category */
    double depth_m;    /**< fused; NaN when undefined */
    double coverage;   /**< share of pixels with a depth; NaN when unknown */
} view_segment;

/** Categories of a panoptic file: its own list, or Cityscapes' in one of the two id spaces. */
typedef struct view_categories {
    const pnd_category_info *list; /**< NULL: Cityscapes */
    size_t n;
    bool train_ids;
} view_categories;

/**
 * Describe n segments. @param out  n entries, the fused depth as in `infos`
 * @retval PND_EFORMAT  a category nobody knows, or a segment id given twice; `name` begins the
 *                      message
 * @retval PND_ENOMEM
 */
PND_NODISCARD pnd_status view_segments_describe(view_segment *out, const pnd_segment_info *infos,
                                                size_t n, view_categories categories,
                                                const char *name, pnd_error *err);

/**
 * Turn segment ids into positions: index 0 for id 0, else k + 1 for segments[k].
 * @retval PND_EMISMATCH  an id that no segment has; says where
 * @retval PND_ENOMEM
 */
PND_NODISCARD pnd_status view_segments_index(pnd_plane_u32 *index, const view_segment *segments,
                                             size_t n, pnd_view_u32 ids, const char *name,
                                             pnd_error *err);

#endif
