/* SPDX-License-Identifier: Apache-2.0 */
/* One frame at a time per thread: load, count pairs, fuse the depths of matched segments. */
#include "eval_joint.h"

#include <panodepth/alloc.h>
#include <panodepth/backend.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One side of the fusion. Id 0 is void to it, and 0 is road to us: ids are moved by one. */
typedef struct fused_side {
    pnd_plane_u32 ids;
    pnd_plane_f32 metres;
    pnd_segment_depths depths;
} fused_side;

typedef struct scratch {
    joint_images images;
    pnd_video_counter *counter;
    pnd_video_matcher *matcher;
    pnd_backend *backend;
    fused_side gt, pred;
} scratch;

static void clear_side(fused_side *side)
{
    pnd_plane_u32_clear(&side->ids);
    pnd_plane_f32_clear(&side->metres);
    pnd_segment_depths_clear(&side->depths);
}

void joint_scratch_free(void *data)
{
    scratch *const s = data;
    joint_images_clear(&s->images);
    pnd_video_counter_free(s->counter);
    pnd_video_matcher_free(s->matcher);
    pnd_backend_free(s->backend);
    clear_side(&s->gt);
    clear_side(&s->pred);
    free(s);
}

pnd_status joint_scratch_create(void **out, void *data, pnd_error *err)
{
    const pnd_backend_options options = {
        .struct_size = sizeof options, .kind = PND_BACKEND_CPU, .threads = 1};
    const joint_inputs *const inputs = &((const joint_state *)data)->inputs;
    scratch *const s = pnd_calloc_array(1, sizeof *s);
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = pnd_video_counter_create(&s->counter, JOINT_N_CLASSES, inputs->lambdas,
                                                 inputs->n_lambdas, err);
    if (status == PND_OK)
        status = pnd_video_matcher_create(&s->matcher, JOINT_N_CLASSES, err);
    if (status == PND_OK)
        status = pnd_backend_create(&s->backend, &options, err);
    if (status != PND_OK)
        joint_scratch_free(s);
    else
        *out = s;
    return status;
}

/* ---- one depth per matched segment */

static int compare_ids(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The segments of `wanted` (sorted) alone; all else is void to the fusion, and costs nothing. */
static pnd_status select_segments(fused_side *side, const pnd_plane_u32 *ids,
                                  const pnd_plane_u16 *codes, const uint32_t *wanted, size_t n,
                                  pnd_error *err)
{
    pnd_status status = pnd_plane_u32_resize(&side->ids, ids->width, ids->height, err);
    if (status == PND_OK)
        status = pnd_plane_f32_resize(&side->metres, ids->width, ids->height, err);
    uint32_t last = 0, moved = 0;
    bool first = true;
    for (int32_t y = 0; status == PND_OK && y < ids->height; y++) {
        const uint32_t *const from = pnd_plane_u32_row(ids, y);
        const uint16_t *const code = pnd_plane_u16_row(codes, y);
        uint32_t *const to = pnd_plane_u32_row(&side->ids, y);
        float *const metres = pnd_plane_f32_row(&side->metres, y);
        for (int32_t x = 0; x < ids->width; x++) {
            if (first || from[x] != last)
                moved = bsearch(&from[x], wanted, n, sizeof *wanted, compare_ids) != NULL
                            ? from[x] + 1
                            : 0;
            first = false;
            last = from[x];
            to[x] = moved;
            metres[x] = (float)code[x] / 256.0f; /* exact */
        }
    }
    return status;
}

static pnd_status fuse_side(fused_side *side, scratch *s, const pnd_plane_u32 *ids,
                            const pnd_plane_u16 *codes, uint32_t *wanted, size_t n, pnd_error *err)
{
    qsort(wanted, n, sizeof *wanted, compare_ids);
    const pnd_status status = select_segments(side, ids, codes, wanted, n, err);
    return status == PND_OK
               ? pnd_fuse_depth(&side->depths, s->backend, pnd_plane_u32_view(&side->ids),
                                pnd_plane_f32_view(&side->metres), NULL, err)
               : status;
}

static pnd_status fuse_both(scratch *s, const joint_frame *frame, pnd_error *err)
{
    const size_t n = frame->n_matches;
    uint32_t *const wanted = pnd_alloc_array(2 * n, sizeof *wanted);
    if (wanted == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu matches", n);
    for (size_t i = 0; i < n; i++) {
        wanted[i] = frame->matches[i].gt_id;
        wanted[n + i] = frame->matches[i].pred_id;
    }
    pnd_status status = fuse_side(&s->gt, s, &s->images.gt, &s->images.gt_depth, wanted, n, err);
    if (status == PND_OK)
        status = fuse_side(&s->pred, s, &s->images.pred, &s->images.pred_depth, wanted + n, n, err);
    free(wanted);
    return status;
}

static void put_depths(pnd_segment_match *match, const scratch *s, pnd_fuse_rule rule)
{
    const pnd_segment_depth *const gt = pnd_segment_depths_find(&s->gt.depths, match->gt_id + 1);
    const pnd_segment_depth *const pred =
        pnd_segment_depths_find(&s->pred.depths, match->pred_id + 1);
    match->gt_m = pnd_segment_depth_by(gt, rule);
    match->pred_m = pnd_segment_depth_by(pred, rule);
    match->gt_area = gt->area_px;
    match->gt_valid = gt->n_valid;
    match->pred_area = pred->area_px;
    match->pred_valid = pred->n_valid;
}

static pnd_status match_segments(joint_frame *out, scratch *s, pnd_fuse_rule rule, pnd_error *err)
{
    pnd_pq_image image;
    pnd_status status =
        pnd_video_match(&image, s->matcher, &out->table, 1, PND_VIDEO_ANY_DEPTH, err);
    if (status != PND_OK || image.n_matches == 0)
        return status;
    out->matches = pnd_calloc_array(image.n_matches, sizeof *out->matches);
    if (out->matches == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu matches", image.n_matches);
    out->n_matches = image.n_matches;
    for (size_t i = 0; i < image.n_matches; i++)
        out->matches[i] = (pnd_segment_match){.category = image.matches[i].category,
                                              .gt_id = image.matches[i].gt_id,
                                              .pred_id = image.matches[i].pred_id,
                                              .iou = image.matches[i].iou};
    status = fuse_both(s, out, err);
    for (size_t i = 0; status == PND_OK && i < out->n_matches; i++)
        put_depths(&out->matches[i], s, rule);
    return status;
}

/* ---- one frame */

pnd_status joint_frame_score(const void *data, size_t index, void *scratch_data,
                             eval_planes *planes, pnd_error *err)
{
    const joint_state *const state = data;
    scratch *const s = scratch_data;
    const joint_source *const source = &state->inputs.frames[index];
    joint_frame *const out = &state->results.frames[index];
    const char *const missing = joint_missing_part(source);
    if (missing != NULL)
        return pnd_fail(err, PND_EMISMATCH, "%s: no %s", source->key, missing);
    pnd_status status =
        joint_images_load(&s->images, &out->notes, planes, &state->inputs, source, err);
    if (status != PND_OK)
        return status;
    const pnd_video_frame images = {
        pnd_plane_u32_view(&s->images.gt), pnd_plane_u32_view(&s->images.pred),
        pnd_plane_u16_view(&s->images.gt_depth), pnd_plane_u16_view(&s->images.pred_depth)};
    status = pnd_video_count(&out->table, s->counter, &images, source->key, err);
    if (status == PND_OK)
        status = match_segments(out, s, (pnd_fuse_rule)state->results.args->fuse, err);
    out->scored = status == PND_OK;
    return status;
}

void joint_frames_free(joint_frame *frames, size_t n)
{
    for (size_t i = 0; frames != NULL && i < n; i++) {
        pnd_video_table_clear(&frames[i].table);
        free(frames[i].matches);
    }
    free(frames);
}
