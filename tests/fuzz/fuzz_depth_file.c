/* SPDX-License-Identifier: Apache-2.0 */
/* The npy and PFM readers must survive any bytes; what they accept has as many pixels as its bytes
 * can hold, and every one of them can be read. */
#include "fuzz.h"

#include <panodepth/depth_file.h>

#include <stdlib.h>
#include <string.h>

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Reads every pixel, so that a sanitizer sees what was not written. */
static void check_pixels(const pnd_depth_map *map)
{
    pnd_plane_f32 metres = {0};
    float sum = 0.0f;
    require(pnd_depth_map_metres(&metres, map, NULL) == PND_OK);
    require(metres.width == map->width && metres.height == map->height);
    for (int32_t y = 0; y < metres.height; y++)
        for (int32_t x = 0; x < metres.width; x++)
            sum += pnd_plane_f32_row(&metres, y)[x];
    require(memcmp(&sum, &sum, sizeof sum) == 0);
    pnd_plane_f32_clear(&metres);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pnd_depth_map map = {0};
    pnd_error err = {0};
    if (size >= 4 && (memcmp(data, "\x89PNG", 4) == 0 || memcmp(data, "PK\3\4", 4) == 0))
        /* these have targets of their own */
        return 0;
    const pnd_status status = pnd_depth_decode(&map, data, size, "fuzz", &err);
    if (status == PND_OK) {
        require((size_t)map.width * (size_t)map.height * 2 <= size);
        check_pixels(&map);
    } else {
        require(err.status == status && err.message[0] != '\0');
        require(map.width == 0 && map.height == 0);
    }
    pnd_depth_map_clear(&map);
    return 0;
}
