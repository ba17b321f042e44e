/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-panoptic: Cityscapes panoptic ground truth, as csCreatePanopticImgs makes it. */
#include "panoptic.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const default_splits[] = {"train", "val"};

static const panoptic_args defaults = {.splits = {default_splits, 2}};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(panoptic_args, root), "DIR",
     "Cityscapes folder: the one that holds gtFine", .env = "CITYSCAPES_DATASET",
     .flags = TOOL_REQUIRED},
    {TOOL_LIST, 's', "split", TOOL_FIELD(panoptic_args, splits), "NAMES",
     "splits to convert, separated by commas"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(panoptic_args, out), "DIR",
     "folder for the results, outside the data set"},
    {TOOL_FLAG, 0, "in-place", TOOL_FIELD(panoptic_args, in_place), NULL,
     "write into the data set's own gtFine, where the official tool writes and loaders look"},
    {TOOL_FLAG, 0, "train-ids", TOOL_FIELD(panoptic_args, train_ids), NULL,
     "categories are trainIds; file names get the suffix _trainId"},
    {TOOL_FLAG, 0, "label-train-ids", TOOL_FIELD(panoptic_args, label_train_ids), NULL,
     "also write *_gtFine_labelTrainIds.png, as a tree gtFine/SPLIT/CITY"},
    {TOOL_FLAG, 0, "instance-train-ids", TOOL_FIELD(panoptic_args, instance_train_ids), NULL,
     "also write *_gtFine_instanceTrainIds.png, likewise"},
    {TOOL_END},
};

/* ---- opening */

/* Split names become part of file names. */
static bool is_split_name(const char *name)
{
    return name[0] != '\0' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789_-")] == '\0';
}

static int check_args(tool *t, const panoptic_args *args)
{
    if ((args->out != NULL) == args->in_place)
        return tool_usage_error(t, "give either --out DIR or --in-place");
    for (size_t i = 0; i < args->splits.n; i++) {
        if (!is_split_name(args->splits.items[i]))
            return tool_usage_error(t, "--split: '%s' is not a split", args->splits.items[i]);
        for (size_t j = 0; j < i; j++)
            if (strcmp(args->splits.items[i], args->splits.items[j]) == 0)
                return tool_usage_error(t, "--split: '%s' is given twice", args->splits.items[i]);
    }
    if (args->out != NULL && tool_path_is_within(args->out, args->root))
        return tool_usage_error(
            t, "--out %s lies in the data set; --in-place writes into its gtFine", args->out);
    return TOOL_EXIT_OK;
}

static pnd_status find_splits(gt_run *run, pnd_error *err)
{
    const tool_list *splits = &run->args->splits;
    size_t total = 0;
    pnd_status status = PND_OK;
    run->lists = pnd_calloc_array(splits->n, sizeof *run->lists);
    if (run->lists == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (; run->n_splits < splits->n && status == PND_OK; run->n_splits++) {
        pnd_frame_list *list = &run->lists[run->n_splits];
        status = pnd_frames_find(list, run->args->root, "gtFine", splits->items[run->n_splits],
                                 "_gtFine_instanceIds.png", err);
        total += list->n;
    }
    if (status == PND_OK && total > INT32_MAX)
        status = pnd_fail(err, PND_ELIMIT, "%zu frames are too many", total);
    return status;
}

static pnd_status list_frames(gt_run *run, pnd_error *err)
{
    size_t total = 0;
    for (size_t i = 0; i < run->n_splits; i++)
        total += run->lists[i].n;
    run->frames = pnd_calloc_array(total, sizeof *run->frames);
    if (run->frames == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < run->n_splits; i++)
        for (size_t j = 0; j < run->lists[i].n; j++)
            run->frames[run->n_frames++] = (gt_frame){&run->lists[i].frames[j], .split = i};
    return PND_OK;
}

static pnd_status make_lut(gt_run *run, pnd_error *err)
{
    if (!run->args->label_train_ids && !run->args->instance_train_ids)
        return PND_OK;
    run->lut = pnd_alloc_array(1, sizeof *run->lut);
    if (run->lut == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_train_id_lut_init(run->lut);
    return PND_OK;
}

static int check_json_absent(gt_run *run)
{
    pnd_error err = {0};
    pnd_status status = PND_OK;
    for (size_t i = 0; i < run->n_splits && status == PND_OK; i++) {
        char *path = panoptic_output_path(run, i, ".json");
        status = panoptic_check_absent(run, path, &err);
        free(path);
    }
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(run->tool, TOOL_OUTPUT, &err);
}

static int open_run(gt_run *run, const char *gt_fine)
{
    pnd_error err = {0};
    pnd_status status =
        gt_fine != NULL ? find_splits(run, &err) : pnd_fail(&err, PND_ENOMEM, "out of memory");
    if (status == PND_OK)
        status = list_frames(run, &err);
    if (status == PND_OK)
        status = make_lut(run, &err);
    return status == PND_OK ? check_json_absent(run) : tool_fail(run->tool, TOOL_INPUT, &err);
}

static void close_run(gt_run *run)
{
    for (int32_t i = 0; i < run->n_frames; i++)
        free(run->frames[i].segments);
    for (size_t i = 0; i < run->n_splits; i++)
        pnd_frame_list_clear(&run->lists[i]);
    free(run->frames);
    free(run->lists);
    free(run->lut);
}

/* ---- reporting */

typedef struct split_counts {
    int64_t images, skipped, segments, crowds;
} split_counts;

static split_counts count_split(const gt_run *run, size_t split)
{
    split_counts counts = {0};
    for (int32_t i = 0; i < run->n_frames; i++) {
        const gt_frame *frame = &run->frames[i];
        if (frame->split != split)
            continue;
        counts.images += frame->good;
        counts.skipped += !frame->good;
        for (size_t j = 0; j < frame->n_segments && frame->good; j++) {
            counts.segments++;
            counts.crowds += frame->segments[j].is_crowd;
        }
    }
    return counts;
}

static void put_count(pnd_json_writer *writer, const char *key, int64_t value)
{
    pnd_json_key(writer, key);
    pnd_json_int(writer, value);
}

static void put_split(pnd_json_writer *writer, const char *split, const char *json,
                      const split_counts *counts)
{
    pnd_json_begin_object(writer);
    pnd_json_key(writer, "split");
    pnd_json_string(writer, split);
    pnd_json_key(writer, "json");
    pnd_json_string(writer, json);
    put_count(writer, "images", counts->images);
    put_count(writer, "skipped", counts->skipped);
    put_count(writer, "segments", counts->segments);
    put_count(writer, "crowd_segments", counts->crowds);
    pnd_json_end_object(writer);
}

/* Write the JSON of each split; its line goes to the user and into `report`. */
static pnd_status write_splits(const gt_run *run, pnd_json_writer *report, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; i < run->n_splits && status == PND_OK; i++) {
        const split_counts counts = count_split(run, i);
        char *path = panoptic_output_path(run, i, ".json");
        status = panoptic_write_json(run, i, err);
        if (status == PND_OK && path != NULL) {
            tool_info(
                run->tool,
                "%s: %" PRId64 " images, %" PRId64 " segments, %" PRId64 " of them crowds: %s",
                run->args->splits.items[i], counts.images, counts.segments, counts.crowds, path);
            put_split(report, run->args->splits.items[i], path, &counts);
        }
        free(path);
    }
    return status;
}

static int write_results(gt_run *run)
{
    pnd_error err = {0};
    pnd_buffer text = {0};
    pnd_json_writer report = {.out = &text, .indent = 4};
    pnd_json_begin_object(&report);
    pnd_json_key(&report, "tool");
    pnd_json_string(&report, "pnd-panoptic " PND_VERSION_STRING);
    pnd_json_key(&report, "train_ids");
    pnd_json_bool(&report, run->args->train_ids);
    pnd_json_key(&report, "splits");
    pnd_json_begin_array(&report);
    pnd_status status = write_splits(run, &report, &err);
    pnd_json_end_array(&report);
    pnd_json_end_object(&report);
    pnd_buffer_puts(&text, "\n");
    if (status == PND_OK)
        status = pnd_buffer_status(&text, &err);
    if (status == PND_OK && run->tool->common.json)
        status = tool_write(run->tool, "-", text.data, text.size, &err);
    pnd_buffer_clear(&text);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(run->tool, TOOL_OUTPUT, &err);
}

/* ---- the run */

static int fail_empty_split(const gt_run *run)
{
    for (size_t i = 0; i < run->n_splits; i++)
        if (count_split(run, i).images == 0) {
            pnd_error err = {0};
            (void)pnd_fail(&err, PND_EFORMAT, "%s: no usable frame is left",
                           run->args->splits.items[i]);
            return tool_fail(run->tool, TOOL_INPUT, &err);
        }
    return TOOL_EXIT_OK;
}

static int run_panoptic(tool *t, const void *args_)
{
    const panoptic_args *args = args_;
    tool_problems problems = {0};
    int code = check_args(t, args);
    if (code != TOOL_EXIT_OK)
        return code;
    char *gt_fine = pnd_strdup_printf("%s/gtFine", args->root);
    gt_run run = {.tool = t,
                  .args = args,
                  .panoptic_dir = args->in_place ? gt_fine : args->out,
                  .tree_root = args->in_place ? args->root : args->out};
    code = open_run(&run, gt_fine);
    if (code == TOOL_EXIT_OK)
        code = panoptic_check_frames(&run, &problems);
    if (code == TOOL_EXIT_OK)
        code = fail_empty_split(&run);
    if (code == TOOL_EXIT_OK)
        code = panoptic_write_frames(&run);
    if (code == TOOL_EXIT_OK)
        code = write_results(&run);
    tool_problems_clear(&problems);
    close_run(&run);
    free(gt_fine);
    return code;
}

static const tool_command command = {
    .summary = "make Cityscapes panoptic ground truth from instanceIds images",
    .synopsis = "--root DIR --out DIR [--split NAMES] [--train-ids]\n"
                "--root DIR --in-place [--split NAMES] [--train-ids]",
    .description =
        "Reads gtFine/SPLIT/CITY/*_gtFine_instanceIds.png and writes, for each split, "
        "cityscapes_panoptic_SPLIT.json (with --train-ids cityscapes_panoptic_SPLIT_trainId.json) "
        "and a folder of the same name with *_gtFine_panoptic.png: what csCreatePanopticImgs "
        "writes. The JSON is the same byte for byte, the images are the same pixel for pixel.\n\n"
        "A segment's colour is its id, r + 256 g + 65536 b, and its id is the instanceIds value, "
        "with --train-ids too. Ignored classes are void (black) and not listed. Groups of things "
        "have iscrowd 1. A split with void only, as the released test split, gives empty lists. "
        "The file names under \"images\" are the official tool's (*_gtFine_leftImg8bit.png), "
        "although the photographs are named differently: loaders go by the id.\n\n"
        "The trainId images come from instanceIds through a table, not from the polygons: drawing "
        "polygons again gives other boundary pixels than the released images have.\n\n"
        "All frames are checked before anything is written, and each JSON is written after its "
        "images. A frame with an unknown class or a damaged file stops the run; with --skip-bad "
        "it is left out.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(panoptic_args),
    .has_skip_bad = true,
    .examples = "# the ground truth of val in both id spaces\n"
                "pnd-panoptic --root cityscapes --split val --out gt\n"
                "pnd-panoptic --root cityscapes --split val --out gt --train-ids\n"
                "# where training frameworks look for it, with the trainId images\n"
                "pnd-panoptic --root cityscapes --in-place --label-train-ids\n",
    .run = run_panoptic,
};

static const tool_program program = {
    .name = "pnd-panoptic",
    .commands = &command,
    .n_commands = 1,
    .see_also = "pnd-eval, pnd-view, pnd-scene",
};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
