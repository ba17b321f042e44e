/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Post-processing on the CPU. Nothing but the results is ever held at full resolution:
 *
 *     1. classes and depths   from widened map rows, block by block of cells (cpu_post_lanes.h)
 *     2. centres              cpu_post_peaks.c
 *     3. group                each run of thing pixels asks only the centres that can be nearest
 *                             to one of its pixels; runs of equal pixels are tallied whole
 *     4. name the slots       one thread: there are few
 *     5. finish               values into the map; probabilities where there are things
 *
 * Threads take bands of rows. All they add up are integers, so neither the number of threads nor
 * who takes what changes a bit.
 */
#include "cpu_post.h"

#ifdef _OPENMP
#include <omp.h>
#endif

post_worker *post_worker_of(const post_memory *post)
{
#ifdef _OPENMP
    return &post->workers[omp_get_thread_num()];
#else
    return post->workers;
#endif
}

static void merge_tally(pnd_post_tally *to, const pnd_post_tally *from)
{
    to->area_px += from->area_px;
    to->sum_x += from->sum_x;
    to->sum_y += from->sum_y;
    to->x0 = from->x0 < to->x0 ? from->x0 : to->x0;
    to->y0 = from->y0 < to->y0 ? from->y0 : to->y0;
    to->x1 = from->x1 > to->x1 ? from->x1 : to->x1;
    to->y1 = from->y1 > to->y1 ? from->y1 : to->y1;
}

/* Everybody's tallies into the job's, and class counts into the first worker's. */
static void merge(const post_pass *p, int32_t n_slots)
{
    const post_memory *const post = p->post;
    const int32_t classes = p->job->rule.classes;
    unsigned *const counts = post->workers[0].counts;
    for (int32_t t = 0; t < post->n_workers; t++) {
        const post_worker *const w = &post->workers[t];
        for (int32_t i = 0; i < n_slots; i++)
            merge_tally(&p->job->tallies[i], &w->tallies[i]);
        for (int32_t i = 0; i < n_slots * classes && t > 0; i++)
            counts[i] += w->counts[i];
        p->job->n_nonfinite += w->n_nonfinite;
    }
}

static float heat_at_centroid(const pnd_post_job *job, const pnd_post_tally *tally)
{
    const int32_t y = (int32_t)(tally->sum_y / tally->area_px);
    const int32_t x = (int32_t)(tally->sum_x / tally->area_px);
    return pnd_post_sample(job->heads.center, job->rule.map_width,
                           pnd_post_tap_of(y, job->rule.map_height),
                           pnd_post_tap_of(x, job->rule.map_width));
}

static void name_slots(const post_pass *p)
{
    pnd_post_job *const job = p->job;
    const pnd_post_rule *const rule = &job->rule;
    int32_t n_of_class[PND_POST_MAX_CLASSES] = {0};
    for (int32_t c = 0; c < rule->classes; c++) {
        job->tallies[c].class_id = c;
        job->tallies[c].panoptic = pnd_post_stuff_value(rule, c, job->tallies[c].area_px);
    }
    for (int32_t k = rule->one_instance ? 0 : 1; k <= job->n_centers; k++) {
        const int32_t slot = rule->classes + k;
        pnd_post_tally *const tally = &job->tallies[slot];
        const int32_t mode =
            pnd_post_mode(p->post->workers[0].counts + slot * rule->classes, rule->classes);
        if (mode < 0)
            continue;
        tally->class_id = mode;
        tally->panoptic = mode * rule->label_divisor + ++n_of_class[mode];
        tally->heat = heat_at_centroid(job, tally);
        tally->center_y = k > 0 ? job->centers[2 * (k - 1)] : -1;
        tally->center_x = k > 0 ? job->centers[2 * (k - 1) + 1] : -1;
    }
}

static void clear(const post_pass *p, int32_t n_slots)
{
    const pnd_post_rule *const rule = &p->job->rule;
    const size_t n_all = pnd_post_n_slots(rule);
    const size_t n_counts = (size_t)n_slots * (size_t)rule->classes;
    const pnd_post_tally empty = pnd_post_empty_tally(rule);
    for (size_t i = 0; i < n_all; i++)
        p->job->tallies[i] = empty;
    for (int32_t t = 0; t < p->post->n_workers; t++) {
        post_worker *const w = &p->post->workers[t];
        memcpy(w->tallies, p->job->tallies, (size_t)n_slots * sizeof *w->tallies);
        memset(w->counts, 0, n_counts * sizeof *w->counts);
        memset(w->probability, 0, (size_t)n_slots * sizeof *w->probability);
    }
    memset(p->post->has_things, 0, ((size_t)rule->map_height + 1) * (size_t)p->post->n_blocks);
    p->job->n_nonfinite = 0;
}

static void add_scores(const post_pass *p)
{
    pnd_post_tally *const tallies = p->job->tallies + p->job->rule.classes;
    for (int32_t t = 0; t < p->post->n_workers; t++)
        for (int32_t k = 0; k <= p->job->n_centers; k++)
            tallies[k].probability += p->post->workers[t].probability[k];
}

static void work(const pnd_cpu *cpu, const post_pass *p)
{
    const int32_t bands = post_n_bands(&p->job->rule);
    for (int32_t t = 0; t < p->post->n_workers; t++)
        p->post->workers[t].n_nonfinite = 0;
    (void)cpu; /* without OpenMP nobody asks for its threads */
#pragma omp parallel for schedule(dynamic) num_threads(cpu->threads)
    for (int32_t band = 0; band < bands; band++)
        post_classify_band(p, post_worker_of(p->post), band);
    post_find_centers(cpu, p->post, p->job);
    const int32_t n_slots = p->job->rule.classes + 1 + p->job->n_centers;
    clear(p, n_slots);
#pragma omp parallel for schedule(dynamic) num_threads(cpu->threads)
    for (int32_t band = 0; band < bands; band++)
        post_group_band(p, post_worker_of(p->post), band);
    merge(p, n_slots);
    name_slots(p);
#pragma omp parallel for schedule(dynamic) num_threads(cpu->threads)
    for (int32_t band = 0; band < bands; band++)
        post_finish_band(p, post_worker_of(p->post), band);
    add_scores(p);
}

pnd_status pnd_cpu_post(void *impl, pnd_post_job *job, pnd_error *err)
{
    pnd_cpu *cpu = impl;
    post_memory *post = post_open(cpu, &job->rule);
    if (post == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory to post-process a %dx%d photograph",
                        job->rule.width, job->rule.height);
    const post_pass p = {.lanes = cpu->lanes, .post = post, .job = job};
    work(cpu, &p);
    return PND_OK;
}
