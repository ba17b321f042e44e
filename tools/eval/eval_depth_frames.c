/* SPDX-License-Identifier: Apache-2.0 */
/* One frame at a time per thread: read, hash and decode each file once, score. */
#include "eval_depth.h"

#include <panodepth/alloc.h>
#include <panodepth/camera.h>
#include <panodepth/depth_file.h>
#include <panodepth/labels.h>
#include <panodepth/png.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A thread's own memory. When the thread is done it is kept for its distribution of the ground
 * truth, which is integers: the order of threads does not matter. */
typedef struct scratch {
    struct scratch *next;
    struct job *owner;
    pnd_depth_scorer *scorer;
    pnd_buffer file;
    pnd_plane_u16 disparity;
    pnd_depth_map gt, pred;
    pnd_plane_u8 bytes, labels, mask, train_ids;
    pnd_plane_u16 ids;
    pnd_plane_rgb8 rgb;
    double *gt_lut, *pred_lut;
    double fx_baseline, doffs; /* what gt_lut is for; fx_baseline 0: nothing yet */
} scratch;

typedef struct job {
    const depth_args *args;
    const depth_inputs *inputs;
    depth_frame *frames;
    pnd_depth_analysis *analyses;           /* NULL: none */
    uint8_t mask_of[256], train_id_of[256]; /* by label id */
    scratch *_Atomic retired;
} job;

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
    pnd_buffer_clear(&s->file);
    pnd_plane_u16_clear(&s->disparity);
    pnd_depth_map_clear(&s->gt);
    pnd_depth_map_clear(&s->pred);
    pnd_plane_u8_clear(&s->bytes);
    pnd_plane_u8_clear(&s->labels);
    pnd_plane_u8_clear(&s->mask);
    pnd_plane_u8_clear(&s->train_ids);
    pnd_plane_u16_clear(&s->ids);
    pnd_plane_rgb8_clear(&s->rgb);
    free(s->gt_lut);
    free(s->pred_lut);
    free(s);
}

static pnd_status fill_scratch(scratch *s, const job *j, pnd_error *err)
{
    s->gt_lut = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *s->gt_lut);
    s->pred_lut = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *s->pred_lut);
    if (s->gt_lut == NULL || s->pred_lut == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (j->args->gt_depth != NULL)
        pnd_depth_lut_linear(s->gt_lut, units_per_m(j->args->gt_unit));
    pnd_depth_lut_linear(s->pred_lut, units_per_m(j->args->pred_unit));
    return pnd_depth_scorer_create(&s->scorer, &j->inputs->protocol, err);
}

static pnd_status create_scratch(void **out, void *context, pnd_error *err)
{
    job *const j = context;
    scratch *const s = pnd_calloc_array(1, sizeof *s);
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    s->owner = j;
    const pnd_status status = fill_scratch(s, j, err);
    if (status != PND_OK) {
        free_scratch(s);
        return status;
    }
    *out = s;
    return PND_OK;
}

/* ---- ground truth */

static pnd_status read_hashed(scratch *s, eval_sha256 digest, const char *path, int64_t limit,
                              pnd_error *err)
{
    const pnd_status status = pnd_file_read(&s->file, path, limit, err);
    if (status == PND_OK)
        pnd_sha256(digest, s->file.data, s->file.size);
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

static pnd_status load_camera(scratch *s, const job *j, const depth_pair *pair, depth_frame *out,
                              pnd_error *err)
{
    pnd_camera camera;
    char *const path =
        path_of(pair, j->args->camera_root, j->args->root, "camera", "_camera.json", err);
    if (path == NULL)
        return PND_ENOMEM;
    pnd_status status = read_hashed(s, out->digest[1], path, PND_MAX_JSON_BYTES, err);
    if (status == PND_OK)
        status = pnd_camera_parse(&camera, s->file.data, s->file.size, path, err);
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

static pnd_status load_disparity(pnd_depth_samples *gt, scratch *s, const job *j,
                                 const depth_pair *pair, depth_frame *out, pnd_error *err)
{
    char *const path =
        path_of(pair, j->args->disparity_root, j->args->root, "disparity", "_disparity.png", err);
    if (path == NULL)
        return PND_ENOMEM;
    pnd_status status = read_hashed(s, out->digest[0], path, PND_MAX_IMAGE_BYTES, err);
    pnd_png_notes notes = {0};
    if (status == PND_OK)
        status =
            pnd_png_decode_u16(&s->disparity, s->file.data, s->file.size, path, NULL, &notes, err);
    out->trailing_bytes = notes.trailing_bytes;
    free(path);
    if (status == PND_OK)
        status = load_camera(s, j, pair, out, err);
    *gt = pnd_depth_samples_u16(pnd_plane_u16_view(&s->disparity), s->gt_lut, pair->key);
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

static pnd_status load_ground_truth(pnd_depth_samples *gt, scratch *s, const job *j,
                                    const depth_pair *pair, depth_frame *out, pnd_error *err)
{
    if (pair->gt == NULL)
        return load_disparity(gt, s, j, pair, out, err);
    pnd_status status = read_hashed(s, out->digest[0], pair->gt, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = pnd_depth_decode(&s->gt, s->file.data, s->file.size, pair->gt, err);
    if (status == PND_OK)
        *gt = samples_of(&s->gt, s->gt_lut, pair->gt);
    return status;
}

/* ---- prediction */

/* Whole metres in 8 bits, grey or RGB with equal channels, as the paper's code saves them. */
static pnd_status widen_whole_metres(scratch *s, const pnd_png_info *info, const char *name,
                                     pnd_error *err)
{
    const bool rgb = info->color_type == 2;
    const size_t size = s->file.size;
    pnd_status status =
        rgb ? pnd_png_decode_rgb8(&s->rgb, s->file.data, size, name, NULL, NULL, err)
            : pnd_png_decode_u8(&s->bytes, s->file.data, size, name, NULL, NULL, err);
    if (status == PND_OK)
        status = pnd_plane_u16_resize(&s->pred.samples, info->width, info->height, err);
    for (int32_t y = 0; status == PND_OK && y < info->height; y++) {
        const uint8_t *const from =
            rgb ? pnd_plane_rgb8_row(&s->rgb, y) : pnd_plane_u8_row(&s->bytes, y);
        uint16_t *const to = pnd_plane_u16_row(&s->pred.samples, y);
        for (int32_t x = 0; x < info->width; x++)
            to[x] = from[rgb ? 3 * x : x];
    }
    s->pred.kind = PND_DEPTH_MAP_U16;
    s->pred.width = info->width;
    s->pred.height = info->height;
    return status;
}

static bool is_whole_metres(const scratch *s, const job *j, pnd_png_info *info)
{
    return j->args->pred_unit == DEPTH_UNIT_M && s->file.size > 0 && s->file.data[0] == 0x89 &&
           pnd_png_read_info(info, s->file.data, s->file.size, "", NULL) == PND_OK &&
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

static pnd_status load_prediction(pnd_depth_samples *pred, scratch *s, const job *j,
                                  const depth_pair *pair, depth_frame *out, pnd_error *err)
{
    pnd_png_info info;
    pnd_status status = pnd_file_read(&s->file, pair->pred, PND_MAX_IMAGE_BYTES, err);
    if (status != PND_OK)
        return status;
    status = is_whole_metres(s, j, &info)
                 ? widen_whole_metres(s, &info, pair->pred, err)
                 : pnd_depth_decode(&s->pred, s->file.data, s->file.size, pair->pred, err);
    if (status != PND_OK)
        return status;
    out->saturated = count_saturated(&s->pred);
    *pred = samples_of(&s->pred, s->pred_lut, pair->pred);
    return PND_OK;
}

/* ---- labels of gtFine: the mask, and classes to analyse */

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 || errno != ENOENT;
}

/* Labels that only an analysis reads are no part of the score, and not of its digest. */
static pnd_status read_labels(scratch *s, const job *j, depth_frame *out, const char *path,
                              pnd_error *err)
{
    if (j->inputs->masked_labels == 0)
        return pnd_file_read(&s->file, path, PND_MAX_IMAGE_BYTES, err);
    return read_hashed(s, out->digest[2], path, PND_MAX_IMAGE_BYTES, err);
}

static pnd_status labels_from_instances(scratch *s, const char *path, pnd_error *err)
{
    pnd_status status =
        pnd_png_decode_u16(&s->ids, s->file.data, s->file.size, path, NULL, NULL, err);
    if (status == PND_OK)
        status = pnd_plane_u8_resize(&s->labels, s->ids.width, s->ids.height, err);
    for (int32_t y = 0; status == PND_OK && y < s->labels.height; y++) {
        const uint16_t *const ids = pnd_plane_u16_row(&s->ids, y);
        uint8_t *const row = pnd_plane_u8_row(&s->labels, y);
        for (int32_t x = 0; x < s->labels.width; x++)
            row[x] = (uint8_t)pnd_instance_class(ids[x]);
    }
    return status;
}

/* Label ids, of the labelIds image if there is one. */
static pnd_status load_labels(scratch *s, const job *j, const depth_pair *pair, depth_frame *out,
                              pnd_error *err)
{
    char *labels =
        path_of(pair, j->args->gt_root, j->args->root, "gtFine", "_gtFine_labelIds.png", err);
    char *instances =
        path_of(pair, j->args->gt_root, j->args->root, "gtFine", "_gtFine_instanceIds.png", err);
    pnd_status status = PND_ENOMEM;
    if (labels != NULL && instances != NULL) {
        const bool by_label = exists(labels);
        status = read_labels(s, j, out, by_label ? labels : instances, err);
        if (status == PND_OK)
            status = by_label ? pnd_png_decode_u8(&s->labels, s->file.data, s->file.size, labels,
                                                  NULL, NULL, err)
                              : labels_from_instances(s, instances, err);
    }
    free(labels);
    free(instances);
    return status;
}

static pnd_status map_labels(pnd_plane_u8 *out, const scratch *s, const uint8_t lut[256],
                             pnd_error *err)
{
    const pnd_status status = pnd_plane_u8_resize(out, s->labels.width, s->labels.height, err);
    for (int32_t y = 0; status == PND_OK && y < out->height; y++) {
        const uint8_t *const from = pnd_plane_u8_row(&s->labels, y);
        uint8_t *const to = pnd_plane_u8_row(out, y);
        for (int32_t x = 0; x < out->width; x++)
            to[x] = lut[from[x]];
    }
    return status;
}

static void fill_luts(job *j)
{
    for (int32_t id = 0; id < 256; id++) {
        const pnd_label *const label = pnd_label_by_id(id);
        const bool evaluated = label != NULL && label->train_id >= 0 && label->train_id < 255;
        j->mask_of[id] = id <= PND_MAX_LABEL_ID && (j->inputs->masked_labels >> id & 1);
        j->train_id_of[id] = evaluated ? (uint8_t)label->train_id : 255;
    }
}

/* The views stay empty where nothing needs them. */
static pnd_status load_mask(pnd_view_u8 *mask, pnd_view_u8 *train_ids, scratch *s, const job *j,
                            const depth_pair *pair, depth_frame *out, pnd_error *err)
{
    const bool by_class = (j->inputs->analysis.parts & PND_DEPTH_BY_CLASS) != 0;
    if (j->inputs->masked_labels == 0 && !by_class)
        return PND_OK;
    pnd_status status = load_labels(s, j, pair, out, err);
    if (status == PND_OK && j->inputs->masked_labels != 0) {
        status = map_labels(&s->mask, s, j->mask_of, err);
        *mask = pnd_plane_u8_view(&s->mask);
    }
    if (status == PND_OK && by_class) {
        status = map_labels(&s->train_ids, s, j->train_id_of, err);
        *train_ids = pnd_plane_u8_view(&s->train_ids);
    }
    return status;
}

/* ---- one frame */

static pnd_status score_frame(depth_frame *out, scratch *s, const job *j, int32_t index,
                              const pnd_depth_samples *gt, const pnd_depth_samples *pred,
                              pnd_view_u8 mask, pnd_view_u8 train_ids, pnd_error *err)
{
    if (j->analyses == NULL)
        return pnd_depth_score(&out->image, s->scorer, gt, pred, mask, err);
    const pnd_depth_scene scene = {train_ids, s->fx_baseline, s->doffs};
    return pnd_depth_analyse(&out->image, &j->analyses[index], s->scorer, gt, pred, mask, &scene,
                             &j->inputs->analysis, err);
}

static pnd_status run_frame(tool_frame *frame)
{
    job *const j = frame->context;
    scratch *const s = frame->scratch;
    const depth_pair *const pair = &j->inputs->pairs[frame->index];
    depth_frame *const out = &j->frames[frame->index];
    pnd_error *const err = &frame->err;
    pnd_depth_samples gt = {0}, pred = {0};
    pnd_view_u8 mask = {0}, train_ids = {0};
    if (pair->pred == NULL)
        return pnd_fail(err, PND_EMISMATCH, "%s: no depth map of %s", j->inputs->pred, pair->key);
    pnd_status status = load_ground_truth(&gt, s, j, pair, out, err);
    if (status == PND_OK)
        status = load_prediction(&pred, s, j, pair, out, err);
    if (status == PND_OK)
        status = load_mask(&mask, &train_ids, s, j, pair, out, err);
    if (status == PND_OK)
        status = score_frame(out, s, j, frame->index, &gt, &pred, mask, train_ids, err);
    out->scored = status == PND_OK;
    return status;
}

static const char *image_id(const void *context, int32_t index)
{
    const job *const j = context;
    return j->inputs->pairs[index].key;
}

/* Runs on every thread at its end: a push onto a list without a lock. */
static void retire_scratch(void *data)
{
    scratch *const s = data;
    s->next = atomic_load(&s->owner->retired);
    while (!atomic_compare_exchange_weak(&s->owner->retired, &s->next, s))
        ;
}

static void collect_retired(job *j, pnd_depth_pool *pool)
{
    scratch *s = atomic_load(&j->retired);
    while (s != NULL) {
        scratch *const next = s->next;
        pnd_depth_pool_add_scorer(pool, s->scorer);
        free_scratch(s);
        s = next;
    }
}

int depth_frames_run(depth_frame *frames, pnd_depth_analysis *analyses, pnd_depth_pool *pool,
                     tool *t, const depth_args *args, const depth_inputs *inputs)
{
    job j = {.args = args, .inputs = inputs, .frames = frames, .analyses = analyses};
    fill_luts(&j);
    atomic_init(&j.retired, NULL);
    const tool_frame_job frame_job = {
        .n = (int32_t)inputs->n,
        .what = "frames",
        .context = &j,
        .run = run_frame,
        .scratch_create = create_scratch,
        .scratch_free = retire_scratch,
        .image_id = image_id,
    };
    tool_problems problems = {0};
    const int code = tool_for_each(t, &frame_job, &problems);
    tool_problems_clear(&problems);
    collect_retired(&j, pool);
    return code;
}
