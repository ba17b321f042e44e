/* SPDX-License-Identifier: Apache-2.0 */
/* Which forms and which files the options of pnd-eval panoptic mean. */
#include "eval_files.h"
#include "eval_panoptic.h"

#include <panodepth/alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy_or(const char *given, const char *dir, const char *inside, const char *split)
{
    if (given != NULL)
        return pnd_strdup(given);
    return pnd_strdup_printf("%s/%scityscapes_panoptic_%s.json", dir, inside, split);
}

/* "a/b.json" -> "a/b". */
static char *without_extension(const char *path)
{
    const size_t length = strlen(path), extension = strlen(".json");
    char *const copy = pnd_strdup(path);
    if (copy != NULL && length > extension && strcmp(copy + length - extension, ".json") == 0)
        copy[length - extension] = '\0';
    return copy;
}

static char *parent(const char *path)
{
    char *const copy = pnd_strdup(path);
    char *const slash = copy == NULL ? NULL : strrchr(copy, '/');
    if (slash == NULL) {
        free(copy);
        return pnd_strdup(".");
    }
    slash[slash == copy] = '\0';
    return copy;
}

/* PNG folder of predictions: NAME for NAME.json, else the JSON's own folder (detectron2 writes
 * predictions.json among the images). */
static char *prediction_folder(const char *json)
{
    char *const folder = without_extension(json);
    if (folder == NULL || eval_is_folder(folder))
        return folder;
    char *const beside = parent(json);
    free(folder);
    return beside;
}

static char *prediction_json(const panoptic_args *args, const char *dir, panoptic_format format)
{
    if (args->pred_json == NULL && format == PANOPTIC_DETECTRON2)
        return pnd_strdup_printf("%s/predictions.json", dir);
    return copy_or(args->pred_json, dir, "", args->split);
}

static void name_ground_truth(panoptic_inputs *out, const panoptic_args *args)
{
    if (out->gt_form.is_alone) {
        out->gt_json = args->gt_dir != NULL
                           ? pnd_strdup(args->gt_dir)
                           : pnd_strdup_printf("%s/gtFine/%s", args->root, args->split);
        out->gt_dir = out->gt_json == NULL ? NULL : pnd_strdup(out->gt_json);
        return;
    }
    out->gt_json = copy_or(args->gt_json, args->root, "gtFine/", args->split);
    if (out->gt_json != NULL)
        out->gt_dir =
            args->gt_dir != NULL ? pnd_strdup(args->gt_dir) : without_extension(out->gt_json);
}

static void name_predictions(panoptic_inputs *out, const panoptic_args *args, const char *pred)
{
    if (out->pred_form.is_alone) {
        out->pred_json = pnd_strdup(args->pred_dir != NULL ? args->pred_dir : pred);
        out->pred_dir = out->pred_json == NULL ? NULL : pnd_strdup(out->pred_json);
        return;
    }
    out->pred_json = prediction_json(args, pred, out->pred_form.format);
    if (out->pred_json != NULL)
        out->pred_dir =
            args->pred_dir != NULL ? pnd_strdup(args->pred_dir) : prediction_folder(out->pred_json);
}

static bool name_paths(panoptic_inputs *out, const panoptic_args *args)
{
    const char *const given = out->pred_form.is_alone ? args->pred_dir : args->pred_json;
    char *results = NULL;
    const char *pred = args->pred;
    if (pred == NULL && given == NULL) {
        pred = results = pnd_strdup_printf("%s/results", args->root);
        if (results == NULL)
            return false;
    }
    name_ground_truth(out, args);
    name_predictions(out, args, pred);
    free(results);
    return out->gt_dir != NULL && out->pred_dir != NULL;
}

static int check_given(const panoptic_inputs *in, tool *t, const panoptic_args *args)
{
    const bool gt_alone = in->gt_form.is_alone, pred_alone = in->pred_form.is_alone;
    if ((gt_alone ? args->gt_dir : args->gt_json) == NULL && args->root == NULL)
        return tool_usage_error(t, "give %s, or --root DIR (CITYSCAPES_DATASET)",
                                gt_alone ? "--gt-dir DIR" : "--gt-json FILE");
    if ((pred_alone ? args->pred_dir : args->pred_json) == NULL && args->pred == NULL &&
        args->root == NULL)
        return tool_usage_error(t, "give %s--pred DIR (CITYSCAPES_RESULTS)",
                                pred_alone ? "" : "--pred-json FILE, or ");
    if (gt_alone && args->gt_json != NULL)
        return tool_usage_error(t, "--gt-json: the form %s has no JSON; --gt-dir names its folder",
                                panoptic_format_names[in->gt_form.format]);
    if (pred_alone && args->pred_json != NULL)
        return tool_usage_error(t, "--pred-json: the form %s has no JSON; --pred names its folder",
                                panoptic_format_names[in->pred_form.format]);
    return TOOL_EXIT_OK;
}

/* A JSON's folder of PNGs, or the folder that is all; what is not there at all is said later. */
static void check_folder(const panoptic_form *form, const char *json, const char *dir,
                         const char *what, pnd_error *err)
{
    char hint[PND_HINT_SIZE];
    if (err->status != PND_OK || !eval_exists(json) || eval_is_folder(dir))
        return;
    if (form->is_alone)
        (void)snprintf(hint, sizeof hint,
                       "for single images: pnd-eval panoptic GT.png PREDICTION.png");
    else
        (void)snprintf(hint, sizeof hint, "name it with --%s-dir", form->side);
    (void)pnd_fail_hint(err, PND_EIO, hint, "%s: no such folder of %s PNGs", dir, what);
}

static int find_paths(panoptic_inputs *out, tool *t, const panoptic_args *args)
{
    pnd_error err = {0};
    const int code = check_given(out, t, args);
    if (code != TOOL_EXIT_OK)
        return code;
    if (!name_paths(out, args)) {
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
        return tool_fail(t, TOOL_INPUT, &err);
    }
    check_folder(&out->gt_form, out->gt_json, out->gt_dir, "ground truth", &err);
    check_folder(&out->pred_form, out->pred_json, out->pred_dir, "prediction", &err);
    return err.status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}

/* Two operands are the two images, and nothing else is looked for. */
static int name_pair(panoptic_inputs *out, tool *t)
{
    static const char *const others[] = {"root",     "split",     "pred",
                                         "gt-json",  "gt-dir",    "pred-json",
                                         "pred-dir", "gt-suffix", "pred-suffix"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (tool_given(t, others[i]))
            return tool_usage_error(t, "two images are scored alone: not with --%s", others[i]);
    out->gt_json = pnd_strdup(t->operands[0]);
    out->gt_dir = pnd_strdup(t->operands[0]);
    out->pred_json = pnd_strdup(t->operands[1]);
    out->pred_dir = pnd_strdup(t->operands[1]);
    if (out->gt_json != NULL && out->gt_dir != NULL && out->pred_json != NULL &&
        out->pred_dir != NULL)
        return TOOL_EXIT_OK;
    pnd_error err = {0};
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    return tool_fail(t, TOOL_INPUT, &err);
}

static int choose_forms(panoptic_inputs *out, tool *t, const panoptic_args *args)
{
    if (t->n_operands == 1)
        return tool_usage_error(t, "give two images, GROUND_TRUTH and PREDICTION, or none");
    int code = panoptic_form_choose(&out->gt_form, t, "gt", &args->gt_as);
    if (code == TOOL_EXIT_OK)
        code = panoptic_form_choose(&out->pred_form, t, "pred", &args->pred_as);
    return code;
}

int panoptic_find_files(panoptic_inputs *out, tool *t, const panoptic_args *args)
{
    const int code = choose_forms(out, t, args);
    if (code != TOOL_EXIT_OK)
        return code;
    return t->n_operands == 2 ? name_pair(out, t) : find_paths(out, t, args);
}
