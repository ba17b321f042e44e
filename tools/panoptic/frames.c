/* SPDX-License-Identifier: Apache-2.0 */
/* The two passes over the frames. */
#include "panoptic.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdlib.h>
#include <sys/stat.h>

#define INSTANCE_IDS "_gtFine_instanceIds.png"

/* What one thread reuses from frame to frame. */
typedef struct scratch {
    pnd_buffer file, png;
    pnd_plane_u16 instance_ids, instance_train_ids;
    pnd_plane_u32 segment_ids;
    pnd_plane_u8 label_train_ids;
} scratch;

static pnd_status scratch_create(void **out, void *context, pnd_error *err)
{
    (void)context;
    *out = pnd_calloc_array(1, sizeof(scratch));
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void scratch_free(void *scratch_)
{
    scratch *s = scratch_;
    pnd_buffer_clear(&s->file);
    pnd_buffer_clear(&s->png);
    pnd_plane_u16_clear(&s->instance_ids);
    pnd_plane_u16_clear(&s->instance_train_ids);
    pnd_plane_u32_clear(&s->segment_ids);
    pnd_plane_u8_clear(&s->label_train_ids);
    free(s);
}

static const char *image_id(const void *context, int32_t index)
{
    const gt_run *run = context;
    return run->frames[index].frame->core;
}

/* ---- paths */

char *panoptic_output_path(const gt_run *run, size_t split, const char *rest)
{
    return pnd_strdup_printf("%s/cityscapes_panoptic_%s%s%s", run->panoptic_dir,
                             run->args->splits.items[split], run->args->train_ids ? "_trainId" : "",
                             rest);
}

static char *panoptic_png_path(const gt_run *run, const gt_frame *frame)
{
    char *name = pnd_strdup_printf("/%s_gtFine_panoptic.png", frame->frame->core);
    char *path = name != NULL ? panoptic_output_path(run, frame->split, name) : NULL;
    free(name);
    return path;
}

static char *label_path(const gt_run *run, const gt_frame *frame)
{
    return pnd_frame_path(frame->frame, run->tree_root, "gtFine", "_gtFine_labelTrainIds.png");
}

static char *instance_path(const gt_run *run, const gt_frame *frame)
{
    return pnd_frame_path(frame->frame, run->tree_root, "gtFine", "_gtFine_instanceTrainIds.png");
}

/* ---- reading */

/* Decode the instanceIds of a frame and build its ground truth; the caller owns the segments. */
static pnd_status build(scratch *s, pnd_segment_info **segments, size_t *n, const gt_run *run,
                        const gt_frame *frame, pnd_error *err)
{
    char *path = pnd_frame_path(frame->frame, run->args->root, "gtFine", INSTANCE_IDS);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = pnd_file_read(&s->file, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status =
            pnd_png_decode_u16(&s->instance_ids, s->file.data, s->file.size, path, NULL, NULL, err);
    if (status == PND_OK)
        status = pnd_panoptic_from_instance_ids(&s->segment_ids, segments, n,
                                                pnd_plane_u16_view(&s->instance_ids),
                                                run->args->train_ids, path, err);
    free(path);
    return status;
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

typedef char *(*path_fn)(const gt_run *run, const gt_frame *frame);

static pnd_status check_outputs(const gt_run *run, const gt_frame *frame, pnd_error *err)
{
    const struct {
        bool wanted;
        path_fn path;
    } outputs[] = {{true, panoptic_png_path},
                   {run->args->label_train_ids, label_path},
                   {run->args->instance_train_ids, instance_path}};
    pnd_status status = PND_OK;
    for (size_t i = 0; i < 3 && status == PND_OK; i++) {
        char *path = outputs[i].wanted ? outputs[i].path(run, frame) : NULL;
        if (outputs[i].wanted)
            status = panoptic_check_absent(run, path, err);
        free(path);
    }
    return status;
}

static pnd_status check_frame(tool_frame *f)
{
    const gt_run *run = f->context;
    scratch *s = f->scratch;
    gt_frame *frame = &run->frames[f->index];
    const pnd_status status = build(s, &frame->segments, &frame->n_segments, run, frame, &f->err);
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
                                .scratch_create = scratch_create,
                                .scratch_free = scratch_free,
                                .image_id = image_id};
    return tool_for_each(run->tool, &job, problems);
}

/* ---- second pass */

static pnd_status write_png(const gt_run *run, scratch *s, char *path, pnd_status encoded,
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

static pnd_status write_label_train_ids(const gt_run *run, const gt_frame *frame, scratch *s,
                                        pnd_error *err)
{
    const pnd_plane_u16 *ids = &s->instance_ids;
    pnd_status status = pnd_plane_u8_resize(&s->label_train_ids, ids->width, ids->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < ids->height; y++) {
        const uint16_t *in = pnd_plane_u16_row(ids, y);
        uint8_t *out = pnd_plane_u8_row(&s->label_train_ids, y);
        for (int32_t x = 0; x < ids->width; x++)
            out[x] = run->lut->label[in[x]];
    }
    status = pnd_png_encode_u8(&s->png, pnd_plane_u8_view(&s->label_train_ids), err);
    return write_png(run, s, label_path(run, frame), status, err);
}

static pnd_status write_instance_train_ids(const gt_run *run, const gt_frame *frame, scratch *s,
                                           pnd_error *err)
{
    const pnd_plane_u16 *ids = &s->instance_ids;
    pnd_status status = pnd_plane_u16_resize(&s->instance_train_ids, ids->width, ids->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < ids->height; y++) {
        const uint16_t *in = pnd_plane_u16_row(ids, y);
        uint16_t *out = pnd_plane_u16_row(&s->instance_train_ids, y);
        for (int32_t x = 0; x < ids->width; x++)
            out[x] = run->lut->instance[in[x]];
    }
    status = pnd_png_encode_u16(&s->png, pnd_plane_u16_view(&s->instance_train_ids), PND_PNG_LABELS,
                                err);
    return write_png(run, s, instance_path(run, frame), status, err);
}

static pnd_status write_frame(tool_frame *f)
{
    const gt_run *run = f->context;
    scratch *s = f->scratch;
    const gt_frame *frame = &run->frames[f->index];
    pnd_segment_info *segments = NULL;
    size_t n = 0;
    if (!frame->good)
        return PND_OK;
    pnd_status status = build(s, &segments, &n, run, frame, &f->err);
    free(segments);
    if (status != PND_OK)
        return status;
    f->side = TOOL_OUTPUT;
    status = pnd_png_encode_ids(&s->png, pnd_plane_u32_view(&s->segment_ids), &f->err);
    status = write_png(run, s, panoptic_png_path(run, frame), status, &f->err);
    if (status == PND_OK && run->args->label_train_ids)
        status = write_label_train_ids(run, frame, s, &f->err);
    if (status == PND_OK && run->args->instance_train_ids)
        status = write_instance_train_ids(run, frame, s, &f->err);
    return status;
}

int panoptic_write_frames(gt_run *run)
{
    tool_problems problems = {0};
    const tool_frame_job job = {.n = run->n_frames,
                                .what = "frames written",
                                .context = run,
                                .run = write_frame,
                                .scratch_create = scratch_create,
                                .scratch_free = scratch_free,
                                .image_id = image_id};
    int code = tool_for_each(run->tool, &job, &problems);
    /* A frame that was good a moment ago is no case for --skip-bad: its input has changed. */
    if (code == TOOL_EXIT_OK && problems.n > 0)
        code = TOOL_EXIT_INPUT;
    tool_problems_clear(&problems);
    return code;
}
