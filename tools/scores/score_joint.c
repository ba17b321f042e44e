/* SPDX-License-Identifier: Apache-2.0 */
/* Joint results: what each sequence adds to the rows of windows and of PQ-D, and its segments'
 * depth errors. A frame that stands for itself is a sequence of one. STQ and DSTQ are left out:
 * they need the tubes. */
#include "score_read.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <cjson/cJSON.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N_CLASSES = PND_N_TRAIN_IDS, MAX_ROWS = 1024 };
typedef enum mean { DPQ, DVPQ, VPQ, PQD, N_MEANS } mean;

static const char *const mean_keys[N_MEANS] = {"DPQ", "DVPQ", "VPQ", "PQ-D"};
static const char *const groups[PND_PQ_RESAMPLE_GROUPS] = {"All", "Things", "Stuff"};
static const char *const error_keys[] = {"rel", "abs"};
static const char *const error_labels[] = {"segment rel", "segment abs m"};
enum { N_ERRORS = sizeof error_keys / sizeof *error_keys };

/* Sums of IoU were added per match, and are added per sequence here. */
static const double tolerance = 1e-9;

/* ---- which rows a mean is over */

static pnd_status read_window(bool *belongs, size_t n_rows, const pnd_json_at *row, pnd_error *err)
{
    int64_t k = 0;
    double lambda = 0;
    pnd_status status = pnd_json_get_int(&k, row, "k", 1, INT32_MAX, err);
    if (status == PND_OK)
        status = score_get_number(&lambda, row, "lambda", err);
    const bool tested = !isnan(lambda);
    belongs[DPQ * n_rows] = tested && k == 1;
    belongs[DVPQ * n_rows] = tested;
    belongs[VPQ * n_rows] = !tested;
    return status;
}

static pnd_status read_rows(score_set *set, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at windows, pq_d;
    pnd_status status = pnd_json_get_array(&windows, root, "windows", err);
    if (status == PND_OK)
        status = pnd_json_get_array(&pq_d, root, "pq_d", err);
    if (status != PND_OK)
        return status;
    const size_t n_windows = (size_t)cJSON_GetArraySize(windows.value);
    const size_t n_rows = n_windows + (size_t)cJSON_GetArraySize(pq_d.value);
    if (n_rows == 0 || n_rows > MAX_ROWS)
        return pnd_json_fail(&windows, err, "holds no window, or more than %d", (int)MAX_ROWS);
    bool *const belongs = score_alloc(set, N_MEANS * n_rows, sizeof *belongs, err);
    if (belongs == NULL)
        return err->status;
    set->joint.n_rows = n_rows;
    set->joint.belongs = belongs;
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, windows.value)
    {
        const pnd_json_at row = pnd_json_element(&windows, element, index);
        if (status == PND_OK)
            status = read_window(belongs + index, n_rows, &row, err);
        index++;
    }
    for (size_t row = n_windows; row < n_rows; row++)
        belongs[PQD * n_rows + row] = true;
    return status;
}

/* ---- scores */

static pnd_status read_means(score_set *set, const pnd_json_at *root, pnd_error *err)
{
    for (int32_t m = 0; m < N_MEANS; m++) {
        pnd_json_at object;
        const pnd_status status = pnd_json_member(&object, root, mean_keys[m], err);
        if (status != PND_OK)
            return status;
        for (int32_t g = 0; g < PND_PQ_RESAMPLE_GROUPS; g++) {
            char label[32];
            (void)snprintf(label, sizeof label, "%s %s", groups[g], mean_keys[m]);
            score_info *const score = score_add(set, &object, groups[g], mean_keys[m], label, err);
            if (score == NULL)
                return err->status;
            score->higher_is_better = score->is_percent = true;
            score->family = (int32_t)set->n_scores;
            score->tolerance = tolerance;
        }
    }
    return PND_OK;
}

static pnd_status read_errors(score_set *set, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at segments, all;
    pnd_status status = pnd_json_member(&segments, root, "segment_depth", err);
    if (status == PND_OK)
        status = pnd_json_member(&all, &segments, "All", err);
    for (int32_t e = 0; e < N_ERRORS && status == PND_OK; e++) {
        score_info *const score =
            score_add(set, &all, error_keys[e], "segment_depth.All", error_labels[e], err);
        if (score == NULL)
            return err->status;
        score->family = (int32_t)set->n_scores;
        score->tolerance = tolerance;
    }
    return status;
}

/* ---- sequences */

static pnd_status read_counts(pnd_joint_record *record, score_set *set, const pnd_json_at *sequence,
                              pnd_error *err)
{
    const double *values;
    size_t n = 0;
    pnd_status status = score_need(sequence, "counts", err);
    if (status == PND_OK)
        status = score_get_tuples(&values, &n, set, sequence, "counts", 6, err);
    if (status != PND_OK)
        return status;
    pnd_pq_count *const counts =
        score_alloc(set, set->joint.n_rows * N_CLASSES, sizeof *counts, err);
    if (counts == NULL)
        return err->status;
    record->counts = counts;
    for (size_t i = 0; i < n; i++, values += 6) {
        if (!score_is_count(values[0], (double)set->joint.n_rows - 1) ||
            !score_is_count(values[1], N_CLASSES - 1) || !score_is_count(values[2], INT32_MAX) ||
            !score_is_count(values[3], INT32_MAX) || !score_is_count(values[4], INT32_MAX) ||
            !(values[5] >= 0))
            return pnd_json_fail(sequence, err,
                                 "entry %zu of 'counts' is no row, class, three counts and sum", i);
        counts[(size_t)values[0] * N_CLASSES + (size_t)values[1]] =
            (pnd_pq_count){.iou_sum = values[5],
                           .tp = (int64_t)values[2],
                           .fp = (int64_t)values[3],
                           .fn = (int64_t)values[4]};
    }
    return PND_OK;
}

static pnd_status read_segments(pnd_joint_record *record, score_set *set,
                                const pnd_json_at *sequence, pnd_error *err)
{
    pnd_json_at segments;
    int64_t n = 0;
    pnd_status status = pnd_json_member(&segments, sequence, "segment_depth", err);
    if (status == PND_OK)
        status = pnd_json_get_int(&n, &segments, "n", 0, INT32_MAX, err);
    pnd_pooled_value *const errors = score_alloc(set, N_ERRORS, sizeof *errors, err);
    if (errors == NULL)
        return err->status;
    record->errors = errors;
    for (int e = 0; e < N_ERRORS && status == PND_OK; e++) {
        errors[e].weight = (double)n;
        status = score_get_number(&errors[e].value, &segments, error_keys[e], err);
    }
    return status;
}

static pnd_status read_sequences(score_set *set, const pnd_json_at *rows, pnd_error *err)
{
    pnd_joint_record *const records = score_alloc(set, set->n_images, sizeof *records, err);
    if (records == NULL)
        return err->status;
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, rows->value)
    {
        const pnd_json_at sequence = pnd_json_element(rows, element, index);
        pnd_status status = read_counts(&records[index], set, &sequence, err);
        if (status == PND_OK)
            status = read_segments(&records[index], set, &sequence, err);
        if (status != PND_OK)
            return status;
        set->records[index] = &records[index];
        index++;
    }
    return PND_OK;
}

pnd_status score_read_joint(score_set *set, const pnd_json_at *root, const pnd_json_at *rows,
                            pnd_error *err)
{
    pnd_category *const classes = score_alloc(set, N_CLASSES, sizeof *classes, err);
    set->scores =
        pnd_calloc_array(PND_PQ_RESAMPLE_GROUPS * N_MEANS + N_ERRORS, sizeof *set->scores);
    if (classes == NULL || set->scores == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (int32_t c = 0; c < N_CLASSES; c++)
        classes[c] = (pnd_category){c, pnd_label_by_train_id(c)->has_instances};
    set->joint =
        (pnd_joint_resample){.classes = classes,
                             .n_classes = N_CLASSES,
                             .n_means = N_MEANS,
                             .n_errors = N_ERRORS,
                             .zero_fill = strstr(set->signature, ";average=zero-fill;") != NULL};
    pnd_status status = read_rows(set, root, err);
    if (status == PND_OK)
        status = read_means(set, root, err);
    if (status == PND_OK)
        status = read_errors(set, root, err);
    if (status == PND_OK)
        status = read_sequences(set, rows, err);
    set->statistic = pnd_joint_statistic(&set->joint);
    return status;
}
