/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the files, which classes they mean, and which prediction belongs to which image. */
#include "eval_files.h"
#include "eval_panoptic.h"
#include "eval_panoptic_list.h"

#include <panodepth/alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading */

static void set_hint(pnd_error *err, const char *hint)
{
    (void)snprintf(err->hint, sizeof err->hint, "%s", hint);
}

static pnd_status read_set(pnd_panoptic_set *out, eval_sha256 digest, eval_sets *sets,
                           const char *path, pnd_panoptic_role role, pnd_error *err)
{
    const eval_set *set = NULL;
    const pnd_status status = eval_sets_read(&set, sets, path, role, err);
    if (status == PND_EIO && !eval_exists(path))
        set_hint(err, role == PND_GROUND_TRUTH
                          ? "pnd-panoptic makes it from the gtFine folder"
                          : "name the predictions with --pred-json FILE or --pred DIR");
    if (status != PND_OK)
        return status;
    *out = set->set;
    memcpy(digest, set->sha256, sizeof set->sha256);
    return PND_OK;
}

static int read_json(pnd_panoptic_set *out, eval_sha256 digest, tool *t, eval_sets *sets,
                     const char *path, pnd_panoptic_role role)
{
    pnd_error err = {0};
    return read_set(out, digest, sets, path, role, &err) == PND_OK ? TOOL_EXIT_OK
                                                                   : tool_fail(t, TOOL_INPUT, &err);
}

/* The images of gtFine, where only the tree is named. */
static const char *ground_truth_suffix(const panoptic_form *form, const panoptic_args *args)
{
    if (form->args->suffix != NULL || args->gt_dir != NULL || form->format != PANOPTIC_INSTANCE_IDS)
        return form->args->suffix;
    return form->ids == PND_ID_SPACE_TRAIN_IDS ? "_gtFine_instanceTrainIds.png"
                                               : "_gtFine_instanceIds.png";
}

static int read_ground_truth(panoptic_inputs *out, tool *t, const panoptic_args *args,
                             eval_sets *sets)
{
    if (!out->gt_form.is_alone)
        return read_json(&out->gt, out->gt_json_digest, t, sets, out->gt_json, PND_GROUND_TRUTH);
    const int code = panoptic_list_ground_truth(&out->own_gt, t, out->gt_dir,
                                                ground_truth_suffix(&out->gt_form, args));
    out->gt = out->own_gt;
    return code;
}

static int read_predictions(panoptic_inputs *out, tool *t, const panoptic_args *args,
                            eval_sets *sets)
{
    eval_sha256 unused;
    if (!out->pred_form.is_alone)
        return read_json(&out->pred, unused, t, sets, out->pred_json, PND_PREDICTION);
    const int code =
        panoptic_list_predictions(&out->own_pred, t, &out->gt, out->pred_dir, args->pred_as.suffix);
    out->pred = out->own_pred;
    return code;
}

static int read_pair(panoptic_inputs *out, tool *t)
{
    const int code =
        panoptic_list_pair(&out->own_gt, &out->gt_form, &out->own_pred, &out->pred_form, t);
    out->gt = out->own_gt;
    out->pred = out->own_pred;
    return code;
}

static int read_sets(panoptic_inputs *out, tool *t, const panoptic_args *args, eval_sets *sets)
{
    pnd_error err = {0};
    int code = t->n_operands == 2 ? read_pair(out, t) : read_ground_truth(out, t, args, sets);
    if (code == TOOL_EXIT_OK && t->n_operands != 2)
        code = read_predictions(out, t, args, sets);
    if (code == TOOL_EXIT_OK && out->gt.n_annotations > INT32_MAX) {
        (void)pnd_fail(&err, PND_ELIMIT, "%s: %zu images", out->gt_json, out->gt.n_annotations);
        code = tool_fail(t, TOOL_INPUT, &err);
    }
    return code;
}

/* ---- spaces of the classes */

static const char *example_of(const pnd_panoptic_set *set, const char *folder)
{
    return set->n_annotations > 0 ? set->annotations[0].file_name : folder;
}

static int settle_ground_truth(panoptic_inputs *out, tool *t)
{
    panoptic_form *const form = &out->gt_form;
    const pnd_id_space seen = pnd_panoptic_set_id_space(&out->gt), said = form->ids;
    pnd_error err = {0};
    if (form->is_alone &&
        panoptic_form_set_ids(form, example_of(&out->gt, out->gt_dir), &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    if (form->is_alone && pnd_panoptic_set_add_cityscapes(
                              &out->own_gt, form->ids == PND_ID_SPACE_TRAIN_IDS, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    if (form->is_alone)
        out->gt = out->own_gt;
    if (!form->is_alone && said != PND_ID_SPACE_UNKNOWN && seen != PND_ID_SPACE_UNKNOWN &&
        said != seen) {
        (void)pnd_fail(&err, PND_EMISMATCH, "%s: its categories are %s, not what --gt-ids says",
                       out->gt_json, seen == PND_ID_SPACE_LABEL_IDS ? "label ids" : "trainIds");
        return tool_fail(t, TOOL_INPUT, &err);
    }
    if (form->ids == PND_ID_SPACE_UNKNOWN)
        form->ids = seen;
    out->space = form->ids;
    form->target = out->pred_form.target = out->space;
    return TOOL_EXIT_OK;
}

static int settle_predictions(panoptic_inputs *out, tool *t)
{
    panoptic_form *const form = &out->pred_form;
    pnd_error err = {0};
    if (form->is_alone &&
        panoptic_form_set_ids(form, example_of(&out->pred, out->pred_dir), &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    if (out->space != PND_ID_SPACE_UNKNOWN)
        return TOOL_EXIT_OK;
    if (form->format == PANOPTIC_DETECTRON2 && !form->is_alone)
        form->ids = PND_ID_SPACE_UNKNOWN; /* another data set: the categories are its own */
    if (form->ids == PND_ID_SPACE_UNKNOWN)
        return TOOL_EXIT_OK;
    (void)pnd_fail_hint(&err, PND_EMISMATCH, "if they are, say which with --gt-ids",
                        "%s: its categories are not Cityscapes' beyond doubt, the predictions' are",
                        out->gt_json);
    return tool_fail(t, TOOL_INPUT, &err);
}

/* ---- categories */

static int out_of_memory(tool *t)
{
    pnd_error err = {0};
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    return tool_fail(t, TOOL_INPUT, &err);
}

static int collect_categories(panoptic_inputs *out, tool *t)
{
    out->n_categories = out->gt.n_categories;
    out->categories = pnd_calloc_array(out->n_categories, sizeof *out->categories);
    if (out->categories == NULL)
        return out_of_memory(t);
    for (size_t i = 0; i < out->n_categories; i++) {
        const pnd_category_info *const info = &out->gt.categories[i];
        out->categories[i] = (pnd_category){info->id, info->is_thing};
    }
    return TOOL_EXIT_OK;
}

/* The prediction's own list of categories is ignored by every evaluator, so do not ask it. */
static int check_space(panoptic_inputs *out, tool *t)
{
    pnd_panoptic_set pred = out->pred;
    pred.n_categories = 0;
    const pnd_id_space seen = pnd_panoptic_set_id_space(&pred), said = out->pred_form.ids;
    const pnd_id_space wanted = said != PND_ID_SPACE_UNKNOWN ? said : out->space;
    const char *const who =
        said != PND_ID_SPACE_UNKNOWN ? "they were said to be" : "the ground truth has";
    pnd_error err = {0};
    if (wanted == PND_ID_SPACE_LABEL_IDS && seen == PND_ID_SPACE_TRAIN_IDS)
        (void)pnd_fail_hint(&err, PND_EMISMATCH,
                            "--pred-ids train takes them as such; or write label ids (person is "
                            "24, not 11)",
                            "%s: category_ids are trainIds (0..18), %s label ids (7..33)",
                            out->pred_json, who);
    if (wanted == PND_ID_SPACE_TRAIN_IDS && seen == PND_ID_SPACE_LABEL_IDS)
        (void)pnd_fail_hint(&err, PND_EMISMATCH,
                            "--pred-ids label takes them as such; or score against "
                            "cityscapes_panoptic_SPLIT.json, which has label ids",
                            "%s: category_ids are label ids (7..33), %s trainIds (0..18)",
                            out->pred_json, who);
    return err.status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}

/* ---- pairing */

static int compare_images(const pnd_annotation *a, const pnd_annotation *b)
{
    if (a->id_is_number != b->id_is_number)
        return a->id_is_number ? -1 : 1;
    return strcmp(a->image_id, b->image_id);
}

/* By image, then by place in the file. */
static int order_annotations(const void *a, const void *b)
{
    const pnd_annotation *const x = *(const pnd_annotation *const *)a;
    const pnd_annotation *const y = *(const pnd_annotation *const *)b;
    const int order = compare_images(x, y);
    return order != 0 ? order : (x > y) - (x < y);
}

static const pnd_annotation **sort_annotations(const pnd_panoptic_set *set)
{
    const pnd_annotation **const sorted = pnd_alloc_array(set->n_annotations, sizeof *sorted);
    if (sorted == NULL)
        return NULL;
    for (size_t i = 0; i < set->n_annotations; i++)
        sorted[i] = &set->annotations[i];
    qsort(sorted, set->n_annotations, sizeof *sorted, order_annotations);
    return sorted;
}

/* The last of the records for that image, or NULL. */
static const pnd_annotation *find_last(const pnd_annotation *const *sorted, size_t n,
                                       const pnd_annotation *wanted)
{
    size_t low = 0;
    for (size_t high = n; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (compare_images(sorted[middle], wanted) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && compare_images(sorted[low - 1], wanted) == 0 ? sorted[low - 1] : NULL;
}

/* Records of an image beyond its first: problems, or in strict parity a deviation. */
static int check_duplicates(const pnd_annotation *const *sorted, size_t n, tool *t,
                            const char *json, bool strict, const char *code, const char *message,
                            eval_deviations *deviations)
{
    tool_problems problems = {0};
    for (size_t i = 1; i < n; i++) {
        const char *const id = sorted[i]->image_id;
        pnd_error err = {0};
        if (compare_images(sorted[i - 1], sorted[i]) != 0)
            continue;
        if (strict) {
            eval_deviate(deviations, code, message, 1, id);
            continue;
        }
        (void)pnd_fail_hint(&err, PND_EFORMAT, "--parity strict scores it as the reference does",
                            "%s: image_id %s is listed more than once", json, id);
        tool_problems_add(&problems, (int32_t)i, id, TOOL_INPUT, &err);
    }
    int code_of_exit = TOOL_EXIT_OK;
    for (size_t i = 0; i < problems.n; i++)
        if ((int32_t)i < t->common.max_errors)
            code_of_exit = tool_fail_at(t, TOOL_INPUT, &problems.items[i].err,
                                        (tool_place){json, problems.items[i].image_id});
    tool_problems_clear(&problems);
    return code_of_exit;
}

static void count_extra(panoptic_inputs *out, const pnd_annotation *const *gt,
                        const pnd_annotation *const *pred, eval_deviations *deviations)
{
    for (size_t i = 0; i < out->pred.n_annotations; i++)
        if (find_last(gt, out->gt.n_annotations, pred[i]) == NULL) {
            out->n_extra++;
            eval_deviate(deviations, "extra-prediction",
                         "predictions for images that the ground truth does not have; not scored",
                         1, pred[i]->image_id);
        }
}

/* Once in a run, whoever reads the files first. */
static void warn_of_extra(const panoptic_inputs *inputs, tool *t, eval_sets *sets)
{
    if (inputs->n_extra > 0 && !sets->told_of_extra)
        tool_warn(t, "%s: predictions for images that the ground truth does not have: %zu",
                  inputs->pred_json, inputs->n_extra);
    sets->told_of_extra |= inputs->n_extra > 0;
}

static int list_missing(const panoptic_inputs *inputs, tool *t)
{
    const size_t most = (size_t)t->common.max_errors;
    size_t listed = 0;
    for (size_t i = 0; i < inputs->gt.n_annotations && listed < most; i++) {
        const char *const id = inputs->gt.annotations[i].image_id;
        pnd_error err = {0};
        if (inputs->partners[i] != NULL)
            continue;
        (void)pnd_fail(&err, PND_EMISMATCH, "%s: no prediction for image %s", inputs->pred_json,
                       id);
        (void)tool_fail_at(t, TOOL_INPUT, &err, (tool_place){inputs->pred_json, id});
        listed++;
    }
    if (inputs->n_missing > listed)
        tool_warn(t, "and %zu more (--max-errors)", inputs->n_missing - listed);
    tool_warn(t, "images without a prediction: %zu of %zu; --skip-bad scores the others",
              inputs->n_missing, inputs->gt.n_annotations);
    return TOOL_EXIT_INCOMPLETE;
}

static int pair_sorted(panoptic_inputs *out, tool *t, const panoptic_args *args,
                       const pnd_annotation *const *gt, const pnd_annotation *const *pred,
                       eval_deviations *deviations)
{
    const bool strict = args->parity == PND_PQ_STRICT;
    int code =
        check_duplicates(gt, out->gt.n_annotations, t, out->gt_json, strict, "gt-duplicate-image",
                         "ground truth images listed twice; each record was scored", deviations);
    if (code == TOOL_EXIT_OK)
        code = check_duplicates(
            pred, out->pred.n_annotations, t, out->pred_json, strict, "pred-duplicate-image",
            "predicted images listed twice; the last record counted", deviations);
    if (code != TOOL_EXIT_OK)
        return code;
    for (size_t i = 0; i < out->gt.n_annotations; i++) {
        out->partners[i] = find_last(pred, out->pred.n_annotations, &out->gt.annotations[i]);
        out->n_missing += out->partners[i] == NULL;
    }
    count_extra(out, gt, pred, deviations);
    return TOOL_EXIT_OK;
}

static int pair_images(panoptic_inputs *out, tool *t, const panoptic_args *args,
                       eval_deviations *deviations)
{
    const pnd_annotation **const gt = sort_annotations(&out->gt);
    const pnd_annotation **const pred = sort_annotations(&out->pred);
    out->partners = pnd_calloc_array(out->gt.n_annotations, sizeof *out->partners);
    const int code = gt == NULL || pred == NULL || out->partners == NULL
                         ? out_of_memory(t)
                         : pair_sorted(out, t, args, gt, pred, deviations);
    free(gt);
    free(pred);
    return code;
}

int panoptic_inputs_load(panoptic_inputs *out, tool *t, const panoptic_args *args, eval_sets *sets,
                         eval_deviations *deviations)
{
    int code = panoptic_find_files(out, t, args);
    if (code == TOOL_EXIT_OK)
        code = read_sets(out, t, args, sets);
    if (code == TOOL_EXIT_OK)
        code = settle_ground_truth(out, t);
    if (code == TOOL_EXIT_OK)
        code = settle_predictions(out, t);
    if (code == TOOL_EXIT_OK)
        code = collect_categories(out, t);
    if (code == TOOL_EXIT_OK)
        code = check_space(out, t);
    if (code == TOOL_EXIT_OK)
        code = pair_images(out, t, args, deviations);
    if (code != TOOL_EXIT_OK)
        return code;
    warn_of_extra(out, t, sets);
    return out->n_missing > 0 && !t->common.skip_bad ? list_missing(out, t) : TOOL_EXIT_OK;
}

void panoptic_inputs_clear(panoptic_inputs *inputs)
{
    free(inputs->gt_json);
    free(inputs->gt_dir);
    free(inputs->pred_json);
    free(inputs->pred_dir);
    pnd_panoptic_set_clear(&inputs->own_gt);
    pnd_panoptic_set_clear(&inputs->own_pred);
    free(inputs->categories);
    free(inputs->partners);
    *inputs = (panoptic_inputs){0};
}
