/* SPDX-License-Identifier: Apache-2.0 */
/* What the Cityscapes server takes: label ids, official names, one image for each of the split. */
#include "convert.h"

#include <panodepth/alloc.h>
#include <panodepth/cityscapes.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdlib.h>
#include <string.h>

typedef struct job {
    tool *tool;
    const convert_args *args;
    tool_files files;
} job;

typedef struct scratch {
    pnd_buffer file, png;
    pnd_plane_u8 labels;
} scratch;

static pnd_status scratch_create(void **out, void *context, pnd_error *err)
{
    (void)context;
    *out = pnd_calloc_array(1, sizeof(scratch));
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void scratch_free(void *pointer)
{
    scratch *s = pointer;
    pnd_buffer_clear(&s->file);
    pnd_buffer_clear(&s->png);
    pnd_plane_u8_clear(&s->labels);
    free(s);
}

/* Label ids in place. TrainId 255, which no network should predict, becomes 0, unlabeled. */
static pnd_status to_label_ids(pnd_plane_u8 *labels, pnd_id_space ids, const char *path,
                               pnd_error *err)
{
    for (int32_t y = 0; y < labels->height; y++) {
        uint8_t *row = pnd_plane_u8_row(labels, y);
        for (int32_t x = 0; x < labels->width; x++) {
            if (ids == PND_ID_SPACE_TRAIN_IDS && row[x] == 255) {
                row[x] = 0;
                continue;
            }
            const pnd_label *label = pnd_label_in_space(row[x], ids);
            if (label == NULL)
                return pnd_fail_hint(err, PND_EFORMAT, "check --ids",
                                     "%s: pixel (%d, %d) is %d, no %s", path, x, y, row[x],
                                     ids == PND_ID_SPACE_TRAIN_IDS ? "trainId" : "label id");
            row[x] = (uint8_t)label->id;
        }
    }
    return PND_OK;
}

static pnd_status convert_image(tool_frame *f)
{
    const job *j = f->context;
    scratch *s = f->scratch;
    const tool_file *file = &j->files.items[f->index];
    pnd_status status = pnd_file_read(&s->file, file->path, PND_MAX_IMAGE_BYTES, &f->err);
    if (status == PND_OK)
        status = pnd_png_decode_u8(&s->labels, s->file.data, s->file.size, file->path, NULL, NULL,
                                   &f->err);
    if (status == PND_OK)
        status = to_label_ids(&s->labels, (pnd_id_space)j->args->ids, file->path, &f->err);
    if (status == PND_OK)
        status = pnd_png_encode_u8(&s->png, pnd_plane_u8_view(&s->labels), &f->err);
    if (status != PND_OK)
        return status;
    f->side = TOOL_OUTPUT;
    char *path = pnd_strdup_printf("%s/%s_pred_labelIds.png", j->args->out, file->image_id);
    status = path == NULL ? pnd_fail(&f->err, PND_ENOMEM, "out of memory")
                          : tool_write(j->tool, path, s->png.data, s->png.size, &f->err);
    free(path);
    return status;
}

static const char *image_id(const void *context, int32_t index)
{
    return ((const job *)context)->files.items[index].image_id;
}

/* The server finds an image by its core name. */
static pnd_status check_names(const tool_files *files, pnd_error *err)
{
    for (size_t i = 0; i < files->n; i++) {
        size_t core;
        const char *id = files->items[i].image_id;
        if (!pnd_frame_core_prefix(&core, id) || id[core] != '\0')
            return pnd_fail(err, PND_EFORMAT, "%s: its name does not begin with CITY_000000_000000",
                            files->items[i].path);
    }
    return PND_OK;
}

int convert_check_count(tool *t, const convert_args *args, size_t n)
{
    if (args->split == NULL || args->partial)
        return TOOL_EXIT_OK;
    const size_t official = strcmp(args->split, "test") == 0  ? 1525
                            : strcmp(args->split, "val") == 0 ? 500
                                                              : 2975;
    if (n == official)
        return TOOL_EXIT_OK;
    tool_warn(t, "%zu images; %s has %zu (--partial makes the folder all the same)", n, args->split,
              official);
    return TOOL_EXIT_INCOMPLETE;
}

int convert_labels_run(tool *t, const convert_args *args, const char *input)
{
    const char *const extensions[] = {convert_suffix(args), NULL};
    pnd_error err = {0};
    tool_problems problems = {0};
    job j = {.tool = t, .args = args};
    if (args->ids == PND_ID_SPACE_UNKNOWN)
        return tool_usage_error(t, "label images may be label ids or trainIds: say --ids");
    if (tool_check_output(args->out, &input, 1, NULL, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    int code = TOOL_EXIT_OK;
    if (tool_files_find(&j.files, input, extensions, CONVERT_FILES_HINT, &err) != PND_OK ||
        check_names(&j.files, &err) != PND_OK)
        code = tool_fail(t, TOOL_INPUT, &err);
    if (code == TOOL_EXIT_OK)
        code = convert_check_count(t, args, j.files.n);
    if (code == TOOL_EXIT_OK) {
        const tool_frame_job frames = {.n = (int32_t)j.files.n,
                                       .what = "images",
                                       .context = &j,
                                       .run = convert_image,
                                       .scratch_create = scratch_create,
                                       .scratch_free = scratch_free,
                                       .image_id = image_id};
        code = tool_for_each(t, &frames, &problems);
    }
    if (code == TOOL_EXIT_OK)
        tool_info(t, "%zu images in %s", j.files.n, args->out);
    tool_problems_clear(&problems);
    tool_files_clear(&j.files);
    return code;
}

int convert_submission(tool *t, const void *args_)
{
    const convert_args *args = args_;
    const char *const input = t->operands[0];
    if (args->task == CONVERT_TASK_SEMANTIC)
        return convert_labels_run(t, args, input);
    if (args->from < 0)
        return tool_usage_error(t, "say --from FORM for panoptic predictions");
    if (args->from == CONVERT_DIVISOR && args->divisor == 0)
        return tool_usage_error(t, "the form divisor needs --divisor N");
    convert_args full = *args;
    full.to = CONVERT_COCO;
    full.to_ids = PND_ID_SPACE_LABEL_IDS;
    char *json = pnd_strdup_printf("%s/cityscapes_panoptic_%s.json", args->out, args->split);
    if (json == NULL) {
        pnd_error err = {0};
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
        return tool_fail(t, TOOL_INPUT, &err);
    }
    const int code = convert_panoptic_run(t, &full, input, json);
    free(json);
    return code;
}
