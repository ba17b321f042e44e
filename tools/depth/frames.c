/* SPDX-License-Identifier: Apache-2.0 */
/* The frames of a run and the files of each. */
#include "depth.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* instanceIds when they are there, else labelIds: either holds the labels. */
static char *find_labels(const pnd_frame *frame, const char *root)
{
    char *path = pnd_frame_path(frame, root, "gtFine", "_gtFine_instanceIds.png");
    if (path != NULL && !exists(path)) {
        char *other = pnd_frame_path(frame, root, "gtFine", "_gtFine_labelIds.png");
        if (other != NULL && exists(other)) {
            free(path);
            return other;
        }
        free(other);
    }
    return path;
}

static const char *or_root(const char *root, const char *fallback)
{
    return root != NULL ? root : fallback;
}

static pnd_status fill_frame(depth_frame *out, const depth_run *run, const pnd_frame *frame,
                             size_t split, pnd_error *err)
{
    const depth_args *args = run->args;
    char suffix[32] = "_depth";
    (void)strcat(suffix, pnd_depth_format_extension((pnd_depth_format)args->format));
    out->name = frame->core;
    out->split = split;
    out->disparity = pnd_frame_path(frame, or_root(args->disparity_root, args->root), "disparity",
                                    "_disparity.png");
    out->camera =
        pnd_frame_path(frame, or_root(args->camera_root, args->root), "camera", "_camera.json");
    out->output = pnd_frame_path(frame, args->out, "depth", suffix);
    if (run->has_mask)
        out->labels = find_labels(frame, or_root(args->gt_root, args->root));
    if (out->disparity == NULL || out->camera == NULL || out->output == NULL ||
        (run->has_mask && out->labels == NULL))
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return PND_OK;
}

static pnd_status find_splits(depth_run *run, size_t *total, pnd_error *err)
{
    const depth_args *args = run->args;
    const char *const root = or_root(args->disparity_root, args->root);
    pnd_status status = PND_OK;
    run->lists = pnd_calloc_array(args->splits.n, sizeof *run->lists);
    if (run->lists == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (; run->n_splits < args->splits.n && status == PND_OK; run->n_splits++) {
        pnd_frame_list *list = &run->lists[run->n_splits];
        status = pnd_frames_find(list, root, "disparity", args->splits.items[run->n_splits],
                                 "_disparity.png", err);
        *total += list->n;
    }
    if (status == PND_OK && *total > INT32_MAX)
        status = pnd_fail(err, PND_ELIMIT, "%zu frames are too many", *total);
    return status;
}

/* "aachen_000001_000019" of a path to such a file; false for other names. */
static bool core_of(const char **core, size_t *length, const char *path)
{
    const char *const slash = strrchr(path, '/');
    *core = slash != NULL ? slash + 1 : path;
    return pnd_frame_core_prefix(length, *core);
}

/* A Cityscapes disparity goes with the calibration of the same frame and no other. */
static pnd_status check_pair(const depth_args *args, pnd_error *err)
{
    const char *disparity, *camera;
    size_t n_disparity = 0, n_camera = 0;
    if (!core_of(&disparity, &n_disparity, args->disparity) ||
        !core_of(&camera, &n_camera, args->camera) ||
        (n_disparity == n_camera && memcmp(disparity, camera, n_camera) == 0))
        return PND_OK;
    return pnd_fail_hint(err, PND_EMISMATCH, "each frame has its own calibration: the rigs differ",
                         "%s: the calibration of another frame than %s", args->camera,
                         args->disparity);
}

static pnd_status single_frame(depth_run *run, pnd_error *err)
{
    const depth_args *args = run->args;
    depth_frame *frame = pnd_calloc_array(1, sizeof *frame);
    if (frame == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    run->frames = frame;
    run->n_frames = 1;
    frame->name = args->disparity;
    frame->disparity = pnd_strdup(args->disparity);
    frame->camera = pnd_strdup(args->camera);
    frame->output = pnd_strdup(args->out);
    frame->labels = args->labels != NULL ? pnd_strdup(args->labels) : NULL;
    if (frame->disparity == NULL || frame->camera == NULL || frame->output == NULL ||
        (args->labels != NULL && frame->labels == NULL))
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return check_pair(args, err);
}

pnd_status depth_frames_find(depth_run *run, pnd_error *err)
{
    size_t total = 0;
    if (run->args->disparity != NULL)
        return single_frame(run, err);
    pnd_status status = find_splits(run, &total, err);
    if (status != PND_OK)
        return status;
    run->frames = pnd_calloc_array(total, sizeof *run->frames);
    if (run->frames == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < run->n_splits; i++) {
        for (size_t j = 0; j < run->lists[i].n && status == PND_OK; j++) {
            status = fill_frame(&run->frames[run->n_frames], run, &run->lists[i].frames[j], i, err);
            run->n_frames++;
        }
    }
    return status;
}

void depth_frames_clear(depth_run *run)
{
    for (int32_t i = 0; i < run->n_frames; i++) {
        free(run->frames[i].disparity);
        free(run->frames[i].camera);
        free(run->frames[i].labels);
        free(run->frames[i].output);
    }
    free(run->frames);
    for (size_t i = 0; i < run->n_splits; i++)
        pnd_frame_list_clear(&run->lists[i]);
    free(run->lists);
}

char *depth_sidecar_path(const depth_run *run, size_t split)
{
    const depth_args *args = run->args;
    if (args->disparity != NULL)
        return pnd_strdup_printf("%s.json", args->out);
    return pnd_strdup_printf("%s/depth/%s.json", args->out, args->splits.items[split]);
}

static pnd_status check_one_absent(const char *path, pnd_error *err)
{
    struct stat info;
    if (strcmp(path, "-") == 0 || lstat(path, &info) != 0)
        return PND_OK;
    return pnd_fail_hint(err, PND_EINVAL, "--force replaces it", "%s: exists already", path);
}

pnd_status depth_check_absent(const depth_run *run, pnd_error *err)
{
    const size_t n_sidecars = run->n_splits > 0 ? run->n_splits : 1;
    const bool to_stdout = strcmp(run->args->out, "-") == 0;
    pnd_status status = PND_OK;
    if (run->tool->common.force || to_stdout)
        return PND_OK;
    for (int32_t i = 0; i < run->n_frames && status == PND_OK; i++)
        status = check_one_absent(run->frames[i].output, err);
    for (size_t i = 0; i < n_sidecars && status == PND_OK; i++) {
        char *path = depth_sidecar_path(run, i);
        status =
            path != NULL ? check_one_absent(path, err) : pnd_fail(err, PND_ENOMEM, "out of memory");
        free(path);
    }
    return status;
}
