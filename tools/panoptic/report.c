/* SPDX-License-Identifier: Apache-2.0 */
/* Where the JSON of a split goes, and the summary of a run. */
#include "panoptic.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

char *panoptic_output_path(const gt_run *run, size_t split, const char *rest)
{
    const bool fine = strcmp(run->annotations, "gtFine") == 0;
    return pnd_strdup_printf("%s/cityscapes_panoptic_%s%s%s%s%s", run->panoptic_dir,
                             run->args->splits.items[split], fine ? "" : "_",
                             fine ? "" : run->annotations, run->args->train_ids ? "_trainId" : "",
                             rest);
}

int panoptic_check_json_absent(const gt_run *run)
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

int panoptic_fail_empty_split(const gt_run *run)
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

static void put_source(pnd_json_writer *report, const gt_run *run)
{
    pnd_json_key(report, "annotations");
    pnd_json_string(report, run->annotations);
    pnd_json_key(report, "fill");
    if (run->args->from_polygons)
        pnd_json_string(report, pnd_fill_rule_name((pnd_fill_rule)run->args->fill));
    else
        pnd_json_null(report); /* nothing was drawn */
    pnd_json_key(report, "train_ids");
    pnd_json_bool(report, run->args->train_ids);
}

int panoptic_write_results(const gt_run *run)
{
    pnd_error err = {0};
    pnd_buffer text = {0};
    pnd_json_writer report = {.out = &text, .indent = 4};
    pnd_json_begin_object(&report);
    pnd_json_key(&report, "tool");
    pnd_json_string(&report, "pnd-panoptic " PND_VERSION_STRING);
    put_source(&report, run);
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
