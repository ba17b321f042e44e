/* SPDX-License-Identifier: Apache-2.0 */
/* What a folder of predictions allows, told from names alone: no file is opened here. The rules are
 * those of docs/formats.md, "A folder of predictions". */
#include "eval_all.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

static const char *const extensions[] = {".png", ".npy", ".pfm", ".txt", NULL};
static const eval_file_kind any_kind = {
    .extensions = extensions, .listed = "prediction", .tail = "", .what = "", .suffix_hint = ""};

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

/* ---- strings and lines */

/* Takes `text` over; the plan frees it. NULL when memory is short. */
static const char *keep(all_plan *p, char *text)
{
    if (text == NULL || p->n_strings == ALL_MAX_STRINGS) {
        free(text);
        p->failed = true;
        return NULL;
    }
    p->strings[p->n_strings++] = text;
    return text;
}

static void allow(all_plan *p, int task, const char *what, const char *where)
{
    all_item *const item = &p->items[task];
    item->is_scored = true;
    pnd_buffer_reset(&item->text);
    pnd_buffer_printf(&item->text, "%s %s", what, where);
}

/* ---- ground truth */

/* False, with the reason, when there is none; a folder that cannot be read is left to the task's
 * own words. */
static bool has_frames(all_plan *p, int task, const char *type, const char *suffix)
{
    const all_args *const args = p->args;
    pnd_buffer *const text = &p->items[task].text;
    const char *const folder =
        keep(p, pnd_strdup_printf("%s/%s/%s", args->root, type, args->split));
    pnd_frame_list frames = {0};
    pnd_error err = {0};
    pnd_buffer_reset(text);
    if (folder == NULL || !eval_is_folder(folder)) {
        pnd_buffer_printf(text, "no ground truth: no folder %s", folder != NULL ? folder : "");
        return false;
    }
    if (pnd_frames_find(&frames, args->root, type, args->split, suffix, &err) == PND_EINVAL)
        pnd_buffer_printf(text, "no ground truth: %s", err.message);
    pnd_frame_list_clear(&frames);
    return err.status != PND_EINVAL;
}

/* ---- files of the folder */

/* DIR/NAME if that is a folder, else DIR. */
static const char *folder_of(all_plan *p, const char *name)
{
    char *const own = pnd_strdup_printf("%s/%s", p->pred, name);
    if (own == NULL || eval_is_folder(own))
        return keep(p, own);
    free(own);
    return p->pred;
}

static bool is_below(const eval_file *file, const char *folder)
{
    const size_t length = strlen(folder);
    return strncmp(file->path, folder, length) == 0 && file->path[length] == '/';
}

/* What follows the name of the frame; NULL for files of no frame. */
static const char *suffix_of(const eval_file *file)
{
    size_t length = 0;
    return pnd_frame_core_prefix(&length, file->base) ? file->base + length : NULL;
}

typedef bool (*suffix_test)(const char *suffix);

static bool is_labels(const char *suffix)
{
    return ends_with(suffix, "labelIds.png") || ends_with(suffix, "labelTrainIds.png");
}

static bool is_depth(const char *suffix)
{
    return ends_with(suffix, "_depth.png") || ends_with(suffix, "_depth.npy") ||
           ends_with(suffix, "_depth.pfm");
}

static bool is_text(const char *suffix)
{
    return ends_with(suffix, ".txt");
}

static bool is_any(const char *suffix)
{
    return suffix[0] != '\0';
}

/* Two different suffixes of frames' files, or one, or none. */
typedef struct suffixes {
    const char *first, *second;
} suffixes;

static suffixes find_suffixes(const all_plan *p, const char *folder, suffix_test fits)
{
    suffixes found = {0};
    for (size_t i = 0; i < p->files.n && found.second == NULL; i++) {
        const char *const suffix = suffix_of(&p->files.items[i]);
        if (suffix == NULL || !is_below(&p->files.items[i], folder) || !fits(suffix))
            continue;
        if (found.first == NULL)
            found.first = suffix;
        else if (strcmp(found.first, suffix) != 0)
            found.second = suffix;
    }
    return found;
}

static bool has_suffix(const all_plan *p, const char *folder, const char *wanted)
{
    for (size_t i = 0; i < p->files.n; i++) {
        const char *const suffix = suffix_of(&p->files.items[i]);
        if (suffix != NULL && is_below(&p->files.items[i], folder) && strcmp(suffix, wanted) == 0)
            return true;
    }
    return false;
}

/* ---- one task at a time */

static const char *gt_json(all_plan *p)
{
    return p->args->gt_json != NULL
               ? p->args->gt_json
               : keep(p, pnd_strdup_printf("%s/gtFine/cityscapes_panoptic_%s.json", p->args->root,
                                           p->args->split));
}

/* The panoptic prediction, whether or not it can be scored. */
static const char *find_pred_json(all_plan *p, const char *folder)
{
    if (folder == NULL)
        return NULL;
    return keep(p, pnd_strdup_printf("%s/cityscapes_panoptic_%s.json", folder, p->args->split));
}

static void find_panoptic(all_plan *p)
{
    pnd_buffer *const text = &p->items[ALL_PANOPTIC].text;
    const char *const gt = gt_json(p), *const folder = folder_of(p, "panoptic");
    const char *const json = find_pred_json(p, folder);
    p->panoptic.pred = folder;
    if (gt == NULL || json == NULL)
        return;
    p->pred_json = eval_exists(json) ? json : NULL;
    if (p->pred_json == NULL)
        pnd_buffer_printf(text, "no %s", json);
    else if (!eval_exists(gt))
        pnd_buffer_printf(text, "no ground truth: no %s (pnd-panoptic makes it)", gt);
    else
        allow(p, ALL_PANOPTIC, "segments of", json);
}

static void set_labels(all_plan *p, const char *folder, const char *suffix)
{
    p->semantic.pred = folder;
    p->semantic.pred_suffix = suffix;
    if (suffix != NULL && ends_with(suffix, "labelTrainIds.png"))
        p->semantic.pred_ids = SEMANTIC_IDS_TRAIN;
    allow(p, ALL_SEMANTIC, "label images in", folder);
    if (suffix != NULL)
        pnd_buffer_printf(&p->items[ALL_SEMANTIC].text, ", *%s", suffix);
}

/* Label images need a name of their own, but where nothing else is there. */
static void find_labels(all_plan *p, const char *folder)
{
    pnd_buffer *const text = &p->items[ALL_SEMANTIC].text;
    const suffixes labels = find_suffixes(p, folder, is_labels);
    const suffixes all = find_suffixes(p, folder, is_any);
    const bool is_own = folder != p->pred;
    const bool only = all.first != NULL && all.second == NULL && ends_with(all.first, ".png") &&
                      !is_depth(all.first) && p->pred_json == NULL;
    if (labels.second != NULL)
        pnd_buffer_printf(text,
                          "two kinds of label images, *%s and *%s: choose with --semantic-suffix",
                          labels.first, labels.second);
    else if (labels.first != NULL)
        set_labels(p, folder, labels.first);
    else if (is_own || only)
        set_labels(p, folder, NULL);
    else
        pnd_buffer_printf(text, "no FRAME*labelIds.png in %s, and no folder semantic", folder);
}

static void find_semantic(all_plan *p)
{
    const all_args *const args = p->args;
    const char *const folder = folder_of(p, "semantic");
    if (folder == NULL || (!has_frames(p, ALL_SEMANTIC, "gtFine", "_gtFine_labelIds.png") &&
                           !has_frames(p, ALL_SEMANTIC, "gtFine", "_gtFine_instanceIds.png")))
        return;
    pnd_buffer_reset(&p->items[ALL_SEMANTIC].text);
    if (args->semantic_suffix == NULL)
        find_labels(p, folder);
    else if (has_suffix(p, folder, args->semantic_suffix))
        set_labels(p, folder, args->semantic_suffix);
    else
        pnd_buffer_printf(&p->items[ALL_SEMANTIC].text, "no FRAME%s in %s", args->semantic_suffix,
                          folder);
}

static void find_instance(all_plan *p)
{
    const char *const folder = folder_of(p, "instance");
    p->instance.pred = folder;
    if (folder == NULL || !has_frames(p, ALL_INSTANCE, "gtFine", "_gtFine_instanceIds.png"))
        return;
    if (folder != p->pred || find_suffixes(p, folder, is_text).first != NULL) {
        allow(p, ALL_INSTANCE, "text files and masks in", folder);
    } else if (p->pred_json != NULL) {
        p->instance.pred_json = p->pred_json;
        allow(p, ALL_INSTANCE, "the things of", p->pred_json);
    } else {
        pnd_buffer_printf(&p->items[ALL_INSTANCE].text,
                          "no FRAME*.txt in %s, no folder instance, no panoptic prediction",
                          folder);
    }
}

static void find_depth(all_plan *p)
{
    const char *const folder = folder_of(p, "depth");
    p->depth.pred = folder;
    if (folder == NULL || !has_frames(p, ALL_DEPTH, "disparity", "_disparity.png"))
        return;
    if (folder != p->pred || find_suffixes(p, folder, is_depth).first != NULL)
        allow(p, ALL_DEPTH, "depth maps in", folder);
    else
        pnd_buffer_printf(&p->items[ALL_DEPTH].text,
                          "no FRAME*_depth.png, .npy or .pfm in %s, and no folder depth", folder);
}

static void find_joint(all_plan *p)
{
    const bool has_panoptic = p->items[ALL_PANOPTIC].is_scored;
    const bool has_depth = p->items[ALL_DEPTH].is_scored;
    p->joint.pred = p->panoptic.pred;
    p->joint.pred_depth = p->depth.pred == p->panoptic.pred ? NULL : p->depth.pred;
    if (has_panoptic && has_depth)
        allow(p, ALL_JOINT, "the segments and the depth maps of", p->pred);
    else
        pnd_buffer_printf(&p->items[ALL_JOINT].text, "needs %s: %s",
                          has_panoptic ? "depth" : "panoptic",
                          pnd_buffer_text(&p->items[has_panoptic ? ALL_DEPTH : ALL_PANOPTIC].text));
}

/* ---- all of them */

static pnd_status list_files(all_plan *p, pnd_error *err)
{
    pnd_error why = {0};
    p->pred = p->args->pred != NULL ? p->args->pred
                                    : keep(p, pnd_strdup_printf("%s/results", p->args->root));
    if (p->pred == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = eval_files_find(&p->files, p->pred, &any_kind, &why);
    if (status == PND_OK || status == PND_EINVAL)
        return PND_OK; /* an empty folder allows nothing, and every task says what it misses */
    *err = why;
    return status;
}

static void leave_out(all_plan *p)
{
    for (int i = 0; i < ALL_N_TASKS; i++) {
        all_item *const item = &p->items[i];
        if (!item->is_asked) {
            item->is_scored = false;
            pnd_buffer_reset(&item->text);
            pnd_buffer_puts(&item->text, "left out by --tasks");
        }
        p->failed |= pnd_buffer_status(&item->text, NULL) != PND_OK;
    }
}

/* In the order of the list: an instance may be a thing of the panoptic prediction, and joint needs
 * panoptic and depth. */
pnd_status all_find(all_plan *p, pnd_error *err)
{
    const pnd_status status = list_files(p, err);
    if (status != PND_OK)
        return status;
    find_panoptic(p);
    find_semantic(p);
    find_instance(p);
    find_depth(p);
    find_joint(p);
    leave_out(p);
    return p->failed ? pnd_fail(err, PND_ENOMEM, "out of memory") : PND_OK;
}
