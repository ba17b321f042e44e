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

static void print_line(pnd_buffer *out, char c)
{
    char line[51];
    memset(line, c, sizeof line - 1);
    line[sizeof line - 1] = '\0';
    pnd_buffer_printf(out, "%s\n", line);
}

static void print_row(pnd_buffer *out, const char *name, double ap, double ap50)
{
    const double values[2] = {ap, ap50};
    pnd_buffer_printf(out, "%-15s:", name);
    for (int i = 0; i < 2; i++)
        if (isnan(values[i]))
            pnd_buffer_printf(out, "%15s", "nan");
        else
            pnd_buffer_printf(out, "%15.3f", values[i]);
    pnd_buffer_puts(out, "\n");
}

void instance_print(pnd_buffer *out, const instance_results *r)
{
    print_line(out, '#');
    pnd_buffer_printf(out, "%-15s:%15s%15s\n", "what", "AP", "AP_50%");
    print_line(out, '#');
    for (int c = 0; c < INSTANCE_N_SCORED; c++)
        print_row(out, class_name(c), r->class_ap[c], r->ap[c][0]);
    print_line(out, '-');
    print_row(out, "average", r->all_ap, r->all_ap50);
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

static void write_averages(pnd_json_writer *w, const instance_results *r)
{
    pnd_json_key(w, "averages");
    pnd_json_begin_object(w);
    key_double(w, "allAp", r->all_ap);
    key_double(w, "allAp50%", r->all_ap50);
    pnd_json_key(w, "classes");
    pnd_json_begin_object(w);
    for (int c = 0; c < INSTANCE_N_SCORED; c++) {
        pnd_json_key(w, class_name(c));
        pnd_json_begin_object(w);
        key_double(w, "ap", r->class_ap[c]);
        key_double(w, "ap50%", r->ap[c][0]);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    pnd_json_end_object(w);
}

/* The reference lists three settings and scores the first: no distances are published. */
static void write_settings(pnd_json_writer *w, const instance_results *r)
{
    static const double areas[] = {PND_INSTANCE_MIN_AREA, 1000, 1000};
    const double distances[] = {(double)INFINITY, 100, 50};
    const double densities[] = {(double)-INFINITY, 0.5, 0.5};
    pnd_json_key(w, "overlaps");
    write_doubles(w, r->overlaps, PND_INSTANCE_N_OVERLAPS);
    pnd_json_key(w, "minRegionSizes");
    pnd_json_begin_array(w);
    for (int i = 0; i < 3; i++)
        pnd_json_int(w, (int64_t)areas[i]);
    pnd_json_end_array(w);
    pnd_json_key(w, "distanceThresholds");
    write_doubles(w, distances, 3);
    pnd_json_key(w, "minStereoDensities");
    write_doubles(w, densities, 3);
    pnd_json_key(w, "instLabels");
    pnd_json_begin_array(w);
    for (int c = 0; c < INSTANCE_N_SCORED; c++)
        pnd_json_string(w, class_name(c));
    pnd_json_end_array(w);
}

static void write_matrix(pnd_json_writer *w, const instance_results *r)
{
    pnd_json_key(w, "resultApMatrix");
    pnd_json_begin_array(w);
    pnd_json_begin_array(w);
    for (int c = 0; c < INSTANCE_N_SCORED; c++)
        write_doubles(w, r->ap[c], PND_INSTANCE_N_OVERLAPS);
    pnd_json_end_array(w);
    pnd_json_end_array(w);
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
        instance_write_record(w, &r->frames[i].image, false);
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
    write_images(&w, r);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* ---- signature */

static pnd_status digest_ground_truth(eval_sha256 out, const instance_results *r, pnd_error *err)
{
    eval_sha256 *const files = pnd_alloc_array(r->scored, sizeof *files);
    if (files == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < r->inputs->pairs.n; i++)
        if (r->frames[i].scored)
            memcpy(files[n++], r->frames[i].digest, sizeof *files);
    const pnd_status status = eval_digest(out, (const eval_sha256 *)files, n, err);
    free(files);
    return status;
}

pnd_status instance_sign(instance_results *r, pnd_error *err)
{
    eval_sha256 digest;
    const pnd_status status = digest_ground_truth(digest, r, err);
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
    eval_signature_end(out, r->scored, r->skipped, digest);
    return pnd_buffer_status(out, err);
}
