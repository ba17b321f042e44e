/* SPDX-License-Identifier: Apache-2.0 */
/* What pnd-eval depth scores: the protocol with the user's changes, and pairs of files. */
#include "eval_depth.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const depth_extensions[] = {".png", ".npy", ".pfm", NULL};
static const eval_file_kind depth_kind = {
    .extensions = depth_extensions,
    .listed = ".png, .npy or .pfm",
    .tail = "_depth",
    .what = "depth map",
    .suffix_hint = "say which with --pred-suffix, as in _depth.png",
};

/* ---- ground truth */

static pnd_status pairs_from_tree(depth_inputs *out, const depth_args *args, pnd_error *err)
{
    const char *const root = args->disparity_root != NULL ? args->disparity_root : args->root;
    const pnd_status status =
        pnd_frames_find(&out->frames, root, "disparity", args->split, "_disparity.png", err);
    if (status != PND_OK)
        return status;
    out->pairs = pnd_calloc_array(out->frames.n, sizeof *out->pairs);
    if (out->pairs == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu frames", out->frames.n);
    for (size_t i = 0; i < out->frames.n; i++) {
        out->pairs[i].key = pnd_strdup(out->frames.frames[i].core);
        out->pairs[i].frame = out->frames.frames[i];
        out->n++;
        if (out->pairs[i].key == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu frames", out->frames.n);
    }
    return PND_OK;
}

static char *copy_key(const char *base)
{
    return pnd_strdup_printf("%.*s", (int)eval_file_key_length(base, &depth_kind), base);
}

static pnd_status add_gt_file(depth_inputs *out, const eval_file *file, pnd_error *err)
{
    depth_pair *const pair = &out->pairs[out->n];
    pair->key = copy_key(file->base);
    pair->gt = file->path;
    if (pair->key == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a frame");
    out->n++;
    if (out->n > 1 && strcmp(out->pairs[out->n - 2].key, pair->key) == 0)
        return pnd_fail_hint(err, PND_EMISMATCH, "name a folder with one depth map per frame",
                             "two ground truth depth maps of %s: %s and %s", pair->key,
                             out->pairs[out->n - 2].gt, pair->gt);
    return PND_OK;
}

/* Where any file is named FRAME_depth, only such files are depth maps: a Cityscapes-DVPS folder
 * holds pictures and labels too. */
static bool has_named_depth(const eval_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        if (eval_file_is_named(files->items[i].base, &depth_kind, NULL))
            return true;
    return false;
}

static pnd_status pairs_from_folder(depth_inputs *out, const depth_args *args, pnd_error *err)
{
    pnd_status status = eval_files_find(&out->gt_files, args->gt_depth, &depth_kind, err);
    if (status != PND_OK)
        return status;
    out->pairs = pnd_calloc_array(out->gt_files.n, sizeof *out->pairs);
    if (out->pairs == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu frames", out->gt_files.n);
    const bool named = has_named_depth(&out->gt_files);
    for (size_t i = 0; i < out->gt_files.n && status == PND_OK; i++)
        if (!named || eval_file_is_named(out->gt_files.items[i].base, &depth_kind, NULL))
            status = add_gt_file(out, &out->gt_files.items[i], err);
    return status;
}

/* ---- predictions */

static int list_missing(const depth_inputs *inputs, tool *t, size_t n_missing)
{
    const size_t most = (size_t)t->common.max_errors;
    size_t listed = 0;
    for (size_t i = 0; i < inputs->n && listed < most; i++) {
        pnd_error err = {0};
        if (inputs->pairs[i].pred != NULL)
            continue;
        (void)pnd_fail(&err, PND_EMISMATCH, "%s: no depth map of %s", inputs->pred,
                       inputs->pairs[i].key);
        (void)tool_fail_at(t, TOOL_INPUT, &err, (tool_place){inputs->pred, inputs->pairs[i].key});
        listed++;
    }
    if (n_missing > listed)
        tool_warn(t, "and %zu more frames without a prediction", n_missing - listed);
    tool_warn(t, "%zu of %zu frames have no prediction; --skip-bad scores the others", n_missing,
              inputs->n);
    return TOOL_EXIT_INCOMPLETE;
}

static int order_pairs(const void *key, const void *pair)
{
    return strcmp(key, ((const depth_pair *)pair)->key);
}

/* Depth maps of frames that the ground truth does not have. */
static void count_extra(const depth_inputs *inputs, const depth_args *args,
                        eval_deviations *deviations)
{
    for (size_t i = 0; i < inputs->pred_files.n; i++) {
        const eval_file *const file = &inputs->pred_files.items[i];
        if (file->used || !eval_file_is_named(file->base, &depth_kind, args->pred_suffix))
            continue;
        char *const key = copy_key(file->base);
        if (key != NULL &&
            bsearch(key, inputs->pairs, inputs->n, sizeof *inputs->pairs, order_pairs) == NULL)
            eval_deviate(deviations, "extra-prediction",
                         "predictions for frames that the ground truth does not have; not scored",
                         1, key);
        free(key);
    }
}

static int compare_pairs(const void *a, const void *b)
{
    const depth_pair *const x = a, *const y = b;
    return strcmp(x->key, y->key);
}

static int pair_predictions(depth_inputs *out, tool *t, const depth_args *args,
                            eval_deviations *deviations)
{
    tool_problems problems = {0};
    size_t n_missing = 0;
    qsort(out->pairs, out->n, sizeof *out->pairs, compare_pairs);
    for (size_t i = 0; i < out->n; i++) {
        pnd_error err = {0};
        eval_file *file = NULL;
        if (eval_files_pick(&file, &out->pred_files, &depth_kind, out->pairs[i].key,
                            args->pred_suffix, &err) != PND_OK)
            tool_problems_add(&problems, (int32_t)i, out->pairs[i].key, TOOL_INPUT, &err);
        else if (file == NULL)
            n_missing++;
        else {
            file->used = true;
            out->pairs[i].pred = file->path;
        }
    }
    count_extra(out, args, deviations);
    int code = tool_problems_report(t, &problems);
    tool_problems_clear(&problems);
    if (code == TOOL_EXIT_OK && n_missing > 0 && !t->common.skip_bad)
        code = list_missing(out, t, n_missing);
    return code;
}

static pnd_status find_pred_folder(depth_inputs *out, const depth_args *args, pnd_error *err)
{
    if (args->pred == NULL && args->root == NULL)
        return pnd_fail(err, PND_EINVAL, "no predictions: give --pred");
    out->pred =
        args->pred != NULL ? pnd_strdup(args->pred) : pnd_strdup_printf("%s/results", args->root);
    return out->pred != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

/* ---- all of it */

static pnd_status check_args(const depth_args *args, uint64_t masked_labels, unsigned parts,
                             pnd_error *err)
{
    if (args->gt_depth == NULL && args->root == NULL &&
        (args->disparity_root == NULL || args->camera_root == NULL))
        return pnd_fail(err, PND_EINVAL, "no ground truth: give --root or --gt-depth");
    if (masked_labels != 0 && args->gt_depth != NULL)
        return pnd_fail(err, PND_EINVAL,
                        "--mask-labels reads gtFine of a tree: not with --gt-depth");
    if (masked_labels != 0 && args->root == NULL && args->gt_root == NULL)
        return pnd_fail(err, PND_EINVAL, "--mask-labels needs --root or --gt-root");
    if ((parts & PND_DEPTH_BY_CLASS) && args->root == NULL && args->gt_root == NULL)
        return pnd_fail(err, PND_EINVAL, "--analysis class needs --root or --gt-root");
    return PND_OK;
}

int depth_inputs_load(depth_inputs *out, tool *t, const depth_args *args,
                      eval_deviations *deviations)
{
    pnd_error err = {0};
    pnd_status status = depth_analysis_choose(&out->analysis, args, &err);
    if (status == PND_OK)
        status = check_args(args, out->masked_labels, out->analysis.parts, &err);
    if (status == PND_OK)
        status = find_pred_folder(out, args, &err);
    if (status != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    status = args->gt_depth != NULL ? pairs_from_folder(out, args, &err)
                                    : pairs_from_tree(out, args, &err);
    if (status == PND_OK)
        status = eval_files_find(&out->pred_files, out->pred, &depth_kind, &err);
    if (status != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    return pair_predictions(out, t, args, deviations);
}

void depth_inputs_clear(depth_inputs *inputs)
{
    for (size_t i = 0; i < inputs->n; i++)
        free(inputs->pairs[i].key);
    free(inputs->pairs);
    free(inputs->pred);
    pnd_buffer_clear(&inputs->protocol_name);
    depth_definition_clear(&inputs->definition);
    pnd_frame_list_clear(&inputs->frames);
    eval_files_clear(&inputs->gt_files);
    eval_files_clear(&inputs->pred_files);
    *inputs = (depth_inputs){0};
}
