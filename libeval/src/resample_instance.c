/* SPDX-License-Identifier: Apache-2.0 */
/* AP of resampled images: the verdicts of each image count as often as it was drawn. */
#include <panodepth/resample.h>

#include <math.h>
#include <string.h>

/* Scratch: the AP of every cell of a setting, the AP of its classes, the steps of one class. */
static size_t most_ranks(const pnd_instance_resample *c)
{
    size_t most = 0;
    for (size_t k = 0; k < c->n_classes; k++)
        most = c->n_ranks[k] > most ? c->n_ranks[k] : most;
    return most;
}

static void add_verdicts(pnd_instance_step *steps, const pnd_instance_verdicts *v, uint32_t times)
{
    for (size_t i = 0; i < v->n; i++) {
        pnd_instance_step *const step = &steps[v->items[i].rank];
        if (v->items[i].is_true)
            step->n_true += times;
        else
            step->n_false += times;
    }
}

static double score_cell(const pnd_instance_resample *c, size_t cell, const void *const *images,
                         const uint32_t *times, size_t n_images, pnd_instance_step *steps)
{
    const size_t n = c->n_ranks[cell / c->n_overlaps % c->n_classes];
    int64_t missed = 0;
    bool has_truth = false;
    memset(steps, 0, n * sizeof *steps);
    for (size_t i = 0; i < n_images; i++) {
        const pnd_instance_record *const record = images[i];
        const pnd_instance_verdicts *const v = &record->cells[cell];
        const uint32_t count = times == NULL ? 1 : times[i];
        if (count == 0)
            continue;
        add_verdicts(steps, v, count);
        missed += count * v->missed;
        has_truth |= v->has_truth;
    }
    return has_truth ? pnd_instance_area(steps, n, missed) : (double)NAN;
}

/* Two means, then two scores of each class. */
static double *put_setting(double *scores, const pnd_instance_resample *c, const double *ap,
                           double *class_ap)
{
    const pnd_instance_mean mean = pnd_instance_average(class_ap, ap, c->n_classes, c->n_overlaps);
    *scores++ = mean.ap;
    *scores++ = mean.ap50;
    for (size_t k = 0; k < c->n_classes; k++) {
        *scores++ = class_ap[k];
        *scores++ = ap[k * c->n_overlaps];
    }
    return scores;
}

static void score_instances(double *scores, const void *context, const void *const *images,
                            const uint32_t *times, size_t n_images, void *scratch)
{
    const pnd_instance_resample *const c = context;
    const size_t n_cells = c->n_classes * c->n_overlaps;
    double *const ap = scratch, *const class_ap = ap + n_cells;
    pnd_instance_step *const steps = (pnd_instance_step *)(class_ap + c->n_classes);
    for (size_t s = 0; s < c->n_settings; s++) {
        for (size_t i = 0; i < n_cells; i++)
            ap[i] = score_cell(c, s * n_cells + i, images, times, n_images, steps);
        scores = put_setting(scores, c, ap, class_ap);
    }
}

pnd_resample_statistic pnd_instance_statistic(const pnd_instance_resample *context)
{
    return (pnd_resample_statistic){
        .score = score_instances,
        .context = context,
        .n_scores = PND_INSTANCE_RESAMPLE_VALUES * context->n_settings * (1 + context->n_classes),
        .scratch_size = context->n_classes * (context->n_overlaps + 1) * sizeof(double) +
                        most_ranks(context) * sizeof(pnd_instance_step),
    };
}
