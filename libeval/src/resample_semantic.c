/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic scores of resampled images: the sums are added anew, then scored as those of a set. */
#include "semantic_sums.h"

#include <panodepth/resample.h>

#include <string.h>

typedef struct work {
    pnd_semantic_sums sums;
    pnd_semantic_scores scores;
} work;

static void add_record(pnd_semantic_sums *sums, const pnd_semantic_table *table,
                       const pnd_semantic_record *record, uint32_t times)
{
    for (size_t i = 0; i < record->n_cells; i++) {
        const pnd_semantic_cell *const cell = &record->cells[i];
        sums->confusion[table->n_classes * cell->gt + cell->pred] += times * cell->pixels;
    }
    for (size_t i = 0; i < record->n_instances; i++)
        pnd_semantic_add_instance(sums, table, &record->instances[i], times);
    for (size_t i = 0; i < record->n_bands; i++) {
        pnd_semantic_boundary *const sum = &sums->boundary[record->bands[i].class_id];
        sum->gt += times * record->bands[i].pixels.gt;
        sum->pred += times * record->bands[i].pixels.pred;
        sum->both += times * record->bands[i].pixels.both;
    }
    sums->n_without_instances += !record->has_instances;
}

/* Of the evaluated classes. */
static double *put_classes(double *out, const double *values, const pnd_semantic_table *table)
{
    for (int32_t c = 0; c < table->n_classes; c++)
        if (!table->classes[c].is_ignored)
            *out++ = values[c];
    return out;
}

static double *put_categories(double *out, const double *values, const pnd_semantic_table *table)
{
    for (int32_t k = 0; k < table->n_categories; k++)
        if (pnd_semantic_category_is_evaluated(table, k))
            *out++ = values[k];
    return out;
}

static void score_semantic(double *scores, const void *context, const void *const *images,
                           const uint32_t *times, size_t n_images, void *scratch)
{
    const pnd_semantic_table *const table = context;
    work *const w = scratch;
    memset(&w->sums, 0, sizeof w->sums);
    for (size_t i = 0; i < n_images; i++)
        if (times == NULL || times[i] > 0)
            add_record(&w->sums, table, images[i], times == NULL ? 1 : times[i]);
    pnd_semantic_score(&w->scores, &w->sums, table);
    const pnd_semantic_scores *const s = &w->scores;
    const double means[PND_SEMANTIC_RESAMPLE_MEANS] = {s->mean_class_iou, s->mean_class_iiou,
                                                       s->mean_category_iou, s->mean_category_iiou,
                                                       s->mean_boundary_iou};
    memcpy(scores, means, sizeof means);
    double *out = put_classes(scores + PND_SEMANTIC_RESAMPLE_MEANS, s->class_iou, table);
    out = put_classes(out, s->class_iiou, table);
    out = put_classes(out, s->boundary_iou, table);
    out = put_categories(out, s->category_iou, table);
    (void)put_categories(out, s->category_iiou, table);
}

pnd_resample_statistic pnd_semantic_statistic(const pnd_semantic_table *context)
{
    size_t n = PND_SEMANTIC_RESAMPLE_MEANS;
    for (int32_t c = 0; c < context->n_classes; c++)
        n += context->classes[c].is_ignored ? 0 : PND_SEMANTIC_RESAMPLE_CLASS;
    for (int32_t k = 0; k < context->n_categories; k++)
        n += pnd_semantic_category_is_evaluated(context, k) ? PND_SEMANTIC_RESAMPLE_CATEGORY : 0;
    return (pnd_resample_statistic){
        .score = score_semantic, .context = context, .n_scores = n, .scratch_size = sizeof(work)};
}
