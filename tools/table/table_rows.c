/* SPDX-License-Identifier: Apache-2.0 */
#include "table_rows.h"
#include "score_set.h"
#include "score_text.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/json.h>

#include <cjson/cJSON.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const table_task_names[N_TASKS] = {"panoptic", "depth", "semantic", "instance",
                                               "joint"};

/* Where each metric stands in a row's object: members within members. */
enum { MAX_DEPTH = 3 };
static const char *const places[N_METRICS][MAX_DEPTH] = {
    [METRIC_PQ] = {"All", "pq"},
    [METRIC_SQ] = {"All", "sq"},
    [METRIC_RQ] = {"All", "rq"},
    [METRIC_PQ_THINGS] = {"Things", "pq"},
    [METRIC_SQ_THINGS] = {"Things", "sq"},
    [METRIC_RQ_THINGS] = {"Things", "rq"},
    [METRIC_PQ_STUFF] = {"Stuff", "pq"},
    [METRIC_SQ_STUFF] = {"Stuff", "sq"},
    [METRIC_RQ_STUFF] = {"Stuff", "rq"},
    [METRIC_SQ_ERR] = {"headline", "sqErr"},
    [METRIC_ABS_ERR] = {"headline", "absErr"},
    [METRIC_IRMSE] = {"headline", "IRMSE"},
    [METRIC_SILOG] = {"headline", "SILog"},
    [METRIC_DELTA1] = {"headline", "delta1"},
    [METRIC_DELTA2] = {"headline", "delta2"},
    [METRIC_DELTA3] = {"headline", "delta3"},
    [METRIC_MIOU] = {"averageScoreClasses"},
    [METRIC_IIOU] = {"averageScoreInstClasses"},
    [METRIC_CATEGORY_IOU] = {"averageScoreCategories"},
    [METRIC_CATEGORY_IIOU] = {"averageScoreInstCategories"},
    [METRIC_BOUNDARY_IOU] = {"averageScoreBoundary"},
    [METRIC_AP] = {"averages", "allAp"},
    [METRIC_AP50] = {"averages", "allAp50%"},
    [METRIC_AP100M] = {"averages", "allAp100m"},
    [METRIC_AP50M] = {"averages", "allAp50m"},
    [METRIC_DPQ] = {"DPQ", "All"},
    [METRIC_DVPQ] = {"DVPQ", "All"},
    [METRIC_PQD] = {"PQ-D", "All"},
    [METRIC_DSTQ] = {"DSTQ"},
    [METRIC_STQ] = {"STQ"},
    [METRIC_SEGMENT_REL] = {"segment_depth", "All", "rel"},
    [METRIC_SEGMENT_ABS] = {"segment_depth", "All", "abs"},
};

/* The first metric of each task, and the member that a row of it cannot lack. */
static const struct {
    table_metric first;
    const char *needed;
} tasks[N_TASKS] = {
    [TASK_PANOPTIC] = {METRIC_PQ, "All"},
    [TASK_DEPTH] = {METRIC_SQ_ERR, "headline"},
    [TASK_SEMANTIC] = {METRIC_MIOU, "averageScoreClasses"},
    [TASK_INSTANCE] = {METRIC_AP, "averages"},
    [TASK_JOINT] = {METRIC_DPQ, "DPQ"},
};

void table_metric_key(char text[TABLE_KEY_SIZE], table_metric metric)
{
    size_t n = 0;
    for (int i = 0; i < MAX_DEPTH && places[metric][i] != NULL; i++)
        n += (size_t)snprintf(text + n, TABLE_KEY_SIZE - n, "%s%s", i > 0 ? "." : "",
                              places[metric][i]);
}

static void row_clear(table_row *row)
{
    free(row->method);
    free(row->protocol);
    free(row->split);
    free(row->source);
    free(row->gt);
    free(row->rules);
    for (int m = 0; m < N_METRICS; m++)
        free(row->unit[m]);
    *row = (table_row){0};
}

void table_rows_clear(table_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        row_clear(&rows->items[i]);
    free(rows->items);
    *rows = (table_rows){0};
}

static pnd_status copy_text(char **out, const char *text, pnd_error *err)
{
    *out = score_text_visible(text);
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

/* True when the member is there and not null. */
static bool has_value(const pnd_json_at *object, const char *key)
{
    const cJSON *const value = cJSON_GetObjectItemCaseSensitive(object->value, key);
    return value != NULL && !cJSON_IsNull(value);
}

static pnd_status read_optional_text(char **out, const pnd_json_at *object, const char *key,
                                     pnd_error *err)
{
    const char *text = NULL;
    if (!has_value(object, key))
        return PND_OK;
    const pnd_status status = pnd_json_get_string(&text, object, key, err);
    return status != PND_OK ? status : copy_text(out, text, err);
}

static pnd_status read_optional_count(int64_t *out, const pnd_json_at *object, const char *key,
                                      pnd_error *err)
{
    *out = -1;
    if (!has_value(object, key))
        return PND_OK;
    return pnd_json_get_int(out, object, key, 0, INT32_MAX, err);
}

static pnd_status read_equals_strict(table_row *row, const pnd_json_at *object, pnd_error *err)
{
    const cJSON *const value = cJSON_GetObjectItemCaseSensitive(object->value, "equals_strict");
    if (value != NULL && !cJSON_IsBool(value))
        return pnd_json_fail(object, err, "equals_strict is neither true nor false");
    row->equals_strict = cJSON_IsTrue(value);
    return PND_OK;
}

/* What a key of a signature is about: the data and the files, not how they were scored. `boundary`
 * and `distance` are scores beside the others. */
static bool is_about_data(const char *key, size_t length)
{
    static const char *const keys[] = {"task",      "protocol", "images",     "skip",  "version",
                                       "gt",        "gt-unit",  "pixels",     "pred",  "pred-ids",
                                       "pred-unit", "ids",      "source",     "depth", "categories",
                                       "boundary",  "distance", "gt-distance"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strlen(keys[i]) == length && strncmp(keys[i], key, length) == 0)
            return true;
    return false;
}

/* "pnd1;key=value;..." is taken apart into the digest of the ground truth and the rules. */
static pnd_status read_signature(table_row *row, const pnd_json_at *object, pnd_error *err)
{
    const char *signature = NULL;
    pnd_buffer rules = {0};
    if (!has_value(object, "signature"))
        return PND_OK;
    pnd_status status = pnd_json_get_string(&signature, object, "signature", err);
    for (const char *part = signature; status == PND_OK && *part != '\0';) {
        const size_t length = strcspn(part, ";"), key = strcspn(part, "=;");
        if (key == 2 && strncmp(part, "gt=", 3) == 0 && row->gt == NULL) {
            row->gt = pnd_strdup_printf("%.*s", (int)length - 3, part + 3);
            if (row->gt == NULL)
                status = pnd_fail(err, PND_ENOMEM, "out of memory");
        } else if (key < length && !is_about_data(part, key)) {
            pnd_buffer_printf(&rules, "%.*s;", (int)length, part);
        }
        part += length + (part[length] == ';');
    }
    if (status == PND_OK)
        status = pnd_buffer_status(&rules, err);
    if (status == PND_OK)
        status = copy_text(&row->rules, pnd_buffer_text(&rules), err);
    pnd_buffer_clear(&rules);
    return status;
}

static pnd_status read_task(table_row *row, const pnd_json_at *object, pnd_error *err)
{
    const char *task = NULL;
    const pnd_status status = pnd_json_get_string(&task, object, "task", err);
    if (status != PND_OK)
        return status;
    for (int i = 0; i < N_TASKS; i++)
        if (strcmp(task, table_task_names[i]) == 0) {
            row->task = (table_task)i;
            return PND_OK;
        }
    return pnd_json_fail(
        object, err, "task is '%s', expected panoptic, depth, semantic, instance or joint", task);
}

/* A number within members within members; NaN where one of them is absent or null. */
static pnd_status read_value(double *out, const pnd_json_at *object, const char *const *place,
                             pnd_error *err)
{
    pnd_json_at group[MAX_DEPTH];
    const pnd_json_at *at = object;
    int i = 0;
    *out = (double)NAN;
    for (; i + 1 < MAX_DEPTH && place[i + 1] != NULL; at = &group[i++]) {
        if (!has_value(at, place[i]))
            return PND_OK;
        const pnd_status status = pnd_json_member(&group[i], at, place[i], err);
        if (status != PND_OK)
            return status;
    }
    return has_value(at, place[i]) ? pnd_json_get_double(out, at, place[i], err) : PND_OK;
}

/* The scores of the row's task. */
static pnd_status read_values(table_row *row, const pnd_json_at *object, pnd_error *err)
{
    const int end = row->task + 1 < N_TASKS ? (int)tasks[row->task + 1].first : N_METRICS;
    pnd_json_at needed;
    pnd_status status = pnd_json_member(&needed, object, tasks[row->task].needed, err);
    for (int m = 0; m < N_METRICS; m++) {
        row->value[m] = (double)NAN;
        row->interval[m] = (pnd_interval){(double)NAN, (double)NAN};
    }
    for (int m = (int)tasks[row->task].first; m < end && status == PND_OK; m++)
        status = read_value(&row->value[m], object, places[m], err);
    return status;
}

/* "units" names the headline's columns among others. */
static pnd_status read_units(table_row *row, const pnd_json_at *object, pnd_error *err)
{
    pnd_json_at units;
    if (row->task != TASK_DEPTH || !has_value(object, "units"))
        return PND_OK;
    pnd_status status = pnd_json_member(&units, object, "units", err);
    for (int m = METRIC_SQ_ERR; m <= METRIC_DELTA3 && status == PND_OK; m++) {
        status = read_optional_text(&row->unit[m], &units, places[m][1], err);
        if (row->unit[m] != NULL && strcmp(row->unit[m], "1") == 0) {
            free(row->unit[m]);
            row->unit[m] = NULL;
        }
    }
    return status;
}

/* `name` is used when the object has no method. */
static pnd_status read_row(table_row *row, const pnd_json_at *object, const char *name,
                           pnd_error *err)
{
    pnd_status status = read_task(row, object, err);
    if (status == PND_OK)
        status = read_optional_text(&row->method, object, "method", err);
    if (status == PND_OK && row->method == NULL)
        status = copy_text(&row->method, name, err);
    if (status == PND_OK)
        status = read_optional_text(&row->protocol, object, "protocol", err);
    if (status == PND_OK && row->protocol == NULL)
        status = pnd_json_fail(object, err, "the protocol is missing");
    if (status == PND_OK)
        status = read_optional_text(&row->split, object, "split", err);
    if (status == PND_OK)
        status = read_optional_text(&row->source, object, "source", err);
    if (status == PND_OK)
        status = read_optional_count(&row->images, object, "images", err);
    if (status == PND_OK)
        status = read_optional_count(&row->skipped, object, "skipped", err);
    if (status == PND_OK)
        status = read_equals_strict(row, object, err);
    if (status == PND_OK)
        status = read_signature(row, object, err);
    if (status == PND_OK)
        status = read_units(row, object, err);
    return status == PND_OK ? read_values(row, object, err) : status;
}

static pnd_status append_row(table_rows *rows, const pnd_json_at *object, const char *name,
                             pnd_error *err)
{
    table_row row = {0};
    table_row *const grown = pnd_realloc_array(rows->items, rows->n + 1, sizeof *grown);
    if (grown == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    rows->items = grown;
    const pnd_status status = read_row(&row, object, name, err);
    if (status == PND_OK)
        rows->items[rows->n++] = row;
    else
        row_clear(&row);
    return status;
}

static pnd_status append_baseline_rows(table_rows *rows, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at list;
    pnd_status status = pnd_json_get_array(&list, root, "rows", err);
    int32_t index = 0;
    const cJSON *element;
    if (status != PND_OK)
        return status;
    cJSON_ArrayForEach(element, list.value)
    {
        const pnd_json_at at = {.value = element, .parent = &list, .index = index++};
        if (status == PND_OK)
            status = append_row(rows, &at, "unnamed", err);
    }
    return status;
}

static pnd_status append_document(table_rows *rows, const pnd_json_at *root, const char *path,
                                  bool is_baseline, pnd_error *err)
{
    const char *const wanted = is_baseline ? "panodepth-baseline/1" : "panodepth-results/1";
    const char *schema = NULL;
    if (!pnd_json_has(root, "schema"))
        return pnd_fail_hint(err, PND_EFORMAT, "results files are written by pnd-eval -o",
                             "%s: not a results file: key \"schema\" is missing", path);
    pnd_status status = pnd_json_get_string(&schema, root, "schema", err);
    if (status != PND_OK)
        return status;
    if (strcmp(schema, wanted) != 0)
        return pnd_fail_hint(err, PND_EFORMAT,
                             is_baseline ? "results files are given without --baseline"
                                         : "published rows are given with --baseline FILE",
                             "%s: schema is '%s', expected %s", path, schema, wanted);
    if (is_baseline)
        return append_baseline_rows(rows, root, err);
    char *const name = score_file_stem(path);
    status = name == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                          : append_row(rows, root, name, err);
    free(name);
    return status;
}

static pnd_status append_file(table_rows *rows, const char *path, bool is_baseline, pnd_error *err)
{
    pnd_buffer bytes = {0};
    cJSON *json = NULL;
    pnd_status status = pnd_file_read(&bytes, path, PND_MAX_JSON_BYTES, err);
    if (status == PND_OK)
        status = pnd_json_parse(&json, bytes.data, bytes.size, path, err);
    if (status == PND_OK) {
        const pnd_json_at root = pnd_json_root(json, path);
        status = append_document(rows, &root, path, is_baseline, err);
    }
    pnd_json_free(json);
    pnd_buffer_clear(&bytes);
    return status;
}

pnd_status table_read_results(table_rows *rows, const char *path, pnd_error *err)
{
    return append_file(rows, path, false, err);
}

/* The files that come with panodepth lie at a fixed place relative to the program, in the build
 * tree as well as where it is installed. */
static char *shipped_file(const char *name)
{
    char program[4096];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return pnd_strdup_printf("baselines/%s.json", name);
    program[length] = '\0';
    char *const slash = strrchr(program, '/');
    if (slash != NULL)
        *slash = '\0';
    return pnd_strdup_printf("%s/" PND_TABLE_DATA "/baselines/%s.json", program, name);
}

pnd_status table_read_baseline(table_rows *rows, const char *name, pnd_error *err)
{
    if (strpbrk(name, "/.") != NULL)
        return append_file(rows, name, true, err);
    char *const path = shipped_file(name);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (access(path, R_OK) != 0) {
        free(path);
        return pnd_fail_hint(err, PND_EINVAL, "a file of your own is given as ./NAME or NAME.json",
                             "no published rows named '%s' come with panodepth", name);
    }
    const pnd_status status = append_file(rows, path, true, err);
    free(path);
    return status;
}
