/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-scene: procedural street scenes as a Cityscapes tree, and predictions with known errors. */
#include "scene_write.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct scene_args {
    const char *out, *pred_out;
    int32_t frames;
    int64_t seed;
    tool_size size;
    tool_list splits;
    tool_double_list ratio;
    int32_t predictions;
    bool color;
} scene_args;

static const char *const default_splits[] = {"val"};
static const char *const split_names[] = {"train", "val", "test", NULL};
static const char *const severities[] = {"none", "mild", "harsh", NULL};

static const scene_args defaults = {
    .frames = 12, .seed = 1, .size = {512, 256}, .splits = {default_splits, 1}};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Scenes"},
    {TOOL_INT, 'n', "frames", TOOL_FIELD(scene_args, frames), "N", "frames in all", .low = 1,
     .high = 1000000},
    {TOOL_INT, 0, "seed", TOOL_FIELD(scene_args, seed), "N", "another seed, other scenes", .low = 0,
     .high = 9007199254740992.0},
    {TOOL_SIZE, 0, "size", TOOL_FIELD(scene_args, size), "WxH",
     "image size; the calibration is scaled to it"},
    {TOOL_LIST, 's', "split", TOOL_FIELD(scene_args, splits), "NAMES",
     "splits the frames are dealt to", .choices = split_names},
    {TOOL_DOUBLE_LIST, 0, "split-ratio", TOOL_FIELD(scene_args, ratio), "SHARES",
     "one share per split, for example 4,1; equal if not given", .low = 1e-6, .high = 1e6},
    {TOOL_GROUP, .name = "Predictions"},
    {TOOL_CHOICE, 'p', "predictions", TOOL_FIELD(scene_args, predictions), "LEVEL",
     "also write panoptic and depth predictions with known errors", .choices = severities},
    {TOOL_STRING, 0, "pred-out", TOOL_FIELD(scene_args, pred_out), "DIR",
     "folder for the predictions; OUT/predictions if not given"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(scene_args, out), "DIR", "the data set's folder",
     .flags = TOOL_REQUIRED},
    {TOOL_FLAG, 0, "color", TOOL_FIELD(scene_args, color), NULL,
     "also write gtFine_color.png (RGB)"},
    {TOOL_END},
};

typedef struct scene_run {
    tool *tool;
    const scene_args *args;
    const char *pred_root; /* NULL: no predictions */
    scene_name *names;
    scene_record *records;
    int threads_per_frame;
} scene_run;

/* What one thread works with. */
typedef struct scratch {
    scene_shot shot;
    scene_prediction prediction;
    pnd_buffer bytes;
} scratch;

static pnd_status scratch_create(void **out, void *context, pnd_error *err)
{
    (void)context;
    *out = pnd_calloc_array(1, sizeof(scratch));
    return *out == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory") : PND_OK;
}

static void scratch_free(void *pointer)
{
    scratch *s = pointer;
    scene_shot_clear(&s->shot);
    scene_prediction_clear(&s->prediction);
    pnd_buffer_clear(&s->bytes);
    free(s);
}

static pnd_status keep_record(scene_record *record, const scene_prediction *prediction,
                              pnd_error *err)
{
    record->segments = pnd_alloc_array(prediction->n_segments, sizeof *record->segments);
    record->entries = pnd_alloc_array((size_t)prediction->n_entries, sizeof *record->entries);
    if (record->segments == NULL || record->entries == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    memcpy(record->segments, prediction->segments,
           prediction->n_segments * sizeof *record->segments);
    memcpy(record->entries, prediction->entries,
           (size_t)prediction->n_entries * sizeof *record->entries);
    record->n_segments = prediction->n_segments;
    record->n_entries = prediction->n_entries;
    record->depth_scale = prediction->depth_scale;
    return PND_OK;
}

static pnd_status make_prediction(tool_frame *frame, scratch *s)
{
    const scene_run *run = frame->context;
    const scene_args *args = run->args;
    pnd_status status = scene_predict(&s->prediction, &s->shot, (scene_severity)args->predictions,
                                      (uint64_t)args->seed, (uint64_t)frame->index, &frame->err);
    if (status == PND_OK)
        status = keep_record(&run->records[frame->index], &s->prediction, &frame->err);
    if (status != PND_OK)
        return status;
    frame->side = TOOL_OUTPUT;
    return scene_write_prediction(run->tool, run->pred_root, &run->names[frame->index],
                                  &s->prediction, &s->bytes, &frame->err);
}

static pnd_status make_frame(tool_frame *frame)
{
    const scene_run *run = frame->context;
    const scene_args *args = run->args;
    const scene_name *name = &run->names[frame->index];
    scratch *s = frame->scratch;
    pnd_status status =
        scene_take(&s->shot, (uint64_t)args->seed, (uint64_t)frame->index, name->rig,
                   args->size.width, args->size.height, run->threads_per_frame, &frame->err);
    if (status != PND_OK)
        return status;
    frame->side = TOOL_OUTPUT;
    status = scene_write_frame(run->tool, args->out, name, &s->shot, args->color, &s->bytes,
                               &frame->err);
    if (status != PND_OK || run->pred_root == NULL)
        return status;
    frame->side = TOOL_INPUT;
    return make_prediction(frame, s);
}

static const char *frame_name(const void *context, int32_t index)
{
    const scene_run *run = context;
    return run->names[index].core;
}

static int check_args(tool *t, const scene_args *args)
{
    if (args->size.width < 16 || args->size.height < 8)
        return tool_usage_error(t, "--size: %dx%d is below 16x8", args->size.width,
                                args->size.height);
    if (args->ratio.n != 0 && args->ratio.n != args->splits.n)
        return tool_usage_error(t, "--split-ratio: %zu shares for %zu splits", args->ratio.n,
                                args->splits.n);
    for (size_t i = 0; i < args->splits.n; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(args->splits.items[i], args->splits.items[j]) == 0)
                return tool_usage_error(t, "--split: '%s' is given twice", args->splits.items[i]);
    if (args->pred_out != NULL && args->predictions == SCENE_NO_PREDICTIONS)
        return tool_usage_error(t, "--pred-out needs --predictions mild or harsh");
    return TOOL_EXIT_OK;
}

static int write_lists(scene_run *run)
{
    const scene_args *args = run->args;
    pnd_error err = {0};
    pnd_status status = PND_OK;
    for (size_t i = 0; i < args->splits.n && status == PND_OK; i++)
        status = scene_write_panoptic_json(run->tool, run->pred_root, args->splits.items[i],
                                           run->names, run->records, args->frames, args->size.width,
                                           args->size.height, &err);
    if (status == PND_OK)
        status = scene_write_error_list(run->tool, run->pred_root, run->names, run->records,
                                        args->frames, severities[args->predictions],
                                        (uint64_t)args->seed, &err);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(run->tool, TOOL_OUTPUT, &err);
}

static void write_split_counts(pnd_json_writer *json, const scene_run *run)
{
    pnd_json_key(json, "splits");
    pnd_json_begin_array(json);
    for (size_t k = 0; k < run->args->splits.n; k++) {
        int32_t n = 0;
        for (int32_t i = 0; i < run->args->frames; i++)
            n += strcmp(run->names[i].split, run->args->splits.items[k]) == 0;
        pnd_json_begin_object(json);
        pnd_json_key(json, "split");
        pnd_json_string(json, run->args->splits.items[k]);
        pnd_json_key(json, "frames");
        pnd_json_int(json, n);
        pnd_json_end_object(json);
    }
    pnd_json_end_array(json);
}

static pnd_status write_summary(const scene_run *run, pnd_error *err)
{
    pnd_buffer text = {0};
    pnd_json_writer json = {.out = &text, .indent = 4};
    pnd_json_begin_object(&json);
    pnd_json_key(&json, "tool");
    pnd_json_string(&json, "pnd-scene " PND_VERSION_STRING);
    pnd_json_key(&json, "root");
    pnd_json_string(&json, run->args->out);
    pnd_json_key(&json, "predictions");
    if (run->pred_root != NULL)
        pnd_json_string(&json, run->pred_root);
    else
        pnd_json_null(&json);
    pnd_json_key(&json, "width");
    pnd_json_int(&json, run->args->size.width);
    pnd_json_key(&json, "height");
    pnd_json_int(&json, run->args->size.height);
    pnd_json_key(&json, "seed");
    pnd_json_int(&json, run->args->seed);
    write_split_counts(&json, run);
    pnd_json_end_object(&json);
    pnd_buffer_puts(&text, "\n");
    pnd_status status = pnd_buffer_status(&text, err);
    if (status == PND_OK)
        status = tool_write(run->tool, "-", text.data, text.size, err);
    pnd_buffer_clear(&text);
    return status;
}

static int report(const scene_run *run)
{
    const scene_args *args = run->args;
    pnd_error err = {0};
    if (run->tool->common.json)
        return write_summary(run, &err) == PND_OK ? TOOL_EXIT_OK
                                                  : tool_fail(run->tool, TOOL_OUTPUT, &err);
    tool_info(run->tool, "%d frames of %dx%d in %s", args->frames, args->size.width,
              args->size.height, args->out);
    return TOOL_EXIT_OK;
}

static int render_all(scene_run *run)
{
    tool_problems problems = {0};
    const tool_frame_job job = {.n = run->args->frames,
                                .what = "frames",
                                .context = run,
                                .run = make_frame,
                                .scratch_create = scratch_create,
                                .scratch_free = scratch_free,
                                .image_id = frame_name};
    int code = tool_for_each(run->tool, &job, &problems);
    tool_problems_clear(&problems);
    if (code == TOOL_EXIT_OK && run->pred_root != NULL)
        code = write_lists(run);
    return code == TOOL_EXIT_OK ? report(run) : code;
}

static int run_scene(tool *t, const void *data)
{
    const scene_args *args = data;
    scene_run run = {
        .tool = t, .args = args, .threads_per_frame = args->frames == 1 ? t->common.threads : 1};
    pnd_error err = {0};
    char *inside = NULL;
    int code = check_args(t, args);
    if (code != TOOL_EXIT_OK)
        return code;
    if (args->predictions != SCENE_NO_PREDICTIONS) {
        inside = pnd_strdup_printf("%s/predictions", args->out);
        run.pred_root = args->pred_out != NULL ? args->pred_out : inside;
    }
    run.records = pnd_calloc_array((size_t)args->frames, sizeof *run.records);
    if (run.records == NULL || (args->predictions != SCENE_NO_PREDICTIONS && run.pred_root == NULL))
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    else
        (void)!scene_names_make(&run.names, args->frames, args->splits.items,
                                args->ratio.n != 0 ? args->ratio.items : NULL, args->splits.n,
                                &err);
    code = err.status == PND_OK ? render_all(&run) : tool_fail(t, TOOL_INPUT, &err);
    for (int32_t i = 0; run.records != NULL && i < args->frames; i++) {
        free(run.records[i].segments);
        free(run.records[i].entries);
    }
    free(run.records);
    scene_names_clear(run.names, args->frames);
    free(inside);
    return code;
}

static const tool_command command = {
    .summary = "render procedural street scenes as a Cityscapes data set",
    .synopsis = "--out DIR [--frames N] [--seed N] [--size WxH]\n"
                "--out DIR --predictions mild|harsh [--pred-out DIR]",
    .description =
        "Writes a complete tree with exact geometry: leftImg8bit, rightImg8bit, disparity, "
        "camera and gtFine (instanceIds, labelIds), from two stereo rigs. The same seed gives "
        "the same bytes for any number of threads.\n\n"
        "The disparity has the habits of the real one: half resolution, no measurement at "
        "occlusions, along the border, on the bonnet and on some of the glass, p = 1 for the "
        "sky and wherever the disparity is below one pixel.\n\n"
        "With --predictions, errors of many kinds are drawn from the seed, and listed in "
        "errors.json beside cityscapes_panoptic_SPLIT.json and SPLIT/CITY/*_depth.png (16 bit, "
        "1/256 m).",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof defaults,
    .examples = "# twelve frames for the val split, with a plausible model's predictions\n"
                "pnd-scene --out scenes --frames 12 --predictions mild\n"
                "# training data: 400 frames for train, 100 for val\n"
                "pnd-scene --out scenes --frames 500 --split train,val --split-ratio 4,1\n",
    .run = run_scene,
};

static const tool_program program = {.name = "pnd-scene",
                                     .commands = &command,
                                     .n_commands = 1,
                                     .see_also = "pnd-depth, pnd-panoptic, pnd-eval, pnd-view"};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
