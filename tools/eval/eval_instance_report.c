/* SPDX-License-Identifier: Apache-2.0 */
/* Results of pnd-eval instance as a table, as JSON, and their signature. */
#include "eval_instance.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *class_name(int c)
{
    return pnd_label_by_id(instance_labels()[c])->name;
}

/* ---- text: the table of the reference */

enum { MAX_COLUMNS = 5 };

static int n_columns(const instance_results *r)
{
    return r->args->distance ? MAX_COLUMNS : 2;
}

static void print_line(pnd_buffer *out, const instance_results *r, char c)
{
    for (int i = 0; i < 20 + 15 * n_columns(r); i++)
        pnd_buffer_append(out, &c, 1);
    pnd_buffer_puts(out, "\n");
}

static void print_row(pnd_buffer *out, const instance_results *r, const char *name,
                      const double values[MAX_COLUMNS])
{
    pnd_buffer_printf(out, "%-15s:", name);
    for (int i = 0; i < n_columns(r); i++)
        if (isnan(values[i]))
            pnd_buffer_printf(out, "%15s", "nan");
        else
            pnd_buffer_printf(out, "%15.3f", values[i]);
    pnd_buffer_puts(out, "\n");
}

void instance_print(pnd_buffer *out, const instance_results *r)
{
    static const char *const titles[MAX_COLUMNS] = {"AP", "AP_50%", "AP_50m *", "AP_100m *",
                                                    "AP_50%50m *"};
    const instance_near *const far = &r->near[0], *const near = &r->near[1];
    print_line(out, r, '#');
    pnd_buffer_printf(out, "%-15s:", "what");
    for (int i = 0; i < n_columns(r); i++)
        pnd_buffer_printf(out, "%15s", titles[i]);
    pnd_buffer_puts(out, "\n");
    print_line(out, r, '#');
    for (int c = 0; c < INSTANCE_N_SCORED; c++)
        print_row(out, r, class_name(c),
                  (const double[MAX_COLUMNS]){r->class_ap[c], r->ap[c][0], near->class_ap[c],
                                              far->class_ap[c], near->ap[c][0]});
    print_line(out, r, '-');
    print_row(out, r, "average",
              (const double[MAX_COLUMNS]){r->all_ap, r->all_ap50, near->mean.ap, far->mean.ap,
                                          near->mean.ap50});
    if (r->args->distance)
        pnd_buffer_puts(out, "\n* of panodepth: distances by median disparity\n");
    pnd_buffer_printf(out, "\nSignature: %s\n", pnd_buffer_text(&r->signature));
    if (r->deviations.n > 0)
        pnd_buffer_puts(out, "Deviations:\n");
    eval_deviations_print(out, &r->deviations);
}

/* ---- JSON */

static void key_double(pnd_json_writer *w, const char *key, double value)
{
    pnd_json_key(w, key);
    pnd_json_double(w, value);
}

static void key_int(pnd_json_writer *w, const char *key, int64_t value)
{
    pnd_json_key(w, key);
    pnd_json_int(w, value);
}

static void write_doubles(pnd_json_writer *w, const double *values, int n)
{
    pnd_json_begin_array(w);
    for (int i = 0; i < n; i++)
        pnd_json_double(w, values[i]);
    pnd_json_end_array(w);
}

/* "allAp100m" and "allAp50%100m", by the reference's names. */
static void write_near(pnd_json_writer *w, const char *prefix, int distance, double ap, double ap50)
{
    char key[32];
    (void)snprintf(key, sizeof key, "%s%gm", prefix, instance_distances[distance]);
    key_double(w, key, ap);
    (void)snprintf(key, sizeof key, "%s50%%%gm", prefix, instance_distances[distance]);
    key_double(w, key, ap50);
}

static void write_averages(pnd_json_writer *w, const instance_results *r)
{
    pnd_json_key(w, "averages");
    pnd_json_begin_object(w);
    key_double(w, "allAp", r->all_ap);
    key_double(w, "allAp50%", r->all_ap50);
    for (int d = 0; d < INSTANCE_N_DISTANCES && r->args->distance; d++)
        write_near(w, "allAp", d, r->near[d].mean.ap, r->near[d].mean.ap50);
    pnd_json_key(w, "classes");
    pnd_json_begin_object(w);
    for (int c = 0; c < INSTANCE_N_SCORED; c++) {
        pnd_json_key(w, class_name(c));
        pnd_json_begin_object(w);
        key_double(w, "ap", r->class_ap[c]);
        key_double(w, "ap50%", r->ap[c][0]);
        for (int d = 0; d < INSTANCE_N_DISTANCES && r->args->distance; d++)
            write_near(w, "ap", d, r->near[d].class_ap[c], r->near[d].ap[c][0]);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    pnd_json_end_object(w);
}

/* The reference lists three settings and scores the first, as is done here without --distance. */
static void write_settings(pnd_json_writer *w, const instance_results *r)
{
    const pnd_instance_setting settings[3] = {pnd_instance_all(),
                                              pnd_instance_within(instance_distances[0]),
                                              pnd_instance_within(instance_distances[1])};
    pnd_json_key(w, "overlaps");
    write_doubles(w, r->overlaps, PND_INSTANCE_N_OVERLAPS);
    pnd_json_key(w, "minRegionSizes");
    pnd_json_begin_array(w);
    for (int i = 0; i < 3; i++)
        pnd_json_int(w, settings[i].min_area);
    pnd_json_end_array(w);
    pnd_json_key(w, "distanceThresholds");
    write_doubles(w, (const double[]){(double)INFINITY, 100, 50}, 3);
    pnd_json_key(w, "minStereoDensities");
    write_doubles(w, (const double[]){(double)-INFINITY, 0.5, 0.5}, 3);
    pnd_json_key(w, "instLabels");
    pnd_json_begin_array(w);
    for (int c = 0; c < INSTANCE_N_SCORED; c++)
        pnd_json_string(w, class_name(c));
    pnd_json_end_array(w);
}

static void write_cells(pnd_json_writer *w, const double (*ap)[PND_INSTANCE_N_OVERLAPS])
{
    pnd_json_begin_array(w);
    for (int c = 0; c < INSTANCE_N_SCORED; c++)
        write_doubles(w, ap[c], PND_INSTANCE_N_OVERLAPS);
    pnd_json_end_array(w);
}

static void write_matrix(pnd_json_writer *w, const instance_results *r)
{
    pnd_json_key(w, "resultApMatrix");
    pnd_json_begin_array(w);
    write_cells(w, r->ap);
    for (int d = 0; d < INSTANCE_N_DISTANCES && r->args->distance; d++)
        write_cells(w, r->near[d].ap);
    pnd_json_end_array(w);
}

/* What the extension does, beside its scores. */
static void write_rule(pnd_json_writer *w, const instance_results *r)
{
    if (!r->args->distance)
        return;
    pnd_json_key(w, "distance");
    pnd_json_begin_object(w);
    pnd_json_key(w, "extension");
    pnd_json_bool(w, true);
    pnd_json_key(w, "distance_m");
    pnd_json_string(w, "median of fx baseline / d over the pixels with a disparity, along the "
                       "optical axis");
    pnd_json_key(w, "density");
    pnd_json_string(w, "share of the pixels with a disparity (p > 0)");
    pnd_json_end_object(w);
}

/* Counts of the classes met, at an overlap above 0.5 and whatever the confidence, on one line. */
static void write_image_classes(pnd_json_writer *w, const pnd_instance_image *image)
{
    const int indent = w->indent;
    pnd_json_key(w, "classes");
    w->indent = 0;
    pnd_json_begin_object(w);
    for (int c = 0; c < INSTANCE_N_SCORED; c++) {
        const int32_t id = instance_labels()[c];
        const pnd_instance_count count =
            pnd_instance_count_image(image, id, 0.5, pnd_instance_all());
        char key[16];
        if (count.tp + count.fp + count.fn == 0)
            continue;
        (void)snprintf(key, sizeof key, "%d", (int)id);
        pnd_json_key(w, key);
        pnd_json_begin_object(w);
        key_int(w, "tp", count.tp);
        key_int(w, "fp", count.fp);
        key_int(w, "fn", count.fn);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    w->indent = indent;
}

static void write_images(pnd_json_writer *w, const instance_results *r)
{
    pnd_json_key(w, "per_image");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < r->inputs->pairs.n; i++) {
        if (!r->frames[i].scored)
            continue;
        pnd_json_begin_object(w);
        pnd_json_key(w, "image_id");
        pnd_json_string(w, r->inputs->pairs.items[i].key);
        key_int(w, "predictions", (int64_t)r->frames[i].image.n_guesses);
        write_image_classes(w, &r->frames[i].image);
        instance_write_record(w, &r->frames[i].image, r->args->distance);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

void instance_write_json(pnd_buffer *out, const instance_results *r)
{
    const eval_head head = {
        .task = "instance",
        .method = r->args->name,
        .split = r->split,
        .protocol = "cityscapes",
        .signature = pnd_buffer_text(&r->signature),
        .images = r->scored,
        .skipped = r->skipped,
        .deviations = &r->deviations,
    };
    pnd_json_writer w = {.out = out, .indent = 4};
    eval_results_begin(&w, &head);
    write_averages(&w, r);
    write_settings(&w, r);
    write_matrix(&w, r);
    write_rule(&w, r);
    write_images(&w, r);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* ---- signature */

/* Of the instanceIds, or of the cameras and disparities of --distance. */
static pnd_status digest_ground_truth(eval_sha256 out, const instance_results *r, bool distances,
                                      pnd_error *err)
{
    eval_sha256 *const files = pnd_alloc_array(2 * r->scored, sizeof *files);
    if (files == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < r->inputs->pairs.n; i++) {
        const instance_frame *const frame = &r->frames[i];
        for (int k = 0; k < 2 && frame->scored && distances; k++)
            memcpy(files[n++], frame->near_digest[k], sizeof *files);
        if (frame->scored && !distances)
            memcpy(files[n++], frame->digest, sizeof *files);
    }
    const pnd_status status = eval_digest(out, (const eval_sha256 *)files, n, err);
    free(files);
    return status;
}

pnd_status instance_sign(instance_results *r, pnd_error *err)
{
    eval_sha256 digest, distances;
    pnd_status status = digest_ground_truth(digest, r, false, err);
    if (status == PND_OK && r->args->distance)
        status = digest_ground_truth(distances, r, true, err);
    if (status != PND_OK)
        return status;
    pnd_buffer *const out = &r->signature;
    eval_signature_begin(out, "instance", "cityscapes");
    eval_signature_add(out, "pred", r->inputs->partners != NULL ? "panoptic" : "masks");
    eval_signature_add(out, "pred-ids",
                       r->args->pred_ids == INSTANCE_IDS_TRAIN ? "train-ids" : "label-ids");
    eval_signature_add(out, "classes", "8");
    eval_signature_add(out, "match", "iou>0.5..0.95");
    eval_signature_add(out, "min-area", "100");
    eval_signature_add(out, "mask", "void-values");
    eval_signature_add(out, "area", "trapezoid");
    eval_signature_add(out, "average", "defined-cells");
    if (r->args->distance) {
        eval_signature_add(out, "distance", "extension:median-disparity,1000px,0.5");
        eval_signature_add(out, "gt-distance", distances);
    }
    eval_signature_end(out, r->scored, r->skipped, digest);
    return pnd_buffer_status(out, err);
}
