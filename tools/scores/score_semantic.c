/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic results: confusion, instances and boundary pixels of each image. */
#include "score_read.h"
#include "semantic_classes.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <cjson/cJSON.h>

#include <math.h>
#include <stdlib.h>

/* The scores come in the order of pnd_semantic_statistic(); what differs between classes of one
 * kind is one family. */
typedef struct kind {
    const char *group, *title;
    bool is_shown;
} kind;

static const struct {
    const char *key, *label;
} means[PND_SEMANTIC_RESAMPLE_MEANS] = {
    {"averageScoreClasses", "mIoU"},
    {"averageScoreInstClasses", "iIoU"},
    {"averageScoreCategories", "category IoU"},
    {"averageScoreInstCategories", "category iIoU"},
    {"averageScoreBoundary", "boundary IoU"},
};
static const kind class_kinds[PND_SEMANTIC_RESAMPLE_CLASS] = {
    {"classScores", "IoU", true},
    {"classInstScores", "iIoU", false},
    {"boundaryScores", "boundary IoU", false}};
static const kind category_kinds[PND_SEMANTIC_RESAMPLE_CATEGORY] = {
    {"categoryScores", "IoU", false}, {"categoryInstScores", "iIoU", false}};

/* ---- scores */

static pnd_status add(score_set *set, const pnd_json_at *group, const char *name, const char *key,
                      const char *label, int32_t family, bool is_shown, pnd_error *err)
{
    score_info *const score = score_add(set, group, key, name, label, err);
    if (score == NULL)
        return err->status;
    score->higher_is_better = score->is_percent = true;
    score->is_detail = !is_shown || group == NULL;
    score->family = family;
    return PND_OK;
}

static pnd_status add_kind(score_set *set, const pnd_json_at *root, const kind *k,
                           const char *const *names, const bool *is_left_out, int32_t n,
                           int32_t family, pnd_error *err)
{
    pnd_json_at group;
    const bool given = pnd_json_has(root, k->group);
    pnd_status status = given ? pnd_json_member(&group, root, k->group, err) : PND_OK;
    for (int32_t i = 0; i < n && status == PND_OK; i++) {
        if (is_left_out[i])
            continue;
        char *const label = pnd_strdup_printf("%s %s", names[i], k->title);
        status = label == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                               : add(set, given ? &group : NULL, k->group, names[i], label, family,
                                     k->is_shown, err);
        free(label);
    }
    return status;
}

static pnd_status read_scores(score_set *set, const pnd_json_at *root,
                              const semantic_classes *classes, pnd_error *err)
{
    bool ignored[SEMANTIC_N_CLASSES], empty[SEMANTIC_N_CATEGORIES];
    int32_t family = 0;
    pnd_status status = PND_OK;
    for (int32_t k = 0; k < SEMANTIC_N_CATEGORIES; k++)
        empty[k] = true;
    for (int32_t c = 0; c < SEMANTIC_N_CLASSES; c++) {
        ignored[c] = classes->rows[c].is_ignored;
        empty[classes->rows[c].category] &= ignored[c];
    }
    for (int32_t m = 0; m < PND_SEMANTIC_RESAMPLE_MEANS && status == PND_OK; m++) {
        const bool given = pnd_json_has(root, means[m].key);
        status =
            add(set, given ? root : NULL, NULL, means[m].key, means[m].label, family++, true, err);
    }
    for (int32_t m = 0; m < PND_SEMANTIC_RESAMPLE_CLASS && status == PND_OK; m++)
        status = add_kind(set, root, &class_kinds[m], classes->names, ignored, SEMANTIC_N_CLASSES,
                          family++, err);
    for (int32_t m = 0; m < PND_SEMANTIC_RESAMPLE_CATEGORY && status == PND_OK; m++)
        status = add_kind(set, root, &category_kinds[m], classes->category_names, empty,
                          SEMANTIC_N_CATEGORIES, family++, err);
    return status;
}

/* ---- images */

static bool is_class(double value)
{
    return score_is_count(value, SEMANTIC_N_CLASSES - 1);
}

static bool is_pixels(double value)
{
    return score_is_count(value, (double)PND_MAX_PIXELS);
}

static pnd_status read_cells(pnd_semantic_record *record, score_set *set, const pnd_json_at *row,
                             pnd_error *err)
{
    const double *values;
    pnd_status status = score_need(row, "confusion", err);
    if (status == PND_OK)
        status = score_get_tuples(&values, &record->n_cells, set, row, "confusion", 3, err);
    if (status != PND_OK)
        return status;
    pnd_semantic_cell *const cells = score_alloc(set, record->n_cells, sizeof *cells, err);
    if (cells == NULL)
        return err->status;
    record->cells = cells;
    for (size_t i = 0; i < record->n_cells; i++, values += 3) {
        if (!is_class(values[0]) || !is_class(values[1]) || !is_pixels(values[2]))
            return pnd_json_fail(row, err, "entry %zu of 'confusion' is no two classes and a count",
                                 i);
        cells[i] = (pnd_semantic_cell){(int32_t)values[0], (int32_t)values[1], (int64_t)values[2]};
    }
    return PND_OK;
}

static pnd_status read_instances(pnd_semantic_record *record, score_set *set,
                                 const pnd_json_at *row, pnd_error *err)
{
    const double *values;
    record->has_instances = pnd_json_has(row, "instances");
    if (!record->has_instances)
        return PND_OK;
    pnd_status status =
        score_get_tuples(&values, &record->n_instances, set, row, "instances", 4, err);
    if (status != PND_OK)
        return status;
    pnd_semantic_instance *const found = score_alloc(set, record->n_instances, sizeof *found, err);
    if (found == NULL)
        return err->status;
    record->instances = found;
    for (size_t i = 0; i < record->n_instances; i++, values += 4) {
        if (!score_is_count(values[0], UINT16_MAX) ||
            !is_class(pnd_instance_class((uint32_t)values[0])) || !is_pixels(values[1]) ||
            !(values[1] > 0) || !score_is_count(values[2], values[1]) ||
            !score_is_count(values[3], values[1]))
            return pnd_json_fail(row, err, "entry %zu of 'instances' is no id and three counts", i);
        found[i] =
            (pnd_semantic_instance){(int32_t)values[0], pnd_instance_class((uint32_t)values[0]),
                                    (int64_t)values[1], (int64_t)values[2], (int64_t)values[3]};
    }
    return PND_OK;
}

static pnd_status read_bands(pnd_semantic_record *record, score_set *set, const pnd_json_at *row,
                             pnd_error *err)
{
    const double *values;
    if (!pnd_json_has(row, "boundary"))
        return PND_OK;
    pnd_status status = score_get_tuples(&values, &record->n_bands, set, row, "boundary", 4, err);
    if (status != PND_OK)
        return status;
    pnd_semantic_band *const bands = score_alloc(set, record->n_bands, sizeof *bands, err);
    if (bands == NULL)
        return err->status;
    record->bands = bands;
    for (size_t i = 0; i < record->n_bands; i++, values += 4) {
        if (!is_class(values[0]) || !is_pixels(values[1]) || !is_pixels(values[2]) ||
            !is_pixels(values[3]))
            return pnd_json_fail(row, err, "entry %zu of 'boundary' is no class and three counts",
                                 i);
        bands[i] = (pnd_semantic_band){
            (int32_t)values[0], {(int64_t)values[1], (int64_t)values[2], (int64_t)values[3]}};
    }
    return PND_OK;
}

pnd_status score_read_semantic(score_set *set, const pnd_json_at *root, const pnd_json_at *rows,
                               pnd_error *err)
{
    semantic_classes *const classes = score_alloc(set, 1, sizeof *classes, err);
    if (classes == NULL)
        return err->status;
    semantic_classes_init(classes);
    set->statistic = pnd_semantic_statistic(&classes->table);
    set->scores = pnd_calloc_array(set->statistic.n_scores, sizeof *set->scores);
    pnd_semantic_record *const records = score_alloc(set, set->n_images, sizeof *records, err);
    if (set->scores == NULL || records == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = read_scores(set, root, classes, err);
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, rows->value)
    {
        const pnd_json_at row = pnd_json_element(rows, element, index);
        pnd_semantic_record *const record = &records[index];
        if (status == PND_OK)
            status = read_cells(record, set, &row, err);
        if (status == PND_OK)
            status = read_instances(record, set, &row, err);
        if (status == PND_OK)
            status = read_bands(record, set, &row, err);
        set->records[index++] = record;
    }
    return status;
}
