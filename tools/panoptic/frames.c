/* SPDX-License-Identifier: Apache-2.0 */
/* The two passes over the frames. */
#include "panoptic.h"

#include <panodepth/alloc.h>
#include <panodepth/png.h>

#include <stdlib.h>
#include <sys/stat.h>

/* ---- what is written for a frame */

static char *panoptic_png_path(const gt_run *run, const gt_frame *frame)
{
    char *name = pnd_strdup_printf("/%s_%s_panoptic.png", frame->frame->core, run->annotations);
    char *path = name != NULL ? panoptic_output_path(run, frame->split, name) : NULL;
    free(name);
    return path;
}

/* Encode one image of the frame into s->png. */
typedef pnd_status (*encode_fn)(gt_scratch *s, const gt_run *run, pnd_error *err);

static pnd_status encode_mapped_u8(gt_scratch *s, const uint8_t *map, pnd_error *err)
{
    const pnd_plane_u16 *ids = &s->instance_ids;
    const pnd_status status = pnd_plane_u8_resize(&s->mapped_u8, ids->width, ids->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < ids->height; y++) {
        const uint16_t *in = pnd_plane_u16_row(ids, y);
        uint8_t *out = pnd_plane_u8_row(&s->mapped_u8, y);
        for (int32_t x = 0; x < ids->width; x++)
            out[x] = map[in[x]];
    }
    return pnd_png_encode_u8(&s->png, pnd_plane_u8_view(&s->mapped_u8), err);
}

static pnd_status encode_label_ids(gt_scratch *s, const gt_run *run, pnd_error *err)
{
    return encode_mapped_u8(s, run->maps->label_ids, err);
}

static pnd_status encode_label_train_ids(gt_scratch *s, const gt_run *run, pnd_error *err)
{
    return encode_mapped_u8(s, run->maps->train.label, err);
}

static pnd_status encode_instance_ids(gt_scratch *s, const gt_run *run, pnd_error *err)
{
    (void)run;
    return pnd_png_encode_u16(&s->png, pnd_plane_u16_view(&s->instance_ids), PND_PNG_LABELS, err);
}

static pnd_status encode_instance_train_ids(gt_scratch *s, const gt_run *run, pnd_error *err)
{
    const pnd_plane_u16 *ids = &s->instance_ids;
    const pnd_status status = pnd_plane_u16_resize(&s->mapped_u16, ids->width, ids->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < ids->height; y++) {
        const uint16_t *in = pnd_plane_u16_row(ids, y);
        uint16_t *out = pnd_plane_u16_row(&s->mapped_u16, y);
        for (int32_t x = 0; x < ids->width; x++)
            out[x] = run->maps->train.instance[in[x]];
    }
    return pnd_png_encode_u16(&s->png, pnd_plane_u16_view(&s->mapped_u16), PND_PNG_LABELS, err);
}

enum { N_TREE_IMAGES = 4 };

/* An image beside the annotation, in the data set's layout. */
typedef struct tree_image {
    bool wanted;
    const char *kind;
    encode_fn encode;
} tree_image;

static void list_tree_images(tree_image images[N_TREE_IMAGES], const panoptic_args *args)
{
    images[0] = (tree_image){args->label_ids, "labelIds.png", encode_label_ids};
    images[1] = (tree_image){args->instance_ids, "instanceIds.png", encode_instance_ids};
    images[2] = (tree_image){args->label_train_ids, "labelTrainIds.png", encode_label_train_ids};
    images[3] =
        (tree_image){args->instance_train_ids, "instanceTrainIds.png", encode_instance_train_ids};
}

/* ---- first pass */

pnd_status panoptic_check_absent(const gt_run *run, const char *path, pnd_error *err)
{
    struct stat info;
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (run->tool->common.force || lstat(path, &info) != 0)
        return PND_OK;
    return pnd_fail_hint(err, PND_EINVAL, "--force replaces it", "%s: exists already", path);
}

static pnd_status check_path(const gt_run *run, char *path, pnd_error *err)
{
    const pnd_status status = panoptic_check_absent(run, path, err);
    free(path);
    return status;
}

static pnd_status check_outputs(const gt_run *run, const gt_frame *frame, pnd_error *err)
{
    tree_image images[N_TREE_IMAGES];
    list_tree_images(images, run->args);
    pnd_status status = check_path(run, panoptic_png_path(run, frame), err);
    for (size_t i = 0; i < N_TREE_IMAGES && status == PND_OK; i++)
        if (images[i].wanted)
            status = check_path(
                run, panoptic_frame_path(run, frame, run->tree_root, images[i].kind), err);
    return status;
}

static pnd_status check_frame(tool_frame *f)
{
    const gt_run *run = f->context;
    gt_scratch *s = f->scratch;
    gt_frame *frame = &run->frames[f->index];
    const pnd_status status =
        panoptic_build(s, &frame->segments, &frame->n_segments, run, frame, &f->err);
    if (status != PND_OK)
        return status;
    frame->width = s->segment_ids.width;
    frame->height = s->segment_ids.height;
    f->side = TOOL_OUTPUT;
    const pnd_status absent = check_outputs(run, frame, &f->err);
    frame->good = absent == PND_OK;
    return absent;
}

int panoptic_check_frames(gt_run *run, tool_problems *problems)
{
    const tool_frame_job job = {.n = run->n_frames,
                                .what = "frames checked",
                                .context = run,
                                .run = check_frame,
                                .scratch_create = panoptic_scratch_create,
                                .scratch_free = panoptic_scratch_free,
                                .image_id = panoptic_image_id};
    return tool_for_each(run->tool, &job, problems);
}

/* ---- second pass */

static pnd_status write_png(const gt_run *run, gt_scratch *s, char *path, pnd_status encoded,
                            pnd_error *err)
{
    pnd_status status = encoded;
    if (status == PND_OK && path == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK)
        status = tool_write(run->tool, path, s->png.data, s->png.size, err);
    free(path);
    return status;
}

static pnd_status write_tree_images(const gt_run *run, const gt_frame *frame, gt_scratch *s,
                                    pnd_error *err)
{
    tree_image images[N_TREE_IMAGES];
    list_tree_images(images, run->args);
    pnd_status status = PND_OK;
    for (size_t i = 0; i < N_TREE_IMAGES && status == PND_OK; i++) {
        if (!images[i].wanted)
            continue;
        status = images[i].encode(s, run, err);
        status = write_png(run, s, panoptic_frame_path(run, frame, run->tree_root, images[i].kind),
                           status, err);
    }
    return status;
}

static pnd_status write_frame(tool_frame *f)
{
    const gt_run *run = f->context;
    gt_scratch *s = f->scratch;
    const gt_frame *frame = &run->frames[f->index];
    pnd_segment_info *segments = NULL;
    size_t n = 0;
    if (!frame->good)
        return PND_OK;
    pnd_status status = panoptic_build(s, &segments, &n, run, frame, &f->err);
    free(segments);
    if (status != PND_OK)
        return status;
    f->side = TOOL_OUTPUT;
    status = pnd_png_encode_ids(&s->png, pnd_plane_u32_view(&s->segment_ids), &f->err);
    status = write_png(run, s, panoptic_png_path(run, frame), status, &f->err);
    if (status == PND_OK)
        status = write_tree_images(run, frame, s, &f->err);
    return status;
}

int panoptic_write_frames(gt_run *run)
{
    tool_problems problems = {0};
    const tool_frame_job job = {.n = run->n_frames,
                                .what = "frames written",
                                .context = run,
                                .run = write_frame,
                                .scratch_create = panoptic_scratch_create,
                                .scratch_free = panoptic_scratch_free,
                                .image_id = panoptic_image_id};
    int code = tool_for_each(run->tool, &job, &problems);
    /* A frame that was good a moment ago is no case for --skip-bad: its input has changed. */
    if (code == TOOL_EXIT_OK && problems.n > 0)
        code = TOOL_EXIT_INPUT;
    tool_problems_clear(&problems);
    return code;
}
