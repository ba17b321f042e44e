/* SPDX-License-Identifier: Apache-2.0 */
/* Results of pnd-eval semantic as a table, as JSON, and their signature. */
#include "eval_semantic.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text: the tables of the reference */

static const char rule[] = "--------------------------------";

static void print_row(pnd_buffer *out, const char *name, const double *values, int n)
{
    pnd_buffer_printf(out, "%-14s: ", name);
    for (int i = 0; i < n; i++) {
        const char *const gap = i == 0 ? "" : "    ";
        if (isnan(values[i]))
            pnd_buffer_printf(out, "%s%5s", gap, "nan");
        else
            pnd_buffer_printf(out, "%s%5.3f", gap, values[i]);
    }
    pnd_buffer_puts(out, "\n");
}

static void print_average(pnd_buffer *out, const double *values, int n)
{
    pnd_buffer_printf(out, "%s\n", rule);
    print_row(out, "Score Average ", values, n);
    pnd_buffer_printf(out, "%s\n\n", rule);
}

static void print_classes(pnd_buffer *out, const semantic_results *r)
{
    const int n = r->args->boundary ? 3 : 2;
    const double means[3] = {r->scores.mean_class_iou, r->scores.mean_class_iiou,
                             r->scores.mean_boundary_iou};
    pnd_buffer_printf(out, "classes          IoU      nIoU%s\n%s\n", n == 3 ? "  boundary" : "",
                      rule);
    for (int c = 0; c < SEMANTIC_N_CLASSES; c++) {
        const double values[3] = {r->scores.class_iou[c], r->scores.class_iiou[c],
                                  r->scores.boundary_iou[c]};
        if (!r->classes->rows[c].is_ignored)
            print_row(out, r->classes->names[c], values, n);
    }
    print_average(out, means, n);
}

static void print_categories(pnd_buffer *out, const semantic_results *r)
{
    const double means[2] = {r->scores.mean_category_iou, r->scores.mean_category_iiou};
    pnd_buffer_printf(out, "categories       IoU      nIoU\n%s\n", rule);
    for (int k = 1; k < SEMANTIC_N_CATEGORIES; k++) { /* 0 is void */
        const double values[2] = {r->scores.category_iou[k], r->scores.category_iiou[k]};
        print_row(out, r->classes->category_names[k], values, 2);
    }
    print_average(out, means, 2);
}

void semantic_print(pnd_buffer *out, const semantic_results *r)
{
    print_classes(out, r);
    print_categories(out, r);
    pnd_buffer_printf(out, "Signature: %s\n", pnd_buffer_text(&r->signature));
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

static void write_scores(pnd_json_writer *w, const char *key, const char *const *names,
                         const double *values, int n)
{
    pnd_json_key(w, key);
    pnd_json_begin_object(w);
    for (int i = 0; i < n; i++)
        key_double(w, names[i], values[i]);
    pnd_json_end_object(w);
}

/* One row a line. */
static void write_matrix(pnd_json_writer *w, const int64_t *confusion)
{
    const int indent = w->indent;
    pnd_json_key(w, "confMatrix");
    pnd_json_begin_array(w);
    for (int row = 0; row < SEMANTIC_N_CLASSES; row++) {
        w->indent = indent;
        pnd_json_begin_array(w);
        w->indent = 0;
        for (int c = 0; c < SEMANTIC_N_CLASSES; c++)
            pnd_json_int(w, confusion[SEMANTIC_N_CLASSES * row + c]);
        pnd_json_end_array(w);
    }
    w->indent = indent;
    pnd_json_end_array(w);
}

static void write_reference(pnd_json_writer *w, const semantic_results *r)
{
    const char *const *const names = r->classes->names;
    const char *const *const categories = r->classes->category_names;
    const pnd_semantic_scores *const s = &r->scores;
    key_double(w, "averageScoreClasses", s->mean_class_iou);
    key_double(w, "averageScoreInstClasses", s->mean_class_iiou);
    key_double(w, "averageScoreCategories", s->mean_category_iou);
    key_double(w, "averageScoreInstCategories", s->mean_category_iiou);
    write_scores(w, "classScores", names, s->class_iou, SEMANTIC_N_CLASSES);
    write_scores(w, "classInstScores", names, s->class_iiou, SEMANTIC_N_CLASSES);
    write_scores(w, "categoryScores", categories, s->category_iou, SEMANTIC_N_CATEGORIES);
    write_scores(w, "categoryInstScores", categories, s->category_iiou, SEMANTIC_N_CATEGORIES);
    write_scores(w, "priors", names, s->prior, SEMANTIC_N_CLASSES);
    pnd_json_key(w, "labels");
    pnd_json_begin_object(w);
    for (int c = 0; c < SEMANTIC_N_CLASSES; c++)
        key_int(w, names[c], c);
    pnd_json_end_object(w);
    write_matrix(w, r->sums.confusion);
}

static void write_boundary(pnd_json_writer *w, const semantic_results *r)
{
    if (!r->args->boundary)
        return;
    key_double(w, "averageScoreBoundary", r->scores.mean_boundary_iou);
    write_scores(w, "boundaryScores", r->classes->names, r->scores.boundary_iou,
                 SEMANTIC_N_CLASSES);
}

static void write_count(pnd_json_writer *w, pnd_semantic_count3 count)
{
    key_int(w, "tp", count.tp);
    key_int(w, "fp", count.fp);
    key_int(w, "fn", count.fn);
}

/* Counts of the evaluated classes that occur, on one line: their sums give the set's IoU. */
static void write_image_classes(pnd_json_writer *w, const semantic_results *r,
                                const int64_t *confusion)
{
    const int indent = w->indent;
    pnd_json_key(w, "classes");
    w->indent = 0;
    pnd_json_begin_object(w);
    for (int32_t c = 0; c < SEMANTIC_N_CLASSES; c++) {
        const pnd_semantic_count3 count =
            pnd_semantic_class_count(confusion, &r->classes->table, c);
        char key[16];
        if (r->classes->rows[c].is_ignored || count.tp + count.fp + count.fn == 0)
            continue;
        (void)snprintf(key, sizeof key, "%d", (int)c);
        pnd_json_key(w, key);
        pnd_json_begin_object(w);
        write_count(w, count);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    w->indent = indent;
}

/* The scores of a data set that is this image alone. */
static void write_image(pnd_json_writer *w, const semantic_results *r, size_t i,
                        pnd_semantic_sums *sums)
{
    pnd_semantic_scores scores;
    memset(sums, 0, sizeof *sums);
    pnd_semantic_add(sums, &r->classes->table, &r->frames[i].image);
    pnd_semantic_score(&scores, sums, &r->classes->table);
    pnd_json_begin_object(w);
    pnd_json_key(w, "image_id");
    pnd_json_string(w, r->pairs->items[i].key);
    key_double(w, "averageScoreClasses", scores.mean_class_iou);
    key_double(w, "averageScoreInstClasses", scores.mean_class_iiou);
    key_double(w, "averageScoreCategories", scores.mean_category_iou);
    key_double(w, "averageScoreInstCategories", scores.mean_category_iiou);
    if (r->args->boundary)
        key_double(w, "averageScoreBoundary", scores.mean_boundary_iou);
    write_image_classes(w, r, sums->confusion);
    semantic_write_record(w, &r->frames[i].image);
    pnd_json_end_object(w);
}

static void write_images(pnd_json_writer *w, const semantic_results *r)
{
    pnd_semantic_sums *const sums = pnd_alloc_array(1, sizeof *sums);
    w->out->failed |= sums == NULL;
    pnd_json_key(w, "per_image");
    pnd_json_begin_array(w);
    for (size_t i = 0; sums != NULL && i < r->pairs->n; i++)
        if (r->frames[i].scored)
            write_image(w, r, i, sums);
    pnd_json_end_array(w);
    free(sums);
}

void semantic_write_json(pnd_buffer *out, const semantic_results *r)
{
    const eval_head head = {
        .task = "semantic",
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
    write_reference(&w, r);
    write_boundary(&w, r);
    write_images(&w, r);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* ---- signature */

static pnd_status digest_ground_truth(eval_sha256 out, const semantic_results *r, pnd_error *err)
{
    eval_sha256 *const files = pnd_alloc_array(SEMANTIC_N_DIGESTS * r->scored, sizeof *files);
    if (files == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < r->pairs->n; i++)
        for (int k = 0; k < SEMANTIC_N_DIGESTS; k++)
            if (r->frames[i].scored && r->frames[i].digest[k][0] != '\0')
                memcpy(files[n++], r->frames[i].digest[k], sizeof *files);
    const pnd_status status = eval_digest(out, (const eval_sha256 *)files, n, err);
    free(files);
    return status;
}

pnd_status semantic_sign(semantic_results *r, pnd_error *err)
{
    eval_sha256 digest;
    const pnd_status status = digest_ground_truth(digest, r, err);
    if (status != PND_OK)
        return status;
    const bool from_instances = r->pairs->n > 0 && eval_is_instance_ids(r->pairs->items[0].gt);
    pnd_buffer *const out = &r->signature;
    eval_signature_begin(out, "semantic", "cityscapes");
    eval_signature_add(out, "source", from_instances ? "instance-ids" : "label-ids");
    eval_signature_add(out, "pred-ids",
                       r->args->pred_ids == SEMANTIC_IDS_TRAIN ? "train-ids" : "label-ids");
    eval_signature_add(out, "classes", "19");
    eval_signature_add(out, "mask", "ignored-labels");
    eval_signature_add(out, "iiou", r->args->no_instances ? "none" : "instances");
    eval_signature_add(out, "boundary", r->args->boundary ? "0.02" : "none");
    eval_signature_add(out, "average", "defined-classes");
    eval_signature_end(out, r->scored, r->skipped, digest);
    return pnd_buffer_status(out, err);
}
