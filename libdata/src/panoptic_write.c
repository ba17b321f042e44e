/* SPDX-License-Identifier: Apache-2.0 */
/* A pnd_panoptic_set as JSON: keys sorted, as json.dump(sort_keys=True) of the official tool. */
#include <panodepth/json.h>
#include <panodepth/panoptic_set.h>

#include <math.h>

static void put_int(pnd_json_writer *writer, const char *key, int64_t value)
{
    pnd_json_key(writer, key);
    pnd_json_int(writer, value);
}

static void put_string(pnd_json_writer *writer, const char *key, const char *value)
{
    pnd_json_key(writer, key);
    pnd_json_string(writer, value);
}

static void put_number(pnd_json_writer *writer, const char *key, double value)
{
    if (isnan(value))
        return;
    pnd_json_key(writer, key);
    pnd_json_double(writer, value);
}

static void write_segment(pnd_json_writer *writer, const pnd_segment_info *segment)
{
    pnd_json_begin_object(writer);
    if (segment->area >= 0)
        put_int(writer, "area", segment->area);
    if (segment->bbox[2] > 0) {
        pnd_json_key(writer, "bbox");
        pnd_json_begin_array(writer);
        for (int i = 0; i < 4; i++)
            pnd_json_int(writer, segment->bbox[i]);
        pnd_json_end_array(writer);
    }
    put_int(writer, "category_id", segment->category_id);
    put_number(writer, "depth", segment->depth_m);
    put_int(writer, "id", segment->id);
    put_int(writer, "iscrowd", segment->is_crowd);
    put_number(writer, "score", segment->score);
    pnd_json_end_object(writer);
}

static void write_annotation(pnd_json_writer *writer, const pnd_annotation *annotation)
{
    pnd_json_begin_object(writer);
    put_string(writer, "file_name", annotation->file_name);
    pnd_json_key(writer, "image_id");
    if (annotation->id_is_number)
        pnd_json_number_text(writer, annotation->image_id);
    else
        pnd_json_string(writer, annotation->image_id);
    pnd_json_key(writer, "segments_info");
    pnd_json_begin_array(writer);
    for (size_t i = 0; i < annotation->n_segments; i++)
        write_segment(writer, &annotation->segments[i]);
    pnd_json_end_array(writer);
    pnd_json_end_object(writer);
}

static void write_category(pnd_json_writer *writer, const pnd_category_info *category)
{
    pnd_json_begin_object(writer);
    pnd_json_key(writer, "color");
    pnd_json_begin_array(writer);
    for (int i = 0; i < 3; i++)
        pnd_json_int(writer, category->color[i]);
    pnd_json_end_array(writer);
    put_int(writer, "id", category->id);
    put_int(writer, "isthing", category->is_thing);
    put_string(writer, "name", category->name);
    put_string(writer, "supercategory", category->supercategory);
    pnd_json_end_object(writer);
}

static void write_image(pnd_json_writer *writer, const pnd_image_info *image)
{
    pnd_json_begin_object(writer);
    put_string(writer, "file_name", image->file_name);
    put_int(writer, "height", image->height);
    put_string(writer, "id", image->image_id);
    put_int(writer, "width", image->width);
    pnd_json_end_object(writer);
}

static void write_categories(pnd_json_writer *writer, const pnd_panoptic_set *set)
{
    pnd_json_key(writer, "categories");
    pnd_json_begin_array(writer);
    for (size_t i = 0; i < set->n_categories; i++)
        write_category(writer, &set->categories[i]);
    pnd_json_end_array(writer);
}

static void write_images(pnd_json_writer *writer, const pnd_image_info *images, size_t n_images)
{
    pnd_json_key(writer, "images");
    pnd_json_begin_array(writer);
    for (size_t i = 0; i < n_images; i++)
        write_image(writer, &images[i]);
    pnd_json_end_array(writer);
}

pnd_status pnd_panoptic_set_write(pnd_buffer *out, const pnd_panoptic_set *set,
                                  const pnd_image_info *images, size_t n_images, pnd_error *err)
{
    pnd_json_writer writer = {.out = out, .indent = 4};
    pnd_buffer_reset(out);
    pnd_json_begin_object(&writer);
    pnd_json_key(&writer, "annotations");
    pnd_json_begin_array(&writer);
    for (size_t i = 0; i < set->n_annotations; i++)
        write_annotation(&writer, &set->annotations[i]);
    pnd_json_end_array(&writer);
    if (set->n_categories > 0)
        write_categories(&writer, set);
    if (n_images > 0)
        write_images(&writer, images, n_images);
    pnd_json_end_object(&writer);
    return pnd_buffer_status(out, err);
}
