/* SPDX-License-Identifier: Apache-2.0 */
/* --analysis: sums over the images, then text and JSON. */
#include "eval_depth.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned parts;
} part_names[] = {
    {"distance", PND_DEPTH_BY_DISTANCE}, {"class", PND_DEPTH_BY_CLASS},
    {"region", PND_DEPTH_BY_REGION},     {"errors", PND_DEPTH_ERRORS},
    {"disparity", PND_DEPTH_DISPARITY},  {"order", PND_DEPTH_ORDER},
    {"boundary", PND_DEPTH_BOUNDARY},
};
enum { N_PARTS = sizeof part_names / sizeof part_names[0] };

const char *const depth_analysis_choices[] = {
    "distance", "class", "region", "errors", "disparity", "order", "boundary", "all", NULL};

/* ---- what is asked for */

static unsigned parts_named(const char *name)
{
    for (size_t i = 0; i < N_PARTS; i++)
        if (strcmp(part_names[i].name, name) == 0)
            return part_names[i].parts;
    return ~0U; /* all */
}

pnd_status depth_analysis_choose(pnd_depth_analysis_options *out, const depth_args *args,
                                 pnd_error *err)
{
    *out = pnd_depth_analysis_defaults();
    bool class_by_name = false;
    for (size_t i = 0; i < args->analysis.n; i++) {
        out->parts |= parts_named(args->analysis.items[i]);
        class_by_name |= strcmp(args->analysis.items[i], "class") == 0;
    }
    const bool stereo = args->gt_depth == NULL;
    if (class_by_name && !stereo)
        return pnd_fail(err, PND_EINVAL,
                        "--analysis class reads gtFine of a tree: not with --gt-depth");
    /* `all` is all there is for depth files. */
    if (!stereo)
        out->parts &= ~(unsigned)(PND_DEPTH_BY_CLASS | PND_DEPTH_DISPARITY);
    if (args->bins.n >= PND_DEPTH_MAX_BINS)
        return pnd_fail(err, PND_EINVAL, "--bins: at most %d distances", PND_DEPTH_MAX_BINS - 1);
    if (args->bins.n > 0)
        out->n_edges = (int32_t)args->bins.n;
    for (size_t i = 0; i < args->bins.n; i++) {
        out->edges_m[i] = args->bins.items[i];
        if (i > 0 && !(out->edges_m[i] > out->edges_m[i - 1]))
            return pnd_fail(err, PND_EINVAL, "--bins: distances must ascend");
    }
    return PND_OK;
}

/* ---- groups of pixels */

typedef struct partition {
    const char *key; /* of its partition, in the JSON */
    unsigned part;
    int n;
    const pnd_depth_stats *(*of)(const pnd_depth_analysis *analysis, int k);
} partition;

static const pnd_depth_stats *distance_of(const pnd_depth_analysis *a, int k)
{
    return &a->distance[k];
}

static const pnd_depth_stats *class_of(const pnd_depth_analysis *a, int k)
{
    return &a->class_[k];
}

static const pnd_depth_stats *region_of(const pnd_depth_analysis *a, int k)
{
    return &a->region[k];
}

enum { N_PARTITIONS = 3 };

static void fill_partitions(partition out[N_PARTITIONS], const depth_results *r)
{
    const int bins = r->inputs->analysis.n_edges + 1;
    out[0] = (partition){"by_distance", PND_DEPTH_BY_DISTANCE, bins, distance_of};
    out[1] = (partition){"by_class", PND_DEPTH_BY_CLASS, PND_DEPTH_N_CLASSES, class_of};
    out[2] = (partition){"by_region", PND_DEPTH_BY_REGION, PND_DEPTH_N_REGIONS, region_of};
}

static pnd_depth_stats pool_group(const depth_results *r, const partition *p, int k)
{
    return pnd_depth_stats_merged(p->of(r->analyses, k), r->inputs->n, sizeof *r->analyses);
}

static const char *const row_names[3] = {"top", "middle", "bottom"};
static const char *const column_names[3] = {"left", "middle", "right"};

/* "10-20 m", "road", "top left". */
static void name_group(char *out, size_t size, const depth_results *r, const partition *p, int k)
{
    const pnd_depth_analysis_options *const o = &r->inputs->analysis;
    if (p->part == PND_DEPTH_BY_CLASS)
        (void)snprintf(out, size, "%s", pnd_label_by_train_id(k)->name);
    else if (p->part == PND_DEPTH_BY_REGION)
        (void)snprintf(out, size, "%s %s", row_names[k / 3], column_names[k % 3]);
    else if (k == o->n_edges)
        (void)snprintf(out, size, "from %g m", k > 0 ? o->edges_m[k - 1] : 0);
    else
        (void)snprintf(out, size, "%g-%g m", k > 0 ? o->edges_m[k - 1] : 0, o->edges_m[k]);
}

/* ---- scores */

enum { N_VALUES = PND_DEPTH_N_SCORES + 1 }; /* bias first */

static const char *value_key(int i)
{
    return i == 0 ? "bias" : pnd_depth_score_infos()[i - 1].key;
}

static bool is_asked(const depth_results *r, int i)
{
    const unsigned part = i == 0 ? PND_DEPTH_ERRORS : pnd_depth_score_infos()[i - 1].part;
    return (r->inputs->analysis.parts & part) != 0;
}

static void fill_values(double out[N_VALUES], const pnd_depth_analysis *analysis,
                        const pnd_depth_stats *stats)
{
    out[0] = stats->n > 0 ? stats->log_mean : (double)NAN;
    pnd_depth_analysis_scores(out + 1, analysis);
}

static void average_values(double out[N_VALUES], const depth_results *r)
{
    double count[N_VALUES] = {0};
    memset(out, 0, N_VALUES * sizeof *out);
    for (size_t i = 0; i < r->inputs->n; i++) {
        double values[N_VALUES];
        if (!r->frames[i].scored)
            continue;
        fill_values(values, &r->analyses[i], &r->frames[i].image.stats);
        for (int k = 0; k < N_VALUES; k++) {
            out[k] += isnan(values[k]) ? 0 : values[k];
            count[k] += !isnan(values[k]);
        }
    }
    for (int k = 0; k < N_VALUES; k++)
        out[k] = count[k] > 0 ? out[k] / count[k] : (double)NAN;
}

static void pool_values(double out[N_VALUES], const depth_results *r)
{
    pnd_depth_analysis total = {0};
    const pnd_depth_stats stats =
        pnd_depth_stats_merged(&r->frames[0].image.stats, r->inputs->n, sizeof *r->frames);
    for (size_t i = 0; i < r->inputs->n; i++)
        pnd_depth_analysis_add(&total, &r->analyses[i]);
    fill_values(out, &total, &stats);
}

/* ---- text */

static void print_number(pnd_buffer *out, double value)
{
    if (isnan(value))
        pnd_buffer_printf(out, "%10s", "n/a");
    else
        pnd_buffer_printf(out, "%10.4f", value);
}

static void print_partition(pnd_buffer *out, const depth_results *r, const partition *p)
{
    for (int k = 0; k < p->n; k++) {
        char name[64];
        const pnd_depth_stats stats = pool_group(r, p, k);
        const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&stats);
        name_group(name, sizeof name, r, p, k);
        pnd_buffer_printf(out, "%-18s|%12" PRId64, name, stats.n);
        print_number(out, m.abs_rel);
        print_number(out, m.rmse);
        print_number(out, m.d1);
        print_number(out, stats.n > 0 ? stats.log_mean : (double)NAN);
        pnd_buffer_puts(out, "\n");
    }
    pnd_buffer_puts(out, "\n");
}

void depth_print_analysis(pnd_buffer *out, const depth_results *r)
{
    partition partitions[N_PARTITIONS];
    double mean[N_VALUES], pooled[N_VALUES];
    const unsigned groups = PND_DEPTH_BY_DISTANCE | PND_DEPTH_BY_CLASS | PND_DEPTH_BY_REGION;
    fill_partitions(partitions, r);
    if (r->inputs->analysis.parts & groups)
        pnd_buffer_printf(out, "\n%-18s|%12s%10s%10s%10s%10s\n", "pooled", "pixels", "abs_rel",
                          "rmse", "d<1.25", "bias");
    for (int i = 0; i < N_PARTITIONS; i++)
        if (r->inputs->analysis.parts & partitions[i].part)
            print_partition(out, r, &partitions[i]);
    average_values(mean, r);
    pool_values(pooled, r);
    for (int i = 0, header = 0; i < N_VALUES; i++) {
        if (!is_asked(r, i))
            continue;
        if (header++ == 0)
            pnd_buffer_printf(out, "%-18s|%12s%12s\n", "analysis", "image mean", "pooled");
        pnd_buffer_printf(out, "%-18s|  ", value_key(i));
        print_number(out, mean[i]);
        pnd_buffer_puts(out, "  ");
        print_number(out, pooled[i]);
        pnd_buffer_puts(out, "\n");
    }
}

/* ---- JSON */

static void key_double(pnd_json_writer *w, const char *key, double value)
{
    pnd_json_key(w, key);
    pnd_json_double(w, value);
}

static void key_string(pnd_json_writer *w, const char *key, const char *value)
{
    pnd_json_key(w, key);
    pnd_json_string(w, value);
}

static void write_group_name(pnd_json_writer *w, const depth_results *r, const partition *p, int k)
{
    const pnd_depth_analysis_options *const o = &r->inputs->analysis;
    if (p->part == PND_DEPTH_BY_CLASS) {
        pnd_json_key(w, "train_id");
        pnd_json_int(w, k);
        key_string(w, "name", pnd_label_by_train_id(k)->name);
    } else if (p->part == PND_DEPTH_BY_REGION) {
        key_string(w, "rows", row_names[k / 3]);
        key_string(w, "columns", column_names[k % 3]);
    } else {
        key_double(w, "from_m", k > 0 ? o->edges_m[k - 1] : 0);
        key_double(w, "to_m", k < o->n_edges ? o->edges_m[k] : (double)INFINITY);
    }
}

/* All metrics but rse and rae, which would need the spread of each group. */
static void write_group(pnd_json_writer *w, const depth_results *r, const partition *p, int k)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    const pnd_depth_stats stats = pool_group(r, p, k);
    const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&stats);
    pnd_json_begin_object(w);
    write_group_name(w, r, p, k);
    for (int i = 0; i < PND_DEPTH_N_METRICS - 2; i++)
        key_double(w, infos[i].key, pnd_depth_metric(&m, i));
    key_double(w, "bias", stats.n > 0 ? stats.log_mean : (double)NAN);
    pnd_json_end_object(w);
}

static void write_values(pnd_json_writer *w, const char *key, const depth_results *r,
                         const double values[N_VALUES])
{
    pnd_json_key(w, key);
    pnd_json_begin_object(w);
    for (int i = 0; i < N_VALUES; i++)
        if (is_asked(r, i))
            key_double(w, value_key(i), values[i]);
    pnd_json_end_object(w);
}

void depth_write_analysis(pnd_json_writer *w, const depth_results *r)
{
    partition partitions[N_PARTITIONS];
    double values[N_VALUES];
    if (r->analyses == NULL)
        return;
    fill_partitions(partitions, r);
    pnd_json_key(w, "analysis");
    pnd_json_begin_object(w);
    for (int i = 0; i < N_PARTITIONS; i++) {
        if (!(r->inputs->analysis.parts & partitions[i].part))
            continue;
        pnd_json_key(w, partitions[i].key);
        pnd_json_begin_array(w);
        for (int k = 0; k < partitions[i].n; k++)
            write_group(w, r, &partitions[i], k);
        pnd_json_end_array(w);
    }
    average_values(values, r);
    write_values(w, "image_mean", r, values);
    pool_values(values, r);
    write_values(w, "pooled", r, values);
    if (r->inputs->analysis.parts & PND_DEPTH_ORDER) {
        pnd_json_key(w, "pairs_per_image");
        pnd_json_int(w, r->inputs->analysis.pairs);
    }
    pnd_json_end_object(w);
}

/* Enough of a group to resample it: its pixels, and the mean of the headline's errors. */
static void write_image_group(pnd_json_writer *w, const pnd_depth_stats *stats)
{
    const pnd_depth_metrics m = pnd_depth_metrics_from_stats(stats);
    pnd_json_begin_object(w);
    pnd_json_key(w, "n");
    pnd_json_int(w, stats->n);
    key_double(w, "abs_rel", m.abs_rel);
    key_double(w, "rmse", m.rmse);
    key_double(w, "d1", m.d1);
    key_double(w, "bias", stats->n > 0 ? stats->log_mean : (double)NAN);
    pnd_json_end_object(w);
}

void depth_write_image_analysis(pnd_json_writer *w, const depth_results *r, size_t i)
{
    partition partitions[N_PARTITIONS];
    double values[N_VALUES];
    if (r->analyses == NULL)
        return;
    fill_partitions(partitions, r);
    fill_values(values, &r->analyses[i], &r->frames[i].image.stats);
    for (int k = 0; k < N_VALUES; k++)
        if (is_asked(r, k))
            key_double(w, value_key(k), values[k]);
    for (int p = 0; p < N_PARTITIONS; p++) {
        if (!(r->inputs->analysis.parts & partitions[p].part))
            continue;
        pnd_json_key(w, partitions[p].key);
        pnd_json_begin_array(w);
        for (int k = 0; k < partitions[p].n; k++)
            write_image_group(w, partitions[p].of(&r->analyses[i], k));
        pnd_json_end_array(w);
    }
}
