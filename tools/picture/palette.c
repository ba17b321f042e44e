/* SPDX-License-Identifier: Apache-2.0 */
#include "palette.h"

#include <string.h>

/* KenYu910645/detectron2, detectron2/utils/visualizer.py. */
static const struct {
    const char *name;
    uint8_t rgb[3];
} authors_colors[] = {
    {"sidewalk", {102, 66, 102}},     {"terrain", {137, 190, 178}},
    {"vegetation", {63, 79, 57}},     {"traffic light", {240, 222, 54}},
    {"traffic sign", {113, 104, 55}},
};

void view_palette_color(uint8_t rgb[3], view_palette palette, const char *name,
                        const uint8_t cityscapes[3])
{
    memcpy(rgb, cityscapes, 3);
    if (palette != VIEW_PALETTE_AUTHORS)
        return;
    for (size_t i = 0; i < sizeof(authors_colors) / sizeof(authors_colors[0]); i++)
        if (strcmp(authors_colors[i].name, name) == 0)
            memcpy(rgb, authors_colors[i].rgb, 3);
}

/* Multiples of the golden section, modulo 1, spread any number of instances evenly: 2654435769 is
 * 2^32 / 1.618... The upper 8 bits choose between the colour (0) and 60 % of white (255). */
void view_instance_shade(uint8_t rgb[3], const uint8_t category[3], uint32_t k)
{
    const int32_t share = (int32_t)((k * UINT32_C(2654435769)) >> 24) * 6 / 10;
    for (int32_t c = 0; c < 3; c++)
        rgb[c] = (uint8_t)(category[c] + (255 - category[c]) * share / 255);
}
