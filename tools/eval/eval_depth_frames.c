/* SPDX-License-Identifier: Apache-2.0 */
/* One frame at a time per thread: ground truth, prediction and mask as samples, score. */
#include "eval_depth.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A thread's own memory. When the thread is done it is kept for its distribution of the ground
 * truth, which is integers: the order of threads does not matter. */
typedef struct scratch {
    struct scratch *next;
    depth_state *state;
    eval_planes *planes; /* of the frame; borrowed */
    pnd_depth_scorer *scorer;
    pnd_plane_u16 metres; /* widened from 8 bits */
    pnd_plane_u8 labels, mask, train_ids;
    double *gt_lut, *pred_lut;
    double fx_baseline, doffs; /* what gt_lut is for; fx_baseline 0: nothing yet */
} scratch;

static double units_per_m(int32_t unit)
{
    static const double units[] = {
        [DEPTH_UNIT_M256] = 256, [DEPTH_UNIT_MM] = 1000, [DEPTH_UNIT_M] = 1};
    return units[unit];
}

const char *depth_unit_name(int32_t unit)
{
    static const char *const names[] = {
        [DEPTH_UNIT_M256] = "m/256", [DEPTH_UNIT_MM] = "mm", [DEPTH_UNIT_M] = "m"};
    return names[unit];
}

/* ---- scratch */

static void free_scratch(scratch *s)
{
    pnd_depth_scorer_free(s->scorer);
    pnd_plane_u16_clear(&s->metres);
    pnd_plane_u8_clear(&s->labels);
    pnd_plane_u8_clear(&s->mask);
    pnd_plane_u8_clear(&s->train_ids);
    free(s->gt_lut);
    free(s->pred_lut);
    free(s);
}

static pnd_status fill_scratch(scratch *s, pnd_error *err)
{
    const depth_args *const args = s->state->results.args;
    s->gt_lut = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *s->gt_lut);
    s->pred_lut = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *s->pred_lut);
    if (s->gt_lut == NULL || s->pred_lut == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (args->gt_depth != NULL)
        pnd_depth_lut_linear(s->gt_lut, units_per_m(args->gt_unit));
    pnd_depth_lut_linear(s->pred_lut, units_per_m(args->pred_unit));
    return pnd_depth_scorer_create(&s->scorer, &s->state->inputs.protocol, err);
}

pnd_status depth_scratch_create(void **out, void *state, pnd_error *err)
{
    scratch *const s = pnd_calloc_array(1, sizeof *s);
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    s->state = state;
    const pnd_status status = fill_scratch(s, err);
    if (status != PND_OK) {
        free_scratch(s);
        return status;
    }
    *out = s;
    return PND_OK;
}

/* ---- ground truth */

static pnd_status read_hashed(eval_image **out, scratch *s, eval_sha256 digest, const char *path,
                              int64_t limit, pnd_error *err)
{
    const pnd_status status = eval_planes_read(out, s->planes, path, limit, err);
    if (status == PND_OK)
        memcpy(digest, eval_image_sha256(*out), sizeof(eval_sha256));
    return status;
}

static char *path_of(const depth_pair *pair, const char *root, const char *fallback,
                     const char *type, const char *suffix, pnd_error *err)
{
    char *const path = pnd_frame_path(&pair->frame, root != NULL ? root : fallback, type, suffix);
    if (path == NULL)
        (void)pnd_fail(err, PND_ENOMEM, "out of memory for a path");
    return path;
}

static pnd_status load_camera(scratch *s, const depth_pair *pair, depth_frame *out, pnd_error *err)
{
    const depth_args *const args = s->state->results.args;
    pnd_camera camera;
    eval_image *file = NULL;
    char *const path = path_of(pair, args->camera_root, args->root, "camera", "_camera.json", err);
    if (path == NULL)
        return PND_ENOMEM;
    pnd_status status = read_hashed(&file, s, out->digest[1], path, PND_MAX_JSON_BYTES, err);
    if (status == PND_OK)
        status = eval_image_camera(&camera, file, path, err);
    free(path);
    if (status != PND_OK)
        return status;
    const double fx_baseline = camera.fx * camera.baseline;
    const bool same = !(fx_baseline < s->fx_baseline || fx_baseline > s->fx_baseline ||
                        camera.doffs < s->doffs || camera.doffs > s->doffs);
    if (!same)
        pnd_depth_lut_disparity(s->gt_lut, fx_baseline, camera.doffs);
    s->fx_baseline = fx_baseline;
    s->doffs = camera.doffs;
    return PND_OK;
}

static pnd_status load_disparity(pnd_depth_samples *gt, scratch *s, const depth_pair *pair,
                                 depth_frame *out, pnd_error *err)
{
    const depth_args *const args = s->state->results.args;
    eval_image *image = NULL;
    const pnd_plane_u16 *disparity = NULL;
    char *const path =
        path_of(pair, args->disparity_root, args->root, "disparity", "_disparity.png", err);
    if (path == NULL)
        return PND_ENOMEM;
    pnd_status status = read_hashed(&image, s, out->digest[0], path, PND_MAX_IMAGE_BYTES, err);
    pnd_png_notes notes = {0};
    if (status == PND_OK)
        status = eval_image_u16(&disparity, image, path, NULL, &notes, err);
    out->trailing_bytes = notes.trailing_bytes;
    free(path);
    if (status == PND_OK)
        status = load_camera(s, pair, out, err);
    if (status == PND_OK)
        *gt = pnd_depth_samples_u16(pnd_plane_u16_view(disparity), s->gt_lut, pair->key);
    return status;
}

static pnd_depth_samples samples_of(const pnd_depth_map *map, const double *lut, const char *name)
{
    if (map->kind == PND_DEPTH_MAP_U16)
        return pnd_depth_samples_u16(pnd_plane_u16_view(&map->samples), lut, name);
    if (map->kind == PND_DEPTH_MAP_F32)
        return pnd_depth_samples_f32(pnd_plane_f32_view(&map->f32), name);
    return pnd_depth_samples_f64(pnd_plane_f64_view(&map->f64), name);
}

static pnd_status load_ground_truth(pnd_depth_samples *gt, scratch *s, const depth_pair *pair,
                                    depth_frame *out, pnd_error *err)
{
    if (pair->gt == NULL)
        return load_disparity(gt, s, pair, out, err);
    eval_image *image = NULL;
    const pnd_depth_map *map = NULL;
    pnd_status status = read_hashed(&image, s, out->digest[0], pair->gt, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = eval_image_depth(&map, image, pair->gt, err);
    if (status == PND_OK)
        *gt = samples_of(map, s->gt_lut, pair->gt);
    return status;
}

/* ---- prediction */

/* Whole metres in 8 bits, grey or RGB with equal channels, as the paper's code saves them. */
static pnd_status widen_whole_metres(scratch *s, eval_image *image, const pnd_png_info *info,
                                     const char *name, pnd_error *err)
{
    const bool is_rgb = info->color_type == 2;
    const pnd_plane_rgb8 *rgb = NULL;
    const pnd_plane_u8 *grey = NULL;
    pnd_status status = is_rgb ? eval_image_rgb8(&rgb, image, name, NULL, NULL, err)
                               : eval_image_u8(&grey, image, name, NULL, NULL, err);
    if (status == PND_OK)
        status = pnd_plane_u16_resize(&s->metres, info->width, info->height, err);
    for (int32_t y = 0; status == PND_OK && y < info->height; y++) {
        const uint8_t *const from = is_rgb ? pnd_plane_rgb8_row(rgb, y) : pnd_plane_u8_row(grey, y);
        uint16_t *const to = pnd_plane_u16_row(&s->metres, y);
        for (int32_t x = 0; x < info->width; x++)
            to[x] = from[is_rgb ? 3 * x : x];
    }
    return status;
}

static bool is_whole_metres(const scratch *s, const eval_image *image, pnd_png_info *info)
{
    const pnd_buffer *const bytes = eval_image_bytes(image);
    return s->state->results.args->pred_unit == DEPTH_UNIT_M && bytes->size > 0 &&
           bytes->data[0] == 0x89 &&
           pnd_png_read_info(info, bytes->data, bytes->size, "", NULL) == PND_OK &&
           info->bit_depth == 8 && (info->color_type == 0 || info->color_type == 2);
}

static int64_t count_saturated(const pnd_depth_map *map)
{
    int64_t count = 0;
    for (int32_t y = 0; map->kind == PND_DEPTH_MAP_U16 && y < map->height; y++) {
        const uint16_t *const row = pnd_plane_u16_row(&map->samples, y);
        for (int32_t x = 0; x < map->width; x++)
            count += row[x] == UINT16_MAX;
    }
    return count;
}

static pnd_status load_prediction(pnd_depth_samples *pred, scratch *s, const depth_pair *pair,
                                  depth_frame *out, pnd_error *err)
{
    pnd_png_info info;
    eval_image *image = NULL;
    const pnd_depth_map *map = NULL;
    pnd_status status = eval_planes_read(&image, s->planes, pair->pred, PND_MAX_IMAGE_BYTES, err);
    if (status != PND_OK)
        return status;
    if (is_whole_metres(s, image, &info)) {
        status = widen_whole_metres(s, image, &info, pair->pred, err);
        *pred = pnd_depth_samples_u16(pnd_plane_u16_view(&s->metres), s->pred_lut, pair->pred);
        return status;
    }
    status = eval_image_depth(&map, image, pair->pred, err);
    if (status != PND_OK)
        return status;
    out->saturated = count_saturated(map);
    *pred = samples_of(map, s->pred_lut, pair->pred);
    return PND_OK;
}

/* ---- labels of gtFine: the mask, and classes to analyse */

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 || errno != ENOENT;
}

/* Labels that only an analysis reads are no part of the score, and not of its digest. */
static pnd_status read_labels(eval_image **out, scratch *s, depth_frame *frame, const char *path,
                              pnd_error *err)
{
    if (s->state->inputs.masked_labels == 0)
        return eval_planes_read(out, s->planes, path, PND_MAX_IMAGE_BYTES, err);
    return read_hashed(out, s, frame->digest[2], path, PND_MAX_IMAGE_BYTES, err);
}

static pnd_status labels_from_instances(const pnd_plane_u8 **out, scratch *s, eval_image *image,
                                        const char *path, pnd_error *err)
{
    const pnd_plane_u16 *instances = NULL;
    pnd_status status = eval_image_u16(&instances, image, path, NULL, NULL, err);
    if (status == PND_OK)
        status = pnd_plane_u8_resize(&s->labels, instances->width, instances->height, err);
    for (int32_t y = 0; status == PND_OK && y < s->labels.height; y++) {
        const uint16_t *const ids = pnd_plane_u16_row(instances, y);
        uint8_t *const row = pnd_plane_u8_row(&s->labels, y);
        for (int32_t x = 0; x < s->labels.width; x++)
            row[x] = (uint8_t)pnd_instance_class(ids[x]);
    }
    *out = &s->labels;
    return status;
}

/* Label ids, of the labelIds image if there is one. */
static pnd_status load_labels(const pnd_plane_u8 **out, scratch *s, const depth_pair *pair,
                              depth_frame *frame, pnd_error *err)
{
    const depth_args *const args = s->state->results.args;
    char *labels = path_of(pair, args->gt_root, args->root, "gtFine", "_gtFine_labelIds.png", err);
    char *instances =
        path_of(pair, args->gt_root, args->root, "gtFine", "_gtFine_instanceIds.png", err);
    pnd_status status = PND_ENOMEM;
    if (labels != NULL && instances != NULL) {
        const bool by_label = exists(labels);
        eval_image *image = NULL;
        status = read_labels(&image, s, frame, by_label ? labels : instances, err);
        if (status == PND_OK)
            status = by_label ? eval_image_u8(out, image, labels, NULL, NULL, err)
                              : labels_from_instances(out, s, image, instances, err);
    }
    free(labels);
    free(instances);
    return status;
}

static pnd_status map_labels(pnd_plane_u8 *out, const pnd_plane_u8 *labels, const uint8_t lut[256],
                             pnd_error *err)
{
    const pnd_status status = pnd_plane_u8_resize(out, labels->width, labels->height, err);
    for (int32_t y = 0; status == PND_OK && y < out->height; y++) {
        const uint8_t *const from = pnd_plane_u8_row(labels, y);
        uint8_t *const to = pnd_plane_u8_row(out, y);
        for (int32_t x = 0; x < out->width; x++)
            to[x] = lut[from[x]];
    }
    return status;
}

/* The views stay empty where nothing needs them. */
static pnd_status load_mask(pnd_view_u8 *mask, pnd_view_u8 *train_ids, scratch *s,
                            const depth_pair *pair, depth_frame *out, pnd_error *err)
{
    const depth_inputs *const inputs = &s->state->inputs;
    const bool by_class = (inputs->analysis.parts & PND_DEPTH_BY_CLASS) != 0;
    const pnd_plane_u8 *labels = NULL;
    if (inputs->masked_labels == 0 && !by_class)
        return PND_OK;
    pnd_status status = load_labels(&labels, s, pair, out, err);
    if (status == PND_OK && inputs->masked_labels != 0) {
        status = map_labels(&s->mask, labels, s->state->mask_of, err);
        *mask = pnd_plane_u8_view(&s->mask);
    }
    if (status == PND_OK && by_class) {
        status = map_labels(&s->train_ids, labels, s->state->train_id_of, err);
        *train_ids = pnd_plane_u8_view(&s->train_ids);
    }
    return status;
}

/* ---- one frame */

static pnd_status score_frame(depth_frame *out, scratch *s, size_t index,
                              const pnd_depth_samples *gt, const pnd_depth_samples *pred,
                              pnd_view_u8 mask, pnd_view_u8 train_ids, pnd_error *err)
{
    pnd_depth_analysis *const analyses = s->state->results.analyses;
    if (analyses == NULL)
        return pnd_depth_score(&out->image, s->scorer, gt, pred, mask, err);
    const pnd_depth_scene scene = {train_ids, s->fx_baseline, s->doffs};
    return pnd_depth_analyse(&out->image, &analyses[index], s->scorer, gt, pred, mask, &scene,
                             &s->state->inputs.analysis, err);
}

pnd_status depth_frame_score(const void *data, size_t index, void *scratch_data,
                             eval_planes *planes, pnd_error *err)
{
    const depth_state *const state = data;
    scratch *const s = scratch_data;
    const depth_pair *const pair = &state->inputs.pairs[index];
    depth_frame *const out = &state->results.frames[index];
    pnd_depth_samples gt = {0}, pred = {0};
    pnd_view_u8 mask = {0}, train_ids = {0};
    s->planes = planes;
    if (pair->pred == NULL)
        return pnd_fail(err, PND_EMISMATCH, "%s: no depth map of %s", state->inputs.pred,
                        pair->key);
    pnd_status status = load_ground_truth(&gt, s, pair, out, err);
    if (status == PND_OK)
        status = load_prediction(&pred, s, pair, out, err);
    if (status == PND_OK)
        status = load_mask(&mask, &train_ids, s, pair, out, err);
    if (status == PND_OK)
        status = score_frame(out, s, index, &gt, &pred, mask, train_ids, err);
    out->scored = status == PND_OK;
    return status;
}

/* Runs on every thread at its end: a push onto a list without a lock. */
void depth_scratch_free(void *data)
{
    scratch *const s = data;
    void *head = atomic_load(&s->state->retired);
    do
        s->next = head;
    while (!atomic_compare_exchange_weak(&s->state->retired, &head, s));
}

void depth_collect_retired(depth_state *state)
{
    scratch *s = atomic_exchange(&state->retired, NULL);
    while (s != NULL) {
        scratch *const next = s->next;
        if (state->pool != NULL)
            pnd_depth_pool_add_scorer(state->pool, s->scorer);
        free_scratch(s);
        s = next;
    }
}
