/* SPDX-License-Identifier: Apache-2.0 */
/* The slot of every pixel of a band of rows, and the tallies of the slots. */
#include "cpu_post.h"

/* Pixels x0 to x1 - 1 of row y are of one slot and one class. */
static void tally_run(const post_pass *p, post_worker *w, int32_t slot, int32_t class_id, int32_t y,
                      int32_t x0, int32_t x1)
{
    pnd_post_tally *const tally = &w->tallies[slot];
    const unsigned long long n = (unsigned long long)(x1 - x0);
    tally->area_px += n;
    tally->sum_y += n * (unsigned long long)y;
    tally->sum_x += n * (unsigned long long)(x0 + x1 - 1) / 2;
    tally->y0 = y < tally->y0 ? y : tally->y0;
    tally->y1 = y > tally->y1 ? y : tally->y1;
    tally->x0 = x0 < tally->x0 ? x0 : tally->x0;
    tally->x1 = x1 - 1 > tally->x1 ? x1 - 1 : tally->x1;
    w->counts[slot * p->job->rule.classes + class_id] += (unsigned)n;
}

/* The centres that can be nearest to a point of the box, in their order. A centre is out when its
 * least distance exceeds the greatest of another by more than all rounding. */
static void choose_centers(const post_pass *p, post_worker *w, pnd_cpu_box box)
{
    const pnd_cpu_centers *const all = &p->post->centers;
    float limit = INFINITY;
    p->lanes->reach(w->least, w->greatest, all, box);
    for (int32_t k = 0; k < all->n; k++)
        limit = w->greatest[k] < limit ? w->greatest[k] : limit;
    limit = box.finite ? limit * 1.00001f : INFINITY;
    w->near.n = 0;
    for (int32_t k = 0; k < all->n; k++) {
        if (w->least[k] > limit && box.finite)
            continue;
        w->near.y[w->near.n] = all->y[k];
        w->near.x[w->near.n] = all->x[k];
        w->near.number[w->near.n++] = all->number[k];
    }
}

/* Slots of at most POST_RUN thing pixels, into the map. */
static void group_run(const post_pass *p, post_worker *w, int32_t y, int32_t x, int32_t n)
{
    const pnd_post_job *const job = p->job;
    const pnd_post_rule *const rule = &job->rule;
    const pnd_post_tap tap = pnd_post_tap_of(y, rule->map_height);
    const int32_t cells = rule->map_width + 1;
    const size_t stride = w->offsets.stride, at = (size_t)x + 2;
    int32_t *const slots = job->panoptic + (size_t)y * (size_t)rule->width + (size_t)x;
    const float *upper, *lower;
    if (p->post->centers.n == 0) {
        for (int32_t i = 0; i < n; i++)
            slots[i] = rule->classes;
        return;
    }
    upper = post_hold_row(p->lanes, &w->offsets, job->heads.offset, 2, rule, tap.i0, 0, cells);
    lower = post_hold_row(p->lanes, &w->offsets, job->heads.offset, 2, rule, tap.i1, 0, cells);
    p->lanes->mix(w->at_y, upper + at, lower + at, tap, n);
    p->lanes->mix(w->at_x, upper + stride + at, lower + stride + at, tap, n);
    p->lanes->locate(w->at_y, w->at_x, y, x, n);
    choose_centers(p, w, p->lanes->bound(w->at_y, w->at_x, n));
    p->lanes->nearest(slots, w->at_y, w->at_x, w->distance, &w->near, n);
    for (int32_t i = 0; i < n; i++)
        slots[i] += rule->classes;
}

static void mark_things(const post_pass *p, int32_t y, int32_t x0, int32_t x1)
{
    uint8_t *const row = p->post->has_things + (size_t)((y + 2) / 4) * (size_t)p->post->n_blocks;
    const int32_t first = (x0 + 2) / PND_CPU_LANES_BLOCK, last = (x1 + 1) / PND_CPU_LANES_BLOCK;
    for (int32_t b = first; b <= last; b++)
        row[b] = 1;
}

/* Thing pixels x0 to x1 - 1 of row y. */
static void group_things(const post_pass *p, post_worker *w, int32_t y, int32_t x0, int32_t x1)
{
    const size_t row = (size_t)y * (size_t)p->job->rule.width;
    const int32_t *const slots = p->job->panoptic + row;
    const uint8_t *const sem = p->job->sem + row;
    for (int32_t x = x0; x < x1; x += POST_RUN)
        group_run(p, w, y, x, post_least(POST_RUN, x1 - x));
    for (int32_t x = x0, end; x < x1; x = end) {
        for (end = x + 1; end < x1 && slots[end] == slots[x] && sem[end] == sem[x];)
            end++;
        tally_run(p, w, slots[x], sem[x], y, x, end);
    }
    mark_things(p, y, x0, x1);
}

static void group_row(const post_pass *p, post_worker *w, int32_t y)
{
    const pnd_post_rule *const rule = &p->job->rule;
    const uint8_t *const sem = p->job->sem + (size_t)y * (size_t)rule->width;
    for (int32_t x = 0, end; x < rule->width; x = end) {
        end = x + 1;
        if (pnd_post_is_thing(rule, sem[x])) {
            while (end < rule->width && pnd_post_is_thing(rule, sem[end]))
                end++;
            group_things(p, w, y, x, end);
        } else {
            while (end < rule->width && sem[end] == sem[x])
                end++;
            tally_run(p, w, sem[x], sem[x], y, x, end);
        }
    }
}

void post_group_band(const post_pass *p, post_worker *w, int32_t band)
{
    const int32_t y1 = post_band_end(&p->job->rule, band);
    post_forget(&w->offsets);
    for (int32_t y = post_band_begin(band); y < y1; y++)
        group_row(p, w, y);
}
