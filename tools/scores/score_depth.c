/* SPDX-License-Identifier: Apache-2.0 */
/* Depth results: means over images of each image's own metrics, and with --analysis of its further
 * scores; in groups of pixels (distances, classes, regions) means over the pixels of all images. */
#include "score_read.h"

#include <panodepth/alloc.h>
#include <panodepth/depth_analysis.h>
#include <panodepth/depth_metrics.h>

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SCORES = 1024 };

/* Groups are added up by the rounded means in the rows. */
static const double group_tolerance = 1e-9;
/* The same terms, added with less care. */
static const double mean_tolerance = 1e-12;

/* Where a score's values stand in each row: a member, or one of the k-th group of a list. */
typedef struct source {
    const char *partition; /* NULL: of the row itself */
    int32_t group;
    const char *key;
} source;

typedef struct columns {
    source from[MAX_SCORES];
    double factor[MAX_SCORES];
    bool is_square[MAX_SCORES];
} columns;

static pnd_status find_metric(const pnd_depth_metric_info **out, const pnd_json_at *at,
                              const char *key, pnd_error *err)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    for (int k = 0; k < PND_DEPTH_N_METRICS; k++)
        if (strcmp(infos[k].key, key) == 0) {
            *out = &infos[k];
            return PND_OK;
        }
    return pnd_json_fail(at, err, "'%s' is no depth metric", key);
}

/* The next score, from that source, a family of its own; NULL with `err` set. */
static score_info *add_score(score_set *set, columns *c, const pnd_json_at *group, const char *name,
                             const char *key, const char *label, source from, pnd_error *err)
{
    const size_t s = set->n_scores;
    if (s == MAX_SCORES) {
        (void)pnd_json_fail(group, err, "holds more than %d scores", (int)MAX_SCORES);
        return NULL;
    }
    score_info *const score = score_add(set, group, key, name, label, err);
    if (score == NULL)
        return NULL;
    score->family = (int32_t)s;
    c->from[s] = from;
    c->factor[s] = 1;
    return score;
}

/* ---- the metrics of images */

static pnd_status read_column(score_set *set, columns *c, const pnd_json_at *headline,
                              const pnd_json_at *from, pnd_error *err)
{
    const char *key = NULL;
    const pnd_depth_metric_info *metric = NULL;
    double factor = 1;
    if (pnd_json_has(from, "sequence_mean"))
        return pnd_fail(err, PND_EUNSUPPORTED,
                        "%s: %s is a mean over sequences, which images drawn one by one do not "
                        "give",
                        set->path, from->key);
    pnd_status status = pnd_json_get_string(&key, from, "image_mean", err);
    if (status == PND_OK)
        status = pnd_json_get_double(&factor, from, "factor", err);
    if (status == PND_OK)
        status = find_metric(&metric, from, key, err);
    if (status != PND_OK)
        return status;
    const size_t s = set->n_scores;
    score_info *const score = add_score(set, c, headline, "headline", from->key, from->key,
                                        (source){.key = metric->key}, err);
    if (score == NULL)
        return err->status;
    score->higher_is_better = metric->higher_is_better;
    c->factor[s] = factor;
    return PND_OK;
}

static pnd_status read_headline(score_set *set, columns *c, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at headline, sources;
    pnd_status status = score_need(root, "headline_from", err);
    if (status == PND_OK)
        status = pnd_json_member(&headline, root, "headline", err);
    if (status == PND_OK)
        status = pnd_json_member(&sources, root, "headline_from", err);
    if (status != PND_OK)
        return status;
    const cJSON *element;
    cJSON_ArrayForEach(element, sources.value)
    {
        const pnd_json_at from = {
            .value = element, .parent = &sources, .key = element->string, .file = set->path};
        if (element->string == NULL)
            return pnd_json_fail(&sources, err, "is no object");
        status = read_column(set, c, &headline, &from, err);
        if (status != PND_OK)
            return status;
    }
    return PND_OK;
}

/* Every metric but the number of pixels. */
static pnd_status read_means(score_set *set, columns *c, const pnd_json_at *root, pnd_error *err)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    pnd_json_at means;
    const pnd_status status = pnd_json_member(&means, root, "image_mean", err);
    for (int k = 1; k < PND_DEPTH_N_METRICS && status == PND_OK; k++) {
        const size_t s = set->n_scores;
        score_info *const score = add_score(set, c, &means, "image_mean", infos[k].key,
                                            infos[k].key, (source){.key = infos[k].key}, err);
        if (score == NULL)
            return err->status;
        score->higher_is_better = infos[k].higher_is_better;
        for (size_t i = 0; i < s; i++) /* shown already, as a headline */
            score->is_detail |= c->factor[i] == 1 && c->from[i].key == infos[k].key;
    }
    return status;
}

/* ---- --analysis: further scores of images. Bias is left out: it is best near 0. */

static pnd_status read_analysis(score_set *set, columns *c, const pnd_json_at *analysis,
                                pnd_error *err)
{
    const pnd_depth_score_info *const infos = pnd_depth_score_infos();
    pnd_json_at means;
    const pnd_status status = pnd_json_member(&means, analysis, "image_mean", err);
    for (int k = 0; k < PND_DEPTH_N_SCORES && status == PND_OK; k++) {
        if (!pnd_json_has(&means, infos[k].key))
            continue;
        score_info *const score = add_score(set, c, &means, "analysis.image_mean", infos[k].key,
                                            infos[k].key, (source){.key = infos[k].key}, err);
        if (score == NULL)
            return err->status;
        score->higher_is_better = infos[k].higher_is_better;
        score->tolerance = mean_tolerance;
    }
    return status;
}

/* ---- --analysis: groups of pixels */

static const struct {
    const char *key;
    bool is_square, is_shown;
} group_metrics[] = {{"abs_rel", false, true}, {"rmse", true, false}, {"d1", false, false}};
enum { N_GROUP_METRICS = sizeof group_metrics / sizeof *group_metrics };

/* "10-20 m", "from 80 m", "road", "top left". */
static pnd_status name_group(char *out, size_t size, const pnd_json_at *group, pnd_error *err)
{
    const char *name = NULL, *across = NULL;
    double from = 0, to = 0;
    pnd_status status;
    if (pnd_json_has(group, "name")) {
        status = pnd_json_get_string(&name, group, "name", err);
        (void)snprintf(out, size, "%s", status == PND_OK ? name : "");
    } else if (pnd_json_has(group, "rows")) {
        status = pnd_json_get_string(&name, group, "rows", err);
        if (status == PND_OK)
            status = pnd_json_get_string(&across, group, "columns", err);
        (void)snprintf(out, size, "%s %s", name != NULL ? name : "", across != NULL ? across : "");
    } else {
        status = pnd_json_get_double(&from, group, "from_m", err);
        if (status == PND_OK)
            status = score_get_number(&to, group, "to_m", err);
        if (to == to)
            (void)snprintf(out, size, "%g-%g m", from, to);
        else
            (void)snprintf(out, size, "from %g m", from);
    }
    return status;
}

static pnd_status read_group(score_set *set, columns *c, const pnd_json_at *group,
                             const char *partition, int32_t first_family, pnd_error *err)
{
    char title[64], name[64], label[96];
    pnd_status status = name_group(title, sizeof title, group, err);
    (void)snprintf(name, sizeof name, "analysis.%s[%d]", partition, (int)group->index);
    for (int m = 0; m < N_GROUP_METRICS && status == PND_OK; m++) {
        const char *const key = group_metrics[m].key;
        const pnd_depth_metric_info *metric = NULL;
        const size_t s = set->n_scores;
        (void)snprintf(label, sizeof label, "%s %s", title, key);
        status = find_metric(&metric, group, key, err);
        if (status != PND_OK)
            return status;
        score_info *const score = add_score(set, c, group, name, key, label,
                                            (source){partition, group->index, metric->key}, err);
        if (score == NULL)
            return err->status;
        score->higher_is_better = metric->higher_is_better;
        score->is_detail = !group_metrics[m].is_shown;
        score->family = first_family + m; /* the groups of a partition ask one question */
        score->tolerance = group_tolerance;
        c->is_square[s] = group_metrics[m].is_square;
    }
    return status;
}

static pnd_status read_partition(score_set *set, columns *c, const pnd_json_at *analysis,
                                 const char *partition, pnd_error *err)
{
    pnd_json_at list;
    if (!pnd_json_has(analysis, partition))
        return PND_OK;
    pnd_status status = pnd_json_get_array(&list, analysis, partition, err);
    if (status != PND_OK)
        return status;
    const int32_t family = (int32_t)set->n_scores;
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, list.value)
    {
        const pnd_json_at group = pnd_json_element(&list, element, index++);
        if (status == PND_OK)
            status = read_group(set, c, &group, partition, family, err);
    }
    return status;
}

static pnd_status read_groups(score_set *set, columns *c, const pnd_json_at *root, pnd_error *err)
{
    static const char *const partitions[] = {"by_distance", "by_class", "by_region"};
    pnd_json_at analysis;
    if (!pnd_json_has(root, "analysis"))
        return PND_OK;
    pnd_status status = pnd_json_member(&analysis, root, "analysis", err);
    if (status == PND_OK)
        status = read_analysis(set, c, &analysis, err);
    for (size_t i = 0; i < sizeof partitions / sizeof *partitions && status == PND_OK; i++)
        status = read_partition(set, c, &analysis, partitions[i], err);
    return status;
}

/* ---- images */

static pnd_status read_group_value(pnd_pooled_value *out, const pnd_json_at *row,
                                   const source *from, pnd_error *err)
{
    pnd_json_at list;
    int64_t n = 0;
    pnd_status status = score_need(row, from->partition, err);
    if (status == PND_OK)
        status = pnd_json_get_array(&list, row, from->partition, err);
    if (status != PND_OK)
        return status;
    const cJSON *const element = cJSON_GetArrayItem(list.value, (int)from->group);
    if (element == NULL)
        return pnd_json_fail(&list, err, "has no group %d", (int)from->group);
    const pnd_json_at group = pnd_json_element(&list, element, from->group);
    status = pnd_json_get_int(&n, &group, "n", 0, PND_MAX_PIXELS, err);
    out->weight = (double)n;
    return status == PND_OK ? score_get_number(&out->value, &group, from->key, err) : status;
}

static pnd_status read_value(pnd_pooled_value *out, const pnd_json_at *row, const source *from,
                             pnd_error *err)
{
    if (from->partition != NULL)
        return read_group_value(out, row, from, err);
    out->weight = 1;
    return score_get_number(&out->value, row, from->key, err);
}

static pnd_status read_rows(score_set *set, const columns *c, const pnd_json_at *rows,
                            pnd_error *err)
{
    const size_t n = set->n_scores;
    pnd_pooled_value *values = score_alloc(set, set->n_images, n * sizeof *values, err);
    double *const factors = score_alloc(set, n, sizeof *factors, err);
    bool *const is_square = score_alloc(set, n, sizeof *is_square, err);
    if (values == NULL || factors == NULL || is_square == NULL)
        return err->status;
    memcpy(factors, c->factor, n * sizeof *factors);
    memcpy(is_square, c->is_square, n * sizeof *is_square);
    set->pooled = (pnd_pooled_resample){n, factors, is_square};
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, rows->value)
    {
        const pnd_json_at row = pnd_json_element(rows, element, index);
        for (size_t s = 0; s < n; s++) {
            const pnd_status status = read_value(&values[s], &row, &c->from[s], err);
            if (status != PND_OK)
                return status;
        }
        set->records[index++] = values;
        values += n;
    }
    return PND_OK;
}

pnd_status score_read_depth(score_set *set, const pnd_json_at *root, const pnd_json_at *rows,
                            pnd_error *err)
{
    columns *const c = score_alloc(set, 1, sizeof *c, err);
    set->scores = pnd_calloc_array(MAX_SCORES, sizeof *set->scores);
    if (c == NULL || set->scores == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = read_headline(set, c, root, err);
    if (status == PND_OK)
        status = read_means(set, c, root, err);
    if (status == PND_OK)
        status = read_groups(set, c, root, err);
    if (status == PND_OK)
        status = read_rows(set, c, rows, err);
    set->statistic = pnd_pooled_statistic(&set->pooled);
    return status;
}
