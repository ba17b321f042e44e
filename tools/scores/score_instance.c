/* SPDX-License-Identifier: Apache-2.0 */
/* Instance results: how the guesses of each image met its truths. */
#include "score_read.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <cjson/cJSON.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CLASSES = PND_INSTANCE_MAX_CLASSES, MAX_OVERLAPS = 64, MAX_SETTINGS = 3 };

/* Which truths count, and the keys of AP and AP50 with them. */
typedef struct setting {
    const char *all, *all50, *of_class, *of_class50, *title, *title50;
} setting;

static const setting settings[MAX_SETTINGS] = {
    {"allAp", "allAp50%", "ap", "ap50%", "AP", "AP50"},
    {"allAp100m", "allAp50%100m", "ap100m", "ap50%100m", "AP100m", "AP50-100m"},
    {"allAp50m", "allAp50%50m", "ap50m", "ap50%50m", "AP50m", "AP50-50m"},
};

/* What the file scores. */
typedef struct scoring {
    const char *names[MAX_CLASSES];
    int32_t ids[MAX_CLASSES];
    double overlaps[MAX_OVERLAPS];
    size_t n_classes, n_overlaps, n_settings;
} scoring;

static pnd_status no_memory(pnd_error *err)
{
    return pnd_fail(err, PND_ENOMEM, "out of memory");
}

/* ---- classes, thresholds and scores */

static pnd_status read_classes(scoring *out, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at list;
    const pnd_status status = pnd_json_get_array(&list, root, "instLabels", err);
    if (status != PND_OK)
        return status;
    const cJSON *element;
    cJSON_ArrayForEach(element, list.value)
    {
        const char *const name = cJSON_GetStringValue(element);
        const pnd_label *label = NULL;
        for (int i = 0; i < PND_N_LABELS && name != NULL; i++)
            if (strcmp(pnd_labels()[i].name, name) == 0)
                label = &pnd_labels()[i];
        if (label == NULL || out->n_classes == MAX_CLASSES)
            return pnd_json_fail(&list, err, "names a class that is no label");
        out->names[out->n_classes] = name;
        out->ids[out->n_classes++] = label->id;
    }
    return PND_OK;
}

static pnd_status read_overlaps(scoring *out, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at list;
    const pnd_status status = pnd_json_get_array(&list, root, "overlaps", err);
    if (status != PND_OK)
        return status;
    const cJSON *element;
    cJSON_ArrayForEach(element, list.value)
    {
        if (!cJSON_IsNumber(element) || out->n_overlaps == MAX_OVERLAPS)
            return pnd_json_fail(&list, err, "is no list of up to %d numbers", (int)MAX_OVERLAPS);
        out->overlaps[out->n_overlaps++] = element->valuedouble;
    }
    return out->n_overlaps > 0 ? PND_OK : pnd_json_fail(&list, err, "is empty");
}

static pnd_status add_pair(score_set *set, const pnd_json_at *group, const char *name,
                           const char *const keys[2], const char *const labels[2], int32_t family,
                           bool is_class, pnd_error *err)
{
    for (int32_t v = 0; v < 2; v++) {
        score_info *const score = score_add(set, group, keys[v], name, labels[v], err);
        if (score == NULL)
            return err->status;
        score->higher_is_better = score->is_percent = true;
        score->is_detail = is_class && v > 0;
        score->family = family + v;
    }
    return PND_OK;
}

static pnd_status add_class(score_set *set, const pnd_json_at *classes, const char *class_name,
                            const setting *s, int32_t family, pnd_error *err)
{
    char name[64], label[64], label50[64];
    pnd_json_at group;
    const pnd_status status = pnd_json_member(&group, classes, class_name, err);
    if (status != PND_OK)
        return status;
    (void)snprintf(name, sizeof name, "averages.classes.%s", class_name);
    (void)snprintf(label, sizeof label, "%s %s", class_name, s->title);
    (void)snprintf(label50, sizeof label50, "%s %s", class_name, s->title50);
    return add_pair(set, &group, name, (const char *const[]){s->of_class, s->of_class50},
                    (const char *const[]){label, label50}, family, true, err);
}

static pnd_status read_scores(score_set *set, const scoring *scheme, const pnd_json_at *averages,
                              pnd_error *err)
{
    pnd_json_at classes;
    pnd_status status = pnd_json_member(&classes, averages, "classes", err);
    for (size_t k = 0; k < scheme->n_settings && status == PND_OK; k++) {
        const setting *const s = &settings[k];
        const int32_t family = 4 * (int32_t)k; /* two means, two kinds of classes */
        status = add_pair(set, averages, "averages", (const char *const[]){s->all, s->all50},
                          (const char *const[]){s->title, s->title50}, family, false, err);
        for (size_t c = 0; c < scheme->n_classes && status == PND_OK; c++)
            status = add_class(set, &classes, scheme->names[c], s, family + 2, err);
    }
    return status;
}

/* ---- images */

static bool is_pixels(double value)
{
    return score_is_count(value, (double)PND_MAX_PIXELS);
}

/* With two more numbers when distances were measured; null: infinite. */
static pnd_status read_truths(pnd_instance_image *out, score_set *set, const pnd_json_at *row,
                              bool with_distance, pnd_error *err)
{
    const double *values;
    const int width = with_distance ? 4 : 2;
    pnd_status status = score_need(row, "truths", err);
    if (status == PND_OK)
        status = score_get_tuples(&values, &out->n_truths, set, row, "truths", width, err);
    if (status != PND_OK)
        return status;
    pnd_instance_truth *const truths = score_alloc(set, out->n_truths, sizeof *truths, err);
    if (truths == NULL)
        return err->status;
    out->truths = truths;
    for (size_t i = 0; i < out->n_truths; i++, values += width) {
        if (!score_is_count(values[0], UINT16_MAX) || !is_pixels(values[1]) || !(values[1] > 0))
            return pnd_json_fail(row, err, "entry %zu of 'truths' is no id and area", i);
        truths[i] =
            (pnd_instance_truth){(int32_t)values[0], pnd_instance_class((uint32_t)values[0]),
                                 (int64_t)values[1], (double)INFINITY, 0};
        if (with_distance && !isnan(values[2]))
            truths[i].distance_m = values[2];
        if (with_distance)
            truths[i].density = values[3];
    }
    return PND_OK;
}

static pnd_status read_guesses(pnd_instance_image *out, score_set *set, const pnd_json_at *row,
                               pnd_error *err)
{
    const double *values;
    pnd_status status = score_get_tuples(&values, &out->n_guesses, set, row, "guesses", 4, err);
    if (status != PND_OK)
        return status;
    pnd_instance_guess *const guesses = score_alloc(set, out->n_guesses, sizeof *guesses, err);
    if (guesses == NULL)
        return err->status;
    out->guesses = guesses;
    for (size_t i = 0; i < out->n_guesses; i++, values += 4) {
        if (!score_is_count(values[0], PND_MAX_LABEL_ID) || isnan(values[1]) ||
            !is_pixels(values[2]) || !(values[2] > 0) || !score_is_count(values[3], values[2]))
            return pnd_json_fail(row, err,
                                 "entry %zu of 'guesses' is no class, confidence and two areas", i);
        guesses[i] = (pnd_instance_guess){(int32_t)values[0], values[1], (int64_t)values[2],
                                          (int64_t)values[3]};
    }
    return PND_OK;
}

/* Ascending by guess, as the judge walks them. */
static pnd_status read_overlapping(pnd_instance_image *out, score_set *set, const pnd_json_at *row,
                                   pnd_error *err)
{
    const double *values;
    pnd_status status = score_get_tuples(&values, &out->n_overlaps, set, row, "overlaps", 3, err);
    if (status != PND_OK)
        return status;
    pnd_instance_overlap *const overlaps = score_alloc(set, out->n_overlaps, sizeof *overlaps, err);
    if (overlaps == NULL)
        return err->status;
    out->overlaps = overlaps;
    for (size_t i = 0; i < out->n_overlaps; i++, values += 3) {
        const bool in_range = score_is_count(values[0], (double)out->n_guesses - 1) &&
                              score_is_count(values[1], (double)out->n_truths - 1) &&
                              is_pixels(values[2]);
        const bool alike = in_range && out->guesses[(size_t)values[0]].class_id ==
                                           out->truths[(size_t)values[1]].class_id;
        if (!alike || (i > 0 && values[0] < values[-3]))
            return pnd_json_fail(
                row, err, "entry %zu of 'overlaps' is no guess, truth of its class and area", i);
        overlaps[i] =
            (pnd_instance_overlap){(uint32_t)values[0], (uint32_t)values[1], (int64_t)values[2]};
    }
    return PND_OK;
}

/* Judge an image in every cell. Without `items` it is only counted; returns how many there are. */
static size_t judge(pnd_instance_verdicts *cells, pnd_instance_verdict *items,
                    const scoring *scheme, const pnd_instance_image *image)
{
    const pnd_instance_setting which[MAX_SETTINGS] = {pnd_instance_all(), pnd_instance_within(100),
                                                      pnd_instance_within(50)};
    size_t n = 0;
    for (size_t s = 0; s < scheme->n_settings; s++)
        for (size_t c = 0; c < scheme->n_classes; c++)
            for (size_t k = 0; k < scheme->n_overlaps; k++, cells++) {
                *cells = (pnd_instance_verdicts){.items = items != NULL ? items + n : NULL};
                pnd_instance_judge(cells, image, scheme->ids[c], scheme->overlaps[k], which[s]);
                n += cells->n;
            }
    return n;
}

static pnd_status judge_image(pnd_instance_record *record, score_set *set, const scoring *scheme,
                              const pnd_instance_image *image, pnd_error *err)
{
    const size_t n_cells = scheme->n_settings * scheme->n_classes * scheme->n_overlaps;
    pnd_instance_verdicts *const cells = score_alloc(set, n_cells, sizeof *cells, err);
    if (cells == NULL)
        return err->status;
    const size_t n = judge(cells, NULL, scheme, image);
    pnd_instance_verdict *const items = score_alloc(set, n, sizeof *items, err);
    if (items == NULL)
        return err->status;
    (void)judge(cells, items, scheme, image);
    record->cells = cells;
    return PND_OK;
}

static pnd_status read_images(score_set *set, const scoring *scheme, const pnd_json_at *rows,
                              pnd_error *err)
{
    pnd_instance_record *const records = score_alloc(set, set->n_images, sizeof *records, err);
    set->matched = score_alloc(set, set->n_images, sizeof *set->matched, err);
    pnd_status status = records == NULL || set->matched == NULL ? no_memory(err) : PND_OK;
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, rows->value)
    {
        const pnd_json_at row = pnd_json_element(rows, element, index);
        if (status != PND_OK)
            return status;
        pnd_instance_image *const image = &set->matched[index];
        status = read_truths(image, set, &row, scheme->n_settings > 1, err);
        if (status == PND_OK)
            status = read_guesses(image, set, &row, err);
        if (status == PND_OK)
            status = read_overlapping(image, set, &row, err);
        if (status == PND_OK)
            status = judge_image(&records[index], set, scheme, image, err);
        set->records[index] = &records[index];
        index++;
    }
    return status;
}

/* ---- confidences as ranks among those of all sets */

static int order_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t gather(double *out, score_set *const *sets, size_t n_sets, int32_t class_id)
{
    size_t n = 0;
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < sets[s]->n_images; i++) {
            const pnd_instance_image *const image = &sets[s]->matched[i];
            for (size_t g = 0; g < image->n_guesses; g++)
                if (image->guesses[g].class_id == class_id)
                    out[n++] = image->guesses[g].confidence;
        }
    return n;
}

static size_t make_distinct(double *values, size_t n)
{
    size_t kept = 0;
    qsort(values, n, sizeof *values, order_numbers);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || values[i] > values[kept - 1])
            values[kept++] = values[i];
    return kept;
}

static void rank_class(score_set *set, size_t c, const double *values, size_t n)
{
    const pnd_instance_resample *const r = &set->instance;
    for (size_t i = 0; i < set->n_images; i++) {
        const pnd_instance_record *const record = set->records[i];
        for (size_t s = 0; s < r->n_settings; s++)
            for (size_t k = 0; k < r->n_overlaps; k++) {
                const pnd_instance_verdicts *const v =
                    &record->cells[(s * r->n_classes + c) * r->n_overlaps + k];
                for (size_t m = 0; m < v->n; m++) {
                    const double *const found =
                        bsearch(&v->items[m].confidence, values, n, sizeof *values, order_numbers);
                    v->items[m].rank = (uint32_t)(found - values);
                }
            }
    }
}

pnd_status score_rank_instances(score_set *const *sets, size_t n, pnd_error *err)
{
    size_t most = 1;
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < sets[s]->n_images; i++)
            most += sets[s]->matched[i].n_guesses;
    double *const values = pnd_alloc_array(most, sizeof *values);
    if (values == NULL)
        return no_memory(err);
    for (size_t c = 0; c < sets[0]->instance.n_classes; c++) {
        const size_t n_values =
            make_distinct(values, gather(values, sets, n, sets[0]->instance_ids[c]));
        for (size_t s = 0; s < n; s++) {
            sets[s]->n_ranks[c] = n_values;
            rank_class(sets[s], c, values, n_values);
        }
    }
    for (size_t s = 0; s < n; s++)
        sets[s]->statistic = pnd_instance_statistic(&sets[s]->instance);
    free(values);
    return PND_OK;
}

/* ---- */

pnd_status score_read_instance(score_set *set, const pnd_json_at *root, const pnd_json_at *rows,
                               pnd_error *err)
{
    scoring scheme = {0};
    pnd_json_at averages;
    pnd_status status = read_classes(&scheme, root, err);
    if (status == PND_OK)
        status = read_overlaps(&scheme, root, err);
    if (status == PND_OK)
        status = pnd_json_member(&averages, root, "averages", err);
    if (status != PND_OK)
        return status;
    scheme.n_settings = pnd_json_has(&averages, settings[1].all) ? MAX_SETTINGS : 1;
    set->n_ranks = score_alloc(set, scheme.n_classes, sizeof *set->n_ranks, err);
    set->instance_ids = score_alloc(set, scheme.n_classes, sizeof *set->instance_ids, err);
    set->scores =
        pnd_calloc_array(scheme.n_settings * 2 * (scheme.n_classes + 1), sizeof *set->scores);
    if (set->n_ranks == NULL || set->instance_ids == NULL || set->scores == NULL)
        return no_memory(err);
    memcpy(set->instance_ids, scheme.ids, scheme.n_classes * sizeof *set->instance_ids);
    set->instance = (pnd_instance_resample){scheme.n_settings, scheme.n_classes, scheme.n_overlaps,
                                            set->n_ranks};
    status = read_scores(set, &scheme, &averages, err);
    if (status == PND_OK)
        status = read_images(set, &scheme, rows, err);
    return status == PND_OK ? score_rank_instances(&set, 1, err) : status;
}
