/* SPDX-License-Identifier: Apache-2.0 */
/* Results of pnd-eval panoptic as a table, as JSON, and their signature. */
#include "eval_panoptic.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    pnd_pq_group group;
} groups[] = {{"All", PND_PQ_ALL}, {"Things", PND_PQ_THINGS}, {"Stuff", PND_PQ_STUFF}};
enum { N_GROUPS = sizeof groups / sizeof *groups };

static pnd_pq_score average(const panoptic_results *r, size_t group)
{
    return pnd_pq_average(r->total, r->inputs->categories, r->inputs->n_categories,
                          groups[group].group);
}

/* ---- order of the classes: ascending ids, as the reference prints and writes them */

typedef struct class_order {
    int32_t id;
    size_t index;
} class_order;

static int order_classes(const void *a, const void *b)
{
    const class_order *const x = a, *const y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* n_categories entries (free()), or NULL. */
static class_order *sort_classes(const panoptic_inputs *inputs)
{
    class_order *const sorted = pnd_alloc_array(inputs->n_categories, sizeof *sorted);
    if (sorted == NULL)
        return NULL;
    for (size_t i = 0; i < inputs->n_categories; i++)
        sorted[i] = (class_order){inputs->gt.categories[i].id, i};
    qsort(sorted, inputs->n_categories, sizeof *sorted, order_classes);
    return sorted;
}

/* ---- text */

static void print_percent(pnd_buffer *out, const char *before, double value)
{
    if (isnan(value))
        pnd_buffer_printf(out, "%s%5s", before, "n/a");
    else
        pnd_buffer_printf(out, "%s%5.1f", before, 100 * value);
}

static void print_score(pnd_buffer *out, const char *name, pnd_pq_score score)
{
    pnd_buffer_printf(out, "%-14s", name);
    print_percent(out, "| ", score.pq);
    print_percent(out, "  ", score.sq);
    print_percent(out, "  ", score.rq);
}

static void print_classes(pnd_buffer *out, const panoptic_results *r)
{
    class_order *const sorted = sort_classes(r->inputs);
    out->failed |= sorted == NULL;
    pnd_buffer_printf(out, "%-14s| %5s  %5s  %5s\n", "Category", "PQ", "SQ", "RQ");
    for (size_t i = 0; sorted != NULL && i < r->inputs->n_categories; i++) {
        const size_t c = sorted[i].index;
        print_score(out, r->inputs->gt.categories[c].name, pnd_pq_category_score(&r->total[c]));
        pnd_buffer_puts(out, "\n");
    }
    free(sorted);
}

void panoptic_print(pnd_buffer *out, const panoptic_results *r)
{
    print_classes(out, r);
    pnd_buffer_puts(out, "-----------------------------------------\n");
    pnd_buffer_printf(out, "%-14s| %5s  %5s  %5s %5s\n", "", "PQ", "SQ", "RQ", "N");
    for (size_t g = 0; g < N_GROUPS; g++) {
        const pnd_pq_score score = average(r, g);
        print_score(out, groups[g].name, score);
        pnd_buffer_printf(out, " %5d\n", (int)score.n_categories);
    }
    panoptic_print_more(out, r);
    panoptic_print_errors(out, r);
    pnd_buffer_printf(out, "Signature: %s\n", pnd_buffer_text(&r->signature));
    if (r->deviations.n > 0)
        pnd_buffer_puts(out, "Deviations:\n");
    eval_deviations_print(out, &r->deviations);
}

/* ---- JSON */

static void write_scores(pnd_json_writer *w, pnd_pq_score score)
{
    pnd_json_key(w, "pq");
    pnd_json_double(w, score.pq);
    pnd_json_key(w, "sq");
    pnd_json_double(w, score.sq);
    pnd_json_key(w, "rq");
    pnd_json_double(w, score.rq);
}

static void write_count(pnd_json_writer *w, const pnd_pq_count *count)
{
    pnd_json_key(w, "tp");
    pnd_json_int(w, count->tp);
    pnd_json_key(w, "fp");
    pnd_json_int(w, count->fp);
    pnd_json_key(w, "fn");
    pnd_json_int(w, count->fn);
    pnd_json_key(w, "iou");
    pnd_json_double(w, count->iou_sum);
}

static void write_groups(pnd_json_writer *w, const panoptic_results *r)
{
    for (size_t g = 0; g < N_GROUPS; g++) {
        const pnd_pq_score score = average(r, g);
        pnd_json_key(w, groups[g].name);
        pnd_json_begin_object(w);
        write_scores(w, score);
        pnd_json_key(w, "n");
        pnd_json_int(w, score.n_categories);
        pnd_json_end_object(w);
    }
}

static void write_class(pnd_json_writer *w, const pnd_category_info *info,
                        const pnd_pq_count *count)
{
    char key[16];
    (void)snprintf(key, sizeof key, "%d", (int)info->id);
    pnd_json_key(w, key);
    pnd_json_begin_object(w);
    pnd_json_key(w, "name");
    pnd_json_string(w, info->name);
    pnd_json_key(w, "isthing");
    pnd_json_int(w, info->is_thing);
    write_scores(w, pnd_pq_category_score(count));
    write_count(w, count);
    pnd_json_end_object(w);
}

static void write_classes(pnd_json_writer *w, const panoptic_results *r)
{
    class_order *const sorted = sort_classes(r->inputs);
    w->out->failed |= sorted == NULL;
    pnd_json_key(w, "per_class");
    pnd_json_begin_object(w);
    for (size_t i = 0; sorted != NULL && i < r->inputs->n_categories; i++) {
        const size_t c = sorted[i].index;
        write_class(w, &r->inputs->gt.categories[c], &r->total[c]);
    }
    pnd_json_end_object(w);
    free(sorted);
}

void panoptic_write_image_id(pnd_json_writer *w, const pnd_annotation *annotation)
{
    int64_t number = 0;
    pnd_json_key(w, "image_id");
    if (annotation->id_is_number &&
        pnd_parse_int(&number, annotation->image_id, INT64_MIN, INT64_MAX))
        pnd_json_int(w, number);
    else
        pnd_json_string(w, annotation->image_id);
}

/* The order in which the averages were added. */
static void write_category_order(pnd_json_writer *w, const panoptic_inputs *inputs)
{
    const int indent = w->indent;
    pnd_json_key(w, "categories");
    w->indent = 0;
    pnd_json_begin_array(w);
    for (size_t c = 0; c < inputs->n_categories; c++)
        pnd_json_int(w, inputs->gt.categories[c].id);
    pnd_json_end_array(w);
    w->indent = indent;
}

static void write_image_class(pnd_json_writer *w, const pnd_pq_image *image, size_t c)
{
    pnd_json_begin_object(w);
    pnd_json_key(w, "fp");
    pnd_json_int(w, image->counts[c].fp);
    pnd_json_key(w, "fn");
    pnd_json_int(w, image->counts[c].fn);
    pnd_json_key(w, "iou");
    pnd_json_begin_array(w);
    for (size_t m = 0; m < image->n_matches; m++)
        if (image->matches[m].category == c)
            pnd_json_double(w, image->matches[m].iou);
    pnd_json_end_array(w);
    pnd_json_end_object(w);
}

/* All that the image adds to the set's score, on one line: adding the IoUs one by one in the order
 * of the images gives the score of the set to the last bit. */
static void write_image_classes(pnd_json_writer *w, const panoptic_inputs *inputs,
                                const pnd_pq_image *image)
{
    const int indent = w->indent;
    pnd_json_key(w, "classes");
    w->indent = 0;
    pnd_json_begin_object(w);
    for (size_t c = 0; c < image->n_categories; c++) {
        const pnd_pq_count *const count = &image->counts[c];
        char key[16];
        if (count->tp == 0 && count->fp == 0 && count->fn == 0)
            continue;
        (void)snprintf(key, sizeof key, "%d", (int)inputs->gt.categories[c].id);
        pnd_json_key(w, key);
        write_image_class(w, image, c);
    }
    pnd_json_end_object(w);
    w->indent = indent;
}

/* The score the set would have if it were this image alone. */
static void write_image(pnd_json_writer *w, const panoptic_results *r, size_t i)
{
    const pnd_pq_image *const image = &r->frames[i].mask.image;
    pnd_pq_count sum = {0};
    for (size_t c = 0; c < image->n_categories; c++) {
        sum.tp += image->counts[c].tp;
        sum.fp += image->counts[c].fp;
        sum.fn += image->counts[c].fn;
        sum.iou_sum += image->counts[c].iou_sum;
    }
    pnd_json_begin_object(w);
    panoptic_write_image_id(w, &r->inputs->gt.annotations[i]);
    write_scores(
        w, pnd_pq_average(image->counts, r->inputs->categories, image->n_categories, PND_PQ_ALL));
    write_count(w, &sum);
    write_image_classes(w, r->inputs, image);
    pnd_json_end_object(w);
}

/* Whether strict parity would have given these numbers to the last bit. Corrected parity refuses
 * what only strict accepts, so the two part where an area of the file is not the pixels' or is
 * missing (strict needs it), where several crowds of a category meet, and where images were left
 * out. To be sure of the rest too, nothing at all may have been met. */
static bool equals_strict(const panoptic_results *r)
{
    if (r->deviations.n > 0 || r->skipped > 0)
        return false;
    for (size_t i = 0; i < r->inputs->gt.n_annotations; i++) {
        const pnd_annotation *const image = &r->inputs->gt.annotations[i];
        for (size_t k = 0; k < image->n_segments; k++)
            if (image->segments[k].area < 0)
                return false;
    }
    return true;
}

/* What was read; scores do not depend on it. */
static void write_forms(pnd_json_writer *w, const panoptic_inputs *inputs)
{
    pnd_json_key(w, "forms");
    pnd_json_begin_object(w);
    pnd_json_key(w, "ground_truth");
    pnd_json_string(w, panoptic_format_names[inputs->gt_form.format]);
    pnd_json_key(w, "prediction");
    pnd_json_string(w, panoptic_format_names[inputs->pred_form.format]);
    pnd_json_end_object(w);
}

void panoptic_write_json(pnd_buffer *out, const panoptic_results *r)
{
    const eval_head head = {
        .task = "panoptic",
        .method = r->args->name,
        .split = r->split,
        .protocol = parity_name(r->parity),
        .signature = pnd_buffer_text(&r->signature),
        .images = r->scored,
        .skipped = r->skipped,
        .deviations = &r->deviations,
    };
    pnd_json_writer w = {.out = out, .indent = 4};
    eval_results_begin(&w, &head);
    if (r->parity == PND_PQ_CORRECTED) {
        pnd_json_key(&w, "equals_strict");
        pnd_json_bool(&w, equals_strict(r));
    }
    write_forms(&w, r->inputs);
    write_groups(&w, r);
    write_classes(&w, r);
    write_category_order(&w, r->inputs);
    panoptic_write_more(&w, r);
    pnd_json_key(&w, "per_image");
    pnd_json_begin_array(&w);
    for (size_t i = 0; i < r->inputs->gt.n_annotations; i++)
        if (r->frames[i].scored)
            write_image(&w, r, i);
    pnd_json_end_array(&w);
    panoptic_write_errors(&w, r);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* ---- signature */

/* The ground truth's JSON, if it has one, and the PNGs that were scored, in its order. */
static pnd_status digest_ground_truth(eval_sha256 out, const panoptic_results *r, pnd_error *err)
{
    eval_sha256 *const files = pnd_alloc_array(r->scored + 1, sizeof *files);
    if (files == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    size_t n = 0;
    if (r->inputs->gt_json_digest[0] != '\0')
        memcpy(files[n++], r->inputs->gt_json_digest, sizeof *files);
    for (size_t i = 0; i < r->inputs->gt.n_annotations; i++)
        if (r->frames[i].scored)
            memcpy(files[n++], r->frames[i].gt_digest, sizeof *files);
    const pnd_status status = eval_digest(out, (const eval_sha256 *)files, n, err);
    free(files);
    return status;
}

pnd_status panoptic_sign(panoptic_results *r, pnd_error *err)
{
    static const char *const spaces[] = {[PND_ID_SPACE_UNKNOWN] = "other",
                                         [PND_ID_SPACE_LABEL_IDS] = "label-ids",
                                         [PND_ID_SPACE_TRAIN_IDS] = "train-ids"};
    const bool strict = r->parity == PND_PQ_STRICT;
    eval_sha256 digest;
    const pnd_status status = digest_ground_truth(digest, r, err);
    if (status != PND_OK)
        return status;
    char categories[32];
    (void)snprintf(categories, sizeof categories, "%zu", r->inputs->n_categories);
    pnd_buffer *const out = &r->signature;
    eval_signature_begin(out, "panoptic", parity_name(r->parity));
    eval_signature_add(out, "ids", spaces[r->inputs->space]);
    eval_signature_add(out, "categories", categories);
    eval_signature_add(out, "match", "iou>0.5");
    eval_signature_add(out, "area", strict ? "file" : "pixels");
    eval_signature_add(out, "mask", "void");
    eval_signature_add(out, "crowd", strict ? "last" : "sum");
    eval_signature_add(out, "average", "present-categories");
    if (r->args->resize == PANOPTIC_RESIZE_NEAREST)
        eval_signature_add(out, "resize", "nearest");
    eval_signature_end(out, r->scored, r->skipped, digest);
    return pnd_buffer_status(out, err);
}
