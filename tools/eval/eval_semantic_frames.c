/* SPDX-License-Identifier: Apache-2.0 */
/* One image at a time per thread: read, hash and decode each file once, count. */
#include "eval_semantic.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>
#include <panodepth/png.h>

#include <stdlib.h>
#include <string.h>

typedef struct scratch {
    pnd_semantic_counter *counter;
    pnd_buffer file;
    pnd_plane_u8 gt, pred;
    pnd_plane_u16 instances;
} scratch;

typedef struct job {
    const semantic_args *args;
    const eval_pairs *pairs;
    const semantic_classes *classes;
    semantic_frame *frames;
    pnd_png_options png;
} job;

static void free_scratch(void *data)
{
    scratch *const s = data;
    pnd_semantic_counter_free(s->counter);
    pnd_buffer_clear(&s->file);
    pnd_plane_u8_clear(&s->gt);
    pnd_plane_u8_clear(&s->pred);
    pnd_plane_u16_clear(&s->instances);
    free(s);
}

static pnd_status create_scratch(void **out, void *context, pnd_error *err)
{
    const job *const j = context;
    scratch *const s = pnd_calloc_array(1, sizeof *s);
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = pnd_semantic_counter_create(
        &s->counter, &j->classes->table, j->args->boundary ? SEMANTIC_BOUNDARY_RATIO : 0, err);
    if (status != PND_OK) {
        free_scratch(s);
        return status;
    }
    *out = s;
    return PND_OK;
}

/* ---- ground truth */

static pnd_status read_hashed(scratch *s, eval_sha256 digest, const char *path, pnd_error *err)
{
    const pnd_status status = pnd_file_read(&s->file, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        pnd_sha256(digest, s->file.data, s->file.size);
    return status;
}

static pnd_status load_instances(scratch *s, const char *path, semantic_frame *out, pnd_error *err)
{
    const pnd_status status = read_hashed(s, out->digest[1], path, err);
    return status == PND_OK ? pnd_png_decode_u16(&s->instances, s->file.data, s->file.size, path,
                                                 NULL, NULL, err)
                            : status;
}

/* Class ids of an instanceIds image. */
static pnd_status classes_from_instances(scratch *s, const char *path, pnd_error *err)
{
    const pnd_status status =
        pnd_plane_u8_resize(&s->gt, s->instances.width, s->instances.height, err);
    for (int32_t y = 0; status == PND_OK && y < s->gt.height; y++) {
        const uint16_t *const ids = pnd_plane_u16_row(&s->instances, y);
        uint8_t *const row = pnd_plane_u8_row(&s->gt, y);
        for (int32_t x = 0; x < s->gt.width; x++) {
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

static pnd_status load_ground_truth(scratch *s, const eval_pair *pair, semantic_frame *out,
                                    pnd_error *err)
{
    if (eval_is_instance_ids(pair->gt)) {
        const pnd_status status = load_instances(s, pair->gt, out, err);
        return status == PND_OK ? classes_from_instances(s, pair->gt, err) : status;
    }
    pnd_status status = read_hashed(s, out->digest[0], pair->gt, err);
    if (status == PND_OK)
        status = pnd_png_decode_u8(&s->gt, s->file.data, s->file.size, pair->gt, NULL, NULL, err);
    if (status == PND_OK && pair->instances != NULL)
        status = load_instances(s, pair->instances, out, err);
    return status;
}

/* ---- prediction */

/* trainIds to label ids in place; 255 becomes unlabeled. */
static pnd_status map_train_ids(pnd_plane_u8 *image, const char *name, pnd_error *err)
{
    for (int32_t y = 0; y < image->height; y++) {
        uint8_t *const row = pnd_plane_u8_row(image, y);
        for (int32_t x = 0; x < image->width; x++) {
            const pnd_label *const label = pnd_label_by_train_id(row[x]);
            if (label == NULL && row[x] != 255)
                return pnd_fail_hint(err, PND_EINVAL, "are they label ids? --pred-ids label",
                                     "%s: pixel (%d, %d) has the value %d, expected a trainId of "
                                     "0 to 18, or 255",
                                     name, (int)x, (int)y, row[x]);
            row[x] = (uint8_t)(label == NULL ? 0 : label->id);
        }
    }
    return PND_OK;
}

static pnd_status load_prediction(scratch *s, const job *j, const char *path, semantic_frame *out,
                                  pnd_error *err)
{
    pnd_png_notes notes = {0};
    pnd_status status = pnd_file_read(&s->file, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status =
            pnd_png_decode_u8(&s->pred, s->file.data, s->file.size, path, &j->png, &notes, err);
    if (status != PND_OK)
        return status;
    out->trailing_bytes = notes.trailing_bytes;
    out->missing_end = notes.missing_end;
    out->extra_data = notes.extra_data;
    return j->args->pred_ids == SEMANTIC_IDS_TRAIN ? map_train_ids(&s->pred, path, err) : PND_OK;
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
        pair->instances != NULL ? pnd_plane_u16_view(&s->instances) : (pnd_view_u16){0};
    const pnd_status status = pnd_semantic_count(&image, s->counter, pnd_plane_u8_view(&s->gt),
                                                 pnd_plane_u8_view(&s->pred), instances, pair->gt,
                                                 pair->pred, pair->instances, &why);
    if (status == PND_OK)
        return keep(out, &image, err);
    if (status == PND_EINVAL && holds_255(&s->pred))
        return pnd_fail_hint(err, status, "if these are trainIds: --pred-ids train", "%s",
                             why.message);
    *err = why;
    return status;
}

static pnd_status run_frame(tool_frame *frame)
{
    const job *const j = frame->context;
    scratch *const s = frame->scratch;
    const eval_pair *const pair = &j->pairs->items[frame->index];
    semantic_frame *const out = &j->frames[frame->index];
    pnd_error *const err = &frame->err;
    if (pair->pred == NULL)
        return pnd_fail(err, PND_EMISMATCH, "%s: no label image of %s", j->pairs->folder,
                        pair->key);
    pnd_status status = load_ground_truth(s, pair, out, err);
    if (status == PND_OK)
        status = load_prediction(s, j, pair->pred, out, err);
    return status == PND_OK ? count(out, s, pair, err) : status;
}

static const char *image_id(const void *context, int32_t index)
{
    const job *const j = context;
    return j->pairs->items[index].key;
}

int semantic_frames_run(semantic_frame *frames, tool *t, const semantic_args *args,
                        const eval_pairs *pairs, const semantic_classes *classes)
{
    job j = {args,
             pairs,
             classes,
             frames,
             {.struct_size = sizeof j.png,
              .palette_as_index = args->palette_as_index,
              .lenient = args->lenient_png}};
    const tool_frame_job frame_job = {
        .n = (int32_t)pairs->n,
        .what = "images",
        .context = &j,
        .run = run_frame,
        .scratch_create = create_scratch,
        .scratch_free = free_scratch,
        .image_id = image_id,
    };
    tool_problems problems = {0};
    const int code = tool_for_each(t, &frame_job, &problems);
    tool_problems_clear(&problems);
    return code;
}

void semantic_frames_free(semantic_frame *frames, size_t n)
{
    for (size_t i = 0; frames != NULL && i < n; i++)
        free(frames[i].block);
    free(frames);
}
