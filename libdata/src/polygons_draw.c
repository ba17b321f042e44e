/* SPDX-License-Identifier: Apache-2.0 */
/* From an annotation to its instanceIds image (json2instanceImg.py of cityscapesScripts). */
#include <panodepth/polygons.h>

#include <string.h>

static uint16_t pixel_value(const pnd_polygon_object *object)
{
    const int32_t id = object->label->id;
    return (uint16_t)(object->instance < 0 ? id : id * 1000 + object->instance);
}

pnd_status pnd_polygons_draw(pnd_plane_u16 *instance_ids, const pnd_polygons *polygons,
                             pnd_fill_rule rule, pnd_polygon_scratch *scratch, pnd_error *err)
{
    pnd_status status = pnd_plane_u16_resize(instance_ids, polygons->width, polygons->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < instance_ids->height; y++)
        memset(pnd_plane_u16_row(instance_ids, y), 0,
               (size_t)instance_ids->width * sizeof(uint16_t));
    for (size_t i = 0; i < polygons->n_objects && status == PND_OK; i++) {
        const pnd_polygon_object *object = &polygons->objects[i];
        if (object->label->id >= 0)
            status = pnd_polygon_fill(instance_ids, object->points, object->n_points,
                                      pixel_value(object), rule, scratch, err);
    }
    return status;
}
