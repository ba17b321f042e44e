/* SPDX-License-Identifier: Apache-2.0 */
/* One image at a time per thread: ground truth and prediction as label ids, count. */
#include "eval_semantic.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct scratch {
    pnd_semantic_counter *counter;
    const pnd_plane_u8 *gt, *pred;  /* borrowed, or the ones below */
    const pnd_plane_u16 *instances; /* borrowed */
    pnd_plane_u8 gt_classes, mapped;
} scratch;

void semantic_scratch_free(void *data)
{
    scratch *const s = data;
    pnd_semantic_counter_free(s->counter);
    pnd_plane_u8_clear(&s->gt_classes);
    pnd_plane_u8_clear(&s->mapped);
    free(s);
}

pnd_status semantic_scratch_create(void **out, void *data, pnd_error *err)
{
    const semantic_state *const state = data;
    scratch *const s = pnd_calloc_array(1, sizeof *s);
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = pnd_semantic_counter_create(
        &s->counter, &state->classes.table,
        state->results.args->boundary ? SEMANTIC_BOUNDARY_RATIO : 0, err);
    if (status != PND_OK) {
        semantic_scratch_free(s);
        return status;
    }
    *out = s;
    return PND_OK;
}

/* ---- ground truth */

static pnd_status read_hashed(eval_image **out, eval_planes *planes, eval_sha256 digest,
                              const char *path, pnd_error *err)
{
    const pnd_status status = eval_planes_read(out, planes, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        memcpy(digest, eval_image_sha256(*out), sizeof(eval_sha256));
    return status;
}

static pnd_status load_instances(scratch *s, eval_planes *planes, const char *path,
                                 semantic_frame *out, pnd_error *err)
{
    eval_image *image = NULL;
    const pnd_status status = read_hashed(&image, planes, out->digest[1], path, err);
    return status == PND_OK ? eval_image_u16(&s->instances, image, path, NULL, NULL, err) : status;
}

/* Class ids of an instanceIds image. */
static pnd_status classes_from_instances(scratch *s, const char *path, pnd_error *err)
{
    const pnd_status status =
        pnd_plane_u8_resize(&s->gt_classes, s->instances->width, s->instances->height, err);
    s->gt = &s->gt_classes;
    for (int32_t y = 0; status == PND_OK && y < s->gt->height; y++) {
        const uint16_t *const ids = pnd_plane_u16_row(s->instances, y);
        uint8_t *const row = pnd_plane_u8_row(&s->gt_classes, y);
        for (int32_t x = 0; x < s->gt->width; x++) {
            const int32_t id = pnd_instance_class(ids[x]);
            if (id > PND_MAX_LABEL_ID)
                return pnd_fail(err, PND_EINVAL,
                                "%s: pixel (%d, %d) has the value %d: class %d, expected 0 to %d",
                                path, (int)x, (int)y, ids[x], (int)id, PND_MAX_LABEL_ID);
            row[x] = (uint8_t)id;
        }
    }
    return status;
}

static pnd_status load_ground_truth(scratch *s, eval_planes *planes, const eval_pair *pair,
                                    semantic_frame *out, pnd_error *err)
{
    if (eval_is_instance_ids(pair->gt)) {
        const pnd_status status = load_instances(s, planes, pair->gt, out, err);
        return status == PND_OK ? classes_from_instances(s, pair->gt, err) : status;
    }
    eval_image *image = NULL;
    pnd_status status = read_hashed(&image, planes, out->digest[0], pair->gt, err);
    if (status == PND_OK)
        status = eval_image_u8(&s->gt, image, pair->gt, NULL, NULL, err);
    if (status == PND_OK && pair->instances != NULL)
        status = load_instances(s, planes, pair->instances, out, err);
    return status;
}

/* ---- prediction */

/* trainIds to label ids; 255 becomes unlabeled. */
static pnd_status map_train_ids(pnd_plane_u8 *out, const pnd_plane_u8 *image, const char *name,
                                pnd_error *err)
{
    const pnd_status status = pnd_plane_u8_resize(out, image->width, image->height, err);
    for (int32_t y = 0; status == PND_OK && y < image->height; y++) {
        const uint8_t *const from = pnd_plane_u8_row(image, y);
        uint8_t *const to = pnd_plane_u8_row(out, y);
        for (int32_t x = 0; x < image->width; x++) {
            const pnd_label *const label = pnd_label_by_train_id(from[x]);
            if (label == NULL && from[x] != 255)
                return pnd_fail_hint(err, PND_EINVAL, "are they label ids? --pred-ids label",
                                     "%s: pixel (%d, %d) has the value %d, expected a trainId of "
                                     "0 to 18, or 255",
                                     name, (int)x, (int)y, from[x]);
            to[x] = (uint8_t)(label == NULL ? 0 : label->id);
        }
    }
    return status;
}

static void advise_palette(pnd_error *err, const pnd_buffer *file)
{
    pnd_png_info info;
    if (pnd_png_read_info(&info, file->data, file->size, "", NULL) == PND_OK &&
        info.color_type == 3)
        (void)snprintf(err->hint, sizeof err->hint,
                       "--palette-as-index takes its indices as the labels");
}

static pnd_status load_prediction(scratch *s, eval_planes *planes, const semantic_args *args,
                                  const char *path, semantic_frame *out, pnd_error *err)
{
    const pnd_png_options options = {.struct_size = sizeof options,
                                     .palette_as_index = args->palette_as_index,
                                     .lenient = args->lenient_png};
    pnd_png_notes notes = {0};
    eval_image *image = NULL;
    pnd_status status = eval_planes_read(&image, planes, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = eval_image_u8(&s->pred, image, path, &options, &notes, err);
    if (status == PND_EUNSUPPORTED)
        advise_palette(err, eval_image_bytes(image));
    if (status != PND_OK)
        return status;
    out->trailing_bytes = notes.trailing_bytes;
    out->missing_end = notes.missing_end;
    out->extra_data = notes.extra_data;
    if (args->pred_ids != SEMANTIC_IDS_TRAIN)
        return PND_OK;
    status = map_train_ids(&s->mapped, s->pred, path, err);
    s->pred = &s->mapped;
    return status;
}

static bool holds_255(const pnd_plane_u8 *image)
{
    for (int32_t y = 0; y < image->height; y++)
        if (memchr(pnd_plane_u8_row(image, y), 255, (size_t)image->width) != NULL)
            return true;
    return false;
}

/* ---- one image */

/* The counter's results are gone with the next image; keep them in one block. */
static pnd_status keep(semantic_frame *out, const pnd_semantic_image *image, pnd_error *err)
{
    const size_t confusion_size =
        SEMANTIC_N_CLASSES * SEMANTIC_N_CLASSES * sizeof *image->confusion;
    const size_t boundary_size =
        image->boundary == NULL ? 0 : SEMANTIC_N_CLASSES * sizeof *image->boundary;
    const size_t instances_size = image->n_instances * sizeof *image->instances;
    char *const block = pnd_alloc_array(confusion_size + boundary_size + instances_size, 1);
    if (block == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    char *const boundary = block + confusion_size, *const instances = boundary + boundary_size;
    memcpy(block, image->confusion, confusion_size);
    if (boundary_size > 0)
        memcpy(boundary, image->boundary, boundary_size);
    if (instances_size > 0)
        memcpy(instances, image->instances, instances_size);
    out->block = block;
    out->image = (pnd_semantic_image){
        .confusion = (const int64_t *)(const void *)block,
        .instances = (const pnd_semantic_instance *)(const void *)instances,
        .n_instances = image->n_instances,
        .has_instances = image->has_instances,
        .boundary =
            boundary_size > 0 ? (const pnd_semantic_boundary *)(const void *)boundary : NULL,
    };
    out->scored = true;
    return PND_OK;
}

static pnd_status count(semantic_frame *out, scratch *s, const eval_pair *pair, pnd_error *err)
{
    pnd_semantic_image image;
    pnd_error why = {0};
    const pnd_view_u16 instances =
        pair->instances != NULL ? pnd_plane_u16_view(s->instances) : (pnd_view_u16){0};
    const pnd_status status =
        pnd_semantic_count(&image, s->counter, pnd_plane_u8_view(s->gt), pnd_plane_u8_view(s->pred),
                           instances, pair->gt, pair->pred, pair->instances, &why);
    if (status == PND_OK)
        return keep(out, &image, err);
    if (status == PND_EINVAL && holds_255(s->pred))
        return pnd_fail_hint(err, status, "if these are trainIds: --pred-ids train", "%s",
                             why.message);
    *err = why;
    return status;
}

pnd_status semantic_frame_score(const void *data, size_t index, void *scratch_data,
                                eval_planes *planes, pnd_error *err)
{
    const semantic_state *const state = data;
    scratch *const s = scratch_data;
    const eval_pair *const pair = &state->pairs.items[index];
    semantic_frame *const out = &state->results.frames[index];
    if (pair->pred == NULL)
        return pnd_fail(err, PND_EMISMATCH, "%s: no label image of %s", state->pairs.folder,
                        pair->key);
    pnd_status status = load_ground_truth(s, planes, pair, out, err);
    if (status == PND_OK)
        status = load_prediction(s, planes, state->results.args, pair->pred, out, err);
    return status == PND_OK ? count(out, s, pair, err) : status;
}

void semantic_frames_free(semantic_frame *frames, size_t n)
{
    for (size_t i = 0; frames != NULL && i < n; i++)
        free(frames[i].block);
    free(frames);
}
