/* SPDX-License-Identifier: Apache-2.0 */
/* Classes and depths of a band of rows, from widened map rows. */
#include "cpu_post.h"

/* Map row i of n maps, cells c0 to c1 - 1, unless it is held already. */
const float *post_hold_row(const pnd_cpu_lanes *lanes, post_rows *rows, const float *maps,
                           int32_t n, const pnd_post_rule *rule, int32_t i, int32_t c0, int32_t c1)
{
    float *const half = rows->values + (size_t)(i % 2) * (size_t)n * rows->stride;
    const size_t map_size = (size_t)rule->map_width * (size_t)rule->map_height;
    if (rows->held[i % 2] == i)
        return half;
    for (int32_t m = 0; m < n; m++)
        lanes->widen(half + (size_t)m * rows->stride,
                     maps + (size_t)m * map_size + (size_t)i * (size_t)rule->map_width,
                     rule->map_width, c0, c1);
    rows->held[i % 2] = i;
    return half;
}

void post_forget(post_rows *rows)
{
    rows->held[0] = rows->held[1] = -1;
}

post_block post_block_at(const pnd_post_rule *rule, int32_t b)
{
    post_block block;
    block.c0 = b * PND_CPU_LANES_CELLS;
    block.c1 = post_least(block.c0 + PND_CPU_LANES_CELLS, rule->map_width + 1);
    block.x0 = post_cell_begin(block.c0);
    block.x1 = post_cell_end(block.c1 - 1, rule->width);
    block.skip = block.x0 - (4 * block.c0 - 2);
    return block;
}

/* The logits of a block around pixel row y. */
pnd_cpu_logits post_hold_logits(const post_pass *p, post_worker *w, const post_block *block,
                                int32_t y)
{
    const pnd_post_rule *const rule = &p->job->rule;
    const pnd_post_tap tap = pnd_post_tap_of(y, rule->map_height);
    const float *const sem = p->job->heads.sem;
    pnd_cpu_logits logits = {.stride = w->logits.stride, .classes = rule->classes, .tap = tap};
    logits.upper =
        post_hold_row(p->lanes, &w->logits, sem, rule->classes, rule, tap.i0, block->c0, block->c1);
    logits.lower =
        post_hold_row(p->lanes, &w->logits, sem, rule->classes, rule, tap.i1, block->c0, block->c1);
    return logits;
}

static void classify_block(const post_pass *p, post_worker *w, int32_t y0, int32_t y1,
                           const post_block *block)
{
    const pnd_post_job *const job = p->job;
    if (block->x0 >= block->x1)
        return;
    post_forget(&w->logits);
    for (int32_t y = y0; y < y1; y++) {
        const pnd_cpu_logits logits = post_hold_logits(p, w, block, y);
        p->lanes->argmax(w->sem, &logits, w->distance, w->number, 4 * (block->c1 - block->c0));
        memcpy(job->sem + (size_t)y * (size_t)job->rule.width + (size_t)block->x0,
               w->sem + block->skip, (size_t)(block->x1 - block->x0));
    }
}

static void enlarge_depth(const post_pass *p, post_worker *w, int32_t y0, int32_t y1)
{
    const pnd_post_job *const job = p->job;
    const pnd_post_rule *const rule = &job->rule;
    const int32_t cells = rule->map_width + 1;
    post_forget(&w->depth);
    for (int32_t y = y0; y < y1; y++) {
        const pnd_post_tap tap = pnd_post_tap_of(y, rule->map_height);
        const float *const upper =
            post_hold_row(p->lanes, &w->depth, job->heads.depth, 1, rule, tap.i0, 0, cells);
        const float *const lower =
            post_hold_row(p->lanes, &w->depth, job->heads.depth, 1, rule, tap.i1, 0, cells);
        p->lanes->mix(job->depth + (size_t)y * (size_t)rule->width, upper + 2, lower + 2, tap,
                      rule->width);
    }
}

static int64_t count_nonfinite(const post_pass *p, const float *maps, int32_t n, int32_t i)
{
    const size_t width = (size_t)p->job->rule.map_width;
    const size_t map_size = width * (size_t)p->job->rule.map_height;
    int64_t count = 0;
    for (int32_t m = 0; m < n && maps != NULL; m++)
        count += p->lanes->count_nonfinite(maps + (size_t)m * map_size + (size_t)i * width, width);
    return count;
}

void post_classify_band(const post_pass *p, post_worker *w, int32_t band)
{
    const pnd_post_job *const job = p->job;
    const int32_t y0 = post_band_begin(band), y1 = post_band_end(&job->rule, band);
    const int32_t last = post_least((band + 1) * POST_BAND, job->rule.map_height);
    for (int32_t b = 0; b < p->post->n_blocks; b++) {
        const post_block block = post_block_at(&job->rule, b);
        classify_block(p, w, y0, y1, &block);
    }
    if (job->depth != NULL)
        enlarge_depth(p, w, y0, y1);
    for (int32_t i = band * POST_BAND; i < last; i++)
        w->n_nonfinite += count_nonfinite(p, job->heads.sem, job->rule.classes, i) +
                          count_nonfinite(p, job->heads.center, 1, i) +
                          count_nonfinite(p, job->heads.offset, 2, i) +
                          count_nonfinite(p, job->heads.depth, 1, i);
}
