/* SPDX-License-Identifier: Apache-2.0 */
/* What --audit found: a table, or JSON. */
#include "panoptic.h"

#include <panodepth/json.h>

#include <inttypes.h>
#include <string.h>

static const char *const titles[N_AUDITED] = {"instanceIds", "labelIds"};
static const char *const keys[N_AUDITED] = {"instance_ids", "label_ids"};

enum { COUNT_WIDTH = 10 };

/* The filler with the fewest differing pixels, the earlier one of equals. */
static pnd_fill_rule find_nearest(const gt_run *run, const audit_row *total)
{
    int nearest = run->args->fill;
    int64_t fewest = INT64_MAX;
    for (int rule = 0; rule < PND_N_FILL_RULES; rule++) {
        const int64_t n =
            total->differ[AUDIT_INSTANCE_IDS][rule] + total->differ[AUDIT_LABEL_IDS][rule];
        if (!panoptic_audits(run, (pnd_fill_rule)rule) || n >= fewest)
            continue;
        nearest = rule;
        fewest = n;
    }
    return (pnd_fill_rule)nearest;
}

/* ---- text */

static int name_width(const gt_run *run)
{
    size_t width = strlen("all");
    for (int32_t i = 0; i < run->n_frames; i++) {
        const size_t n = strlen(run->frames[i].frame->core);
        width = n > width ? n : width;
    }
    return (int)width;
}

static int count_rules(const gt_run *run)
{
    int n = 0;
    for (int rule = 0; rule < PND_N_FILL_RULES; rule++)
        n += panoptic_audits(run, (pnd_fill_rule)rule);
    return n;
}

static void put_heading(pnd_buffer *out, const gt_run *run, int width)
{
    const int group = count_rules(run) * (COUNT_WIDTH + 1);
    pnd_buffer_printf(out, "%*s", width + 1 + COUNT_WIDTH, "");
    for (int image = 0; image < N_AUDITED; image++)
        pnd_buffer_printf(out, "%*s", group, titles[image]);
    pnd_buffer_printf(out, "\n%-*s %*s", width, "frame", COUNT_WIDTH, "pixels");
    for (int image = 0; image < N_AUDITED; image++)
        for (int rule = 0; rule < PND_N_FILL_RULES; rule++)
            if (panoptic_audits(run, (pnd_fill_rule)rule))
                pnd_buffer_printf(out, " %*s", COUNT_WIDTH,
                                  pnd_fill_rule_name((pnd_fill_rule)rule));
    pnd_buffer_puts(out, "\n");
}

static void put_row(pnd_buffer *out, const gt_run *run, int width, const char *name,
                    const audit_row *row)
{
    pnd_buffer_printf(out, "%-*s %*" PRId64, width, name, COUNT_WIDTH, row->pixels);
    for (int image = 0; image < N_AUDITED; image++)
        for (int rule = 0; rule < PND_N_FILL_RULES; rule++) {
            if (!panoptic_audits(run, (pnd_fill_rule)rule))
                continue;
            if (row->has[image])
                pnd_buffer_printf(out, " %*" PRId64, COUNT_WIDTH, row->differ[image][rule]);
            else
                pnd_buffer_printf(out, " %*s", COUNT_WIDTH, "-");
        }
    pnd_buffer_puts(out, "\n");
}

static void put_text(pnd_buffer *out, const gt_run *run, const audit_row *rows,
                     const audit_row *total)
{
    const int width = name_width(run);
    pnd_buffer_puts(out, "Pixels of the data set's images that differ from its polygons, drawn "
                         "with each filler\n");
    put_heading(out, run, width);
    for (int32_t i = 0; i < run->n_frames; i++)
        if (rows[i].good)
            put_row(out, run, width, run->frames[i].frame->core, &rows[i]);
    put_row(out, run, width, "all", total);
    if (count_rules(run) > 1)
        pnd_buffer_printf(out, "fewest: %s\n", pnd_fill_rule_name(find_nearest(run, total)));
}

/* ---- JSON */

static void put_counts(pnd_json_writer *writer, const gt_run *run, const audit_row *row)
{
    pnd_json_key(writer, "pixels");
    pnd_json_int(writer, row->pixels);
    for (int image = 0; image < N_AUDITED; image++) {
        pnd_json_key(writer, keys[image]);
        if (!row->has[image]) {
            pnd_json_null(writer);
            continue;
        }
        pnd_json_begin_object(writer);
        for (int rule = 0; rule < PND_N_FILL_RULES; rule++)
            if (panoptic_audits(run, (pnd_fill_rule)rule)) {
                pnd_json_key(writer, pnd_fill_rule_name((pnd_fill_rule)rule));
                pnd_json_int(writer, row->differ[image][rule]);
            }
        pnd_json_end_object(writer);
    }
}

static int32_t put_frames(pnd_json_writer *writer, const gt_run *run, const audit_row *rows)
{
    int32_t n = 0;
    pnd_json_key(writer, "frames");
    pnd_json_begin_array(writer);
    for (int32_t i = 0; i < run->n_frames; i++) {
        if (!rows[i].good)
            continue;
        n++;
        pnd_json_begin_object(writer);
        pnd_json_key(writer, "image_id");
        pnd_json_string(writer, run->frames[i].frame->core);
        pnd_json_key(writer, "split");
        pnd_json_string(writer, run->frames[i].frame->split);
        put_counts(writer, run, &rows[i]);
        pnd_json_end_object(writer);
    }
    pnd_json_end_array(writer);
    return n;
}

static void put_json(pnd_buffer *out, const gt_run *run, const audit_row *rows,
                     const audit_row *total)
{
    pnd_json_writer writer = {.out = out, .indent = 4};
    pnd_json_begin_object(&writer);
    pnd_json_key(&writer, "tool");
    pnd_json_string(&writer, "pnd-panoptic " PND_VERSION_STRING);
    pnd_json_key(&writer, "annotations");
    pnd_json_string(&writer, run->annotations);
    const int32_t n = put_frames(&writer, run, rows);
    pnd_json_key(&writer, "total");
    pnd_json_begin_object(&writer);
    pnd_json_key(&writer, "images");
    pnd_json_int(&writer, n);
    pnd_json_key(&writer, "skipped");
    pnd_json_int(&writer, run->n_frames - n);
    put_counts(&writer, run, total);
    pnd_json_end_object(&writer);
    pnd_json_key(&writer, "fewest");
    pnd_json_string(&writer, pnd_fill_rule_name(find_nearest(run, total)));
    pnd_json_end_object(&writer);
    pnd_buffer_puts(out, "\n");
}

pnd_status panoptic_audit_report(const gt_run *run, const audit_row *rows, const audit_row *total,
                                 pnd_error *err)
{
    pnd_buffer text = {0};
    if (run->tool->common.json)
        put_json(&text, run, rows, total);
    else
        put_text(&text, run, rows, total);
    pnd_status status = pnd_buffer_status(&text, err);
    if (status == PND_OK)
        status = tool_write(run->tool, "-", text.data, text.size, err);
    pnd_buffer_clear(&text);
    return status;
}
