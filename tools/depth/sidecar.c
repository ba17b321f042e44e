/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of a run: the rule, and for each frame its calibration, its pixels by state and the
 * digests of what was read and written. No time, thread count, backend or absolute path: the same
 * inputs give the same bytes.
 */
#include "depth.h"

#include <panodepth/json.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_int(pnd_json_writer *w, const char *key, int64_t value)
{
    pnd_json_key(w, key);
    pnd_json_int(w, value);
}

static void put_double(pnd_json_writer *w, const char *key, double value)
{
    pnd_json_key(w, key);
    pnd_json_double(w, value);
}

/* NULL becomes null. */
static void put_string(pnd_json_writer *w, const char *key, const char *value)
{
    pnd_json_key(w, key);
    if (value != NULL)
        pnd_json_string(w, value);
    else
        pnd_json_null(w);
}

static const char *no_depth_of(const depth_args *args)
{
    if (args->format == PND_DEPTH_PFM)
        return "inf";
    return args->nan ? "nan" : "0";
}

static void put_rule(pnd_json_writer *w, const depth_args *args)
{
    const bool png = args->format == PND_DEPTH_PNG16;
    const bool has_cap = !isnan(args->cap_m);
    pnd_json_key(w, "rule");
    pnd_json_begin_object(w);
    put_string(w, "quantity", args->range ? "range" : "depth");
    put_string(w, "equation",
               args->range ? "fx * baseline / ((p - 1) / 256 + doffs)"
                             " * sqrt(1 + ((x - u0) / fx)^2 + ((y - v0) / fy)^2)"
                           : "fx * baseline / ((p - 1) / 256 + doffs)");
    put_string(w, "format", pnd_depth_format_name((pnd_depth_format)args->format));
    put_string(w, "unit", png ? "1/256 m" : "m");
    put_string(w, "rounding", !png ? NULL : args->truncate ? "truncate" : "half up");
    put_string(w, "no_depth", no_depth_of(args));
    put_string(w, "zero_disparity",
               args->zero_disparity == PND_ZERO_DISPARITY_FAR ? "far" : "invalid");
    put_double(w, "cap_m", args->cap_m);
    put_string(w, "cap_mode", !has_cap ? NULL : args->cap_mode == PND_CAP_CLAMP ? "clamp" : "mask");
    pnd_json_key(w, "mask_labels");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < args->mask_labels.n; i++)
        pnd_json_int(w, args->mask_labels.items[i]);
    pnd_json_end_array(w);
    pnd_json_end_object(w);
}

static void put_counts(pnd_json_writer *w, const pnd_depth_counts *counts, bool png)
{
    pnd_json_key(w, "pixels");
    pnd_json_begin_object(w);
    put_int(w, "invalid", counts->invalid);
    put_int(w, "infinite", counts->infinite);
    put_int(w, "finite", counts->finite);
    put_int(w, "masked", counts->masked);
    put_int(w, "beyond_cap", counts->beyond_cap);
    if (png)
        put_int(w, "saturated", counts->saturated);
    pnd_json_end_object(w);
}

static void put_camera(pnd_json_writer *w, const pnd_camera *camera)
{
    pnd_json_key(w, "camera");
    pnd_json_begin_object(w);
    put_double(w, "baseline", camera->baseline);
    put_double(w, "fx", camera->fx);
    put_double(w, "fy", camera->fy);
    put_double(w, "u0", camera->u0);
    put_double(w, "v0", camera->v0);
    put_double(w, "doffs", camera->doffs);
    pnd_json_end_object(w);
}

static void put_stats(pnd_json_writer *w, const depth_stats *stats)
{
    pnd_json_key(w, "depth_m");
    pnd_json_begin_object(w);
    put_double(w, "min", stats->min);
    put_double(w, "median", stats->median);
    put_double(w, "mean", stats->mean);
    put_double(w, "max", stats->max);
    pnd_json_end_object(w);
}

/* The last `n` components of a path: what is left of it wherever the tree lies. */
static const char *tail_of(const char *path, int n)
{
    const char *at = path + strlen(path);
    while (at > path && (at[-1] != '/' || --n > 0))
        at--;
    return at;
}

static void put_frame(pnd_json_writer *w, const depth_run *run, const depth_frame *frame)
{
    const depth_result *r = &frame->result;
    const bool png = run->args->format == PND_DEPTH_PNG16;
    const int components = run->n_splits > 0 ? 3 : 1; /* SPLIT/CITY/FILE */
    pnd_json_begin_object(w);
    put_string(w, "frame", tail_of(frame->name, 1));
    put_string(w, "output", tail_of(frame->output, components));
    put_string(w, "output_sha256", r->output_digest);
    put_string(w, "disparity_sha256", r->disparity_digest);
    put_string(w, "camera_sha256", r->camera_digest);
    put_string(w, "labels_sha256", frame->labels != NULL ? r->labels_digest : NULL);
    put_camera(w, &r->camera);
    put_int(w, "width", r->width);
    put_int(w, "height", r->height);
    put_counts(w, &r->counts, png);
    put_int(w, "disparity_sum", r->disparity_sum);
    if (png)
        put_int(w, "sample_sum", r->sample_sum);
    put_stats(w, &r->stats);
    pnd_json_end_object(w);
}

depth_totals depth_totals_of(const depth_run *run, size_t split)
{
    depth_totals totals = {0};
    for (int32_t i = 0; i < run->n_frames; i++) {
        const depth_result *r = &run->frames[i].result;
        if (run->frames[i].split != split)
            continue;
        totals.skipped += !r->done;
        if (!r->done)
            continue;
        totals.frames++;
        totals.pixels += (int64_t)r->width * r->height;
        totals.counts.invalid += r->counts.invalid;
        totals.counts.infinite += r->counts.infinite;
        totals.counts.finite += r->counts.finite;
        totals.counts.masked += r->counts.masked;
        totals.counts.beyond_cap += r->counts.beyond_cap;
        totals.counts.saturated += r->counts.saturated;
    }
    return totals;
}

static void put_frames(pnd_json_writer *w, const depth_run *run, size_t split, bool done)
{
    pnd_json_key(w, done ? "frames" : "skipped");
    pnd_json_begin_array(w);
    for (int32_t i = 0; i < run->n_frames; i++) {
        if (run->frames[i].split != split || run->frames[i].result.done != done)
            continue;
        if (done)
            put_frame(w, run, &run->frames[i]);
        else
            pnd_json_string(w, run->frames[i].name);
    }
    pnd_json_end_array(w);
}

pnd_status depth_sidecar_write(const depth_run *run, size_t split, pnd_error *err)
{
    const depth_totals totals = depth_totals_of(run, split);
    const bool png = run->args->format == PND_DEPTH_PNG16;
    char *path = depth_sidecar_path(run, split);
    pnd_buffer text = {0};
    pnd_json_writer w = {.out = &text, .indent = 4};
    pnd_json_begin_object(&w);
    put_string(&w, "schema", "panodepth-depth/1");
    put_string(&w, "tool", "pnd-depth " PND_VERSION_STRING);
    put_string(&w, "split", run->n_splits > 0 ? run->args->splits.items[split] : NULL);
    put_rule(&w, run->args);
    pnd_json_key(&w, "totals");
    pnd_json_begin_object(&w);
    put_int(&w, "frames", totals.frames);
    put_int(&w, "skipped", totals.skipped);
    put_counts(&w, &totals.counts, png);
    pnd_json_end_object(&w);
    put_frames(&w, run, split, false);
    put_frames(&w, run, split, true);
    pnd_json_end_object(&w);
    pnd_buffer_puts(&text, "\n");
    pnd_status status =
        path != NULL ? pnd_buffer_status(&text, err) : pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK)
        status = tool_write(run->tool, path, text.data, text.size, err);
    pnd_buffer_clear(&text);
    free(path);
    return status;
}
