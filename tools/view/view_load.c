/* SPDX-License-Identifier: Apache-2.0 */
/* Files into a view_frame. */
#include "view_loader.h"

#include <panodepth/alloc.h>
#include <panodepth/camera.h>
#include <panodepth/depth.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

pnd_status view_loader_create(view_loader **out, pnd_error *err)
{
    *out = pnd_calloc_array(1, sizeof(**out));
    if (*out == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a frame");
    const pnd_backend_options options = {
        .struct_size = sizeof(options), .kind = PND_BACKEND_CPU, .threads = 1};
    const pnd_status status = pnd_backend_create(&(*out)->backend, &options, err);
    if (status != PND_OK) {
        view_loader_free(*out);
        *out = NULL;
    }
    return status;
}

void view_loader_free(view_loader *loader)
{
    if (loader == NULL)
        return;
    view_frame_clear(&loader->frame);
    pnd_backend_free(loader->backend);
    pnd_buffer_clear(&loader->bytes);
    pnd_plane_u16_clear(&loader->samples);
    pnd_depth_map_clear(&loader->map);
    pnd_plane_u32_clear(&loader->ids);
    pnd_segment_depths_clear(&loader->fused);
    free(loader);
}

static pnd_status read_image(view_loader *loader, const char *path, pnd_error *err)
{
    return pnd_file_read(&loader->bytes, path, PND_MAX_IMAGE_BYTES, err);
}

static pnd_status load_photo(view_loader *loader, const char *path, pnd_error *err)
{
    const pnd_png_options options = {.struct_size = sizeof(options), .allow_alpha = true};
    pnd_status status = read_image(loader, path, err);
    if (status == PND_OK)
        status = pnd_png_decode_rgb8(&loader->frame.photo, loader->bytes.data, loader->bytes.size,
                                     path, &options, NULL, err);
    loader->frame.has_photo = status == PND_OK;
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

static pnd_status load_depth_map(view_loader *loader, const char *path, pnd_error *err)
{
    pnd_status status = read_image(loader, path, err);
    if (status == PND_OK)
        status = pnd_depth_decode(&loader->map, loader->bytes.data, loader->bytes.size, path, err);
    if (status == PND_OK)
        status = pnd_plane_f32_resize(&loader->frame.depth_m, loader->map.width, loader->map.height,
                                      err);
    if (status != PND_OK)
        return status;
    if (loader->map.kind == PND_DEPTH_MAP_U16)
        metres_of_samples(&loader->frame.depth_m, &loader->map.samples);
    else if (loader->map.kind == PND_DEPTH_MAP_F64)
        metres_of_doubles(&loader->frame.depth_m, &loader->map.f64);
    else
        copy_metres(&loader->frame.depth_m, &loader->map.f32);
    return PND_OK;
}

static pnd_status load_disparity(view_loader *loader, const view_item *item, const view_args *args,
                                 pnd_error *err)
{
    const pnd_depth_options options = {.struct_size = sizeof(options),
                                       .zero_disparity = args->zero_disparity == 1
                                                             ? PND_ZERO_DISPARITY_INVALID
                                                             : PND_ZERO_DISPARITY_FAR};
    pnd_camera camera;
    pnd_status status = pnd_camera_read(&camera, item->camera, err);
    if (status == PND_OK)
        status = read_image(loader, item->disparity, err);
    if (status == PND_OK)
        status = pnd_png_decode_u16(&loader->samples, loader->bytes.data, loader->bytes.size,
                                    item->disparity, NULL, NULL, err);
    if (status == PND_OK)
        status = pnd_plane_f32_resize(&loader->frame.depth_m, loader->samples.width,
                                      loader->samples.height, err);
    if (status != PND_OK)
        return status;
    const pnd_stereo stereo = {camera.fx * camera.baseline, camera.doffs};
    return pnd_depth_from_disparity(loader->frame.depth_m.data, loader->frame.depth_m.stride, NULL,
                                    loader->backend, pnd_plane_u16_view(&loader->samples), stereo,
                                    &options, err);
}

/* ---- segments ---- */

static pnd_status load_instance_ids(view_loader *loader, const char *path, pnd_error *err)
{
    pnd_segment_info *infos = NULL;
    size_t n = 0;
    pnd_status status = read_image(loader, path, err);
    if (status == PND_OK)
        status = pnd_png_decode_u16(&loader->samples, loader->bytes.data, loader->bytes.size, path,
                                    NULL, NULL, err);
    if (status == PND_OK)
        status =
            pnd_plane_u32_resize(&loader->ids, loader->samples.width, loader->samples.height, err);
    if (status == PND_OK)
        status = pnd_panoptic_from_instance_ids(
            &loader->ids, &infos, &n, pnd_plane_u16_view(&loader->samples), false, path, err);
    if (status == PND_OK)
        status = view_frame_describe(&loader->frame, infos, n, (view_categories){NULL, 0, false},
                                     pnd_plane_u32_view(&loader->ids), path, err);
    free(infos);
    return status;
}

static pnd_status load_annotation(view_loader *loader, const view_items *items,
                                  const pnd_annotation *annotation, pnd_error *err)
{
    const view_categories categories = {items->set.n_categories > 0 ? items->set.categories : NULL,
                                        items->set.n_categories, items->train_ids};
    pnd_status status = pnd_file_read_beneath(&loader->bytes, items->panoptic_dir,
                                              annotation->file_name, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = pnd_png_decode_ids(&loader->ids, loader->bytes.data, loader->bytes.size,
                                    annotation->file_name, NULL, NULL, err);
    if (status == PND_OK)
        status = view_frame_describe(&loader->frame, annotation->segments, annotation->n_segments,
                                     categories, pnd_plane_u32_view(&loader->ids),
                                     annotation->file_name, err);
    return status;
}

/* Give every segment the depth of its pixels. */
static pnd_status fuse(view_loader *loader, const view_args *args, pnd_error *err)
{
    const pnd_fuse_options options = {.struct_size = sizeof(options), .trim = args->trim};
    const pnd_status status =
        pnd_fuse_depth(&loader->fused, loader->backend, pnd_plane_u32_view(&loader->ids),
                       pnd_plane_f32_view(&loader->frame.depth_m), &options, err);
    if (status != PND_OK)
        return status;
    for (size_t i = 0; i < loader->frame.n_segments; i++) {
        view_segment *segment = &loader->frame.segments[i];
        const pnd_segment_depth *fused = pnd_segment_depths_find(&loader->fused, segment->id);
        segment->depth_m =
            fused != NULL ? pnd_segment_depth_by(fused, args->look.fuse) : (double)NAN;
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

static pnd_status load_segments(view_loader *loader, const view_items *items, const view_item *item,
                                size_check *first, pnd_error *err)
{
    const char *name = item->instance_ids;
    pnd_status status = PND_OK;
    if (item->annotation != NULL) {
        name = item->annotation->file_name;
        status = load_annotation(loader, items, item->annotation, err);
    } else {
        status = load_instance_ids(loader, name, err);
    }
    if (status == PND_OK)
        status =
            check_size(first, name, loader->frame.index.width, loader->frame.index.height, err);
    return status;
}

static pnd_status load_depth(view_loader *loader, const view_item *item, const view_args *args,
                             size_check *first, pnd_error *err)
{
    const char *name = item->depth != NULL ? item->depth : item->disparity;
    const pnd_status status = item->depth != NULL ? load_depth_map(loader, name, err)
                                                  : load_disparity(loader, item, args, err);
    loader->frame.has_depth = status == PND_OK;
    if (status != PND_OK)
        return status;
    return check_size(first, name, loader->frame.depth_m.width, loader->frame.depth_m.height, err);
}

pnd_status view_load(view_loader *loader, const view_items *items, const view_item *item,
                     view_kind kind, const view_args *args, pnd_error *err)
{
    size_check first = {0};
    pnd_status status = PND_OK;
    loader->frame.has_photo = false;
    loader->frame.has_depth = false;
    if (kind != VIEW_DEPTH)
        status = load_segments(loader, items, item, &first, err);
    if (status == PND_OK && (item->depth != NULL || item->disparity != NULL))
        status = load_depth(loader, item, args, &first, err);
    if (status == PND_OK && loader->frame.has_depth && kind == VIEW_PANOPTIC_DEPTH)
        status = fuse(loader, args, err);
    if (status == PND_OK && item->photo != NULL && args->look.alpha < 1.0)
        status = load_photo(loader, item->photo, err);
    if (status == PND_OK && loader->frame.has_photo)
        status = check_size(&first, item->photo, loader->frame.photo.width,
                            loader->frame.photo.height, err);
    return status;
}
