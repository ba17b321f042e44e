/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file palette.h
 * Colours of categories: the Cityscapes palette, its variant in the Panoptic-DepthLab pictures, and
 * shades that tell instances of one category apart.
 */
#ifndef PND_VIEW_PALETTE_H
#define PND_VIEW_PALETTE_H

#include <panodepth/base.h>

typedef enum view_palette {
    VIEW_PALETTE_CITYSCAPES,
    VIEW_PALETTE_AUTHORS /**< five stuff colours changed, so that text and depth stand out */
} view_palette;

/** The colour of a category given its Cityscapes name and colour. */
void view_palette_color(uint8_t rgb[3], view_palette palette, const char *name,
                        const uint8_t cityscapes[3]);

/** The shade of instance `k` (0, 1, 2 ...) of a thing category: the category's hue, lighter or
 *  darker, neighbouring numbers clearly apart; k = 0 is the category's own colour. */
void view_instance_shade(uint8_t rgb[3], const uint8_t category[3], uint32_t k);

#endif
