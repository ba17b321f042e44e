/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of panoptic images without a JSON. */
#include "eval_panoptic_list.h"

#include "eval_files.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

static const char *const extensions[] = {".png", NULL};
static const eval_file_kind gt_kind = {
    .extensions = extensions,
    .listed = ".png",
    .tail = "",
    .what = "ground truth",
    .suffix_hint = "say which with --gt-suffix, as in _gtFine_instanceIds.png",
};
static const eval_file_kind pred_kind = {
    .extensions = extensions,
    .listed = ".png",
    .tail = "",
    .what = "panoptic image",
    .suffix_hint = "say which with --pred-suffix, as in _panoptic.png",
};

static int out_of_memory(tool *t)
{
    pnd_error err = {0};
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    return tool_fail(t, TOOL_INPUT, &err);
}

/* ---- names */

static bool is_meant(const char *base, const char *suffix)
{
    const size_t n = strlen(base), k = suffix != NULL ? strlen(suffix) : 0;
    return suffix == NULL || (n > k && strcmp(base + n - k, suffix) == 0);
}

/* What names the image: its core name, else what stands before the suffix or the extension. */
static char *key_of(const char *base, const eval_file_kind *kind, const char *suffix)
{
    size_t length = eval_file_key_length(base, kind);
    const size_t n = strlen(base), k = suffix != NULL ? strlen(suffix) : 0;
    if (base[length] == '.' && suffix != NULL && is_meant(base, suffix)) /* no core name */
        length = n - k;
    return pnd_strdup_printf("%.*s", (int)length, base);
}

static pnd_status add_image(pnd_panoptic_set *set, const char *id, bool is_number, const char *path,
                            pnd_error *err)
{
    pnd_annotation *const image = &set->annotations[set->n_annotations++];
    *image = (pnd_annotation){
        .image_id = pnd_strdup(id), .id_is_number = is_number, .file_name = pnd_strdup(path)};
    return image->image_id != NULL && image->file_name != NULL
               ? PND_OK
               : pnd_fail(err, PND_ENOMEM, "out of memory");
}

/* ---- ground truth */

static pnd_status list_files(pnd_panoptic_set *out, const eval_files *files, const char *suffix,
                             pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; i < files->n && status == PND_OK; i++) {
        const eval_file *const file = &files->items[i];
        if (!is_meant(file->base, suffix))
            continue;
        char *const key = key_of(file->base, &gt_kind, suffix);
        status = key == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                             : add_image(out, key, false, file->path, err);
        free(key);
    }
    return status;
}

/* Files of one image are neighbours. */
static pnd_status check_unique(const pnd_panoptic_set *set, pnd_error *err)
{
    for (size_t i = 1; i < set->n_annotations; i++) {
        const pnd_annotation *const a = &set->annotations[i - 1], *const b = &set->annotations[i];
        if (strcmp(a->image_id, b->image_id) == 0)
            return pnd_fail_hint(err, PND_EMISMATCH, gt_kind.suffix_hint,
                                 "%s and %s are both of image %s", a->file_name, b->file_name,
                                 a->image_id);
    }
    return PND_OK;
}

int panoptic_list_ground_truth(pnd_panoptic_set *out, tool *t, const char *folder,
                               const char *suffix)
{
    eval_files files = {0};
    pnd_error err = {0};
    pnd_status status = eval_files_find(&files, folder, &gt_kind, &err);
    if (status == PND_OK) {
        out->annotations = pnd_calloc_array(files.n, sizeof *out->annotations);
        status = out->annotations == NULL ? pnd_fail(&err, PND_ENOMEM, "out of memory")
                                          : list_files(out, &files, suffix, &err);
    }
    if (status == PND_OK && out->n_annotations == 0)
        status = pnd_fail_hint(&err, PND_EINVAL, "--gt-suffix says what the names end in",
                               "%s: no file *%s in it", folder, suffix);
    if (status == PND_OK)
        status = check_unique(out, &err);
    eval_files_clear(&files);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}

/* ---- predictions */

static pnd_status pick(eval_file **out, const eval_files *files, const char *key,
                       const char *suffix, pnd_error *err)
{
    if (suffix != NULL)
        return eval_files_pick(out, files, &pred_kind, key, suffix, err);
    const pnd_status status = eval_files_pick(out, files, &pred_kind, key, extensions[0], err);
    return status != PND_OK || *out != NULL
               ? status
               : eval_files_pick(out, files, &pred_kind, key, NULL, err);
}

static int pair_files(pnd_panoptic_set *out, tool *t, const pnd_panoptic_set *gt, eval_files *files,
                      const char *suffix)
{
    tool_problems problems = {0};
    for (size_t i = 0; i < gt->n_annotations; i++) {
        const pnd_annotation *const image = &gt->annotations[i];
        eval_file *file = NULL;
        pnd_error err = {0};
        pnd_status status = pick(&file, files, image->image_id, suffix, &err);
        if (status == PND_OK && file != NULL) {
            file->used = true;
            status = add_image(out, image->image_id, image->id_is_number, file->path, &err);
        }
        if (status != PND_OK)
            tool_problems_add(&problems, (int32_t)i, image->image_id, TOOL_INPUT, &err);
    }
    const int code = tool_problems_report(t, &problems);
    tool_problems_clear(&problems);
    return code;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static pnd_status add_others(pnd_panoptic_set *out, const eval_files *files, const char *suffix,
                             const char *const *known, size_t n_known, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; i < files->n && status == PND_OK; i++) {
        const eval_file *const file = &files->items[i];
        if (file->used || !is_meant(file->base, suffix))
            continue;
        char *const key = key_of(file->base, &pred_kind, suffix);
        if (key == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        if (bsearch(&key, known, n_known, sizeof *known, compare_keys) == NULL)
            status = add_image(out, key, false, file->path, err);
        free(key);
    }
    return status;
}

/* Files of images that the ground truth does not have. */
static int list_others(pnd_panoptic_set *out, tool *t, const pnd_panoptic_set *gt,
                       const eval_files *files, const char *suffix)
{
    pnd_error err = {0};
    const char **const known = pnd_alloc_array(gt->n_annotations, sizeof *known);
    if (known == NULL)
        return out_of_memory(t);
    for (size_t i = 0; i < gt->n_annotations; i++)
        known[i] = gt->annotations[i].image_id;
    qsort(known, gt->n_annotations, sizeof *known, compare_keys);
    const pnd_status status = add_others(out, files, suffix, known, gt->n_annotations, &err);
    free(known);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}

int panoptic_list_predictions(pnd_panoptic_set *out, tool *t, const pnd_panoptic_set *gt,
                              const char *folder, const char *suffix)
{
    eval_files files = {0};
    pnd_error err = {0};
    if (eval_files_find(&files, folder, &pred_kind, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    out->annotations = pnd_calloc_array(gt->n_annotations + files.n, sizeof *out->annotations);
    if (out->annotations == NULL) {
        eval_files_clear(&files);
        return out_of_memory(t);
    }
    int code = pair_files(out, t, gt, &files, suffix);
    if (code == TOOL_EXIT_OK)
        code = list_others(out, t, gt, &files, suffix);
    eval_files_clear(&files);
    return code;
}
