/* SPDX-License-Identifier: Apache-2.0 */
/* One image at a time per thread: read its ground truth and its predictions, match. */
#include "eval_instance.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>
#include <panodepth/png.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEXT_BYTES = 16 << 20 };

typedef struct scratch {
    const instance_state *state;
    pnd_instance_matcher *matcher;
    pnd_buffer file; /* text and masks, which no other task reads */
    pnd_plane_u8 mask;
    pnd_plane_u32 ids;
    instance_list list;
    pnd_instance_segment *segments;
    size_t n_segments;
} scratch;

void instance_scratch_free(void *data)
{
    scratch *const s = data;
    pnd_instance_matcher_free(s->matcher);
    pnd_buffer_clear(&s->file);
    pnd_plane_u8_clear(&s->mask);
    pnd_plane_u32_clear(&s->ids);
    instance_list_clear(&s->list);
    free(s->segments);
    free(s);
}

static bool is_scored(const pnd_label *label)
{
    return label->has_instances && !label->ignore_in_eval;
}

pnd_status instance_scratch_create(void **out, void *state, pnd_error *err)
{
    pnd_instance_rule classes[INSTANCE_N_CLASSES];
    for (int32_t id = 0; id < INSTANCE_N_CLASSES; id++) {
        const pnd_label *const label = pnd_label_by_id(id);
        classes[id] = (pnd_instance_rule){is_scored(label), label->ignore_in_eval};
    }
    scratch *const s = pnd_calloc_array(1, sizeof *s);
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    s->state = state;
    const pnd_status status =
        pnd_instance_matcher_create(&s->matcher, classes, INSTANCE_N_CLASSES, err);
    if (status != PND_OK) {
        instance_scratch_free(s);
        return status;
    }
    *out = s;
    return PND_OK;
}

/* The label a prediction means, or NULL when there is no such label. */
static const pnd_label *label_of(const scratch *s, int64_t id, instance_frame *out)
{
    if (id < -1 || id > PND_MAX_LABEL_ID)
        return NULL;
    const pnd_label *const label = s->state->results.args->pred_ids == INSTANCE_IDS_TRAIN
                                       ? pnd_label_by_train_id((int32_t)id)
                                       : pnd_label_by_id((int32_t)id);
    if (label != NULL && label->id >= 0)
        out->met_labels |= UINT64_C(1) << label->id;
    out->other_labels += label != NULL && !is_scored(label);
    return label;
}

static const char *space_name(const scratch *s)
{
    return s->state->results.args->pred_ids == INSTANCE_IDS_TRAIN ? "trainId (0 to 18)"
                                                                  : "label id (-1 to 33)";
}

/* ---- text and masks */

/* Where the text file is, below the folder of all predictions. */
static char *folder_within(const char *root, const char *path)
{
    const char *at = path + strlen(root);
    const char *const slash = strrchr(path, '/');
    while (*at == '/')
        at++;
    return slash == NULL || slash < at ? pnd_strdup("")
                                       : pnd_strdup_printf("%.*s", (int)(slash - at), at);
}

static pnd_status parse_list(scratch *s, const char *path, pnd_error *err)
{
    pnd_status status = pnd_file_read(&s->file, path, MAX_TEXT_BYTES, err);
    if (status != PND_OK)
        return status;
    char *const folder = folder_within(s->state->inputs.pairs.folder, path);
    if (folder == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    status =
        instance_list_parse(&s->list, pnd_buffer_text(&s->file), s->file.size, folder, path, err);
    free(folder);
    return status;
}

static pnd_status add_mask(scratch *s, const instance_line *line, int32_t class_id,
                           const char *path, pnd_error *err)
{
    pnd_error inner = {0};
    const char *const root = s->state->inputs.pairs.folder;
    pnd_status status =
        pnd_file_read_beneath(&s->file, root, line->path, PND_MAX_IMAGE_BYTES, &inner);
    if (status == PND_OK)
        status =
            pnd_png_decode_u8(&s->mask, s->file.data, s->file.size, line->path, NULL, NULL, &inner);
    if (status == PND_OK)
        status = pnd_instance_add_mask(s->matcher, pnd_plane_u8_view(&s->mask), class_id,
                                       line->confidence, line->path, &inner);
    if (status != PND_OK)
        return pnd_fail_hint(err, status, inner.hint, "%s: %s", path, inner.message);
    return PND_OK;
}

static pnd_status add_masks(scratch *s, const char *path, instance_frame *out, pnd_error *err)
{
    pnd_status status = parse_list(s, path, err);
    for (size_t i = 0; i < s->list.n && status == PND_OK; i++) {
        const instance_line *const line = &s->list.lines[i];
        const pnd_label *const label = label_of(s, line->label, out);
        if (label == NULL)
            return pnd_fail(err, PND_EFORMAT, "%s: mask %s: %d is no %s", path, line->path,
                            (int)line->label, space_name(s));
        if (is_scored(label))
            status = add_mask(s, line, label->id, path, err);
    }
    return status;
}

/* ---- panoptic predictions */

static pnd_status convert_segments(scratch *s, const pnd_annotation *annotation,
                                   instance_frame *out, pnd_error *err)
{
    const size_t n = annotation->n_segments;
    if (s->n_segments < n || s->segments == NULL) {
        pnd_instance_segment *const more = pnd_realloc_array(s->segments, n, sizeof *s->segments);
        if (more == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        s->segments = more;
        s->n_segments = n;
    }
    for (size_t i = 0; i < n; i++) {
        const pnd_segment_info *const info = &annotation->segments[i];
        const pnd_label *const label = label_of(s, info->category_id, out);
        if (label == NULL)
            return pnd_fail(err, PND_EFORMAT, "%s: image %s: category_id %d is no %s",
                            s->state->results.args->pred_json, annotation->image_id,
                            (int)info->category_id, space_name(s));
        s->segments[i] = (pnd_instance_segment){info->id, is_scored(label) ? label->id : -1,
                                                isnan(info->score) ? 1.0 : info->score};
        out->without_score += is_scored(label) && isnan(info->score);
    }
    return PND_OK;
}

static pnd_status ids_of_bytes(pnd_plane_u32 *out, const pnd_plane_rgb8 *rgb, pnd_error *err)
{
    const pnd_status status = pnd_plane_u32_resize(out, rgb->width, rgb->height, err);
    for (int32_t y = 0; status == PND_OK && y < rgb->height; y++) {
        const uint8_t *pixel = pnd_plane_rgb8_row(rgb, y);
        uint32_t *const to = pnd_plane_u32_row(out, y);
        for (int32_t x = 0; x < rgb->width; x++, pixel += 3)
            to[x] = pixel[0] | (uint32_t)pixel[1] << 8 | (uint32_t)pixel[2] << 16;
    }
    return status;
}

static pnd_status load_ids(scratch *s, eval_planes *planes, const char *name, pnd_error *err)
{
    eval_image *image = NULL;
    const pnd_plane_rgb8 *rgb = NULL;
    pnd_status status = eval_planes_read_beneath(&image, planes, s->state->inputs.set_dir, name,
                                                 PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = eval_image_ids(&rgb, image, name, NULL, NULL, err);
    return status == PND_OK ? ids_of_bytes(&s->ids, rgb, err) : status;
}

static pnd_status add_panoptic(scratch *s, eval_planes *planes, const pnd_annotation *annotation,
                               instance_frame *out, pnd_error *err)
{
    pnd_error inner = {0};
    const char *const name = annotation->file_name;
    pnd_status status = convert_segments(s, annotation, out, err);
    if (status != PND_OK)
        return status;
    status = load_ids(s, planes, name, &inner);
    if (status == PND_OK)
        status = pnd_instance_add_segments(s->matcher, pnd_plane_u32_view(&s->ids), s->segments,
                                           annotation->n_segments, name, &inner);
    if (status != PND_OK)
        return pnd_fail_hint(err, status, inner.hint, "%s: image %s: %s",
                             s->state->results.args->pred_json, annotation->image_id,
                             inner.message);
    return PND_OK;
}

/* ---- one image */

static pnd_status load_ground_truth(scratch *s, eval_planes *planes, const char *path,
                                    instance_frame *out, pnd_error *err)
{
    eval_image *image = NULL;
    const pnd_plane_u16 *gt = NULL;
    pnd_status status = eval_planes_read(&image, planes, path, PND_MAX_IMAGE_BYTES, err);
    if (status != PND_OK)
        return status;
    memcpy(out->digest, eval_image_sha256(image), sizeof out->digest);
    status = eval_image_u16(&gt, image, path, NULL, NULL, err);
    return status == PND_OK ? pnd_instance_begin(s->matcher, pnd_plane_u16_view(gt), path, err)
                            : status;
}

static void *append(char **at, const void *items, size_t n, size_t size)
{
    void *const copy = *at;
    if (n > 0)
        memcpy(copy, items, n * size);
    *at += n * size;
    return copy;
}

/* The matcher's results are gone with the next image; keep them in one block. */
static pnd_status keep(instance_frame *out, const pnd_instance_image *image, pnd_error *err)
{
    const size_t size = image->n_truths * sizeof *image->truths +
                        image->n_guesses * sizeof *image->guesses +
                        image->n_overlaps * sizeof *image->overlaps;
    char *const block = pnd_alloc_array(size, 1);
    char *at = block;
    if (block == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    out->block = block;
    out->image = *image;
    out->image.guesses = append(&at, image->guesses, image->n_guesses, sizeof *image->guesses);
    out->image.truths = append(&at, image->truths, image->n_truths, sizeof *image->truths);
    out->image.overlaps = append(&at, image->overlaps, image->n_overlaps, sizeof *image->overlaps);
    out->scored = true;
    return PND_OK;
}

pnd_status instance_frame_score(const void *data, size_t index, void *scratch_data,
                                eval_planes *planes, pnd_error *err)
{
    const instance_state *const state = data;
    const instance_inputs *const in = &state->inputs;
    scratch *const s = scratch_data;
    const eval_pair *const pair = &in->pairs.items[index];
    instance_frame *const out = &state->results.frames[index];
    if (pair->pred == NULL)
        return pnd_fail(err, PND_EMISMATCH, "%s: no prediction of %s", in->pairs.folder, pair->key);
    const instance_args *const args = state->results.args;
    pnd_status status = load_ground_truth(s, planes, pair->gt, out, err);
    if (status == PND_OK && args->distance)
        status = instance_measure(s->matcher, planes, out->near_digest, args, pair->key, err);
    if (status == PND_OK)
        status = in->partners != NULL ? add_panoptic(s, planes, in->partners[index], out, err)
                                      : add_masks(s, pair->pred, out, err);
    if (status != PND_OK)
        return status;
    const pnd_instance_image image = pnd_instance_end(s->matcher);
    return keep(out, &image, err);
}

void instance_frames_free(instance_frame *frames, size_t n)
{
    for (size_t i = 0; frames != NULL && i < n; i++)
        free(frames[i].block);
    free(frames);
}
