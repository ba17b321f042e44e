/* SPDX-License-Identifier: Apache-2.0 */
/* What a sequence adds to every row of windows and of PQ-D. */
#include "eval_joint.h"

/* [row, class, tp, fp, fn, sum of IoU] of each class met. */
static void write_counts(pnd_json_writer *w, int64_t row, const pnd_pq_count *counts)
{
    for (int64_t c = 0; c < JOINT_N_CLASSES; c++) {
        const pnd_pq_count *const count = &counts[c];
        if (count->tp + count->fp + count->fn == 0)
            continue;
        pnd_json_begin_array(w);
        pnd_json_int(w, row);
        pnd_json_int(w, c);
        pnd_json_int(w, count->tp);
        pnd_json_int(w, count->fp);
        pnd_json_int(w, count->fn);
        pnd_json_double(w, count->iou_sum);
        pnd_json_end_array(w);
    }
}

void joint_write_record(pnd_json_writer *w, const joint_results *r, size_t sequence)
{
    const size_t n_lambdas = r->inputs->n_lambdas;
    const int indent = eval_list_begin(w, "counts");
    for (size_t i = 0; i < r->n_rows; i++)
        write_counts(w, (int64_t)i, joint_sequence_counts(r, sequence, i));
    for (size_t l = 0; l < n_lambdas; l++) /* "pq_d" begins with the largest */
        write_counts(w, (int64_t)(r->n_rows + l),
                     joint_sequence_counts(r, sequence, r->n_rows + n_lambdas - 1 - l));
    eval_list_end(w, indent);
}
