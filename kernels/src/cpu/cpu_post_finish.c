/* SPDX-License-Identifier: Apache-2.0 */
/* Values into the map of a band of rows, and the probabilities of its thing pixels. */
#include "cpu_post.h"

/* The class whose probability a thing pixel adds to its slot; -1: to none. */
static int32_t target_of(const pnd_post_job *job, uint8_t class_id, int32_t slot)
{
    if (!pnd_post_is_thing(&job->rule, class_id) || job->tallies[slot].panoptic == PND_POST_VOID)
        return -1;
    return job->tallies[slot].class_id;
}

/* Row y of a block, whose slots are still in the map: from its first thing pixel to its last. */
static void add_probabilities(const post_pass *p, post_worker *w, const post_block *block,
                              int32_t y)
{
    const pnd_post_job *const job = p->job;
    const int32_t classes = job->rule.classes;
    const size_t row = (size_t)y * (size_t)job->rule.width;
    const uint8_t *const sem = job->sem + row;
    const int32_t *const slots = job->panoptic + row;
    int32_t x0 = block->x0, x1 = block->x1;
    while (x0 < x1 && !pnd_post_is_thing(&job->rule, sem[x0]))
        x0++;
    while (x1 > x0 && !pnd_post_is_thing(&job->rule, sem[x1 - 1]))
        x1--;
    if (x0 == x1)
        return;
    for (int32_t x = x0; x < x1; x++)
        w->number[x - x0] = target_of(job, sem[x], slots[x]);
    pnd_cpu_logits logits = post_hold_logits(p, w, block, y);
    logits.upper += x0 - block->x0 + block->skip;
    logits.lower += x0 - block->x0 + block->skip;
    p->lanes->probability(w->terms, &logits, w->number, w->values, x1 - x0);
    for (int32_t x = x0; x < x1; x++)
        if (w->number[x - x0] >= 0)
            w->probability[slots[x] - classes] += w->terms[x - x0];
}

static void score_band(const post_pass *p, post_worker *w, int32_t band)
{
    const pnd_post_rule *const rule = &p->job->rule;
    const int32_t last = post_least((band + 1) * POST_BAND, rule->map_height + 1);
    for (int32_t b = 0; b < p->post->n_blocks; b++) {
        const post_block block = post_block_at(rule, b);
        post_forget(&w->logits);
        for (int32_t r = band * POST_BAND; r < last; r++) {
            const int32_t y1 = post_cell_end(r, rule->height);
            if (p->post->has_things[(size_t)r * (size_t)p->post->n_blocks + (size_t)b] == 0)
                continue;
            for (int32_t y = post_cell_begin(r); y < y1; y++)
                add_probabilities(p, w, &block, y);
        }
    }
}

static void finish_row(const post_pass *p, int32_t y)
{
    const pnd_post_job *const job = p->job;
    const pnd_post_rule *const rule = &job->rule;
    const uint8_t *const sem = job->sem + (size_t)y * (size_t)rule->width;
    int32_t *const panoptic = job->panoptic + (size_t)y * (size_t)rule->width;
    for (int32_t x = 0, end; x < rule->width; x = end) {
        const int32_t value = job->tallies[sem[x]].panoptic;
        for (end = x; end < rule->width && pnd_post_is_thing(rule, sem[end]); end++)
            panoptic[end] = job->tallies[panoptic[end]].panoptic;
        for (; end < rule->width && sem[end] == sem[x]; end++)
            panoptic[end] = value;
    }
}

void post_finish_band(const post_pass *p, post_worker *w, int32_t band)
{
    const int32_t y1 = post_band_end(&p->job->rule, band);
    if (p->job->rule.scores)
        score_band(p, w, band);
    for (int32_t y = post_band_begin(band); y < y1; y++)
        finish_row(p, y);
}
