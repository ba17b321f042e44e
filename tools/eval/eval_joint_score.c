/* SPDX-License-Identifier: Apache-2.0 */
/* From frame tables to scores, in the order of the sequences. */
#include "eval_joint.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>

/* ---- rows */

static pnd_status make_rows(joint_results *r, pnd_error *err)
{
    const joint_inputs *const in = r->inputs;
    r->n_rows = in->n_windows * (1 + in->n_lambdas);
    r->rows = pnd_calloc_array(r->n_rows, sizeof *r->rows);
    r->sequence_stq = pnd_calloc_array(in->n_sequences, sizeof *r->sequence_stq);
    r->sequence_scored = pnd_calloc_array(in->n_sequences, sizeof *r->sequence_scored);
    r->sequence_segments = pnd_calloc_array(in->n_sequences, sizeof *r->sequence_segments);
    r->sequence_counts = pnd_calloc_array(
        in->n_sequences, (r->n_rows + in->n_lambdas) * JOINT_N_CLASSES * sizeof(pnd_pq_count));
    if (r->rows == NULL || r->sequence_stq == NULL || r->sequence_scored == NULL ||
        r->sequence_segments == NULL || r->sequence_counts == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    joint_row *row = r->rows;
    for (size_t w = 0; w < in->n_windows; w++) {
        *row++ = (joint_row){.k = in->windows[w], .lambda = PND_VIDEO_ANY_DEPTH};
        for (size_t l = in->n_lambdas; l-- > 0;)
            *row++ = (joint_row){.k = in->windows[w], .lambda = (int32_t)l};
    }
    return PND_OK;
}

pnd_pq_count *joint_sequence_counts(const joint_results *r, size_t sequence, size_t row)
{
    return r->sequence_counts +
           (sequence * (r->n_rows + r->inputs->n_lambdas) + row) * JOINT_N_CLASSES;
}

/* `own`: of the sequence. */
static pnd_status add_windows(joint_row *row, pnd_pq_count *own, pnd_video_matcher *matcher,
                              const pnd_video_table *tables, size_t n, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t first = 0; status == PND_OK && first + row->k <= n; first++) {
        pnd_pq_image window;
        status = pnd_video_match(&window, matcher, tables + first, row->k, row->lambda, err);
        if (status != PND_OK)
            break;
        pnd_pq_add(row->counts, &window);
        pnd_pq_add(own, &window);
        row->n_windows++;
    }
    return status;
}

/* ---- segments */

static void add_segments(joint_results *r, size_t sequence, const joint_frame *frame)
{
    for (size_t i = 0; i < frame->n_matches; i++) {
        const pnd_segment_match *const match = &frame->matches[i];
        pnd_segment_error_add(&r->segments, match);
        pnd_segment_error_add(&r->sequence_segments[sequence], match);
        pnd_segment_error_add(&r->class_segments[match->category], match);
        if (pnd_segment_judge(match) != PND_SEGMENT_UNMEASURED)
            pnd_segment_error_add(&r->bin_segments[pnd_segment_bin(match)], match);
        for (size_t l = 0; l < r->inputs->n_lambdas; l++) {
            const double iou = pnd_segment_pqd_iou(match, r->inputs->lambdas[l]);
            r->pqd[l][match->category].iou_sum += iou;
            joint_sequence_counts(r, sequence, r->n_rows + l)[match->category].iou_sum += iou;
        }
    }
}

static void add_numbers(pnd_pq_count *out, const pnd_pq_count *image)
{
    for (size_t c = 0; c < JOINT_N_CLASSES; c++) {
        out[c].tp += image[c].tp;
        out[c].fp += image[c].fp;
        out[c].fn += image[c].fn;
    }
}

static pnd_status add_pqd_counts(joint_results *r, size_t sequence, pnd_video_matcher *matcher,
                                 const pnd_video_table *table, pnd_error *err)
{
    pnd_pq_image image;
    const pnd_status status = pnd_video_match(&image, matcher, table, 1, PND_VIDEO_ANY_DEPTH, err);
    for (size_t l = 0; status == PND_OK && l < r->inputs->n_lambdas; l++) {
        add_numbers(r->pqd[l], image.counts);
        add_numbers(joint_sequence_counts(r, sequence, r->n_rows + l), image.counts);
    }
    return status;
}

/* ---- one sequence */

typedef struct tools_of_scoring {
    pnd_video_matcher *matcher;
    pnd_stq *stq;
    pnd_video_table *tables; /* borrowed pairs, side by side */
} tools_of_scoring;

static void note_frame(joint_results *r, const joint_frame *frame, const char *key)
{
    eval_deviate(&r->deviations, "png-trailing-bytes", "PNG files with bytes after their end",
                 frame->notes.trailing_bytes, key);
    eval_deviate(&r->deviations, "alpha-dropped", "RGBA images; the alpha channel was dropped",
                 frame->notes.alpha_dropped, key);
    eval_deviate(&r->deviations, "gt-saturated",
                 "ground truth depths at the end of 16 bits: they may be larger",
                 frame->notes.gt_saturated, key);
    eval_deviate(&r->deviations, "pred-saturated",
                 "predicted depths at the end of 16 bits: they may be larger",
                 frame->notes.pred_saturated, key);
    eval_deviate(&r->deviations, "no-ground-truth-depth",
                 "frames without ground truth depth: no pixel of them is tested",
                 frame->table.depth_pixels == 0, key);
}

static pnd_status score_sequence(joint_results *r, tools_of_scoring *tools, size_t s,
                                 pnd_error *err)
{
    const joint_sequence *const sequence = &r->inputs->sequences[s];
    pnd_status status = PND_OK;
    for (size_t i = 0; i < sequence->n; i++)
        tools->tables[i] = r->frames[sequence->first + i].table;
    for (size_t i = 0; i < r->n_rows && status == PND_OK; i++) {
        eval_deviate(&r->deviations, "short-sequence",
                     "sequences with fewer frames than a window; they have no such window",
                     r->rows[i].lambda == PND_VIDEO_ANY_DEPTH && sequence->n < r->rows[i].k,
                     sequence->name);
        status = add_windows(&r->rows[i], joint_sequence_counts(r, s, i), tools->matcher,
                             tools->tables, sequence->n, err);
    }
    for (size_t i = 0; i < sequence->n && status == PND_OK; i++) {
        const size_t f = sequence->first + i;
        note_frame(r, &r->frames[f], r->inputs->frames[f].key);
        add_segments(r, s, &r->frames[f]);
        status = add_pqd_counts(r, s, tools->matcher, &r->frames[f].table, err);
        r->scored++;
    }
    if (status == PND_OK)
        status = pnd_stq_add(&r->sequence_stq[s], tools->stq, tools->tables, sequence->n, err);
    r->sequence_scored[s] = status == PND_OK;
    return status;
}

/* Windows are consecutive frames, so a frame that cannot be scored takes its sequence along. */
static bool is_scored(const joint_results *r, const joint_sequence *sequence)
{
    for (size_t i = 0; i < sequence->n; i++)
        if (!r->frames[sequence->first + i].scored)
            return false;
    return true;
}

static pnd_status score_all(joint_results *r, tools_of_scoring *tools, pnd_error *err)
{
    pnd_status status = make_rows(r, err);
    for (size_t s = 0; s < r->inputs->n_sequences && status == PND_OK; s++) {
        const joint_sequence *const sequence = &r->inputs->sequences[s];
        if (is_scored(r, sequence)) {
            status = score_sequence(r, tools, s, err);
            continue;
        }
        r->skipped += sequence->n;
        eval_deviate(&r->deviations, "skipped-image",
                     "images left out (--skip-bad), with all of their sequence: a score over other "
                     "images",
                     (int64_t)sequence->n, r->inputs->frames[sequence->first].key);
    }
    if (status != PND_OK)
        return status;
    r->stq = pnd_stq_total(tools->stq);
    eval_deviate(&r->deviations, "no-thing-tube",
                 "no thing in the ground truth: AQ, STQ and DSTQ are 0 by definition",
                 r->stq.n_tubes == 0, NULL);
    eval_deviate(&r->deviations, "no-depth-at-all",
                 "no ground truth depth: DQ and DSTQ are 0 by definition",
                 r->stq.n_depth_pixels == 0, NULL);
    return r->deviations.failed ? pnd_fail(err, PND_ENOMEM, "out of memory") : joint_sign(r, err);
}

pnd_status joint_score(joint_results *r, pnd_error *err)
{
    tools_of_scoring tools = {0};
    size_t longest = 0;
    for (size_t s = 0; s < r->inputs->n_sequences; s++)
        if (r->inputs->sequences[s].n > longest)
            longest = r->inputs->sequences[s].n;
    tools.tables = pnd_calloc_array(longest, sizeof *tools.tables);
    pnd_status status = tools.tables == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory") : PND_OK;
    if (status == PND_OK)
        status = pnd_video_matcher_create(&tools.matcher, JOINT_N_CLASSES, err);
    if (status == PND_OK)
        status = pnd_stq_create(&tools.stq, r->inputs->classes, JOINT_N_CLASSES, err);
    if (status == PND_OK)
        status = score_all(r, &tools, err);
    pnd_video_matcher_free(tools.matcher);
    pnd_stq_free(tools.stq);
    free(tools.tables);
    return status;
}

void joint_results_clear(joint_results *r)
{
    free(r->rows);
    free(r->sequence_stq);
    free(r->sequence_scored);
    free(r->sequence_counts);
    free(r->sequence_segments);
    pnd_buffer_clear(&r->signature);
    eval_deviations_clear(&r->deviations);
}

/* ---- means */

pnd_pq_score joint_average(const joint_results *r, const pnd_pq_count *counts, pnd_pq_group group)
{
    return pnd_video_average(counts, r->inputs->classes, JOINT_N_CLASSES, group,
                             r->args->zero_fill);
}

double joint_mean_pq(const joint_results *r, joint_mean mean, pnd_pq_group group)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        const joint_row *const row = &r->rows[i];
        const bool tested = row->lambda != PND_VIDEO_ANY_DEPTH;
        if (tested != (mean != JOINT_VPQ) || (mean == JOINT_DPQ && row->k != 1))
            continue;
        sum += row->n_windows > 0 ? joint_average(r, row->counts, group).pq : (double)NAN;
        n++;
    }
    return sum / (double)n;
}

double joint_mean_pqd(const joint_results *r, pnd_pq_group group)
{
    double sum = 0;
    for (size_t l = 0; l < r->inputs->n_lambdas; l++)
        sum += joint_average(r, r->pqd[l], group).pq;
    return sum / (double)r->inputs->n_lambdas;
}
