/* SPDX-License-Identifier: Apache-2.0 */
/* Depth results: means over images of each image's own metrics. */
#include "score_read.h"

#include <panodepth/alloc.h>
#include <panodepth/depth_metrics.h>

#include <cjson/cJSON.h>

#include <string.h>

enum { MAX_SCORES = 64 };

/* What the scores are means of: one member of each row. */
typedef struct columns {
    const char *metric[MAX_SCORES];
    double factor[MAX_SCORES];
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

static pnd_status add_score(score_set *set, columns *c, const pnd_json_at *group, const char *name,
                            const char *key, const pnd_depth_metric_info *metric, pnd_error *err)
{
    if (set->n_scores == MAX_SCORES)
        return pnd_json_fail(group, err, "holds more than %d scores", (int)MAX_SCORES);
    const size_t s = set->n_scores;
    score_info *const score = score_add(set, group, key, name, key, err);
    if (score == NULL)
        return err->status;
    score->higher_is_better = metric->higher_is_better;
    score->family = (int32_t)s; /* each metric is a question of its own */
    c->metric[s] = metric->key;
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
        const pnd_json_at source = {
            .value = element, .parent = &sources, .key = element->string, .file = set->path};
        const size_t s = set->n_scores;
        const char *key = NULL;
        const pnd_depth_metric_info *metric = NULL;
        double factor = 1;
        if (element->string == NULL)
            return pnd_json_fail(&sources, err, "is no object");
        if (pnd_json_has(&source, "sequence_mean"))
            return pnd_fail(err, PND_EUNSUPPORTED,
                            "%s: %s is a mean over sequences, which images drawn one by one do not "
                            "give",
                            set->path, element->string);
        status = pnd_json_get_string(&key, &source, "image_mean", err);
        if (status == PND_OK)
            status = pnd_json_get_double(&factor, &source, "factor", err);
        if (status == PND_OK)
            status = find_metric(&metric, &source, key, err);
        if (status == PND_OK)
            status = add_score(set, c, &headline, "headline", element->string, metric, err);
        if (status != PND_OK)
            return status;
        c->factor[s] = factor;
    }
    return PND_OK;
}

/* Every metric but the number of pixels. */
static pnd_status read_means(score_set *set, columns *c, const pnd_json_at *root, pnd_error *err)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    pnd_json_at means;
    pnd_status status = pnd_json_member(&means, root, "image_mean", err);
    for (int k = 1; k < PND_DEPTH_N_METRICS && status == PND_OK; k++) {
        const size_t s = set->n_scores;
        status = add_score(set, c, &means, "image_mean", infos[k].key, &infos[k], err);
        if (status != PND_OK)
            return status;
        c->factor[s] = 1;
        for (size_t i = 0; i < s; i++) /* shown already, as a headline */
            set->scores[s].is_detail |= c->factor[i] == 1 && c->metric[i] == infos[k].key;
    }
    return status;
}

static pnd_status read_rows(score_set *set, const columns *c, const pnd_json_at *rows,
                            pnd_error *err)
{
    const size_t n = set->n_scores;
    set->numbers = pnd_calloc_array(set->n_images, n * sizeof *set->numbers);
    set->factors = pnd_calloc_array(n, sizeof *set->factors);
    if (set->numbers == NULL || set->factors == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    memcpy(set->factors, c->factor, n * sizeof *set->factors);
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, rows->value)
    {
        const pnd_json_at row = pnd_json_element(rows, element, index);
        double *const values = set->numbers + (size_t)index * n;
        for (size_t s = 0; s < n; s++) {
            const pnd_status status = score_get_number(&values[s], &row, c->metric[s], err);
            if (status != PND_OK)
                return status;
        }
        set->records[index++] = values;
    }
    return PND_OK;
}

pnd_status score_read_depth(score_set *set, const pnd_json_at *root, const pnd_json_at *rows,
                            pnd_error *err)
{
    columns c = {0};
    set->scores = pnd_calloc_array(MAX_SCORES, sizeof *set->scores);
    pnd_status status = set->scores == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory") : PND_OK;
    if (status == PND_OK)
        status = read_headline(set, &c, root, err);
    if (status == PND_OK)
        status = read_means(set, &c, root, err);
    if (status == PND_OK)
        status = read_rows(set, &c, rows, err);
    set->mean = (pnd_mean_resample){set->n_scores, set->factors};
    set->statistic = pnd_mean_statistic(&set->mean);
    return status;
}
