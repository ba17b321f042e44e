/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_analyse.h"
#include "depth_order.h"

#include <panodepth/alloc.h>
#include <panodepth/philox.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double order_limits[PND_DEPTH_N_ORDERS] = {1.02, 1.05, 1.10};

/* ---- life ---- */

void pnd_depth_analyser_clear(pnd_depth_analyser *a)
{
    pnd_plane_f64_clear(&a->packed_g);
    pnd_plane_f64_clear(&a->packed_p);
    free(a->block);
    free(a->group);
    *a = (pnd_depth_analyser){0};
}

static pnd_status resize_rows(pnd_depth_analyser *a, int32_t width, pnd_error *err)
{
    if (width <= a->capacity)
        return PND_OK;
    free(a->block);
    free(a->group);
    a->capacity = 0;
    a->block = pnd_alloc_array((size_t)width, 8 * sizeof *a->block);
    a->group = pnd_alloc_array((size_t)width, sizeof *a->group);
    if (a->block == NULL || a->group == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a row of %d pixels", width);
    double **const parts[8] = {&a->sorted_g,  &a->sorted_p,  &a->scratch_g, &a->scratch_p,
                               &a->rows[0].g, &a->rows[0].p, &a->rows[1].g, &a->rows[1].p};
    for (int i = 0; i < 8; i++)
        *parts[i] = a->block + (size_t)i * (size_t)width;
    a->capacity = width;
    return PND_OK;
}

static bool needs_pixels(const pnd_depth_analyser *a)
{
    return (a->options->parts & (PND_DEPTH_ERRORS | PND_DEPTH_ORDER)) != 0;
}

static pnd_status check_options(const pnd_depth_analysis_options *options, pnd_error *err)
{
    double before = 0;
    for (int32_t i = 0; i < options->n_edges; i++) {
        if (!(options->edges_m[i] > before && options->edges_m[i] < (double)INFINITY))
            return pnd_fail(err, PND_EINVAL, "distance bins: %g m does not come after %g m",
                            options->edges_m[i], before);
        before = options->edges_m[i];
    }
    if (options->n_edges < 0 || options->n_edges >= PND_DEPTH_MAX_BINS || options->pairs < 0)
        return pnd_fail(err, PND_EINVAL, "at most %d distance bins", PND_DEPTH_MAX_BINS);
    return PND_OK;
}

pnd_status pnd_depth_analyser_begin(pnd_depth_analyser *a,
                                    const pnd_depth_analysis_options *options,
                                    const pnd_depth_scene *scene, int32_t width, int32_t height,
                                    pnd_error *err)
{
    const pnd_view_u8 classes = scene->train_ids;
    a->options = options;
    a->scene = scene;
    a->n = 0;
    memset(a->distance, 0, sizeof a->distance);
    memset(a->class_, 0, sizeof a->class_);
    memset(a->region, 0, sizeof a->region);
    pnd_status status = check_options(options, err);
    if (status == PND_OK && classes.data != NULL &&
        (classes.width != width || classes.height != height))
        status = pnd_fail(err, PND_EMISMATCH, "label image is %dx%d, ground truth %dx%d",
                          classes.width, classes.height, width, height);
    if (status == PND_OK)
        status = resize_rows(a, width, err);
    if (status == PND_OK && needs_pixels(a))
        status = pnd_plane_f64_resize(&a->packed_g, width, height, err);
    if (status == PND_OK && needs_pixels(a))
        status = pnd_plane_f64_resize(&a->packed_p, width, height, err);
    return status;
}

/* ---- groups ---- */

/* Sort the row by group, in order within one, and add every run to its totals. Pixels whose group
 * is n_groups or more belong to none. */
static void add_groups(pnd_depth_totals *totals, int n_groups, pnd_depth_analyser *a,
                       const pnd_depth_row *row)
{
    int32_t end[PND_DEPTH_MAX_GROUPS + 2] = {0};
    for (int32_t i = 0; i < row->n; i++)
        end[(a->group[i] < n_groups ? a->group[i] : n_groups) + 1]++;
    for (int k = 0; k <= n_groups; k++)
        end[k + 1] += end[k];
    /* end[k] is where group k begins, and after this loop where it ends. */
    for (int32_t i = 0; i < row->n; i++) {
        const int32_t to = end[a->group[i] < n_groups ? a->group[i] : n_groups]++;
        a->sorted_g[to] = row->g[i];
        a->sorted_p[to] = row->p[i];
    }
    int32_t begin = 0;
    for (int k = 0; k < n_groups; begin = end[k++])
        if (end[k] > begin)
            pnd_depth_totals_add_mixed(&totals[k], a->sorted_p + begin, a->sorted_g + begin,
                                       end[k] - begin, a->scratch_p, a->scratch_g);
}

static void add_distances(pnd_depth_analyser *a, const pnd_depth_row *row)
{
    const pnd_depth_analysis_options *o = a->options;
    for (int32_t i = 0; i < row->n; i++) {
        int bin = 0;
        for (int32_t k = 0; k < o->n_edges; k++)
            bin += row->g[i] >= o->edges_m[k];
        a->group[i] = (uint8_t)bin;
    }
    add_groups(a->distance, o->n_edges + 1, a, row);
}

static void add_classes(pnd_depth_analyser *a, const pnd_depth_row *row, int32_t y)
{
    if (a->scene->train_ids.data == NULL)
        return;
    const uint8_t *ids = pnd_view_u8_row(a->scene->train_ids, y);
    for (int32_t i = 0; i < row->n; i++)
        a->group[i] = ids[row->index[i]];
    add_groups(a->class_, PND_DEPTH_N_CLASSES, a, row);
}

/* Pixel x of w is in third 3 x / w, rounded down. */
static void add_regions(pnd_depth_analyser *a, const pnd_depth_row *row, int32_t width,
                        int32_t height, int32_t y)
{
    const int32_t first = (width + 2) / 3, second = (2 * width + 2) / 3;
    const int32_t above = 3 * (int32_t)(3 * (int64_t)y / height);
    for (int32_t i = 0; i < row->n; i++)
        a->group[i] = (uint8_t)(above + (row->index[i] >= first) + (row->index[i] >= second));
    add_groups(a->region, PND_DEPTH_N_REGIONS, a, row);
}

/* ---- counts ---- */

static void count_within(pnd_depth_analysis *out, const pnd_depth_row *row)
{
    for (int32_t i = 0; i < row->n; i++) {
        /* Divided, unlike 1.25 low: 1.05 and 1.10 are no doubles, and a ratio of 11/10 is one. */
        const double p = row->p[i], g = row->g[i], ratio = p < g ? g / p : p / g;
        out->within_105 += ratio < 1.05;
        out->within_110 += ratio < 1.10;
    }
}

static void count_outliers(pnd_depth_analysis *out, const pnd_depth_row *row,
                           const pnd_depth_scene *scene)
{
    if (!(scene->fx_baseline > 0))
        return;
    for (int32_t i = 0; i < row->n; i++) {
        const double true_px = scene->fx_baseline / row->g[i] - scene->doffs;
        const double error_px = scene->fx_baseline * fabs(1 / row->p[i] - 1 / row->g[i]);
        out->disparity_outliers += (error_px > 3) & (error_px > 0.05 * true_px);
    }
    out->disparity_n += row->n;
}

/* ---- edges ---- */

/* By how many thresholds `far` is beyond `near`; 0 where one of them is not scored. */
static int steps_beyond(double far, double near)
{
    int steps = 0;
    if (!(far > 1.05 * near))
        return 0;
    for (int k = 0; k < PND_DEPTH_BOUNDARY_STEPS; k++)
        steps += far > (1.05 + k * (0.2 / (PND_DEPTH_BOUNDARY_STEPS - 1))) * near;
    return steps;
}

/* The neighbours a and b, of which b is to the right of a or below it. */
static void count_edge(pnd_depth_analysis *out, int direction, const double g[2], const double p[2])
{
    if (!(g[0] > 0 && g[1] > 0))
        return;
    const int g_forth = steps_beyond(g[0], g[1]), p_forth = steps_beyond(p[0], p[1]);
    const int g_back = steps_beyond(g[1], g[0]), p_back = steps_beyond(p[1], p[0]);
    if (g_forth + p_forth > 0)
        out->edges[direction][g_forth][p_forth]++;
    if (g_back + p_back > 0)
        out->edges[direction + 1][g_back][p_back]++;
}

static void spread_row(pnd_depth_dense *dense, const pnd_depth_row *row, int32_t width)
{
    memset(dense->g, 0, (size_t)width * sizeof *dense->g);
    memset(dense->p, 0, (size_t)width * sizeof *dense->p);
    for (int32_t i = 0; i < row->n; i++) {
        dense->g[row->index[i]] = row->g[i];
        dense->p[row->index[i]] = row->p[i];
    }
}

static void count_edges(pnd_depth_analyser *a, pnd_depth_analysis *out, const pnd_depth_row *row,
                        int32_t width, int32_t y)
{
    pnd_depth_dense *const here = &a->rows[y % 2];
    const pnd_depth_dense *const above = &a->rows[(y + 1) % 2];
    spread_row(here, row, width);
    for (int32_t x = 0; x + 1 < width; x++)
        count_edge(out, 0, here->g + x, here->p + x);
    for (int32_t x = 0; y > 0 && x < width; x++)
        count_edge(out, 2, (const double[2]){above->g[x], here->g[x]},
                   (const double[2]){above->p[x], here->p[x]});
}

/* ---- rows ---- */

static void keep_pixels(pnd_depth_analyser *a, const pnd_depth_row *row)
{
    const size_t bytes = (size_t)row->n * sizeof(double);
    if (row->n == 0)
        return;
    memcpy(a->packed_g.data + a->n, row->g, bytes);
    memcpy(a->packed_p.data + a->n, row->p, bytes);
    a->n += (size_t)row->n;
}

void pnd_depth_analyser_add_row(pnd_depth_analyser *a, pnd_depth_analysis *out,
                                const pnd_depth_row *row, const pnd_depth_job *job, int32_t y)
{
    const unsigned parts = a->options->parts;
    out->n += row->n;
    if (parts & PND_DEPTH_BY_DISTANCE)
        add_distances(a, row);
    if (parts & PND_DEPTH_BY_CLASS)
        add_classes(a, row, y);
    if (parts & PND_DEPTH_BY_REGION)
        add_regions(a, row, job->gt->width, job->gt->height, y);
    if (parts & PND_DEPTH_ERRORS)
        count_within(out, row);
    if (parts & PND_DEPTH_DISPARITY)
        count_outliers(out, row, a->scene);
    if (parts & PND_DEPTH_BOUNDARY)
        count_edges(a, out, row, job->gt->width, y);
    if (needs_pixels(a))
        keep_pixels(a, row);
}

/* ---- pairs and ranks ---- */

static int order_of(double a, double b, double limit)
{
    return (a > limit * b) - (b > limit * a);
}

/* Pair k is a function of k alone: two different pixels, uniform but for 2^-32. */
static void draw_pair(size_t pair[2], int32_t k, size_t n)
{
    uint32_t word[4];
    pnd_philox(word, (const uint32_t[4]){(uint32_t)k, 0, 0, 0}, (const uint32_t[2]){0, 0});
    pair[0] = (size_t)((uint64_t)word[0] * n >> 32);
    pair[1] = (size_t)((uint64_t)word[1] * (n - 1) >> 32);
    pair[1] += pair[1] >= pair[0];
}

static void compare_orders(pnd_depth_analyser *a, pnd_depth_analysis *out)
{
    const double *g = a->packed_g.data, *p = a->packed_p.data;
    for (int32_t k = 0; a->n > 1 && k < a->options->pairs; k++) {
        size_t pair[2];
        draw_pair(pair, k, a->n);
        const size_t i = pair[0], j = pair[1];
        for (int m = 0; m < PND_DEPTH_N_ORDERS; m++)
            out->pairs_wrong[m] +=
                order_of(g[i], g[j], order_limits[m]) != order_of(p[i], p[j], order_limits[m]);
        out->pairs++;
    }
}

/* Overwrites the packed predictions by their errors. */
static void rank_errors(pnd_depth_analyser *a, pnd_depth_analysis *out, uint32_t *histogram)
{
    double *error = a->packed_p.data;
    const double *g = a->packed_g.data;
    if (a->n == 0)
        return;
    for (size_t i = 0; i < a->n; i++)
        error[i] = fabs(error[i] - g[i]) / g[i];
    out->abs_rel_median = pnd_depth_median(error, a->n, histogram);
    out->abs_rel_p90 = pnd_depth_quantile(error, a->n, 0.9, histogram);
}

void pnd_depth_analyser_finish(pnd_depth_analyser *a, pnd_depth_analysis *out, uint32_t *histogram)
{
    for (int k = 0; k < PND_DEPTH_MAX_BINS; k++)
        pnd_depth_totals_finish(&out->distance[k], &a->distance[k]);
    for (int k = 0; k < PND_DEPTH_N_CLASSES; k++)
        pnd_depth_totals_finish(&out->class_[k], &a->class_[k]);
    for (int k = 0; k < PND_DEPTH_N_REGIONS; k++)
        pnd_depth_totals_finish(&out->region[k], &a->region[k]);
    out->abs_rel_median = out->abs_rel_p90 = (double)NAN;
    if (a->options->parts & PND_DEPTH_ORDER)
        compare_orders(a, out);
    if (a->options->parts & PND_DEPTH_ERRORS)
        rank_errors(a, out, histogram);
}
