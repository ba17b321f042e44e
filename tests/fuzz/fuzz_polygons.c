/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of polygons.json must survive any bytes, and the fillers whatever it accepts. */
#include "fuzz.h"

#include <panodepth/polygons.h>

#include <stdlib.h>

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* A large image says nothing that a small one does not: the annotation is drawn on one. */
enum { SIDE = 64 };

static void draw(pnd_polygons *polygons)
{
    pnd_polygon_scratch scratch = {0};
    pnd_plane_u16 ids = {0};
    polygons->width = polygons->width < SIDE ? polygons->width : SIDE;
    polygons->height = polygons->height < SIDE ? polygons->height : SIDE;
    for (int rule = 0; rule < PND_N_FILL_RULES; rule++) {
        require(pnd_polygons_draw(&ids, polygons, (pnd_fill_rule)rule, &scratch, NULL) == PND_OK);
        for (int32_t y = 0; y < ids.height; y++)
            for (int32_t x = 0; x < ids.width; x++)
                require(pnd_label_by_id(pnd_instance_class(pnd_plane_u16_row(&ids, y)[x])) != NULL);
    }
    pnd_plane_u16_clear(&ids);
    pnd_polygon_scratch_clear(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pnd_polygons polygons;
    pnd_error err = {0};
    const pnd_status status = pnd_polygons_parse(&polygons, data, size, "fuzz", &err);
    if (status != PND_OK) {
        require(err.status == status && err.message[0] != '\0');
        require(polygons.objects == NULL && polygons.points == NULL && polygons.width == 0);
        return 0;
    }
    require(polygons.width > 0 && polygons.height > 0);
    for (size_t i = 0; i < polygons.n_objects; i++)
        require(polygons.objects[i].label != NULL && polygons.objects[i].n_points >= 2);
    draw(&polygons);
    pnd_polygons_clear(&polygons);
    return 0;
}
