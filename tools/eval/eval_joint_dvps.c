/* SPDX-License-Identifier: Apache-2.0 */
/* DVPS folders: {sequence}_{image}_..._gtFine_instanceTrainIds.png and ..._depth.png, predictions
 * with the same first two fields. ViP-DeepLab's evaluator asks only for "gtFine" and "depth"
 * somewhere in a name, and so does this. */
#include "eval_joint.h"

#include <panodepth/alloc.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef enum file_kind { GROUND_TRUTH, DEPTH, PANOPTIC, ANY } file_kind;

static bool is_kind(const char *base, file_kind kind)
{
    const bool depth = strstr(base, "depth") != NULL, gt = strstr(base, "gtFine") != NULL;
    switch (kind) {
    case GROUND_TRUTH:
        return gt && !depth;
    case DEPTH:
        return depth;
    case PANOPTIC:
        return !depth && !gt && strstr(base, "leftImg8bit") == NULL;
    default:
        return true;
    }
}

/* Length of "SEQUENCE_IMAGE", both of digits, or 0; *sequence is that of "SEQUENCE". */
static size_t key_length(const char *base, size_t *sequence)
{
    static const char digits[] = "0123456789";
    *sequence = strspn(base, digits);
    if (*sequence == 0 || base[*sequence] != '_')
        return 0;
    const size_t image = strspn(base + *sequence + 1, digits);
    const size_t length = *sequence + 1 + image;
    return image > 0 && image < 18 && (base[length] == '_' || base[length] == '.') ? length : 0;
}

/* The one file of that frame and kind; *out is NULL when there is none. */
static pnd_status pick(const char **out, eval_files *files, const char *key, file_kind kind,
                       const char *what, pnd_error *err)
{
    const size_t length = strlen(key);
    *out = NULL;
    for (size_t i = 0; i < files->n; i++) {
        eval_file *const file = &files->items[i];
        size_t sequence;
        if (strncmp(file->base, key, length) != 0 || key_length(file->base, &sequence) != length ||
            !is_kind(file->base, kind))
            continue;
        if (*out != NULL)
            return pnd_fail_hint(err, PND_EMISMATCH, "name a folder that holds only one of them",
                                 "%s: two files could be its %s: %s and %s", key, what, *out,
                                 file->path);
        *out = file->path;
        file->used = true;
    }
    return PND_OK;
}

static pnd_status find_sub(eval_files *out, file_kind *kind, const char *folder, const char *sub,
                           pnd_error *err)
{
    char *const inside = pnd_strdup_printf("%s/%s", folder, sub);
    if (inside == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const bool has_inside = eval_is_folder(inside);
    if (has_inside)
        *kind = ANY;
    const pnd_status status =
        eval_files_find(out, has_inside ? inside : folder, &joint_depth_kind, err);
    free(inside);
    return status;
}

/* ---- frames */

static pnd_status add_frame(joint_inputs *out, const char *base, size_t length, pnd_error *err)
{
    joint_source *const frame = &out->frames[out->n];
    frame->key = pnd_strdup_printf("%.*s", (int)length, base);
    if (frame->key == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a frame");
    out->n++;
    return PND_OK;
}

static pnd_status list_frames(joint_inputs *out, const joint_args *args, pnd_error *err)
{
    pnd_status status = eval_files_find(&out->gt_files, args->dvps, &joint_depth_kind, err);
    if (status != PND_OK)
        return status;
    out->frames = pnd_calloc_array(out->gt_files.n, sizeof *out->frames);
    if (out->frames == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu frames", out->gt_files.n);
    for (size_t i = 0; i < out->gt_files.n && status == PND_OK; i++) {
        const char *const base = out->gt_files.items[i].base;
        size_t sequence;
        const size_t length = key_length(base, &sequence);
        if (!is_kind(base, GROUND_TRUTH))
            continue;
        if (length == 0)
            return pnd_fail_hint(err, PND_EFORMAT,
                                 "DVPS names begin with the numbers of sequence and image, as in "
                                 "000001_000006_..._gtFine_instanceTrainIds.png",
                                 "%s: no sequence and image number", out->gt_files.items[i].path);
        status = add_frame(out, base, length, err);
    }
    if (status == PND_OK && out->n == 0)
        return pnd_fail_hint(err, PND_EINVAL, "looked for *gtFine*.png",
                             "%s: no ground truth in it", args->dvps);
    return status;
}

static int compare_frames(const void *a, const void *b)
{
    const joint_source *const x = a, *const y = b;
    return strcmp(x->key, y->key);
}

static size_t sequence_length(const char *key)
{
    return strcspn(key, "_");
}

static bool same_sequence(const char *a, const char *b)
{
    const size_t n = sequence_length(a);
    return n == sequence_length(b) && strncmp(a, b, n) == 0;
}

static pnd_status list_sequences(joint_inputs *out, pnd_error *err)
{
    out->sequences = pnd_calloc_array(out->n, sizeof *out->sequences);
    if (out->sequences == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for sequences");
    for (size_t i = 0; i < out->n; i++) {
        const char *const key = out->frames[i].key;
        if (i > 0 && same_sequence(key, out->frames[i - 1].key)) {
            out->sequences[out->n_sequences - 1].n++;
            continue;
        }
        joint_sequence *const next = &out->sequences[out->n_sequences];
        *next = (joint_sequence){
            .name = pnd_strdup_printf("%.*s", (int)sequence_length(key), key), .first = i, .n = 1};
        if (next->name == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for sequences");
        out->n_sequences++;
    }
    return PND_OK;
}

/* ---- gaps */

static int64_t image_number(const joint_source *frame)
{
    int64_t number = 0;
    const char *const text = frame->key + sequence_length(frame->key) + 1;
    return pnd_parse_int(&number, text, 0, INT64_MAX) ? number : 0;
}

/* Images of a sequence are numbered in equal steps: another step is a frame that is not there. */
static int report_gaps(const joint_inputs *inputs, tool *t)
{
    int code = TOOL_EXIT_OK;
    for (size_t s = 0; s < inputs->n_sequences; s++) {
        const joint_source *const f = inputs->frames + inputs->sequences[s].first;
        for (size_t i = 2; i < inputs->sequences[s].n; i++) {
            const int64_t before = image_number(&f[i - 1]) - image_number(&f[i - 2]);
            const int64_t step = image_number(&f[i]) - image_number(&f[i - 1]);
            pnd_error err = {0};
            if (step == before)
                continue;
            (void)pnd_fail_hint(&err, PND_EMISMATCH,
                                "windows are consecutive frames: complete the folder",
                                "sequence %s: images go on in steps of %" PRId64 ", then %" PRId64
                                ", at %s: a frame is missing",
                                inputs->sequences[s].name, before, step, f[i].key);
            (void)tool_fail_at(t, TOOL_INPUT, &err, (tool_place){NULL, f[i].key});
            code = TOOL_EXIT_INCOMPLETE;
            break;
        }
    }
    return code;
}

/* ---- pairing */

static pnd_status pair_frame(joint_inputs *out, joint_source *frame, const file_kind kinds[2],
                             pnd_error *err)
{
    pnd_status status =
        pick(&frame->gt, &out->gt_files, frame->key, GROUND_TRUTH, "ground truth", err);
    if (status == PND_OK)
        status =
            pick(&frame->gt_depth, &out->gt_files, frame->key, DEPTH, "ground truth depth", err);
    if (status == PND_OK)
        status = pick(&frame->pred, &out->pred_files, frame->key, kinds[0], "prediction", err);
    if (status == PND_OK)
        status = pick(&frame->pred_depth, &out->pred_depth_files, frame->key, kinds[1],
                      "predicted depth", err);
    return status;
}

static pnd_status find_predictions(joint_inputs *out, const joint_args *args, file_kind kinds[2],
                                   pnd_error *err)
{
    pnd_status status;
    kinds[0] = PANOPTIC;
    kinds[1] = DEPTH;
    status = find_sub(&out->pred_files, &kinds[0], args->pred, "panoptic", err);
    if (status != PND_OK)
        return status;
    if (args->pred_depth == NULL)
        return find_sub(&out->pred_depth_files, &kinds[1], args->pred, "depth", err);
    kinds[1] = ANY;
    return eval_files_find(&out->pred_depth_files, args->pred_depth, &joint_depth_kind, err);
}

static pnd_status pair_all(joint_inputs *out, const joint_args *args, pnd_error *err)
{
    file_kind kinds[2];
    pnd_status status = find_predictions(out, args, kinds, err);
    for (size_t i = 0; i < out->n && status == PND_OK; i++)
        status = pair_frame(out, &out->frames[i], kinds, err);
    return status;
}

static void note_lengths(const joint_inputs *inputs, eval_deviations *deviations)
{
    for (size_t s = 1; s < inputs->n_sequences; s++)
        eval_deviate(deviations, "unequal-sequences",
                     "sequences with another number of frames than the first",
                     inputs->sequences[s].n != inputs->sequences[0].n,
                     inputs->frames[inputs->sequences[s].first].key);
}

int joint_find_dvps(joint_inputs *out, tool *t, const joint_args *args, eval_deviations *deviations)
{
    pnd_error err = {0};
    if (args->pred == NULL)
        return tool_usage_error(t, "give --pred DIR (CITYSCAPES_RESULTS)");
    pnd_status status = list_frames(out, args, &err);
    if (status == PND_OK) {
        qsort(out->frames, out->n, sizeof *out->frames, compare_frames);
        status = list_sequences(out, &err);
    }
    if (status == PND_OK)
        status = pair_all(out, args, &err);
    if (status != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    note_lengths(out, deviations);
    return report_gaps(out, t);
}
