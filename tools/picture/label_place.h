/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file label_place.h
 * Text on segments without clutter: no two labels overlap, none leaves the picture, and a segment
 * too small for legible text gets none.
 *
 * Labels are placed one after the other, the most important first. Each is tried as large as its
 * region allows, then smaller down to the least legible size, then with its second line alone; at
 * every size first on the region's anchor, then on other pixels deep inside the region.
 */
#ifndef PND_VIEW_LABEL_PLACE_H
#define PND_VIEW_LABEL_PLACE_H

#include "regions.h"

/** Width in pixels of a line of text at a font size in pixels. */
typedef double (*view_text_width)(void *context, const char *text, double size_px);

/** Height of a line in multiples of the font size. */
#define VIEW_LINE_HEIGHT 1.16

typedef struct view_rect {
    double left, top, right, bottom;
} view_rect;

/** What is to be written on a region. Borrows its texts. */
typedef struct view_label_request {
    const view_region *region;
    const char *name;
    const char *value; /**< second line, or NULL */
    double min_px, max_px;
    double spill; /**< how far text may stick out: 1 keeps it within the region's bounding box */
} view_label_request;

/** A placed label. n_lines is 0 when there was no room. */
typedef struct view_label {
    const char *line[2];
    int32_t n_lines;
    double size_px;
    double x, y; /**< centre */
} view_label;

typedef struct view_layout {
    int32_t width, height;
    view_text_width measure;
    void *context; /**< of measure */
    view_rect *taken;
    size_t n_taken, capacity;
} view_layout;

/** Room for at most `capacity` labels and blocked rectangles. @retval PND_ENOMEM */
PND_NODISCARD pnd_status view_layout_init(view_layout *layout, int32_t width, int32_t height,
                                          size_t capacity, view_text_width measure, void *context,
                                          pnd_error *err);
void view_layout_clear(view_layout *layout);

/** Keep a rectangle free of labels. Does nothing when the capacity is used up. */
void view_layout_block(view_layout *layout, view_rect rect);

/** Place one label. Places none when the capacity is used up. */
view_label view_layout_place(view_layout *layout, const view_regions *regions,
                             view_label_request request);

#endif
