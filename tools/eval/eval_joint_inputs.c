/* SPDX-License-Identifier: Apache-2.0 */
/* What pnd-eval joint scores: thresholds, windows, and the four images of every frame. */
#include "eval_joint.h"
#include "eval_pairs.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const pnd_category classes[JOINT_N_CLASSES] = {
    {0, false}, {1, false}, {2, false}, {3, false},  {4, false}, {5, false}, {6, false},
    {7, false}, {8, false}, {9, false}, {10, false}, {11, true}, {12, true}, {13, true},
    {14, true}, {15, true}, {16, true}, {17, true},  {18, true}};

static const char *const extensions[] = {".png", ".npy", ".pfm", NULL};
const eval_file_kind joint_depth_kind = {
    .extensions = extensions,
    .listed = ".png, .npy or .pfm",
    .tail = "_depth",
    .what = "depth map",
    .suffix_hint = "name a folder with only one of them: --pred-depth, --gt-depth",
};

/* ---- options */

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static pnd_status choose_lambdas(joint_inputs *out, const joint_args *args, pnd_error *err)
{
    static const double usual[] = {0.1, 0.25, 0.5};
    const size_t n = args->lambdas.n > 0 ? args->lambdas.n : 3;
    if (n > PND_VIDEO_MAX_LAMBDAS)
        return pnd_fail(err, PND_EINVAL, "--lambda: %zu thresholds, at most %d", n,
                        PND_VIDEO_MAX_LAMBDAS);
    memcpy(out->lambdas, args->lambdas.n > 0 ? args->lambdas.items : usual, n * sizeof *usual);
    qsort(out->lambdas, n, sizeof *out->lambdas, compare_doubles);
    for (size_t i = 1; i < n; i++)
        if (!(out->lambdas[i] > out->lambdas[i - 1]))
            return pnd_fail(err, PND_EINVAL, "--lambda: %g is given twice", out->lambdas[i]);
    out->n_lambdas = n;
    return PND_OK;
}

static void choose_windows(joint_inputs *out, const joint_args *args)
{
    for (size_t k = 1; k <= JOINT_MAX_WINDOWS; k++) {
        bool wanted = args->windows.n == 0 && k <= (out->is_dvps ? (size_t)4 : (size_t)1);
        for (size_t i = 0; i < args->windows.n; i++)
            wanted = wanted || args->windows.items[i] == (int64_t)k;
        if (wanted)
            out->windows[out->n_windows++] = k;
    }
}

/* Depth files stay as they are; disparity is capped as Cityscapes-DVPS capped its ground truth. */
static void choose_cap(joint_inputs *out, const joint_args *args)
{
    char text[PND_NUMBER_SIZE];
    const bool from_disparity = !out->is_dvps && args->gt_depth == NULL;
    out->cap_m = !isnan(args->cap_m) ? args->cap_m : from_disparity ? 80 : (double)INFINITY;
    pnd_buffer_puts(&out->protocol, out->is_dvps ? "dvps" : "dvps-frames");
    if (isfinite(out->cap_m))
        pnd_buffer_printf(&out->protocol, "+cap%s", pnd_format_double(text, out->cap_m));
    if (args->zero_fill)
        pnd_buffer_puts(&out->protocol, "+zero-fill");
}

/* ---- single frames in COCO panoptic format */

/* {root}/disparity/{split}/{city}/{core}_disparity.png and its camera. */
static pnd_status name_disparity(joint_source *frame, const joint_args *args, pnd_error *err)
{
    pnd_error inner = {0};
    pnd_status status = eval_frame_path(&frame->disparity, frame->key, args->root, args->split,
                                        "disparity", "_disparity.png", &inner);
    if (status == PND_OK)
        status = eval_frame_path(&frame->camera, frame->key, args->root, args->split, "camera",
                                 "_camera.json", &inner);
    if (status == PND_OK)
        return PND_OK;
    const char *const hint =
        status == PND_EINVAL ? "give its ground truth depth with --gt-depth DIR" : inner.hint;
    return pnd_fail_hint(err, status, hint, "%s", inner.message);
}

static pnd_status pick_depth(const char **out, eval_files *files, const char *key,
                             bool must_be_named, pnd_error *err)
{
    eval_file *file = NULL;
    const pnd_status status = eval_files_pick(&file, files, &joint_depth_kind, key, NULL, err);
    *out = NULL;
    if (status != PND_OK || file == NULL ||
        (must_be_named && !eval_file_is_named(file->base, &joint_depth_kind, NULL)))
        return status;
    file->used = true;
    *out = file->path;
    return PND_OK;
}

static pnd_status add_row(joint_inputs *out, const joint_args *args, size_t i, pnd_error *err)
{
    joint_source *const frame = &out->frames[i];
    const pnd_annotation *const row = &out->coco.gt.annotations[i];
    out->n++;
    frame->gt_row = row;
    frame->pred_row = out->coco.partners[i];
    frame->key = pnd_strdup(row->image_id);
    out->sequences[i] = (joint_sequence){pnd_strdup(row->image_id), i, 1};
    out->n_sequences++;
    if (frame->key == NULL || out->sequences[i].name == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a frame");
    const pnd_status status =
        args->gt_depth != NULL
            ? pick_depth(&frame->gt_depth, &out->gt_depth_files, frame->key, false, err)
            : name_disparity(frame, args, err);
    return status == PND_OK ? pick_depth(&frame->pred_depth, &out->pred_depth_files, frame->key,
                                         args->pred_depth == NULL, err)
                            : status;
}

static pnd_status list_rows(joint_inputs *out, const joint_args *args, pnd_error *err)
{
    const size_t n = out->coco.gt.n_annotations;
    out->frames = pnd_calloc_array(n, sizeof *out->frames);
    out->sequences = pnd_calloc_array(n, sizeof *out->sequences);
    if (out->frames == NULL || out->sequences == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu frames", n);
    pnd_status status = PND_OK;
    for (size_t i = 0; i < n && status == PND_OK; i++)
        status = add_row(out, args, i, err);
    return status;
}

/* Predicted depths: --pred-depth, else below the folder of the panoptic predictions. */
static pnd_status find_depth_files(joint_inputs *out, const joint_args *args, pnd_error *err)
{
    pnd_status status = PND_OK;
    if (args->gt_depth != NULL)
        status = eval_files_find(&out->gt_depth_files, args->gt_depth, &joint_depth_kind, err);
    if (status != PND_OK)
        return status;
    if (args->pred_depth != NULL || args->pred != NULL)
        return eval_files_find(&out->pred_depth_files,
                               args->pred_depth != NULL ? args->pred_depth : args->pred,
                               &joint_depth_kind, err);
    if (args->pred_json != NULL)
        return pnd_fail(err, PND_EINVAL, "no depth predictions: give --pred-depth DIR");
    char *const results = pnd_strdup_printf("%s/results", args->root);
    if (results == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a path");
    status = eval_files_find(&out->pred_depth_files, results, &joint_depth_kind, err);
    free(results);
    return status;
}

static int find_rows(joint_inputs *out, tool *t, const joint_args *args, eval_sets *sets,
                     eval_deviations *deviations)
{
    const panoptic_args panoptic = {.root = args->root,
                                    .split = args->split,
                                    .pred = args->pred,
                                    .gt_json = args->gt_json,
                                    .gt_dir = args->gt_dir,
                                    .pred_json = args->pred_json,
                                    .pred_dir = args->pred_dir,
                                    .parity = PND_PQ_CORRECTED};
    pnd_error err = {0};
    if (args->root == NULL && args->gt_depth == NULL)
        return tool_usage_error(t, "no ground truth depth: give --root DIR or --gt-depth DIR");
    const int code = panoptic_inputs_load(&out->coco, t, &panoptic, sets, deviations);
    if (code != TOOL_EXIT_OK)
        return code;
    if (out->coco.space == PND_ID_SPACE_UNKNOWN)
        (void)pnd_fail(&err, PND_EFORMAT, "%s: its categories are not those of Cityscapes",
                       out->coco.gt_json);
    if (err.status == PND_OK && find_depth_files(out, args, &err) == PND_OK)
        (void)list_rows(out, args, &err);
    return err.status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}

/* ---- what is missing */

const char *joint_missing_part(const joint_source *frame)
{
    if (frame->gt_depth == NULL && frame->disparity == NULL)
        return "ground truth depth";
    if (frame->pred == NULL && frame->pred_row == NULL)
        return "panoptic prediction";
    return frame->pred_depth == NULL ? "depth prediction" : NULL;
}

static int list_missing(const joint_inputs *inputs, tool *t)
{
    size_t n = 0;
    for (size_t i = 0; i < inputs->n; i++) {
        const joint_source *const frame = &inputs->frames[i];
        const char *const part = joint_missing_part(frame);
        pnd_error err = {0};
        if (part == NULL || n++ >= (size_t)t->common.max_errors)
            continue;
        (void)pnd_fail(&err, PND_EMISMATCH, "%s: no %s", frame->key, part);
        (void)tool_fail_at(t, TOOL_INPUT, &err, (tool_place){NULL, frame->key});
    }
    if (n == 0)
        return TOOL_EXIT_OK;
    if (n > (size_t)t->common.max_errors)
        tool_warn(t, "and %zu more (--max-errors)", n - (size_t)t->common.max_errors);
    tool_warn(t, "%zu of %zu frames are incomplete; --skip-bad leaves their sequences out", n,
              inputs->n);
    return TOOL_EXIT_INCOMPLETE;
}

int joint_inputs_load(joint_inputs *out, tool *t, const joint_args *args, eval_sets *sets,
                      eval_deviations *deviations)
{
    pnd_error err = {0};
    out->classes = classes;
    out->is_dvps = args->dvps != NULL;
    if (choose_lambdas(out, args, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    choose_windows(out, args);
    choose_cap(out, args);
    if (pnd_buffer_status(&out->protocol, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    const int code = out->is_dvps ? joint_find_dvps(out, t, args, deviations)
                                  : find_rows(out, t, args, sets, deviations);
    if (code != TOOL_EXIT_OK || t->common.skip_bad)
        return code;
    return list_missing(out, t);
}

void joint_inputs_clear(joint_inputs *inputs)
{
    for (size_t i = 0; i < inputs->n; i++) {
        free(inputs->frames[i].key);
        free(inputs->frames[i].disparity);
        free(inputs->frames[i].camera);
    }
    for (size_t i = 0; i < inputs->n_sequences; i++)
        free(inputs->sequences[i].name);
    free(inputs->frames);
    free(inputs->sequences);
    panoptic_inputs_clear(&inputs->coco);
    eval_files_clear(&inputs->gt_files);
    eval_files_clear(&inputs->gt_depth_files);
    eval_files_clear(&inputs->pred_files);
    eval_files_clear(&inputs->pred_depth_files);
    pnd_buffer_clear(&inputs->protocol);
    *inputs = (joint_inputs){0};
}
