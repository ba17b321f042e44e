/* SPDX-License-Identifier: Apache-2.0 */
/* Results of pnd-eval joint as text, as JSON, and their signature. */
#include "eval_joint.h"

#include <panodepth/alloc.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const group_keys[JOINT_N_GROUPS] = {"All", "Things", "Stuff"};
static const char *const fuse_names[] = {[PND_FUSE_MEAN] = "mean",
                                         [PND_FUSE_MEDIAN] = "median",
                                         [PND_FUSE_TRIMMED] = "trimmed",
                                         [PND_FUSE_INVERSE] = "inverse"};

static const char *class_name(size_t c)
{
    return pnd_label_by_train_id((int32_t)c)->name;
}

/* ---- text */

static void print_number(pnd_buffer *out, int width, int digits, double value)
{
    if (isnan(value))
        pnd_buffer_printf(out, "%*s", width, "n/a");
    else
        pnd_buffer_printf(out, "%*.*f", width, digits, value);
}

static void print_groups(pnd_buffer *out, const char *name, const double values[JOINT_N_GROUPS])
{
    pnd_buffer_printf(out, "%-16s|", name);
    for (int g = 0; g < JOINT_N_GROUPS; g++)
        print_number(out, 8, 2, 100 * values[g]);
    pnd_buffer_puts(out, "\n");
}

static void row_name(char text[64], const joint_results *r, const joint_row *row)
{
    char number[PND_NUMBER_SIZE];
    if (row->lambda == PND_VIDEO_ANY_DEPTH)
        (void)snprintf(text, 64, "VPQ k=%zu", row->k);
    else
        (void)snprintf(text, 64, "DVPQ k=%zu %s", row->k,
                       pnd_format_double(number, r->inputs->lambdas[row->lambda]));
}

static void print_rows(pnd_buffer *out, const joint_results *r)
{
    pnd_buffer_printf(out, "%-16s|%8s%8s%8s\n", "", "All", "Things", "Stuff");
    for (size_t i = 0; i < r->n_rows; i++) {
        char name[64];
        double values[JOINT_N_GROUPS];
        for (int g = 0; g < JOINT_N_GROUPS; g++)
            values[g] = joint_average(r, r->rows[i].counts, (pnd_pq_group)g).pq;
        row_name(name, r, &r->rows[i]);
        print_groups(out, name, values);
    }
}

static void print_means(pnd_buffer *out, const joint_results *r)
{
    static const char *const names[] = {"DPQ", "DVPQ", "VPQ"};
    double values[JOINT_N_GROUPS];
    for (int m = 0; m < JOINT_N_MEANS; m++) {
        for (int g = 0; g < JOINT_N_GROUPS; g++)
            values[g] = joint_mean_pq(r, (joint_mean)m, (pnd_pq_group)g);
        print_groups(out, names[m], values);
    }
    for (int g = 0; g < JOINT_N_GROUPS; g++)
        values[g] = joint_mean_pqd(r, (pnd_pq_group)g);
    print_groups(out, "PQ-D *", values);
}

static void print_stq(pnd_buffer *out, const pnd_stq_score *s)
{
    const struct {
        const char *name;
        double value;
    } columns[] = {{"DSTQ", s->dstq},      {"STQ", s->stq}, {"AQ", s->aq},
                   {"IoU", s->iou},        {"DQ", s->dq},   {"DQ@1.25", s->dq_at[0]},
                   {"DQ@1.1", s->dq_at[1]}};
    const size_t n = sizeof columns / sizeof *columns;
    for (size_t i = 0; i < n; i++)
        pnd_buffer_printf(out, "%9s", columns[i].name);
    pnd_buffer_puts(out, "\n");
    for (size_t i = 0; i < n; i++)
        print_number(out, 9, 2, 100 * columns[i].value);
    pnd_buffer_puts(out, "\n");
}

static void print_error(pnd_buffer *out, const char *name, const pnd_segment_error *sum)
{
    const pnd_segment_error mean = pnd_segment_error_mean(sum);
    if (sum->n + sum->unmeasured + sum->no_depth == 0)
        return;
    pnd_buffer_printf(out, "%-16s|", name);
    print_number(out, 8, 3, mean.abs);
    print_number(out, 8, 4, mean.rel);
    print_number(out, 9, 3, mean.signed_m);
    pnd_buffer_printf(out, "%8" PRId64 "%8" PRId64 "%8" PRId64 "\n", sum->n, sum->unmeasured,
                      sum->no_depth);
}

static void bin_name(char text[64], int bin)
{
    const double *const ends = pnd_segment_bins();
    if (bin + 1 < PND_SEGMENT_N_BINS)
        (void)snprintf(text, 64, "%g-%g m", ends[bin], ends[bin + 1]);
    else
        (void)snprintf(text, 64, "%g- m", ends[bin]);
}

static void print_segments(pnd_buffer *out, const joint_results *r)
{
    pnd_buffer_printf(out, "%-16s|%8s%8s%9s%8s%8s%8s\n", "Segment depth *", "abs m", "rel",
                      "signed m", "n", "no gt", "no pred");
    for (size_t c = 0; c < JOINT_N_CLASSES; c++)
        print_error(out, class_name(c), &r->class_segments[c]);
    for (int b = 0; b < PND_SEGMENT_N_BINS; b++) {
        char name[64];
        bin_name(name, b);
        print_error(out, name, &r->bin_segments[b]);
    }
    print_error(out, "All", &r->segments);
}

void joint_print(pnd_buffer *out, const joint_results *r)
{
    pnd_buffer_printf(out, "Panoptic and depth, protocol %s: %zu frames\n",
                      pnd_buffer_text(&r->inputs->protocol), r->scored);
    print_rows(out, r);
    pnd_buffer_puts(out, "-----------------------------------------\n");
    print_means(out, r);
    pnd_buffer_puts(out, "-----------------------------------------\n");
    print_stq(out, &r->stq);
    pnd_buffer_puts(out, "-----------------------------------------\n");
    print_segments(out, r);
    pnd_buffer_printf(out, "* of panodepth, fused depth: %s\n", fuse_names[r->args->fuse]);
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

static void write_score(pnd_json_writer *w, pnd_pq_score score)
{
    key_double(w, "pq", score.pq);
    key_double(w, "sq", score.sq);
    key_double(w, "rq", score.rq);
}

static void write_count(pnd_json_writer *w, const pnd_pq_count *count)
{
    key_int(w, "tp", count->tp);
    key_int(w, "fp", count->fp);
    key_int(w, "fn", count->fn);
    key_double(w, "iou", count->iou_sum);
}

static void write_groups(pnd_json_writer *w, const joint_results *r, const pnd_pq_count *counts)
{
    for (int g = 0; g < JOINT_N_GROUPS; g++) {
        const pnd_pq_score score = joint_average(r, counts, (pnd_pq_group)g);
        pnd_json_key(w, group_keys[g]);
        pnd_json_begin_object(w);
        write_score(w, score);
        key_int(w, "n", score.n_categories);
        pnd_json_end_object(w);
    }
    pnd_json_key(w, "per_class");
    pnd_json_begin_object(w);
    for (size_t c = 0; c < JOINT_N_CLASSES; c++) {
        char key[24];
        (void)snprintf(key, sizeof key, "%zu", c);
        pnd_json_key(w, key);
        pnd_json_begin_object(w);
        pnd_json_key(w, "name");
        pnd_json_string(w, class_name(c));
        key_int(w, "isthing", r->inputs->classes[c].is_thing);
        write_score(w, pnd_pq_category_score(&counts[c]));
        write_count(w, &counts[c]);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
}

static void write_lambda(pnd_json_writer *w, const joint_results *r, int32_t lambda)
{
    pnd_json_key(w, "lambda");
    if (lambda == PND_VIDEO_ANY_DEPTH)
        pnd_json_null(w);
    else
        pnd_json_double(w, r->inputs->lambdas[lambda]);
}

static void write_rows(pnd_json_writer *w, const joint_results *r)
{
    pnd_json_key(w, "windows");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < r->n_rows; i++) {
        pnd_json_begin_object(w);
        key_int(w, "k", (int64_t)r->rows[i].k);
        write_lambda(w, r, r->rows[i].lambda);
        key_int(w, "n_windows", (int64_t)r->rows[i].n_windows);
        write_groups(w, r, r->rows[i].counts);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

static void write_stq(pnd_json_writer *w, const pnd_stq_score *s)
{
    key_double(w, "STQ", s->stq);
    key_double(w, "AQ", s->aq);
    key_double(w, "IoU", s->iou);
    key_double(w, "DSTQ", s->dstq);
    key_double(w, "DSTQ@1.25", s->dstq_at[0]);
    key_double(w, "DSTQ@1.1", s->dstq_at[1]);
    key_double(w, "DQ", s->dq);
    key_double(w, "DQ@1.25", s->dq_at[0]);
    key_double(w, "DQ@1.1", s->dq_at[1]);
    key_int(w, "tubes", s->n_tubes);
    key_int(w, "depth_pixels", s->n_depth_pixels);
}

static void write_means(pnd_json_writer *w, const joint_results *r)
{
    static const char *const names[] = {"DPQ", "DVPQ", "VPQ", "PQ-D"};
    for (int m = 0; m <= JOINT_N_MEANS; m++) {
        pnd_json_key(w, names[m]);
        pnd_json_begin_object(w);
        for (int g = 0; g < JOINT_N_GROUPS; g++)
            key_double(w, group_keys[g],
                       m < JOINT_N_MEANS ? joint_mean_pq(r, (joint_mean)m, (pnd_pq_group)g)
                                         : joint_mean_pqd(r, (pnd_pq_group)g));
        pnd_json_end_object(w);
    }
}

static void write_error(pnd_json_writer *w, const pnd_segment_error *sum)
{
    const pnd_segment_error mean = pnd_segment_error_mean(sum);
    key_int(w, "n", sum->n);
    key_double(w, "abs", mean.abs);
    key_double(w, "rel", mean.rel);
    key_double(w, "signed", mean.signed_m);
    key_double(w, "signed_rel", mean.signed_rel);
    key_double(w, "gt_coverage", mean.gt_coverage);
    key_double(w, "pred_coverage", mean.pred_coverage);
    key_int(w, "unmeasured", sum->unmeasured);
    key_int(w, "no_depth", sum->no_depth);
}

static void write_segments(pnd_json_writer *w, const joint_results *r)
{
    pnd_json_key(w, "segment_depth");
    pnd_json_begin_object(w);
    pnd_json_key(w, "fused");
    pnd_json_string(w, fuse_names[r->args->fuse]);
    pnd_json_key(w, "All");
    pnd_json_begin_object(w);
    write_error(w, &r->segments);
    pnd_json_end_object(w);
    pnd_json_key(w, "per_class");
    pnd_json_begin_object(w);
    for (size_t c = 0; c < JOINT_N_CLASSES; c++) {
        char key[24];
        (void)snprintf(key, sizeof key, "%zu", c);
        pnd_json_key(w, key);
        pnd_json_begin_object(w);
        pnd_json_key(w, "name");
        pnd_json_string(w, class_name(c));
        write_error(w, &r->class_segments[c]);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    pnd_json_key(w, "per_distance");
    pnd_json_begin_array(w);
    for (int b = 0; b < PND_SEGMENT_N_BINS; b++) {
        pnd_json_begin_object(w);
        key_double(w, "from_m", pnd_segment_bins()[b]);
        key_double(w, "to_m", b + 1 < PND_SEGMENT_N_BINS ? pnd_segment_bins()[b + 1] : (double)NAN);
        write_error(w, &r->bin_segments[b]);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
    pnd_json_end_object(w);
}

static void write_pqd(pnd_json_writer *w, const joint_results *r)
{
    pnd_json_key(w, "pq_d");
    pnd_json_begin_array(w);
    for (size_t l = r->inputs->n_lambdas; l-- > 0;) {
        pnd_json_begin_object(w);
        write_lambda(w, r, (int32_t)l);
        write_groups(w, r, r->pqd[l]);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

static void write_sequences(pnd_json_writer *w, const joint_results *r)
{
    pnd_json_key(w, "per_sequence");
    pnd_json_begin_array(w);
    for (size_t s = 0; s < r->inputs->n_sequences; s++) {
        if (!r->sequence_scored[s])
            continue;
        pnd_json_begin_object(w);
        pnd_json_key(w, "sequence");
        pnd_json_string(w, r->inputs->sequences[s].name);
        key_int(w, "frames", (int64_t)r->inputs->sequences[s].n);
        write_stq(w, &r->sequence_stq[s]);
        pnd_json_key(w, "segment_depth");
        pnd_json_begin_object(w);
        write_error(w, &r->sequence_segments[s]);
        pnd_json_end_object(w);
        joint_write_record(w, r, s);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

static void write_images(pnd_json_writer *w, const joint_results *r)
{
    pnd_json_key(w, "per_image");
    pnd_json_begin_array(w);
    for (size_t s = 0; s < r->inputs->n_sequences; s++) {
        const joint_sequence *const sequence = &r->inputs->sequences[s];
        for (size_t i = sequence->first; r->sequence_scored[s] && i < sequence->first + sequence->n;
             i++) {
            const joint_frame *const frame = &r->frames[i];
            pnd_segment_error error = {0};
            for (size_t m = 0; m < frame->n_matches; m++)
                pnd_segment_error_add(&error, &frame->matches[m]);
            pnd_json_begin_object(w);
            pnd_json_key(w, "image_id");
            pnd_json_string(w, r->inputs->frames[i].key);
            key_int(w, "depth_pixels", frame->table.depth_pixels);
            key_int(w, "inliers_1.25", frame->table.inliers[0]);
            key_int(w, "inliers_1.1", frame->table.inliers[1]);
            key_int(w, "matches", (int64_t)frame->n_matches);
            pnd_json_key(w, "segment_depth");
            pnd_json_begin_object(w);
            write_error(w, &error);
            pnd_json_end_object(w);
            pnd_json_end_object(w);
        }
    }
    pnd_json_end_array(w);
}

void joint_write_json(pnd_buffer *out, const joint_results *r)
{
    const bool from_split =
        r->args->root != NULL && !r->inputs->is_dvps && r->args->gt_json == NULL;
    const eval_head head = {
        .task = "joint",
        .method = r->args->name,
        .split = from_split ? r->args->split : NULL,
        .protocol = pnd_buffer_text(&r->inputs->protocol),
        .signature = pnd_buffer_text(&r->signature),
        .images = r->scored,
        .skipped = r->skipped,
        .deviations = &r->deviations,
    };
    pnd_json_writer w = {.out = out, .indent = 4};
    eval_results_begin(&w, &head);
    write_means(&w, r);
    write_stq(&w, &r->stq);
    write_rows(&w, r);
    write_segments(&w, r);
    write_pqd(&w, r);
    write_sequences(&w, r);
    write_images(&w, r);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* ---- signature */

static pnd_status digest_ground_truth(eval_sha256 out, const joint_results *r, pnd_error *err)
{
    const size_t most = 1 + JOINT_N_DIGESTS * r->inputs->n;
    eval_sha256 *const files = pnd_alloc_array(most, sizeof *files);
    if (files == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    size_t n = 0;
    if (!r->inputs->is_dvps)
        memcpy(files[n++], r->inputs->coco.gt_json_digest, sizeof *files);
    for (size_t s = 0; s < r->inputs->n_sequences; s++) {
        const joint_sequence *const sequence = &r->inputs->sequences[s];
        for (size_t i = 0; r->sequence_scored[s] && i < sequence->n; i++)
            for (int k = 0; k < JOINT_N_DIGESTS; k++) {
                const eval_sha256 *const digest = &r->frames[sequence->first + i].notes.digest[k];
                if ((*digest)[0] != '\0')
                    memcpy(files[n++], *digest, sizeof *files);
            }
    }
    const pnd_status status = eval_digest(out, (const eval_sha256 *)files, n, err);
    free(files);
    return status;
}

static void sign_lists(pnd_buffer *out, const joint_inputs *in)
{
    pnd_buffer text = {0};
    char number[PND_NUMBER_SIZE];
    for (size_t i = 0; i < in->n_windows; i++)
        pnd_buffer_printf(&text, "%s%zu", i > 0 ? "," : "", in->windows[i]);
    eval_signature_add(out, "k", pnd_buffer_text(&text));
    out->failed = out->failed || text.failed; /* the reset forgets it */
    pnd_buffer_reset(&text);
    for (size_t l = in->n_lambdas; l-- > 0;)
        pnd_buffer_printf(&text, "%s%s", l + 1 < in->n_lambdas ? "," : "",
                          pnd_format_double(number, in->lambdas[l]));
    eval_signature_add(out, "lambda", pnd_buffer_text(&text));
    out->failed = out->failed || text.failed;
    pnd_buffer_clear(&text);
}

pnd_status joint_sign(joint_results *r, pnd_error *err)
{
    const joint_inputs *const in = r->inputs;
    char number[PND_NUMBER_SIZE];
    eval_sha256 digest;
    const pnd_status status = digest_ground_truth(digest, r, err);
    if (status != PND_OK)
        return status;
    pnd_buffer *const out = &r->signature;
    const bool disparity = !in->is_dvps && r->args->gt_depth == NULL;
    eval_signature_begin(out, "joint", pnd_buffer_text(&in->protocol));
    eval_signature_add(out, "depth", disparity ? "stereo-disparity" : "depth-files");
    eval_signature_add(out, "cap",
                       isfinite(in->cap_m) ? pnd_format_double(number, in->cap_m) : "none");
    eval_signature_add(out, "arithmetic", "signed-1/256m");
    sign_lists(out, in);
    eval_signature_add(out, "average", r->args->zero_fill ? "zero-fill" : "supported-classes");
    eval_signature_add(out, "fused", fuse_names[r->args->fuse]);
    eval_signature_end(out, r->scored, r->skipped, digest);
    return pnd_buffer_status(out, err);
}
