/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Centres on the CPU: tile by tile, the heat is enlarged with a margin of the window's radius, its
 * maxima over windows are taken along rows and then along columns, by doubling, and compared with
 * the heat itself. A tile whose map values are all too small is passed over: an enlarged value is a
 * weighted mean, so it cannot exceed the largest of them by more than rounding.
 *
 * Every thread lists its peaks. A full list is cut to the top_k best in a total order, which loses
 * nothing: neither t nor a centre can be among the others.
 */
#include "cpu_post.h"

#include <stdlib.h>

typedef struct tile {
    int32_t y0, y1, x0, x1; /* its pixels */
    int32_t ya, yb, xa, xb; /* with the margin, inside the photograph */
} tile;

enum { PEAK_ROOM = 2 * POST_TILE_PIXELS };

/* Best first, the earlier in raster order on ties. */
static int compare_peaks(const void *a_, const void *b_)
{
    const post_peak *a = a_, *b = b_;
    if (a->heat != b->heat)
        return a->heat < b->heat ? 1 : -1;
    return (a->place > b->place) - (a->place < b->place);
}

static int compare_places(const void *a_, const void *b_)
{
    const post_peak *a = a_, *b = b_;
    return (a->place > b->place) - (a->place < b->place);
}

static size_t keep_best(post_peak *peaks, size_t n, int32_t top_k)
{
    qsort(peaks, n, sizeof *peaks, compare_peaks);
    return n < (size_t)top_k ? n : (size_t)top_k;
}

static int32_t greatest_of(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static tile tile_at(const pnd_post_rule *rule, int32_t row, int32_t column)
{
    tile t;
    t.y0 = row * POST_TILE_HEIGHT;
    t.x0 = column * POST_TILE_WIDTH;
    t.y1 = post_least(t.y0 + POST_TILE_HEIGHT, rule->height);
    t.x1 = post_least(t.x0 + POST_TILE_WIDTH, rule->width);
    t.ya = greatest_of(t.y0 - rule->nms_radius, 0);
    t.xa = greatest_of(t.x0 - rule->nms_radius, 0);
    t.yb = post_least(t.y1 + rule->nms_radius, rule->height);
    t.xb = post_least(t.x1 + rule->nms_radius, rule->width);
    return t;
}

static bool can_be_hot(const pnd_post_job *job, const tile *t)
{
    const pnd_post_rule *const rule = &job->rule;
    const float limit = rule->threshold > 0.0f ? rule->threshold : 0.0f;
    const int32_t top = pnd_post_tap_of(t->y0, rule->map_height).i0;
    const int32_t bottom = pnd_post_tap_of(t->y1 - 1, rule->map_height).i1;
    const int32_t left = pnd_post_tap_of(t->x0, rule->map_width).i0;
    const int32_t right = pnd_post_tap_of(t->x1 - 1, rule->map_width).i1;
    for (int32_t y = top; y <= bottom; y++) {
        const float *const row = job->heads.center + (size_t)y * (size_t)rule->map_width;
        int32_t n = 0;
        for (int32_t x = left; x <= right; x++)
            n += !(row[x] * 1.00001f <= limit); /* NaN counts */
        if (n > 0)
            return true;
    }
    return false;
}

/* The heat of the tile and its margin into w->heat, rows POST_PADDED_WIDTH apart, pixel (y0, x0) at
 * row and column nms_radius; 0 where the margin leaves the photograph. */
static void enlarge_heat(const pnd_cpu_lanes *lanes, const pnd_post_job *job, post_worker *w,
                         const tile *t)
{
    enum { STRIDE = 4 * POST_TILE_CELLS };
    const pnd_post_rule *const rule = &job->rule;
    const int32_t radius = rule->nms_radius, n = t->xb - t->xa;
    const int32_t top = pnd_post_tap_of(t->ya, rule->map_height).i0;
    const int32_t bottom = pnd_post_tap_of(t->yb - 1, rule->map_height).i1;
    const int32_t c0 = (t->xa + 2) / 4, c1 = (t->xb - 1 + 2) / 4 + 1;
    const int32_t skip = t->xa - (4 * c0 - 2);
    for (int32_t i = top; i <= bottom; i++)
        lanes->widen(w->heat_rows + (size_t)(i - top) * STRIDE,
                     job->heads.center + (size_t)i * (size_t)rule->map_width, rule->map_width, c0,
                     c1);
    memset(w->heat, 0, (size_t)POST_PADDED_WIDTH * POST_PADDED_HEIGHT * sizeof *w->heat);
    for (int32_t y = t->ya; y < t->yb; y++) {
        const pnd_post_tap tap = pnd_post_tap_of(y, rule->map_height);
        float *const row = w->heat + (size_t)(y - t->y0 + radius) * POST_PADDED_WIDTH;
        lanes->mix_heat(row + (t->xa - t->x0 + radius),
                        w->heat_rows + (size_t)(tap.i0 - top) * STRIDE + skip,
                        w->heat_rows + (size_t)(tap.i1 - top) * STRIDE + skip, tap, n);
    }
}

/* out[i] = the largest of `window` values from in[i] on, `step` apart; n + (window - 1) * step are
 * read. Doubling: the largest of 2, 4, ... values, then two that overlap. The result is in the
 * returned one of the two buffers. */
static float *slide(const pnd_cpu_lanes *lanes, const float *in, float *const buffers[2],
                    int32_t window, int32_t step, int32_t n)
{
    int32_t length = 1, at = 0;
    const float *from = in;
    while (length < window) {
        const int32_t ahead = 2 * length <= window ? length : window - length;
        const int32_t left = window - length - ahead; /* values still to be reached */
        lanes->maximum(buffers[at], from, from + (size_t)ahead * (size_t)step, n + left * step);
        from = buffers[at];
        length += ahead;
        at = 1 - at;
    }
    if (window == 1)
        lanes->maximum(buffers[at], in, in, n);
    return buffers[window == 1 ? at : 1 - at];
}

static void list_peaks(const pnd_post_job *job, post_worker *w, const tile *t, const float *largest)
{
    const int32_t radius = job->rule.nms_radius;
    for (int32_t y = t->y0; y < t->y1; y++) {
        const float *const heat =
            w->heat + (size_t)(y - t->y0 + radius) * POST_PADDED_WIDTH + radius;
        const float *const most = largest + (size_t)(y - t->y0) * POST_PADDED_WIDTH;
        for (int32_t x = t->x0; x < t->x1; x++)
            if (heat[x - t->x0] == most[x - t->x0] && pnd_post_is_hot(&job->rule, heat[x - t->x0]))
                w->peaks[w->n_peaks++] = (post_peak){heat[x - t->x0], y * job->rule.width + x};
    }
}

static void search_tile(const pnd_cpu_lanes *lanes, const pnd_post_job *job, post_worker *w,
                        const tile *t)
{
    const int32_t window = 2 * job->rule.nms_radius + 1;
    const int32_t rows = t->y1 - t->y0;
    const int32_t n = (rows + window - 1) * POST_PADDED_WIDTH;
    if (!can_be_hot(job, t))
        return;
    if (w->n_peaks + POST_TILE_PIXELS > (size_t)job->rule.top_k + PEAK_ROOM)
        w->n_peaks = keep_best(w->peaks, w->n_peaks, job->rule.top_k);
    enlarge_heat(lanes, job, w, t);
    /* Along rows over the tile as one long row: what is taken from the next row lies in columns
     * that nobody reads. */
    float *const along = slide(lanes, w->heat, w->maximum, window, 1, n - window + 1);
    float *const buffers[2] = {along == w->maximum[0] ? w->maximum[1] : w->maximum[0],
                               w->maximum[2]};
    list_peaks(job, w, t,
               slide(lanes, along, buffers, window, POST_PADDED_WIDTH,
                     (rows - 1) * POST_PADDED_WIDTH + t->x1 - t->x0));
}

/* All workers' peaks, cut and ordered, to the centres. */
static void select_centers(post_memory *post, pnd_post_job *job)
{
    const int32_t top_k = job->rule.top_k;
    size_t n = 0, n_kept = 0;
    for (int32_t i = 0; i < post->n_workers; i++) {
        post_worker *const w = &post->workers[i];
        const size_t best = keep_best(w->peaks, w->n_peaks, top_k);
        memcpy(post->peaks + n, w->peaks, best * sizeof *w->peaks);
        n += best;
    }
    n_kept = n = keep_best(post->peaks, n, top_k);
    if (n == (size_t)top_k && !job->rule.keep_top_k)
        while (n_kept > 0 && !(post->peaks[n_kept - 1].heat > post->peaks[n - 1].heat))
            n_kept--;
    qsort(post->peaks, n_kept, sizeof *post->peaks, compare_places);
    for (size_t k = 0; k < n_kept; k++) {
        const int32_t y = post->peaks[k].place / job->rule.width;
        const int32_t x = post->peaks[k].place % job->rule.width;
        job->centers[2 * k] = y;
        job->centers[2 * k + 1] = x;
        post->centers.y[k] = (float)y;
        post->centers.x[k] = (float)x;
        post->centers.number[k] = (int32_t)k + 1;
    }
    job->n_centers = post->centers.n = (int32_t)n_kept;
}

void post_find_centers(const pnd_cpu *cpu, post_memory *post, pnd_post_job *job)
{
    const int32_t columns = (job->rule.width + POST_TILE_WIDTH - 1) / POST_TILE_WIDTH;
    const int32_t rows = (job->rule.height + POST_TILE_HEIGHT - 1) / POST_TILE_HEIGHT;
    for (int32_t i = 0; i < post->n_workers; i++)
        post->workers[i].n_peaks = 0;
#pragma omp parallel for schedule(dynamic) num_threads(cpu->threads)
    for (int32_t i = 0; i < rows * columns; i++) {
        const tile t = tile_at(&job->rule, i / columns, i % columns);
        search_tile(cpu->lanes, job, post_worker_of(post), &t);
    }
    select_centers(post, job);
}
