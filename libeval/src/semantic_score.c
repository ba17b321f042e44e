/* SPDX-License-Identifier: Apache-2.0 */
/* From sums to scores. The order of every floating operation is the reference's. */
#include "semantic_sums.h"

#include <math.h>

/* ---- sums */

void pnd_semantic_add_instance(pnd_semantic_sums *sums, const pnd_semantic_table *table,
                               const pnd_semantic_instance *instance, double times)
{
    const pnd_semantic_class *const class_ = &table->classes[instance->class_id];
    const double weight = class_->average_size / (double)instance->size;
    const double size = (double)instance->size, hits = (double)instance->hits;
    const double category_hits = (double)instance->category_hits;
    sums->class_tp[instance->class_id] += times * (hits * weight);
    sums->class_fn[instance->class_id] += times * ((size - hits) * weight);
    sums->category_tp[class_->category] += times * (category_hits * weight);
    sums->category_fn[class_->category] += times * ((size - category_hits) * weight);
}

void pnd_semantic_add(pnd_semantic_sums *sums, const pnd_semantic_table *table,
                      const pnd_semantic_image *image)
{
    const size_t n = (size_t)table->n_classes;
    for (size_t i = 0; i < n * n; i++)
        sums->confusion[i] += image->confusion[i];
    sums->n_without_instances += !image->has_instances;
    for (size_t i = 0; i < image->n_instances; i++)
        pnd_semantic_add_instance(sums, table, &image->instances[i], 1);
    for (size_t c = 0; c < n && image->boundary != NULL; c++) {
        sums->boundary[c].gt += image->boundary[c].gt;
        sums->boundary[c].pred += image->boundary[c].pred;
        sums->boundary[c].both += image->boundary[c].both;
    }
}

/* ---- counts */

static int64_t at(const int64_t *confusion, const pnd_semantic_table *table, int32_t gt,
                  int32_t pred)
{
    return confusion[(size_t)table->n_classes * (size_t)gt + (size_t)pred];
}

static int64_t row_sum(const int64_t *confusion, const pnd_semantic_table *table, int32_t row)
{
    int64_t sum = 0;
    for (int32_t c = 0; c < table->n_classes; c++)
        sum += at(confusion, table, row, c);
    return sum;
}

pnd_semantic_count3 pnd_semantic_class_count(const int64_t *confusion,
                                             const pnd_semantic_table *table, int32_t class_id)
{
    pnd_semantic_count3 count = {.tp = at(confusion, table, class_id, class_id)};
    count.fn = row_sum(confusion, table, class_id) - count.tp;
    for (int32_t row = 0; row < table->n_classes; row++)
        if (row != class_id && !table->classes[row].is_ignored)
            count.fp += at(confusion, table, row, class_id);
    return count;
}

/* Pixels predicted as `category` on evaluated ground truth of another one. */
static int64_t category_fp(const int64_t *confusion, const pnd_semantic_table *table,
                           int32_t category, bool with_ignored_columns)
{
    int64_t fp = 0;
    for (int32_t row = 0; row < table->n_classes; row++) {
        if (table->classes[row].is_ignored || table->classes[row].category == category)
            continue;
        for (int32_t c = 0; c < table->n_classes; c++)
            if (table->classes[c].category == category &&
                (with_ignored_columns || !table->classes[c].is_ignored))
                fp += at(confusion, table, row, c);
    }
    return fp;
}

pnd_semantic_count3 pnd_semantic_category_count(const int64_t *confusion,
                                                const pnd_semantic_table *table, int32_t category)
{
    pnd_semantic_count3 count = {.fp = category_fp(confusion, table, category, false)};
    for (int32_t row = 0; row < table->n_classes; row++) {
        if (table->classes[row].is_ignored || table->classes[row].category != category)
            continue;
        count.fn += row_sum(confusion, table, row);
        for (int32_t c = 0; c < table->n_classes; c++)
            if (table->classes[c].category == category && !table->classes[c].is_ignored)
                count.tp += at(confusion, table, row, c);
    }
    count.fn -= count.tp;
    return count;
}

/* ---- scores */

static double iou_of(pnd_semantic_count3 count)
{
    const int64_t all = count.tp + count.fp + count.fn;
    return all == 0 ? (double)NAN : (double)count.tp / (double)all;
}

static double weighted_iou(double tp, int64_t fp, double fn)
{
    const double all = tp + (double)fp + fn;
    return all > 0 ? tp / all : (double)NAN;
}

bool pnd_semantic_category_is_evaluated(const pnd_semantic_table *table, int32_t category)
{
    for (int32_t c = 0; c < table->n_classes; c++)
        if (table->classes[c].category == category && !table->classes[c].is_ignored)
            return true;
    return false;
}

/* Every class of it, ignored ones too. */
static bool category_has_instances(const pnd_semantic_table *table, int32_t category)
{
    int32_t n = 0;
    for (int32_t c = 0; c < table->n_classes; c++) {
        if (table->classes[c].category != category)
            continue;
        if (!table->classes[c].has_instances)
            return false;
        n++;
    }
    return n > 0;
}

static double boundary_iou(const pnd_semantic_boundary *b)
{
    const int64_t all = b->gt + b->pred - b->both;
    return all == 0 ? (double)NAN : (double)b->both / (double)all;
}

static double mean_defined(const double *values, int32_t n)
{
    double sum = 0;
    int32_t defined = 0;
    for (int32_t i = 0; i < n; i++)
        if (!isnan(values[i])) {
            sum += values[i];
            defined++;
        }
    return defined == 0 ? (double)NAN : sum / (double)defined;
}

static void score_class(pnd_semantic_scores *out, const pnd_semantic_sums *sums,
                        const pnd_semantic_table *table, int32_t c)
{
    const pnd_semantic_class *const class_ = &table->classes[c];
    const pnd_semantic_count3 count = pnd_semantic_class_count(sums->confusion, table, c);
    out->class_iou[c] = out->class_iiou[c] = out->boundary_iou[c] = (double)NAN;
    if (class_->is_ignored)
        return;
    out->class_iou[c] = iou_of(count);
    out->boundary_iou[c] = boundary_iou(&sums->boundary[c]);
    if (class_->has_instances && sums->n_without_instances == 0)
        out->class_iiou[c] = weighted_iou(sums->class_tp[c], count.fp, sums->class_fn[c]);
}

static void score_category(pnd_semantic_scores *out, const pnd_semantic_sums *sums,
                           const pnd_semantic_table *table, int32_t category)
{
    out->category_iou[category] = out->category_iiou[category] = (double)NAN;
    if (pnd_semantic_category_is_evaluated(table, category))
        out->category_iou[category] =
            iou_of(pnd_semantic_category_count(sums->confusion, table, category));
    if (category_has_instances(table, category) && sums->n_without_instances == 0)
        out->category_iiou[category] = weighted_iou(
            sums->category_tp[category], category_fp(sums->confusion, table, category, true),
            sums->category_fn[category]);
}

static void score_priors(pnd_semantic_scores *out, const pnd_semantic_sums *sums,
                         const pnd_semantic_table *table)
{
    int64_t all = 0;
    for (int32_t c = 0; c < table->n_classes; c++)
        all += row_sum(sums->confusion, table, c);
    for (int32_t c = 0; c < table->n_classes; c++)
        out->prior[c] = (double)row_sum(sums->confusion, table, c) / (double)all; /* 0/0: NaN */
}

void pnd_semantic_score(pnd_semantic_scores *out, const pnd_semantic_sums *sums,
                        const pnd_semantic_table *table)
{
    for (int32_t c = 0; c < table->n_classes; c++)
        score_class(out, sums, table, c);
    for (int32_t k = 0; k < table->n_categories; k++)
        score_category(out, sums, table, k);
    score_priors(out, sums, table);
    out->mean_class_iou = mean_defined(out->class_iou, table->n_classes);
    out->mean_class_iiou = mean_defined(out->class_iiou, table->n_classes);
    out->mean_category_iou = mean_defined(out->category_iou, table->n_categories);
    out->mean_category_iiou = mean_defined(out->category_iiou, table->n_categories);
    out->mean_boundary_iou = mean_defined(out->boundary_iou, table->n_classes);
}
