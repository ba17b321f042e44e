/* SPDX-License-Identifier: Apache-2.0 */
/* Panoptic results: what each image adds to each category. */
#include "score_read.h"

#include <panodepth/alloc.h>

#include <cjson/cJSON.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const values[PND_PQ_RESAMPLE_VALUES] = {"pq", "sq", "rq"};
static const char *const groups[PND_PQ_RESAMPLE_GROUPS] = {"All", "Things", "Stuff"};

static pnd_status no_memory(pnd_error *err)
{
    return pnd_fail(err, PND_ENOMEM, "out of memory");
}

/* ---- categories and scores */

static pnd_status read_categories(score_set *set, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at ids;
    pnd_status status = score_need(root, "categories", err);
    if (status == PND_OK)
        status = pnd_json_get_array(&ids, root, "categories", err);
    if (status != PND_OK)
        return status;
    const size_t n = (size_t)cJSON_GetArraySize(ids.value);
    set->categories = pnd_calloc_array(n, sizeof *set->categories);
    set->scores = pnd_calloc_array(PND_PQ_RESAMPLE_VALUES * (PND_PQ_RESAMPLE_GROUPS + n),
                                   sizeof *set->scores);
    if (set->categories == NULL || set->scores == NULL)
        return no_memory(err);
    const cJSON *element;
    cJSON_ArrayForEach(element, ids.value)
    {
        const double id = element->valuedouble;
        if (!cJSON_IsNumber(element) || id != floor(id) || fabs(id) > INT32_MAX)
            return pnd_json_fail(&ids, err, "a category id is no integer");
        set->categories[set->pq.n_categories++].id = (int32_t)id;
    }
    return PND_OK;
}

/* pq, sq and rq of one group or category, in three families from `family` on. */
static pnd_status add_scores(score_set *set, const pnd_json_at *object, const char *name,
                             const char *shown, int32_t family, bool is_class, pnd_error *err)
{
    static const char *const titles[PND_PQ_RESAMPLE_VALUES] = {"PQ", "SQ", "RQ"};
    for (int32_t v = 0; v < PND_PQ_RESAMPLE_VALUES; v++) {
        char *const label = pnd_strdup_printf("%s %s", shown, titles[v]);
        if (label == NULL)
            return no_memory(err);
        score_info *const score = score_add(set, object, values[v], name, label, err);
        free(label);
        if (score == NULL)
            return err->status;
        score->higher_is_better = score->is_percent = true;
        score->is_detail = is_class && v > 0;
        score->family = family + v;
    }
    return PND_OK;
}

static pnd_status read_groups(score_set *set, const pnd_json_at *root, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (int32_t g = 0; g < PND_PQ_RESAMPLE_GROUPS && status == PND_OK; g++) {
        pnd_json_at group;
        status = pnd_json_member(&group, root, groups[g], err);
        if (status == PND_OK)
            status = add_scores(set, &group, groups[g], groups[g], PND_PQ_RESAMPLE_VALUES * g,
                                false, err);
    }
    return status;
}

static pnd_status read_class(score_set *set, const pnd_json_at *classes, size_t c, pnd_error *err)
{
    enum { CLASS_FAMILY = PND_PQ_RESAMPLE_VALUES * PND_PQ_RESAMPLE_GROUPS };
    char key[16], name[32];
    pnd_json_at object;
    int64_t is_thing = 0;
    const char *label = NULL;
    (void)snprintf(key, sizeof key, "%" PRId32, set->categories[c].id);
    (void)snprintf(name, sizeof name, "per_class.%s", key);
    pnd_status status = pnd_json_member(&object, classes, key, err);
    if (status == PND_OK)
        status = pnd_json_get_int(&is_thing, &object, "isthing", 0, 1, err);
    if (status == PND_OK)
        status = pnd_json_get_string(&label, &object, "name", err);
    set->categories[c].is_thing = is_thing == 1;
    return status != PND_OK ? status
                            : add_scores(set, &object, name, label, CLASS_FAMILY, true, err);
}

static pnd_status read_scores(score_set *set, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at classes;
    pnd_status status = read_groups(set, root, err);
    if (status == PND_OK)
        status = pnd_json_member(&classes, root, "per_class", err);
    for (size_t c = 0; c < set->pq.n_categories && status == PND_OK; c++)
        status = read_class(set, &classes, c, err);
    return status;
}

/* ---- images */

/* How many shares and IoUs there are at most, so that they lie in two blocks. */
static void count_rows(size_t *n_shares, size_t *n_numbers, const pnd_json_at *rows)
{
    const cJSON *row, *share;
    cJSON_ArrayForEach(row, rows->value)
    {
        const cJSON *const classes = cJSON_GetObjectItemCaseSensitive(row, "classes");
        cJSON_ArrayForEach(share, classes)
        {
            const cJSON *const ious = cJSON_GetObjectItemCaseSensitive(share, "iou");
            *n_shares += 1;
            *n_numbers += (size_t)cJSON_GetArraySize(ious);
        }
    }
}

static pnd_status find_category(size_t *out, const score_set *set, const pnd_json_at *classes,
                                const char *key, pnd_error *err)
{
    int64_t id = 0;
    if (pnd_parse_int(&id, key, INT32_MIN, INT32_MAX))
        for (size_t c = 0; c < set->pq.n_categories; c++)
            if (set->categories[c].id == id) {
                *out = c;
                return PND_OK;
            }
    return pnd_json_fail(classes, err, "'%s' is none of the categories", key);
}

static pnd_status read_share(pnd_pq_share *share, double **next, const score_set *set,
                             const pnd_json_at *classes, const char *key, pnd_error *err)
{
    pnd_json_at object, ious;
    pnd_status status = find_category(&share->category, set, classes, key, err);
    if (status == PND_OK)
        status = pnd_json_member(&object, classes, key, err);
    if (status == PND_OK)
        status = pnd_json_get_int(&share->fp, &object, "fp", 0, INT32_MAX, err);
    if (status == PND_OK)
        status = pnd_json_get_int(&share->fn, &object, "fn", 0, INT32_MAX, err);
    if (status == PND_OK)
        status = pnd_json_get_array(&ious, &object, "iou", err);
    if (status != PND_OK)
        return status;
    share->iou = *next;
    const cJSON *element;
    cJSON_ArrayForEach(element, ious.value)
    {
        if (!cJSON_IsNumber(element) && !cJSON_IsNull(element))
            return pnd_json_fail(&ious, err, "an IoU is no number");
        *(*next)++ = cJSON_IsNull(element) ? (double)NAN : element->valuedouble;
        share->n_iou++;
    }
    return PND_OK;
}

static pnd_status read_row(pnd_pq_record *record, pnd_pq_share *shares, double **next,
                           const score_set *set, const pnd_json_at *row, pnd_error *err)
{
    pnd_json_at classes;
    pnd_status status = score_need(row, "classes", err);
    if (status == PND_OK)
        status = pnd_json_member(&classes, row, "classes", err);
    if (status == PND_OK && !cJSON_IsObject(classes.value))
        status = pnd_json_fail(&classes, err, "is no object");
    if (status != PND_OK)
        return status;
    record->shares = shares;
    const cJSON *element;
    cJSON_ArrayForEach(element, classes.value)
    {
        status = read_share(&shares[record->n_shares++], next, set, &classes, element->string, err);
        if (status != PND_OK)
            return status;
    }
    return PND_OK;
}

static pnd_status read_rows(score_set *set, const pnd_json_at *rows, pnd_error *err)
{
    size_t n_shares = 0, n_numbers = 0;
    count_rows(&n_shares, &n_numbers, rows);
    set->shares = pnd_calloc_array(n_shares, sizeof *set->shares);
    set->numbers = pnd_calloc_array(n_numbers, sizeof *set->numbers);
    set->pq_records = pnd_calloc_array(set->n_images, sizeof *set->pq_records);
    if (set->shares == NULL || set->numbers == NULL || set->pq_records == NULL)
        return no_memory(err);
    pnd_pq_share *shares = set->shares;
    double *next = set->numbers;
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, rows->value)
    {
        const pnd_json_at row = pnd_json_element(rows, element, index);
        pnd_pq_record *const record = &set->pq_records[index];
        const pnd_status status = read_row(record, shares, &next, set, &row, err);
        if (status != PND_OK)
            return status;
        shares += record->n_shares;
        set->records[index++] = record;
    }
    return PND_OK;
}

pnd_status score_read_panoptic(score_set *set, const pnd_json_at *root, const pnd_json_at *rows,
                               pnd_error *err)
{
    pnd_status status = read_categories(set, root, err);
    if (status == PND_OK)
        status = read_scores(set, root, err);
    if (status == PND_OK)
        status = read_rows(set, rows, err);
    set->pq.categories = set->categories;
    set->statistic = pnd_pq_statistic(&set->pq);
    return status;
}
