/* SPDX-License-Identifier: Apache-2.0 */
/* Which prediction belongs to which frame: text files, or the records of a panoptic JSON. */
#include "eval_instance.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

static const char *const list_extensions[] = {".txt", NULL};
static const eval_file_kind list_kind = {
    .extensions = list_extensions,
    .listed = ".txt",
    .tail = "",
    .what = "text file",
    .suffix_hint = "say which with --pred-suffix, as in _pred.txt",
};
static const char *const gt_suffixes[] = {"_gtFine_instanceIds.png", NULL};

/* ---- the records of a panoptic JSON */

static int order_annotations(const void *a, const void *b)
{
    const pnd_annotation *const *const x = a, *const *const y = b;
    return strcmp((*x)->image_id, (*y)->image_id);
}

/* The annotations in the order of their images; two of one image are an error. */
static pnd_status sort_set(const pnd_annotation ***out, const pnd_panoptic_set *set,
                           const char *name, pnd_error *err)
{
    const pnd_annotation **const sorted = pnd_alloc_array(set->n_annotations, sizeof *sorted);
    if (sorted == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < set->n_annotations; i++)
        sorted[i] = &set->annotations[i];
    qsort(sorted, set->n_annotations, sizeof *sorted, order_annotations);
    for (size_t i = 1; i < set->n_annotations; i++)
        if (strcmp(sorted[i - 1]->image_id, sorted[i]->image_id) == 0) {
            const pnd_status status =
                pnd_fail(err, PND_EFORMAT, "%s: image_id %s is listed more than once", name,
                         sorted[i]->image_id);
            free(sorted);
            return status;
        }
    *out = sorted;
    return PND_OK;
}

static pnd_status pair_set(instance_inputs *out, const char *name, eval_deviations *deviations,
                           pnd_error *err)
{
    const pnd_annotation **sorted = NULL;
    pnd_status status = sort_set(&sorted, &out->set, name, err);
    if (status != PND_OK)
        return status;
    size_t n_met = 0;
    out->partners = pnd_calloc_array(out->pairs.n, sizeof *out->partners);
    if (out->partners == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < out->pairs.n && status == PND_OK; i++) {
        const pnd_annotation wanted = {.image_id = out->pairs.items[i].key};
        const pnd_annotation *const key = &wanted;
        const pnd_annotation *const *const found =
            bsearch(&key, sorted, out->set.n_annotations, sizeof *sorted, order_annotations);
        if (found == NULL)
            continue;
        out->partners[i] = *found;
        out->pairs.items[i].pred = (*found)->file_name;
        n_met++;
    }
    free(sorted);
    eval_deviate(deviations, "extra-prediction",
                 "predictions for frames that the ground truth does not have; not scored",
                 (int64_t)(out->set.n_annotations - n_met), NULL);
    return status;
}

/* NAME for NAME.json, else the JSON's own folder. */
static char *folder_of_set(const char *json)
{
    const size_t length = strlen(json), extension = strlen(".json");
    const char *const slash = strrchr(json, '/');
    if (length > extension && strcmp(json + length - extension, ".json") == 0) {
        char *const stem = pnd_strdup_printf("%.*s", (int)(length - extension), json);
        if (stem == NULL || eval_is_folder(stem))
            return stem;
        free(stem);
    }
    return slash == NULL ? pnd_strdup(".")
                         : pnd_strdup_printf("%.*s", (int)(slash - json) + (slash == json), json);
}

static pnd_status read_set(instance_inputs *out, const instance_args *args, eval_sets *sets,
                           pnd_error *err)
{
    const eval_set *set = NULL;
    out->pairs.folder = pnd_strdup(args->pred_json);
    out->set_dir =
        args->pred_dir != NULL ? pnd_strdup(args->pred_dir) : folder_of_set(args->pred_json);
    if (out->pairs.folder == NULL || out->set_dir == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = eval_sets_read(&set, sets, args->pred_json, PND_PREDICTION, err);
    if (status == PND_OK)
        out->set = set->set;
    return status;
}

static int load_set(instance_inputs *out, tool *t, const instance_args *args, eval_sets *sets,
                    const eval_place *place, eval_deviations *deviations)
{
    pnd_error err = {0};
    int code = eval_pairs_ground_truth(&out->pairs, t, place);
    if (code != TOOL_EXIT_OK)
        return code;
    pnd_status status = read_set(out, args, sets, &err);
    if (status == PND_OK)
        status = pair_set(out, args->pred_json, deviations, &err);
    if (status != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    return eval_pairs_check_missing(&out->pairs, t, "panoptic prediction");
}

/* ---- all of it */

static char *parent(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL ? pnd_strdup(".")
                         : pnd_strdup_printf("%.*s", (int)(slash - path) + (slash == path), path);
}

static int load_pair(instance_inputs *out, tool *t, const char *gt, const char *pred)
{
    pnd_error err = {0};
    const int code = eval_pairs_single(&out->pairs, t, gt, pred, false);
    if (code != TOOL_EXIT_OK)
        return code;
    out->pairs.folder = parent(pred);
    if (out->pairs.folder != NULL)
        return TOOL_EXIT_OK;
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    return tool_fail(t, TOOL_INPUT, &err);
}

int instance_inputs_load(instance_inputs *out, tool *t, const instance_args *args, eval_sets *sets,
                         eval_deviations *deviations)
{
    const eval_place place = {
        .root = args->root,
        .split = args->split,
        .pred = args->pred,
        .pred_suffix = args->pred_suffix,
        .gt_suffixes = gt_suffixes,
        .kind = &list_kind,
    };
    if (t->n_operands == 1)
        return tool_usage_error(t, "give INSTANCE_IDS.png and PREDICTION.txt, or none");
    if (t->n_operands == 2)
        return load_pair(out, t, t->operands[0], t->operands[1]);
    if (args->pred_json != NULL)
        return load_set(out, t, args, sets, &place, deviations);
    return eval_pairs_load(&out->pairs, t, &place, deviations);
}

void instance_inputs_clear(instance_inputs *inputs)
{
    eval_pairs_clear(&inputs->pairs);
    free(inputs->partners);
    free(inputs->set_dir);
    *inputs = (instance_inputs){0};
}
