/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_pairs.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

static const char *base_of(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool eval_is_instance_ids(const char *path)
{
    static const char end[] = "instanceIds.png";
    const size_t length = strlen(path), n = sizeof end - 1;
    return length >= n && strcmp(path + length - n, end) == 0;
}

/* "x_labelIds.png" -> "x_instanceIds.png", as the reference does; NULL without "labelIds". */
static char *instances_beside(const char *gt)
{
    const char *const base = base_of(gt);
    const char *const where = strstr(base, "labelIds");
    if (where == NULL)
        return NULL;
    return pnd_strdup_printf("%.*sinstanceIds%s", (int)(where - gt), gt,
                             where + strlen("labelIds"));
}

static pnd_status name_instances(eval_pair *pair, pnd_error *err)
{
    if (eval_is_instance_ids(pair->gt))
        pair->instances = pnd_strdup(pair->gt);
    else if (strstr(base_of(pair->gt), "labelIds") == NULL)
        return pnd_fail_hint(err, PND_EINVAL, "--no-instances scores without iIoU",
                             "%s: the name has no labelIds, so the instanceIds beside it are "
                             "unknown",
                             pair->gt);
    else
        pair->instances = instances_beside(pair->gt);
    return pair->instances != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

/* ---- ground truth */

static pnd_status find_frames(pnd_frame_list *out, const char **suffix, const eval_place *place,
                              pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; place->gt_suffixes[i] != NULL; i++) {
        pnd_error why = {0};
        *suffix = place->gt_suffixes[i];
        status = pnd_frames_find(out, place->root, "gtFine", place->split, *suffix, &why);
        if (i == 0)
            *err = why; /* of the usual name, if all fail */
        if (status != PND_EINVAL)
            break;
    }
    if (status == PND_OK)
        *err = (pnd_error){0};
    return status == PND_OK ? PND_OK : err->status;
}

static pnd_status add_frame(eval_pairs *out, const pnd_frame *frame, const char *suffix,
                            const eval_place *place, pnd_error *err)
{
    eval_pair *const pair = &out->items[out->n++];
    pair->key = pnd_strdup(frame->core);
    pair->gt = pnd_frame_path(frame, place->root, "gtFine", suffix);
    if (pair->key == NULL || pair->gt == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return place->with_instances ? name_instances(pair, err) : PND_OK;
}

static pnd_status list_ground_truth(eval_pairs *out, const eval_place *place, pnd_error *err)
{
    pnd_frame_list frames = {0};
    const char *suffix = NULL;
    pnd_status status = find_frames(&frames, &suffix, place, err);
    if (status != PND_OK)
        return status;
    out->items = pnd_calloc_array(frames.n, sizeof *out->items);
    if (out->items == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < frames.n && status == PND_OK; i++)
        status = add_frame(out, &frames.frames[i], suffix, place, err);
    pnd_frame_list_clear(&frames);
    return status;
}

/* ---- predictions */

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Predictions of frames that the ground truth does not have. */
static pnd_status count_extra(const eval_pairs *pairs, const eval_place *place,
                              eval_deviations *deviations, pnd_error *err)
{
    const char **const keys = pnd_alloc_array(pairs->n, sizeof *keys);
    if (keys == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < pairs->n; i++)
        keys[i] = pairs->items[i].key;
    qsort(keys, pairs->n, sizeof *keys, compare_keys);
    for (size_t i = 0; i < pairs->files.n; i++) {
        const eval_file *const file = &pairs->files.items[i];
        size_t length = 0;
        if (file->used || !eval_file_is_named(file->base, place->kind, place->pred_suffix) ||
            !pnd_frame_core_prefix(&length, file->base))
            continue;
        char *const key = pnd_strdup_printf("%.*s", (int)length, file->base);
        if (key == NULL) {
            free(keys);
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        }
        if (bsearch(&key, keys, pairs->n, sizeof *keys, compare_keys) == NULL)
            eval_deviate(deviations, "extra-prediction",
                         "predictions for frames that the ground truth does not have; not scored",
                         1, key);
        free(key);
    }
    free(keys);
    return PND_OK;
}

static int list_missing(const eval_pairs *pairs, tool *t, const char *what, size_t n_missing)
{
    const size_t most = (size_t)t->common.max_errors;
    size_t listed = 0;
    for (size_t i = 0; i < pairs->n && listed < most; i++) {
        const char *const key = pairs->items[i].key;
        pnd_error err = {0};
        if (pairs->items[i].pred != NULL)
            continue;
        (void)pnd_fail(&err, PND_EMISMATCH, "%s: no %s of %s", pairs->folder, what, key);
        (void)tool_fail_at(t, TOOL_INPUT, &err, (tool_place){pairs->folder, key});
        listed++;
    }
    if (n_missing > listed)
        tool_warn(t, "and %zu more frames without a prediction", n_missing - listed);
    tool_warn(t, "%zu of %zu frames have no prediction; --skip-bad scores the others", n_missing,
              pairs->n);
    return TOOL_EXIT_INCOMPLETE;
}

int eval_pairs_check_missing(const eval_pairs *pairs, tool *t, const char *what)
{
    size_t n_missing = 0;
    for (size_t i = 0; i < pairs->n; i++)
        n_missing += pairs->items[i].pred == NULL;
    return n_missing > 0 && !t->common.skip_bad ? list_missing(pairs, t, what, n_missing)
                                                : TOOL_EXIT_OK;
}

static int pair_predictions(eval_pairs *out, tool *t, const eval_place *place)
{
    tool_problems problems = {0};
    for (size_t i = 0; i < out->n; i++) {
        eval_pair *const pair = &out->items[i];
        eval_file *file = NULL;
        pnd_error err = {0};
        if (eval_files_pick(&file, &out->files, place->kind, pair->key, place->pred_suffix, &err) !=
            PND_OK)
            tool_problems_add(&problems, (int32_t)i, pair->key, TOOL_INPUT, &err);
        if (file != NULL) {
            file->used = true;
            pair->pred = file->path;
        }
    }
    const int code = tool_problems_report(t, &problems);
    tool_problems_clear(&problems);
    return code == TOOL_EXIT_OK ? eval_pairs_check_missing(out, t, place->kind->what) : code;
}

int eval_pairs_ground_truth(eval_pairs *out, tool *t, const eval_place *place)
{
    pnd_error err = {0};
    if (place->root == NULL)
        return tool_usage_error(t, "no ground truth: give --root (CITYSCAPES_DATASET)");
    return list_ground_truth(out, place, &err) == PND_OK ? TOOL_EXIT_OK
                                                         : tool_fail(t, TOOL_INPUT, &err);
}

static pnd_status find_predictions(eval_pairs *out, const eval_place *place, pnd_error *err)
{
    out->folder = place->pred != NULL ? pnd_strdup(place->pred)
                                      : pnd_strdup_printf("%s/results", place->root);
    if (out->folder == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return eval_files_find(&out->files, out->folder, place->kind, err);
}

int eval_pairs_load(eval_pairs *out, tool *t, const eval_place *place, eval_deviations *deviations)
{
    pnd_error err = {0};
    int code = eval_pairs_ground_truth(out, t, place);
    if (code != TOOL_EXIT_OK)
        return code;
    if (find_predictions(out, place, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    code = pair_predictions(out, t, place);
    if (code == TOOL_EXIT_OK && count_extra(out, place, deviations, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    return code;
}

/* ---- one pair */

static pnd_status make_single(eval_pairs *out, const char *gt, const char *pred,
                              bool with_instances, pnd_error *err)
{
    const char *const base = base_of(gt);
    size_t length = 0;
    if (!pnd_frame_core_prefix(&length, base))
        length = strcspn(base, ".");
    out->items = pnd_calloc_array(1, sizeof *out->items);
    if (out->items == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    out->n = 1;
    out->items[0].key = pnd_strdup_printf("%.*s", (int)length, base);
    out->items[0].gt = pnd_strdup(gt);
    out->items[0].pred = pred;
    if (out->items[0].key == NULL || out->items[0].gt == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return with_instances ? name_instances(&out->items[0], err) : PND_OK;
}

int eval_pairs_single(eval_pairs *out, tool *t, const char *gt, const char *pred,
                      bool with_instances)
{
    pnd_error err = {0};
    const pnd_status status = make_single(out, gt, pred, with_instances, &err);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}

void eval_pairs_clear(eval_pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++) {
        free(pairs->items[i].key);
        free(pairs->items[i].gt);
        free(pairs->items[i].instances);
    }
    free(pairs->items);
    free(pairs->folder);
    eval_files_clear(&pairs->files);
    *pairs = (eval_pairs){0};
}

pnd_status eval_frame_path(char **out, const char *key, const char *root, const char *split,
                           const char *type, const char *suffix, pnd_error *err)
{
    size_t length = 0;
    *out = NULL;
    if (!pnd_frame_core_prefix(&length, key))
        return pnd_fail(err, PND_EINVAL, "image %s: not the name of a Cityscapes frame", key);
    char *const core = pnd_strdup_printf("%.*s", (int)length, key);
    char *const city = pnd_strdup_printf("%.*s", (int)strcspn(key, "_"), key);
    char *const of_split = pnd_strdup(split);
    const pnd_frame place = {core, city, of_split};
    if (core != NULL && city != NULL && of_split != NULL)
        *out = pnd_frame_path(&place, root, type, suffix);
    free(core);
    free(city);
    free(of_split);
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory for a path");
}
