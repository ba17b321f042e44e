/* SPDX-License-Identifier: Apache-2.0 */
/* Results of pnd-eval depth as text, as JSON, and their signature. */
#include "eval_depth.h"

#include <panodepth/alloc.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the paper's columns */

void depth_headline_fill(depth_headline out[DEPTH_N_HEADLINE], const pnd_depth_protocol *protocol,
                         const pnd_depth_metrics *mean)
{
    const bool repo = protocol->headline == PND_DEPTH_HEADLINE_REPO;
    const depth_headline columns[DEPTH_N_HEADLINE] = {
        {"sqErr", "1", "sqErr", repo ? mean->rse : mean->sq_rel_u, repo ? "rse" : "sq_rel_u", 1},
        {"absErr", "1", "absErr", repo ? mean->rae : mean->abs_rel, repo ? "rae" : "abs_rel", 1},
        {"IRMSE", "1/km", "IRMSE", mean->irmse, "irmse", 1},
        {"SILog", repo ? "100 log10 m" : "(ln m)^2", "SILog",
         repo ? 100 * mean->log10 : mean->silog_var, repo ? "log10" : "silog_var", repo ? 100 : 1},
        {"delta1", "1", "d<1.25", mean->d1, "d1", 1},
        {"delta2", "1", "d<1.25^2", mean->d2, "d2", 1},
        {"delta3", "1", "d<1.25^3", mean->d3, "d3", 1},
    };
    memcpy(out, columns, sizeof columns);
}

const pnd_depth_metrics *depth_scores(const depth_results *r)
{
    const bool sequences = r->inputs->protocol.averaging == PND_DEPTH_AVERAGE_SEQUENCES;
    return sequences ? &r->sequence_mean : &r->mean;
}

/* ---- text */

/* The order of the KITTI depth devkit, then the rest; else as in the library. */
static const int kitti_order[PND_DEPTH_N_METRICS] = {5, 4, 10, 9,  7,  6,  12, 1,  2,
                                                     3, 8, 11, 13, 14, 15, 16, 17, 0};

static bool is_kitti(const depth_results *r)
{
    return strcmp(r->inputs->protocol.name, "kitti") == 0;
}

static void print_value(pnd_buffer *out, int width, double value)
{
    if (isnan(value))
        pnd_buffer_printf(out, "%*s", width, "n/a");
    else
        pnd_buffer_printf(out, "%*.*f", width, fabs(value) < 1000 ? 4 : 1, value);
}

static void print_headline(pnd_buffer *out, const depth_results *r)
{
    depth_headline columns[DEPTH_N_HEADLINE];
    depth_headline_fill(columns, &r->inputs->protocol, depth_scores(r));
    for (int i = 0; i < DEPTH_N_HEADLINE; i++)
        pnd_buffer_printf(out, "%10s", columns[i].title);
    pnd_buffer_puts(out, "\n");
    for (int i = 0; i < DEPTH_N_HEADLINE; i++)
        print_value(out, 10, columns[i].value);
    pnd_buffer_puts(out, "\n");
}

static void print_metrics(pnd_buffer *out, const depth_results *r)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    const pnd_depth_metrics *const mean = depth_scores(r);
    pnd_buffer_printf(out, "%-10s|%12s%12s  %s\n", "metric",
                      r->n_sequences > 0 ? "seq. mean" : "image mean", "pooled", "unit");
    for (int i = 0; i < PND_DEPTH_N_METRICS; i++) {
        const int k = is_kitti(r) ? kitti_order[i] : (i + 1) % PND_DEPTH_N_METRICS;
        pnd_buffer_printf(out, "%-10s|", infos[k].key);
        if (k == 0) {
            pnd_buffer_printf(out, "%12.1f%12.1f  %s\n", mean->n, r->pooled.n, infos[k].unit);
            continue;
        }
        print_value(out, 12, pnd_depth_metric(mean, k));
        print_value(out, 12, pnd_depth_metric(&r->pooled, k));
        pnd_buffer_printf(out, "  %s\n", infos[k].unit);
    }
}

static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100 * (double)part / (double)whole : 0;
}

static void print_pixels(pnd_buffer *out, const depth_results *r)
{
    const pnd_depth_tally *const t = &r->tally;
    const int64_t all = t->gt_valid + t->gt_invalid + t->gt_infinite + t->masked;
    pnd_buffer_printf(
        out,
        "Pixels: %" PRId64 " scored (%.1f %%), %" PRId64 " without measurement, %" PRId64
        " at infinity, %" PRId64 " masked, %" PRId64 " capped\n",
        t->scored, percent(t->scored, all), t->gt_invalid, t->gt_infinite, t->masked, t->capped);
}

void depth_print(pnd_buffer *out, const depth_results *r)
{
    pnd_buffer_printf(out, "Depth, protocol %s, %zu images\n",
                      pnd_buffer_text(&r->inputs->protocol_name), r->scored);
    print_headline(out, r);
    pnd_buffer_puts(out, "-----------------------------------------------\n");
    print_metrics(out, r);
    print_pixels(out, r);
    if (r->analyses != NULL)
        depth_print_analysis(out, r);
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

static void write_headline(pnd_json_writer *w, const depth_results *r)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    depth_headline columns[DEPTH_N_HEADLINE];
    depth_headline_fill(columns, &r->inputs->protocol, depth_scores(r));
    pnd_json_key(w, "headline");
    pnd_json_begin_object(w);
    for (int i = 0; i < DEPTH_N_HEADLINE; i++)
        key_double(w, columns[i].key, columns[i].value);
    pnd_json_end_object(w);
    pnd_json_key(w, "headline_from");
    pnd_json_begin_object(w);
    for (int i = 0; i < DEPTH_N_HEADLINE; i++) {
        pnd_json_key(w, columns[i].key);
        pnd_json_begin_object(w);
        pnd_json_key(w, depth_scores(r) == &r->mean ? "image_mean" : "sequence_mean");
        pnd_json_string(w, columns[i].metric);
        key_int(w, "factor", columns[i].factor);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    pnd_json_key(w, "units");
    pnd_json_begin_object(w);
    for (int i = 0; i < DEPTH_N_HEADLINE + PND_DEPTH_N_METRICS; i++) {
        const int k = i - DEPTH_N_HEADLINE;
        pnd_json_key(w, k < 0 ? columns[i].key : infos[k].key);
        pnd_json_string(w, k < 0 ? columns[i].unit : infos[k].unit);
    }
    pnd_json_end_object(w);
}

/* The numbers as the authors' evaluator prints them. */
static void write_authors(pnd_json_writer *w, const depth_results *r)
{
    const pnd_depth_metrics *const m = depth_scores(r);
    if (r->inputs->protocol.headline != PND_DEPTH_HEADLINE_REPO)
        return;
    pnd_json_key(w, "authors");
    pnd_json_begin_object(w);
    key_double(w, "RSE", m->rse);
    key_double(w, "RAE", m->rae);
    key_double(w, "IRMSE", m->irmse);
    key_double(w, "SILog", 100 * m->log10);
    key_double(w, "ACC_1", 100 * m->d1);
    key_double(w, "ACC_2", 100 * m->d2);
    key_double(w, "ACC_3", 100 * m->d3);
    pnd_json_end_object(w);
}

static void write_metrics(pnd_json_writer *w, const pnd_depth_metrics *metrics)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    for (int i = 0; i < PND_DEPTH_N_METRICS; i++)
        key_double(w, infos[i].key, pnd_depth_metric(metrics, i));
}

static void write_metrics_object(pnd_json_writer *w, const char *key,
                                 const pnd_depth_metrics *metrics)
{
    pnd_json_key(w, key);
    pnd_json_begin_object(w);
    write_metrics(w, metrics);
    pnd_json_end_object(w);
}

static void write_tally(pnd_json_writer *w, const pnd_depth_tally *t)
{
    key_int(w, "gt_valid", t->gt_valid);
    key_int(w, "gt_invalid", t->gt_invalid);
    key_int(w, "gt_infinite", t->gt_infinite);
    key_int(w, "masked", t->masked);
    key_int(w, "capped", t->capped);
    key_int(w, "pred_nonfinite", t->pred_nonfinite);
    key_int(w, "pred_nonpositive", t->pred_nonpositive);
    key_int(w, "pred_missing", t->pred_missing);
    key_int(w, "scored", t->scored);
    key_double(w, "coverage", pnd_depth_coverage(t));
}

static void write_image(pnd_json_writer *w, const depth_results *r, size_t i)
{
    const pnd_depth_image *const image = &r->frames[i].image;
    const pnd_depth_metrics metrics = pnd_depth_metrics_from_stats(&image->stats);
    pnd_json_begin_object(w);
    pnd_json_key(w, "image_id");
    pnd_json_string(w, r->inputs->pairs[i].key);
    write_metrics(w, &metrics);
    write_tally(w, &image->tally);
    if (r->inputs->protocol.scaling != PND_DEPTH_SCALE_NONE)
        key_double(w, "scale", image->scale);
    if (r->inputs->protocol.scaling == PND_DEPTH_SCALE_SHIFT)
        key_double(w, "shift", image->shift);
    depth_write_image_analysis(w, r, i);
    pnd_json_end_object(w);
}

static void write_sequences(pnd_json_writer *w, const depth_results *r)
{
    if (r->n_sequences == 0)
        return;
    pnd_json_key(w, "per_sequence");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < r->n_sequences; i++) {
        char name[64];
        const depth_sequence *const sequence = &r->sequences[i];
        (void)snprintf(name, sizeof name, "%.*s", (int)eval_sequence_length(sequence->key),
                       sequence->key);
        pnd_json_begin_object(w);
        pnd_json_key(w, "sequence_id");
        pnd_json_string(w, name);
        key_int(w, "images", (int64_t)sequence->images);
        write_metrics(w, &sequence->metrics);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

void depth_write_json(pnd_buffer *out, const depth_results *r)
{
    const eval_head head = {
        .task = "depth",
        .method = r->args->name,
        .split = r->args->gt_depth == NULL ? r->args->split : NULL,
        .protocol = pnd_buffer_text(&r->inputs->protocol_name),
        .signature = pnd_buffer_text(&r->signature),
        .images = r->scored,
        .skipped = r->skipped,
        .deviations = &r->deviations,
    };
    pnd_json_writer w = {.out = out, .indent = 4};
    eval_results_begin(&w, &head);
    write_headline(&w, r);
    write_authors(&w, r);
    write_metrics_object(&w, "image_mean", &r->mean);
    write_metrics_object(&w, "pooled", &r->pooled);
    if (r->n_sequences > 0)
        write_metrics_object(&w, "sequence_mean", &r->sequence_mean);
    pnd_json_key(&w, "pixels");
    pnd_json_begin_object(&w);
    write_tally(&w, &r->tally);
    pnd_json_end_object(&w);
    depth_write_analysis(&w, r);
    write_sequences(&w, r);
    pnd_json_key(&w, "per_image");
    pnd_json_begin_array(&w);
    for (size_t i = 0; i < r->inputs->n; i++)
        if (r->frames[i].scored)
            write_image(&w, r, i);
    pnd_json_end_array(&w);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* ---- signature */

static pnd_status digest_ground_truth(eval_sha256 out, const depth_results *r, pnd_error *err)
{
    eval_sha256 *const files = pnd_alloc_array(DEPTH_N_DIGESTS * r->scored, sizeof *files);
    if (files == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < r->inputs->n; i++)
        for (int k = 0; k < DEPTH_N_DIGESTS; k++)
            if (r->frames[i].scored && r->frames[i].digest[k][0] != '\0')
                memcpy(files[n++], r->frames[i].digest[k], sizeof *files);
    const pnd_status status = eval_digest(out, (const eval_sha256 *)files, n, err);
    free(files);
    return status;
}

static void sign_range(pnd_buffer *out, const char *key, const char *before, double low,
                       double high)
{
    char a[PND_NUMBER_SIZE], b[PND_NUMBER_SIZE];
    char text[2 * PND_NUMBER_SIZE + 32];
    (void)snprintf(text, sizeof text, "%s%s..%s", before, pnd_format_double(a, low),
                   pnd_format_double(b, high));
    eval_signature_add(out, key, text);
}

/* ManyDepth's is known by its name, others by their fractions. */
static void sign_crop(pnd_buffer *out, const pnd_depth_crop *crop)
{
    const pnd_depth_crop *const known = &pnd_depth_protocol_find("manydepth")->crop;
    char text[4 * PND_NUMBER_SIZE + 32], n[4][PND_NUMBER_SIZE];
    (void)snprintf(text, sizeof text, "rows%s..%s,columns%s..%s",
                   pnd_format_double(n[0], crop->top), pnd_format_double(n[1], crop->bottom),
                   pnd_format_double(n[2], crop->left), pnd_format_double(n[3], crop->right));
    const bool whole = crop->top <= 0 && crop->bottom >= 1 && crop->left <= 0 && crop->right >= 1;
    const bool same = crop->top == known->top && crop->bottom == known->bottom &&
                      crop->left == known->left && crop->right == known->right;
    eval_signature_add(out, "crop", whole ? "none" : same ? "manydepth" : text);
}

static void sign_border(pnd_buffer *out, const pnd_depth_border *border)
{
    char text[96];
    (void)snprintf(text, sizeof text, "left%d,bottom%d:max%g", border->left_columns,
                   border->bottom_rows, border->max_m);
    eval_signature_add(out, "border", border->max_m > 0 ? text : "none");
}

/* A user's protocol is signed by its rules; two that differ in nothing but the name have equal
 * rules. */
static void sign_definition(pnd_buffer *out, const depth_inputs *inputs)
{
    if (inputs->definition.base == NULL)
        return;
    eval_signature_add(out, "extends", inputs->definition.base->name);
    eval_signature_add(out, "headline", depth_headline_names[inputs->protocol.headline]);
}

/* Ground truth: which depths are scored, and as what. */
static void sign_ground_truth(pnd_buffer *out, const depth_results *r)
{
    const pnd_depth_protocol *const p = &r->inputs->protocol;
    const bool files = r->args->gt_depth != NULL;
    char cap[32];
    eval_signature_add(out, "source", files ? "depth-files" : "stereo-disparity");
    if (files)
        eval_signature_add(out, "gt-unit", depth_unit_name(r->args->gt_unit));
    (void)snprintf(cap, sizeof cap, "%s:", depth_cap_rule_names[p->cap_rule]);
    sign_range(out, "cap", pnd_depth_protocol_has_cap(p) ? cap : "", p->min_m, p->cap_m);
    sign_crop(out, &p->crop);
    sign_border(out, &p->border);
}

static void sign_mask(pnd_buffer *out, uint64_t labels)
{
    char text[4 * 64] = "none";
    size_t n = 0;
    for (int id = 0; id < 64; id++)
        if (labels >> id & 1)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%d", n > 0 ? "," : "", id);
    eval_signature_add(out, "mask", text);
}

static void sign_prediction(pnd_buffer *out, const depth_results *r)
{
    const pnd_depth_protocol *const p = &r->inputs->protocol;
    eval_signature_add(out, "pred-unit", depth_unit_name(r->args->pred_unit));
    sign_range(out, "clamp", "", p->pred_min_m, p->pred_max_m);
    eval_signature_add(out, "round", depth_storage_names[p->storage]);
    eval_signature_add(out, "scale", depth_scaling_names[p->scaling]);
    eval_signature_add(out, "bad-pred", depth_bad_rule_names[p->bad_rule]);
}

pnd_status depth_sign(depth_results *r, pnd_error *err)
{
    char pixels[32];
    eval_sha256 digest;
    const pnd_status status = digest_ground_truth(digest, r, err);
    if (status != PND_OK)
        return status;
    pnd_buffer *const out = &r->signature;
    eval_signature_begin(out, "depth", pnd_buffer_text(&r->inputs->protocol_name));
    sign_definition(out, r->inputs);
    sign_ground_truth(out, r);
    sign_mask(out, r->inputs->masked_labels);
    sign_prediction(out, r);
    const bool sequences = r->inputs->protocol.averaging == PND_DEPTH_AVERAGE_SEQUENCES;
    eval_signature_add(out, "average", sequences ? "sequence-mean" : "image-mean");
    (void)snprintf(pixels, sizeof pixels, "%" PRId64, r->tally.scored);
    eval_signature_add(out, "pixels", pixels);
    eval_signature_end(out, r->scored, r->skipped, digest);
    return pnd_buffer_status(out, err);
}
