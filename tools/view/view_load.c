/* SPDX-License-Identifier: Apache-2.0 */
/* Files into a view_frame. */
#include "view_frame.h"

#include <panodepth/alloc.h>
#include <panodepth/camera.h>
#include <panodepth/depth.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

pnd_status view_frame_create(view_frame **out, pnd_error *err)
{
    *out = pnd_calloc_array(1, sizeof(**out));
    if (*out == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a frame");
    const pnd_backend_options options = {
        .struct_size = sizeof(options), .kind = PND_BACKEND_CPU, .threads = 1};
    const pnd_status status = pnd_backend_create(&(*out)->backend, &options, err);
    if (status != PND_OK) {
        view_frame_free(*out);
        *out = NULL;
    }
    return status;
}

void view_frame_free(view_frame *frame)
{
    if (frame == NULL)
        return;
    pnd_backend_free(frame->backend);
    pnd_buffer_clear(&frame->bytes);
    pnd_plane_rgb8_clear(&frame->photo);
    pnd_plane_f32_clear(&frame->depth_m);
    pnd_plane_u32_clear(&frame->index);
    free(frame->segments);
    pnd_plane_rgb8_clear(&frame->picture);
    pnd_plane_u16_clear(&frame->samples);
    pnd_depth_map_clear(&frame->map);
    pnd_plane_u32_clear(&frame->ids);
    pnd_plane_u32_clear(&frame->small_index);
    pnd_plane_f32_clear(&frame->small_depth);
    pnd_segment_depths_clear(&frame->fused);
    view_regions_clear(&frame->regions);
    free(frame);
}

static pnd_status read_image(view_frame *frame, const char *path, pnd_error *err)
{
    return pnd_file_read(&frame->bytes, path, PND_MAX_IMAGE_BYTES, err);
}

static pnd_status load_photo(view_frame *frame, const char *path, pnd_error *err)
{
    const pnd_png_options options = {.struct_size = sizeof(options), .allow_alpha = true};
    pnd_status status = read_image(frame, path, err);
    if (status == PND_OK)
        status = pnd_png_decode_rgb8(&frame->photo, frame->bytes.data, frame->bytes.size, path,
                                     &options, NULL, err);
    frame->has_photo = status == PND_OK;
    if (status == PND_EIO && err != NULL && err->hint[0] == '\0')
        snprintf(err->hint, sizeof(err->hint), "--alpha 1 does without photographs");
    return status;
}

/* ---- depth ---- */

static void metres_of_samples(pnd_plane_f32 *out, const pnd_plane_u16 *samples)
{
    for (int32_t y = 0; y < out->height; y++) {
        const uint16_t *from = pnd_plane_u16_row(samples, y);
        float *to = pnd_plane_f32_row(out, y);
        for (int32_t x = 0; x < out->width; x++)
            to[x] = (float)from[x] / 256.0f;
    }
}

static void metres_of_doubles(pnd_plane_f32 *out, const pnd_plane_f64 *metres)
{
    for (int32_t y = 0; y < out->height; y++) {
        const double *from = pnd_plane_f64_row(metres, y);
        float *to = pnd_plane_f32_row(out, y);
        for (int32_t x = 0; x < out->width; x++)
            to[x] = (float)from[x];
    }
}

static void copy_metres(pnd_plane_f32 *out, const pnd_plane_f32 *metres)
{
    for (int32_t y = 0; y < out->height; y++) {
        const float *from = pnd_plane_f32_row(metres, y);
        float *to = pnd_plane_f32_row(out, y);
        for (int32_t x = 0; x < out->width; x++)
            to[x] = from[x];
    }
}

static pnd_status load_depth_map(view_frame *frame, const char *path, pnd_error *err)
{
    pnd_status status = read_image(frame, path, err);
    if (status == PND_OK)
        status = pnd_depth_decode(&frame->map, frame->bytes.data, frame->bytes.size, path, err);
    if (status == PND_OK)
        status = pnd_plane_f32_resize(&frame->depth_m, frame->map.width, frame->map.height, err);
    if (status != PND_OK)
        return status;
    if (frame->map.kind == PND_DEPTH_MAP_U16)
        metres_of_samples(&frame->depth_m, &frame->map.samples);
    else if (frame->map.kind == PND_DEPTH_MAP_F64)
        metres_of_doubles(&frame->depth_m, &frame->map.f64);
    else
        copy_metres(&frame->depth_m, &frame->map.f32);
    return PND_OK;
}

static pnd_status load_disparity(view_frame *frame, const view_item *item, const view_args *args,
                                 pnd_error *err)
{
    const pnd_depth_options options = {.struct_size = sizeof(options),
                                       .zero_disparity = args->zero_disparity == 1
                                                             ? PND_ZERO_DISPARITY_INVALID
                                                             : PND_ZERO_DISPARITY_FAR};
    pnd_camera camera;
    pnd_status status = pnd_camera_read(&camera, item->camera, err);
    if (status == PND_OK)
        status = read_image(frame, item->disparity, err);
    if (status == PND_OK)
        status = pnd_png_decode_u16(&frame->samples, frame->bytes.data, frame->bytes.size,
                                    item->disparity, NULL, NULL, err);
    if (status == PND_OK)
        status =
            pnd_plane_f32_resize(&frame->depth_m, frame->samples.width, frame->samples.height, err);
    if (status != PND_OK)
        return status;
    const pnd_stereo stereo = {camera.fx * camera.baseline, camera.doffs};
    return pnd_depth_from_disparity(frame->depth_m.data, frame->depth_m.stride, NULL,
                                    frame->backend, pnd_plane_u16_view(&frame->samples), stereo,
                                    &options, err);
}

/* ---- segments ---- */

static pnd_status describe(view_frame *frame, const pnd_segment_info *infos, size_t n,
                           view_categories categories, const char *name, pnd_error *err)
{
    free(frame->segments);
    frame->n_segments = 0;
    frame->segments = pnd_calloc_array(n, sizeof(*frame->segments));
    if (frame->segments == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n);
    frame->n_segments = n;
    pnd_status status = view_segments_describe(frame->segments, infos, n, categories, name, err);
    if (status == PND_OK)
        status = view_segments_index(&frame->index, frame->segments, n,
                                     pnd_plane_u32_view(&frame->ids), name, err);
    return status;
}

static pnd_status load_instance_ids(view_frame *frame, const char *path, pnd_error *err)
{
    pnd_segment_info *infos = NULL;
    size_t n = 0;
    pnd_status status = read_image(frame, path, err);
    if (status == PND_OK)
        status = pnd_png_decode_u16(&frame->samples, frame->bytes.data, frame->bytes.size, path,
                                    NULL, NULL, err);
    if (status == PND_OK)
        status =
            pnd_plane_u32_resize(&frame->ids, frame->samples.width, frame->samples.height, err);
    if (status == PND_OK)
        status = pnd_panoptic_from_instance_ids(
            &frame->ids, &infos, &n, pnd_plane_u16_view(&frame->samples), false, path, err);
    if (status == PND_OK)
        status = describe(frame, infos, n, (view_categories){NULL, 0, false}, path, err);
    free(infos);
    return status;
}

static pnd_status load_annotation(view_frame *frame, const view_items *items,
                                  const pnd_annotation *annotation, pnd_error *err)
{
    const view_categories categories = {items->set.n_categories > 0 ? items->set.categories : NULL,
                                        items->set.n_categories, items->train_ids};
    pnd_status status = pnd_file_read_beneath(&frame->bytes, items->panoptic_dir,
                                              annotation->file_name, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = pnd_png_decode_ids(&frame->ids, frame->bytes.data, frame->bytes.size,
                                    annotation->file_name, NULL, NULL, err);
    if (status == PND_OK)
        status = describe(frame, annotation->segments, annotation->n_segments, categories,
                          annotation->file_name, err);
    return status;
}

/* Give every segment the depth of its pixels. */
static pnd_status fuse(view_frame *frame, const view_args *args, pnd_error *err)
{
    const pnd_fuse_options options = {.struct_size = sizeof(options), .trim = args->trim};
    const pnd_status status =
        pnd_fuse_depth(&frame->fused, frame->backend, pnd_plane_u32_view(&frame->ids),
                       pnd_plane_f32_view(&frame->depth_m), &options, err);
    if (status != PND_OK)
        return status;
    for (size_t i = 0; i < frame->n_segments; i++) {
        view_segment *segment = &frame->segments[i];
        const pnd_segment_depth *fused = pnd_segment_depths_find(&frame->fused, segment->id);
        segment->depth_m = fused != NULL ? pnd_segment_depth_by(fused, args->fuse) : (double)NAN;
        segment->coverage = fused != NULL ? fused->coverage : 0.0;
    }
    return PND_OK;
}

/* ---- all of it ---- */

/* The size every image of an item must have: that of the first one read. */
typedef struct size_check {
    const char *name;
    int32_t width, height;
} size_check;

static pnd_status check_size(size_check *first, const char *name, int32_t width, int32_t height,
                             pnd_error *err)
{
    if (first->name == NULL)
        *first = (size_check){name, width, height};
    if (width != first->width || height != first->height)
        return pnd_fail(err, PND_EMISMATCH, "%s is %dx%d, but %s is %dx%d", name, width, height,
                        first->name, first->width, first->height);
    return PND_OK;
}

static pnd_status load_segments(view_frame *frame, const view_items *items, const view_item *item,
                                size_check *first, pnd_error *err)
{
    const char *name = item->instance_ids;
    pnd_status status = PND_OK;
    if (item->annotation != NULL) {
        name = item->annotation->file_name;
        status = load_annotation(frame, items, item->annotation, err);
    } else {
        status = load_instance_ids(frame, name, err);
    }
    if (status == PND_OK)
        status = check_size(first, name, frame->index.width, frame->index.height, err);
    return status;
}

static pnd_status load_depth(view_frame *frame, const view_item *item, const view_args *args,
                             size_check *first, pnd_error *err)
{
    const char *name = item->depth != NULL ? item->depth : item->disparity;
    const pnd_status status = item->depth != NULL ? load_depth_map(frame, name, err)
                                                  : load_disparity(frame, item, args, err);
    frame->has_depth = status == PND_OK;
    if (status != PND_OK)
        return status;
    return check_size(first, name, frame->depth_m.width, frame->depth_m.height, err);
}

pnd_status view_frame_load(view_frame *frame, const view_items *items, const view_item *item,
                           view_kind kind, const view_args *args, pnd_error *err)
{
    size_check first = {0};
    pnd_status status = PND_OK;
    frame->has_photo = false;
    frame->has_depth = false;
    if (kind != VIEW_DEPTH)
        status = load_segments(frame, items, item, &first, err);
    if (status == PND_OK && (item->depth != NULL || item->disparity != NULL))
        status = load_depth(frame, item, args, &first, err);
    if (status == PND_OK && frame->has_depth && kind == VIEW_PANOPTIC_DEPTH)
        status = fuse(frame, args, err);
    if (status == PND_OK && item->photo != NULL && args->alpha < 1.0)
        status = load_photo(frame, item->photo, err);
    if (status == PND_OK && frame->has_photo)
        status = check_size(&first, item->photo, frame->photo.width, frame->photo.height, err);
    return status;
}
