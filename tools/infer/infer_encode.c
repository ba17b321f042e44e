/* SPDX-License-Identifier: Apache-2.0 */
/* The results of one image, as files. */
#include "infer.h"
#include "infer_enlarge.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>
#include <panodepth/png.h>
#include <view_frame.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct infer_encoder {
    pnd_buffer bytes;
    pnd_plane_u32 ids;
    pnd_plane_u8 labels; /* and masks */
    view_frame picture;
    infer_file_list files;
    infer_maps maps; /* of photographs that were resized, and their results */
    pnd_backend *backend;
    pnd_net_result resized;
    uint8_t label_of[PND_N_TRAIN_IDS];
};

pnd_status infer_encoder_create(infer_encoder **out, const infer_run *run, pnd_error *err)
{
    const pnd_backend_options options = {
        .struct_size = sizeof options, .kind = PND_BACKEND_CPU, .threads = 1};
    *out = pnd_calloc_array(1, sizeof **out);
    if (*out == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for an encoder");
    for (int32_t i = 0; i < PND_N_TRAIN_IDS; i++)
        (*out)->label_of[i] = (uint8_t)pnd_label_by_train_id(i)->id;
    if (run->size_width == 0)
        return PND_OK;
    const pnd_status status = pnd_backend_create(&(*out)->backend, &options, err);
    if (status != PND_OK) {
        infer_encoder_free(*out);
        *out = NULL;
    }
    return status;
}

void infer_encoder_free(infer_encoder *e)
{
    if (e == NULL)
        return;
    pnd_buffer_clear(&e->bytes);
    pnd_plane_u32_clear(&e->ids);
    pnd_plane_u8_clear(&e->labels);
    view_frame_clear(&e->picture);
    infer_file_list_clear(&e->files);
    infer_maps_clear(&e->maps);
    pnd_postprocess_result_clear(&e->resized.post);
    pnd_segment_depths_clear(&e->resized.depths);
    pnd_backend_free(e->backend);
    free(e);
}

/* ---- writing */

void infer_file_list_reset(infer_file_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->items[i].name);
    list->n = 0;
}

void infer_file_list_clear(infer_file_list *list)
{
    infer_file_list_reset(list);
    free(list->items);
    *list = (infer_file_list){0};
}

static pnd_status remember(infer_file_list *list, const char *name, const void *bytes, size_t size,
                           pnd_error *err)
{
    if (list->n == list->capacity) {
        const size_t capacity = list->capacity > 0 ? 2 * list->capacity : 16;
        infer_file_entry *items = pnd_realloc_array(list->items, capacity, sizeof *items);
        if (items == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        list->items = items;
        list->capacity = capacity;
    }
    infer_file_entry *entry = &list->items[list->n];
    pnd_sha256(entry->digest, bytes, size);
    entry->name = pnd_strdup(name);
    if (entry->name == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    list->n++;
    return PND_OK;
}

/* With --resume, what is there belongs to an image that is not complete. */
pnd_status infer_write(const infer_run *run, infer_file_list *list, const char *name,
                       const void *bytes, size_t size, pnd_error *err)
{
    const bool replace = run->tool->common.force || run->args->resume;
    char *path = pnd_strdup_printf("%s/%s", run->args->out, name);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = pnd_dir_make_parent(path, err);
    if (status == PND_OK)
        status =
            pnd_file_write(path, bytes, size, replace ? PND_WRITE_REPLACE : PND_WRITE_NEW, err);
    if (status == PND_OK && list != NULL)
        status = remember(list, name, bytes, size, err);
    free(path);
    return status;
}

static pnd_status write_bytes(infer_encoder *e, const infer_run *run, char *name, pnd_error *err)
{
    const pnd_status status =
        name != NULL ? infer_write(run, &e->files, name, e->bytes.data, e->bytes.size, err)
                     : pnd_fail(err, PND_ENOMEM, "out of memory");
    free(name);
    return status;
}

/* ---- segments */

/* A segment of the network as one of the panoptic JSON: id = value + 1, Cityscapes' category. */
static pnd_segment_info segment_info(const infer_encoder *e, const pnd_segment *segment,
                                     const pnd_segment_depths *depths, pnd_fuse_rule rule)
{
    const uint32_t id = (uint32_t)segment->panoptic + 1;
    const pnd_segment_depth *depth = pnd_segment_depths_find(depths, id);
    return (pnd_segment_info){.id = id,
                              .category_id = e->label_of[segment->class_id],
                              .area = segment->area_px,
                              .bbox = {segment->x, segment->y, segment->width, segment->height},
                              .depth_m =
                                  depth != NULL ? pnd_segment_depth_by(depth, rule) : (double)NAN,
                              .score = segment->score};
}

static pnd_status take_segments(const infer_encoder *e, const infer_run *run, infer_image *image,
                                const pnd_net_result *result, pnd_error *err)
{
    const pnd_postprocess_result *post = &result->post;
    free(image->segments);
    image->n_segments = 0;
    image->segments = pnd_alloc_array(post->n_segments, sizeof *image->segments);
    if (image->segments == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", post->n_segments);
    for (size_t i = 0; i < post->n_segments; i++)
        image->segments[i] =
            segment_info(e, &post->segments[i], &result->depths, (pnd_fuse_rule)run->args->fuse);
    image->n_segments = post->n_segments;
    return PND_OK;
}

static pnd_status make_ids(infer_encoder *e, const pnd_postprocess_result *post, pnd_error *err)
{
    const pnd_status status = pnd_plane_u32_resize(&e->ids, post->width, post->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < post->height; y++) {
        const int32_t *from = post->panoptic + (size_t)y * (size_t)post->width;
        uint32_t *to = pnd_plane_u32_row(&e->ids, y);
        for (int32_t x = 0; x < post->width; x++)
            to[x] = (uint32_t)(from[x] + 1); /* void, -1, becomes 0 */
    }
    return PND_OK;
}

static pnd_status fuse(infer_encoder *e, const infer_run *run, pnd_error *err)
{
    const pnd_postprocess_result *post = &e->resized.post;
    const pnd_view_f32 depth_m = {post->depth, post->width, post->height,
                                  (size_t)post->width * sizeof(float)};
    e->resized.depths.n = 0;
    if (post->depth == NULL)
        return PND_OK;
    return pnd_fuse_depth(&e->resized.depths, e->backend, pnd_plane_u32_view(&e->ids), depth_m,
                          &run->model.fuse, err);
}

/* The network saw another size than the photograph's and gave its heads alone: the rest happens
 * here, at the size of the photograph. */
static pnd_status finish_resized(infer_encoder *e, const infer_run *run, const infer_image *image,
                                 const pnd_net_result *result, pnd_error *err)
{
    const infer_size seen = {run->size_width, run->size_height};
    const infer_size photo = {image->width, image->height};
    pnd_heads heads;
    e->resized.heads = result->heads;
    e->resized.raw_depth = result->raw_depth;
    pnd_status status = infer_enlarge(&heads, &e->maps, &result->heads, seen, photo, err);
    if (status == PND_OK)
        status = pnd_postprocess(&e->resized.post, e->backend, &heads, photo.width, photo.height,
                                 &run->model.post, err);
    if (status == PND_OK)
        status = make_ids(e, &e->resized.post, err);
    return status == PND_OK ? fuse(e, run, err) : status;
}

/* ---- the files */

static pnd_status write_panoptic(infer_encoder *e, const infer_run *run, const char *id,
                                 pnd_error *err)
{
    const pnd_status status = pnd_png_encode_ids(&e->bytes, pnd_plane_u32_view(&e->ids), err);
    return status == PND_OK ? write_bytes(e, run, infer_panoptic_name(run, id), err) : status;
}

/* The regression may fall below 0, which is no depth. */
static pnd_status write_depth(infer_encoder *e, const infer_run *run, const char *id,
                              const pnd_postprocess_result *post, pnd_error *err)
{
    const pnd_depth_format format = (pnd_depth_format)run->args->depth_format;
    const pnd_view_f32 view = {post->depth, post->width, post->height,
                               (size_t)post->width * sizeof(float)};
    const pnd_status status =
        pnd_depth_encode(&e->bytes, NULL, view, format, PND_ROUND_HALF_UP, false, err);
    return status == PND_OK ? write_bytes(e, run,
                                          pnd_strdup_printf("depth/%s_depth%s", id,
                                                            pnd_depth_format_extension(format)),
                                          err)
                            : status;
}

static pnd_status write_labels(infer_encoder *e, const infer_run *run, const char *id,
                               const pnd_postprocess_result *post, pnd_error *err)
{
    pnd_status status = pnd_plane_u8_resize(&e->labels, post->width, post->height, err);
    for (int32_t y = 0; status == PND_OK && y < post->height; y++) {
        const uint8_t *from = post->sem + (size_t)y * (size_t)post->width;
        uint8_t *to = pnd_plane_u8_row(&e->labels, y);
        for (int32_t x = 0; x < post->width; x++)
            to[x] = e->label_of[from[x]];
    }
    if (status == PND_OK)
        status = pnd_png_encode_u8(&e->bytes, pnd_plane_u8_view(&e->labels), err);
    return status == PND_OK
               ? write_bytes(e, run, pnd_strdup_printf("semantic/%s_pred_labelIds.png", id), err)
               : status;
}

/* The share of pixels with a depth, for the hatching of those with few. */
static void set_coverage(view_frame *picture, const pnd_segment_depths *depths)
{
    for (size_t i = 0; i < picture->n_segments; i++) {
        const pnd_segment_depth *depth = pnd_segment_depths_find(depths, picture->segments[i].id);
        picture->segments[i].coverage = depth != NULL ? depth->coverage : 0.0;
    }
}

static pnd_status write_picture(infer_encoder *e, const infer_run *run, const infer_image *image,
                                const infer_slot_image *slot, const pnd_net_result *result,
                                pnd_error *err)
{
    view_look look = VIEW_PANOPTIC_LOOK;
    view_frame *picture = &e->picture;
    const char *id = image->file->image_id;
    const bool has_depth = result->post.depth != NULL;
    look.fuse = (pnd_fuse_rule)run->args->fuse;
    pnd_status status = view_frame_describe(picture, image->segments, image->n_segments,
                                            (view_categories){NULL, 0, false},
                                            pnd_plane_u32_view(&e->ids), id, err);
    if (status == PND_OK)
        status = pnd_plane_rgb8_resize(&picture->photo, slot->photo.width, slot->photo.height, err);
    if (status != PND_OK)
        return status;
    infer_copy_pixels(picture->photo.data, &slot->photo);
    picture->has_photo = true;
    picture->has_depth = has_depth; /* for the legend: the numbers are fused from a depth map */
    if (has_depth)
        set_coverage(picture, &result->depths);
    status =
        view_draw_panoptic(picture, has_depth ? VIEW_PANOPTIC_DEPTH : VIEW_PANOPTIC, &look, err);
    if (status == PND_OK)
        status = pnd_png_encode_rgb8(&e->bytes, pnd_plane_rgb8_view(&picture->picture), err);
    return status == PND_OK ? write_bytes(e, run, pnd_strdup_printf("view/%s.png", id), err)
                            : status;
}

/* ---- heads */

static pnd_status write_head(infer_encoder *e, const infer_run *run, const infer_image *image,
                             const char *head, const float *maps, int32_t channels, pnd_error *err)
{
    const char *name = image->file->name;
    const char *slash = strrchr(name, '/');
    const char *stem = slash != NULL ? slash + 1 : name;
    const char *dot = strrchr(stem, '.');
    const int length = (int)(dot != NULL ? (size_t)(dot - stem) : strlen(stem));
    char *path = pnd_strdup_printf("%s/%.*s_%s.npy", run->args->save_heads, length, stem, head);
    const bool replace = run->tool->common.force || run->args->resume;
    pnd_status status = pnd_npy_encode_maps(&e->bytes, maps, channels, run->info.map_height,
                                            run->info.map_width, err);
    if (path == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK)
        status = pnd_dir_make_parent(path, err);
    if (status == PND_OK)
        status = pnd_file_write(path, e->bytes.data, e->bytes.size,
                                replace ? PND_WRITE_REPLACE : PND_WRITE_NEW, err);
    free(path);
    return status;
}

static pnd_status write_heads(infer_encoder *e, const infer_run *run, const infer_image *image,
                              const pnd_net_result *result, pnd_error *err)
{
    pnd_status status = write_head(e, run, image, "sem", result->heads.sem, run->info.classes, err);
    if (status == PND_OK)
        status = write_head(e, run, image, "center", result->heads.center, 1, err);
    if (status == PND_OK)
        status = write_head(e, run, image, "offset", result->heads.offset, 2, err);
    if (status == PND_OK && result->raw_depth != NULL)
        status =
            write_head(e, run, image, "depth", result->raw_depth, run->info.depth_channels, err);
    return status;
}

/* ---- all of one image */

static pnd_status write_files(infer_encoder *e, const infer_run *run, const infer_image *image,
                              const infer_slot_image *slot, const pnd_net_result *result,
                              pnd_error *err)
{
    const infer_args *args = run->args;
    const char *id = image->file->image_id;
    pnd_status status = write_panoptic(e, run, id, err);
    if (status == PND_OK && result->post.depth != NULL)
        status = write_depth(e, run, id, &result->post, err);
    if (status == PND_OK && args->labels)
        status = write_labels(e, run, id, &result->post, err);
    if (status == PND_OK && args->instances)
        status = infer_write_instances(run, &e->files, image, pnd_plane_u32_view(&e->ids),
                                       &e->labels, &e->bytes, err);
    if (status == PND_OK && args->view)
        status = write_picture(e, run, image, slot, result, err);
    if (status == PND_OK && args->save_heads != NULL)
        status = write_heads(e, run, image, result, err);
    return status;
}

/* faults.md row 92. */
static pnd_status check_finite(const infer_run *run, const infer_image *image,
                               const pnd_net_result *result, pnd_error *err)
{
    const int64_t bad = result->post.n_nonfinite;
    if (bad == 0 || run->args->allow_nonfinite)
        return PND_OK;
    return pnd_fail_hint(err, PND_EFORMAT,
                         "another --precision, or --allow-nonfinite to write what came of it",
                         "%s: %" PRId64 " values of the network's output are NaN or infinite",
                         image->file->path, bad);
}

pnd_status infer_encode(infer_encoder *e, infer_run *run, const infer_slot_image *slot,
                        const pnd_net_result *result, tool_side *side, pnd_error *err)
{
    infer_image *image = &run->images[slot->index];
    pnd_status status = PND_OK;
    infer_file_list_reset(&e->files);
    if (infer_is_resized(run, image)) {
        status = finish_resized(e, run, image, result, err);
        result = &e->resized;
    }
    if (status == PND_OK)
        status = check_finite(run, image, result, err);
    if (status == PND_OK)
        status = take_segments(e, run, image, result, err);
    if (status == PND_OK)
        status = make_ids(e, &result->post, err);
    if (status != PND_OK)
        return status;
    *side = TOOL_OUTPUT;
    status = write_files(e, run, image, slot, result, err);
    if (status == PND_OK)
        status = infer_record_write(run, image, slot->digest, &e->files, &e->bytes, err);
    return status;
}
