/* SPDX-License-Identifier: Apache-2.0 */
/* Joint scores of resampled sequences: counts are added anew, then averaged as those of a set. */
#include <panodepth/resample.h>

#include <math.h>
#include <string.h>

/* Scratch: the counts of every row, its PQ by group, the sums of the errors and of their weights.
 */
typedef struct work {
    pnd_pq_count *total;
    double (*pq)[PND_PQ_RESAMPLE_GROUPS];
    double *errors, *weights;
} work;

static size_t n_counts(const pnd_joint_resample *c)
{
    return c->n_rows * c->n_classes;
}

static size_t work_size(const pnd_joint_resample *c)
{
    return n_counts(c) * sizeof(pnd_pq_count) + c->n_rows * sizeof(double[PND_PQ_RESAMPLE_GROUPS]) +
           2 * c->n_errors * sizeof(double);
}

static work divide(const pnd_joint_resample *c, void *scratch)
{
    work w = {.total = scratch};
    w.pq = (double(*)[PND_PQ_RESAMPLE_GROUPS])(w.total + n_counts(c));
    w.errors = (double *)(w.pq + c->n_rows);
    w.weights = w.errors + c->n_errors;
    return w;
}

static void add_record(const work *w, const pnd_joint_resample *c, const pnd_joint_record *record,
                       uint32_t times)
{
    for (size_t i = 0; i < n_counts(c); i++) {
        w->total[i].iou_sum += times * record->counts[i].iou_sum;
        w->total[i].tp += times * record->counts[i].tp;
        w->total[i].fp += times * record->counts[i].fp;
        w->total[i].fn += times * record->counts[i].fn;
    }
    for (size_t e = 0; e < c->n_errors; e++) {
        if (isnan(record->errors[e].value))
            continue;
        w->errors[e] += times * (record->errors[e].weight * record->errors[e].value);
        w->weights[e] += times * record->errors[e].weight;
    }
}

/* NaN for a row that no drawn sequence has a segment in, filled with zeros or not. */
static void score_row(const work *w, const pnd_joint_resample *c, size_t row)
{
    const pnd_pq_count *const counts = w->total + row * c->n_classes;
    int64_t n = 0;
    for (size_t k = 0; k < c->n_classes; k++)
        n += counts[k].tp + counts[k].fp + counts[k].fn;
    for (int g = 0; g < PND_PQ_RESAMPLE_GROUPS; g++)
        w->pq[row][g] = n == 0 ? (double)NAN
                               : pnd_video_average(counts, c->classes, c->n_classes,
                                                   (pnd_pq_group)g, c->zero_fill)
                                     .pq;
}

static double mean_of_rows(const work *w, const pnd_joint_resample *c, size_t mean, int group)
{
    double sum = 0;
    size_t n = 0;
    for (size_t row = 0; row < c->n_rows; row++)
        if (c->belongs[mean * c->n_rows + row]) {
            sum += w->pq[row][group];
            n++;
        }
    return n > 0 ? sum / (double)n : (double)NAN;
}

static void score_joint(double *scores, const void *context, const void *const *images,
                        const uint32_t *times, size_t n_images, void *scratch)
{
    const pnd_joint_resample *const c = context;
    const work w = divide(c, scratch);
    memset(scratch, 0, work_size(c));
    for (size_t i = 0; i < n_images; i++)
        if (times == NULL || times[i] > 0)
            add_record(&w, c, images[i], times == NULL ? 1 : times[i]);
    for (size_t row = 0; row < c->n_rows; row++)
        score_row(&w, c, row);
    for (size_t mean = 0; mean < c->n_means; mean++)
        for (int g = 0; g < PND_PQ_RESAMPLE_GROUPS; g++)
            *scores++ = mean_of_rows(&w, c, mean, g);
    for (size_t e = 0; e < c->n_errors; e++)
        *scores++ = w.weights[e] > 0 ? w.errors[e] / w.weights[e] : (double)NAN;
}

pnd_resample_statistic pnd_joint_statistic(const pnd_joint_resample *context)
{
    return (pnd_resample_statistic){
        .score = score_joint,
        .context = context,
        .n_scores = PND_PQ_RESAMPLE_GROUPS * context->n_means + context->n_errors,
        .scratch_size = work_size(context),
    };
}
