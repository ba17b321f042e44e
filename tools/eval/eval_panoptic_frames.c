/* SPDX-License-Identifier: Apache-2.0 */
/* One pair of images at a time per thread: read, hash, decode, match, keep the tallies. */
#include "eval_panoptic.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

/* One image of a pair; memory is kept from frame to frame. */
typedef struct side {
    const pnd_plane_rgb8 *pixels;    /* borrowed */
    pnd_plane_rgb8 decoded, resized; /* decoded: of an image without a JSON */
    panoptic_decoder decoder;
    pnd_segment *segments;
    size_t n, capacity;
} side;

typedef struct scratch {
    pnd_pq_matcher *matcher;
    side gt, pred;
} scratch;

static void clear_side(side *s)
{
    pnd_plane_rgb8_clear(&s->decoded);
    pnd_plane_rgb8_clear(&s->resized);
    panoptic_decoder_clear(&s->decoder);
    free(s->segments);
}

void panoptic_scratch_free(void *data)
{
    scratch *const s = data;
    pnd_pq_matcher_free(s->matcher);
    clear_side(&s->gt);
    clear_side(&s->pred);
    free(s);
}

pnd_status panoptic_scratch_create(void **out, void *data, pnd_error *err)
{
    const panoptic_state *const state = data;
    scratch *const s = pnd_calloc_array(1, sizeof *s);
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status =
        pnd_pq_matcher_create(&s->matcher, state->inputs.categories, state->inputs.n_categories,
                              state->results.parity, err);
    if (status != PND_OK)
        panoptic_scratch_free(s);
    else
        *out = s;
    return status;
}

static pnd_status decode_form(side *s, const panoptic_form *form, eval_image *image,
                              const char *name, const pnd_png_options *options,
                              pnd_png_notes *notes, pnd_error *err)
{
    if (!form->is_alone)
        return eval_image_ids(&s->pixels, image, name, options, notes, err);
    s->pixels = &s->decoded;
    return panoptic_decode(&s->decoder, &s->decoded, form, eval_image_bytes(image), name, options,
                           notes, err);
}

/* The matcher takes the bytes of the PNG. */
static pnd_status decode(side *s, const panoptic_form *form, eval_image *image, const char *name,
                         const panoptic_args *args, panoptic_frame *out, pnd_error *err)
{
    const pnd_png_options options = {.struct_size = sizeof options,
                                     .allow_alpha = args->parity == PND_PQ_STRICT,
                                     .lenient = args->lenient_png};
    pnd_png_notes notes = {0};
    const pnd_status status = decode_form(s, form, image, name, &options, &notes, err);
    out->alpha_dropped += notes.alpha_dropped;
    out->trailing_bytes += notes.trailing_bytes;
    out->missing_end += notes.missing_end;
    out->extra_data += notes.extra_data;
    if (status == PND_EUNSUPPORTED)
        panoptic_advise_kind(err, form, eval_image_bytes(image));
    return status;
}

static pnd_status convert_segments(side *s, const pnd_annotation *annotation, pnd_error *err)
{
    const size_t n = annotation->n_segments;
    if (n > s->capacity) {
        pnd_segment *const segments = pnd_realloc_array(s->segments, n, sizeof *segments);
        if (segments == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n);
        s->segments = segments;
        s->capacity = n;
    }
    s->n = n;
    for (size_t i = 0; i < n; i++) {
        const pnd_segment_info *const info = &annotation->segments[i];
        s->segments[i] = (pnd_segment){info->id, info->category_id, info->is_crowd,
                                       info->area == -1 ? PND_PQ_NO_AREA : info->area};
    }
    return PND_OK;
}

/* A name that must not be opened is a fault of the JSON: say which JSON and which image. */
static pnd_status read_named(eval_image **out, eval_planes *planes, const char *json,
                             const char *dir, const pnd_annotation *annotation, pnd_error *err)
{
    pnd_error inner = {0};
    const pnd_status status = eval_planes_read_beneath(out, planes, dir, annotation->file_name,
                                                       PND_MAX_IMAGE_BYTES, &inner);
    if (status == PND_EINVAL)
        return pnd_fail_hint(err, status, inner.hint, "%s: image %s: %s", json,
                             annotation->image_id, inner.message);
    *err = inner;
    return status;
}

/* An image whose PNG says everything; its annotation names the path. */
static pnd_status load_alone(side *s, eval_image **image, eval_planes *planes,
                             const panoptic_form *form, const char *path, const panoptic_args *args,
                             panoptic_frame *out, pnd_error *err)
{
    pnd_status status = eval_planes_read(image, planes, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = decode(s, form, *image, path, args, out, err);
    const pnd_annotation found = {.segments = s->decoder.segments, .n_segments = s->decoder.n};
    return status == PND_OK ? convert_segments(s, &found, err) : status;
}

/* What the two sides of a pair differ in. */
typedef struct source {
    const panoptic_form *form;
    const char *json, *dir;
} source;

static pnd_status load_listed(side *s, eval_image **image, eval_planes *planes, const source *from,
                              const pnd_annotation *annotation, const panoptic_args *args,
                              panoptic_frame *out, pnd_error *err)
{
    pnd_status status = read_named(image, planes, from->json, from->dir, annotation, err);
    if (status != PND_OK)
        return status;
    char *const name = pnd_strdup_printf("%s/%s", from->dir, annotation->file_name);
    if (name == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    status = decode(s, from->form, *image, name, args, out, err);
    if (status == PND_OK)
        status = convert_segments(s, annotation, err);
    if (status == PND_OK)
        status = panoptic_map_categories(from->form, s->segments, s->n, name, err);
    free(name);
    return status;
}

/* `digest` may be NULL. */
static pnd_status load_side(side *s, eval_planes *planes, const source *from,
                            const pnd_annotation *annotation, const panoptic_args *args,
                            panoptic_frame *out, char *digest, pnd_error *err)
{
    eval_image *image = NULL;
    const pnd_status status =
        from->form->is_alone
            ? load_alone(s, &image, planes, from->form, annotation->file_name, args, out, err)
            : load_listed(s, &image, planes, from, annotation, args, out, err);
    if (status == PND_OK && digest != NULL)
        memcpy(digest, eval_image_sha256(image), PND_SHA256_TEXT_SIZE);
    return status;
}

/* The matcher's results are gone with the next image; keep them in one block. */
static pnd_status keep(panoptic_match *out, const pnd_pq_image *image, pnd_error *err)
{
    const size_t counts_size = image->n_categories * sizeof *image->counts;
    const size_t dagger_size = image->n_categories * sizeof *image->dagger;
    const size_t matches_size = image->n_matches * sizeof *image->matches;
    char *const block = pnd_alloc_array(counts_size + dagger_size + matches_size, 1);
    if (block == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    char *const dagger = block + counts_size, *const matches = dagger + dagger_size;
    memcpy(block, image->counts, counts_size);
    memcpy(dagger, image->dagger, dagger_size);
    if (matches_size > 0)
        memcpy(matches, image->matches, matches_size);
    out->block = block;
    out->image = *image;
    out->image.counts = (const pnd_pq_count *)(const void *)block;
    out->image.dagger = (const pnd_pq_dagger *)(const void *)dagger;
    out->image.matches = (const pnd_pq_true_positive *)(const void *)matches;
    return PND_OK;
}

static pnd_panoptic view_side(const side *s)
{
    return (pnd_panoptic){
        .rgb = pnd_plane_rgb8_view(s->pixels), .segments = s->segments, .n_segments = s->n};
}

/* The prediction at the size of the ground truth, resampled when that was asked for; sizes that
 * still differ are the matcher's affair. */
static pnd_status fit(pnd_panoptic *pred, side *s, const side *gt, const panoptic_args *args,
                      panoptic_frame *out, pnd_error *err)
{
    const int32_t width = gt->pixels->width, height = gt->pixels->height;
    *pred = view_side(s);
    if (args->resize == PANOPTIC_RESIZE_NONE ||
        (s->pixels->width == width && s->pixels->height == height))
        return PND_OK;
    pnd_status status = pnd_plane_rgb8_resize(&s->resized, width, height, err);
    if (status == PND_OK)
        status =
            panoptic_resize(&s->resized, pred->rgb, s->segments, &s->n, &out->segments_lost, err);
    out->resized++;
    *pred = view_side(s);
    pred->rgb = pnd_plane_rgb8_view(&s->resized);
    return status;
}

static pnd_status find_errors(panoptic_frame *out, pnd_pq_matcher *matcher, pnd_error *err)
{
    pnd_pq_image_errors errors;
    const pnd_status status = pnd_pq_find_errors(&errors, matcher, PND_PQ_SMALL_AREA, err);
    return status == PND_OK ? panoptic_keep_errors(out, &errors, err) : status;
}

/* Each kind of match replaces the results of the one before it, so what is wanted is kept. */
static pnd_status match(panoptic_frame *out, const scratch *s, const panoptic_args *args,
                        const pnd_panoptic *gt, const pnd_panoptic *pred, const char *name,
                        pnd_error *err)
{
    pnd_pq_image image;
    pnd_status status = pnd_pq_match(&image, s->matcher, gt, pred, name, err);
    if (status == PND_OK)
        status = keep(&out->mask, &image, err);
    if (status == PND_OK && args->errors)
        status = find_errors(out, s->matcher, err);
    if (status != PND_OK || !args->boundary)
        return status;
    status = pnd_pq_match_boundary(&image, s->matcher, gt, pred, PND_PQ_BOUNDARY_RATIO, name, err);
    return status == PND_OK ? keep(&out->boundary, &image, err) : status;
}

pnd_status panoptic_frame_score(const void *data, size_t index, void *scratch_data,
                                eval_planes *planes, pnd_error *err)
{
    const panoptic_state *const state = data;
    const panoptic_inputs *const in = &state->inputs;
    const panoptic_args *const args = state->results.args;
    scratch *const s = scratch_data;
    const pnd_annotation *const gt = &in->gt.annotations[index];
    const pnd_annotation *const pred = in->partners[index];
    panoptic_frame *const out = &state->results.frames[index];
    if (pred == NULL)
        return pnd_fail(err, PND_EMISMATCH, "%s: no prediction for image %s", in->pred_json,
                        gt->image_id);
    const source gt_source = {&in->gt_form, in->gt_json, in->gt_dir};
    const source pred_source = {&in->pred_form, in->pred_json, in->pred_dir};
    pnd_status status = load_side(&s->gt, planes, &gt_source, gt, args, out, out->gt_digest, err);
    if (status == PND_OK)
        status = load_side(&s->pred, planes, &pred_source, pred, args, out, NULL, err);
    out->pred_classes = s->pred.decoder.classes;
    if (status != PND_OK)
        return status;
    const pnd_panoptic gt_view = view_side(&s->gt);
    pnd_panoptic pred_view;
    status = fit(&pred_view, &s->pred, &s->gt, args, out, err);
    if (status == PND_OK)
        status = match(out, s, args, &gt_view, &pred_view, gt->image_id, err);
    out->scored = status == PND_OK;
    return status;
}

void panoptic_frames_free(panoptic_frame *frames, size_t n)
{
    for (size_t i = 0; frames != NULL && i < n; i++) {
        free(frames[i].mask.block);
        free(frames[i].boundary.block);
        free(frames[i].errors);
    }
    free(frames);
}
