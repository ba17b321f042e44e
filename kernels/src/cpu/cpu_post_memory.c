/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of post-processing on the CPU: one block, taken when the rule changes. */
#include "cpu_post.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

enum { ALIGNMENT = 64 };

/* Takes aligned pieces of one block; with base NULL it only counts. */
typedef struct carver {
    char *base;
    size_t used;
} carver;

static void *carve(carver *c, size_t count, size_t size)
{
    void *const piece = c->base != NULL ? c->base + c->used : NULL;
    c->used += (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return piece;
}

static post_rows carve_rows(carver *c, size_t maps, size_t stride)
{
    return (post_rows){
        .values = carve(c, 2 * maps * stride, sizeof(float)), .stride = stride, .held = {-1, -1}};
}

static pnd_cpu_centers carve_centers(carver *c, size_t n)
{
    pnd_cpu_centers centers = {0};
    centers.y = carve(c, n, sizeof *centers.y);
    centers.x = carve(c, n, sizeof *centers.x);
    centers.number = carve(c, n, sizeof *centers.number);
    return centers;
}

static post_worker carve_worker(carver *c, const pnd_post_rule *rule)
{
    const size_t classes = (size_t)rule->classes, top_k = (size_t)rule->top_k;
    const size_t row = 4 * ((size_t)rule->map_width + 1), n_slots = pnd_post_n_slots(rule);
    post_worker w = {0};
    w.logits = carve_rows(c, classes, PND_CPU_LANES_BLOCK);
    w.offsets = carve_rows(c, 2, row);
    w.depth = carve_rows(c, 1, row);
    w.values = carve(c, (classes + 3) * PND_CPU_LANES_BLOCK, sizeof *w.values);
    w.at_y = carve(c, POST_RUN, sizeof *w.at_y);
    w.at_x = carve(c, POST_RUN, sizeof *w.at_x);
    w.distance = carve(c, PND_CPU_LANES_BLOCK, sizeof *w.distance);
    w.number = carve(c, PND_CPU_LANES_BLOCK, sizeof *w.number);
    w.sem = carve(c, PND_CPU_LANES_BLOCK, sizeof *w.sem);
    w.terms = carve(c, PND_CPU_LANES_BLOCK, sizeof *w.terms);
    w.near = carve_centers(c, top_k);
    w.least = carve(c, top_k, sizeof *w.least);
    w.greatest = carve(c, top_k, sizeof *w.greatest);
    w.heat = carve(c, POST_PADDED_WIDTH * POST_PADDED_HEIGHT, sizeof *w.heat);
    for (int i = 0; i < 3; i++)
        w.maximum[i] = carve(c, POST_PADDED_WIDTH * POST_PADDED_HEIGHT, sizeof *w.heat);
    w.heat_rows = carve(c, POST_TILE_MAP_ROWS * POST_TILE_CELLS * 4, sizeof *w.heat_rows);
    w.peaks = carve(c, top_k + 2 * POST_TILE_PIXELS, sizeof *w.peaks);
    w.tallies = carve(c, n_slots, sizeof *w.tallies);
    w.counts = carve(c, n_slots * classes, sizeof *w.counts);
    w.probability = carve(c, n_slots, sizeof *w.probability);
    return w;
}

static void carve_all(post_memory *post, carver *c)
{
    const pnd_post_rule *const rule = &post->rule;
    const size_t n_workers = (size_t)post->n_workers, top_k = (size_t)rule->top_k;
    post->workers = carve(c, n_workers, sizeof *post->workers);
    post->has_things = carve(c, ((size_t)rule->map_height + 1) * (size_t)post->n_blocks, 1);
    post->peaks = carve(c, n_workers * top_k, sizeof *post->peaks);
    post->centers = carve_centers(c, top_k);
    for (size_t i = 0; i < n_workers; i++) {
        const post_worker w = carve_worker(c, rule);
        if (c->base != NULL)
            post->workers[i] = w;
    }
}

void pnd_cpu_post_free(post_memory *post)
{
    if (post == NULL)
        return;
    free(post->block);
    free(post);
}

/* The backend's memory for that rule; NULL when there is none to be had. */
post_memory *post_open(pnd_cpu *cpu, const pnd_post_rule *rule)
{
    post_memory *post = cpu->post;
    /* Zeroed before it was filled, padding included.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    if (post != NULL && memcmp(&post->rule, rule, sizeof *rule) == 0)
        return post;
    pnd_cpu_post_free(post);
    cpu->post = post = pnd_calloc_array(1, sizeof *post);
    if (post == NULL)
        return NULL;
    carver c = {NULL, ALIGNMENT};
    memcpy(&post->rule, rule, sizeof *rule); /* padding too: it is compared */
    post->n_workers = cpu->threads;
    post->n_blocks = rule->map_width / PND_CPU_LANES_CELLS + 1;
    carve_all(post, &c);
    post->block = pnd_alloc_array(c.used, 1);
    if (post->block == NULL) {
        pnd_cpu_post_free(post);
        cpu->post = NULL;
        return NULL;
    }
    c = (carver){(char *)post->block + ALIGNMENT - (uintptr_t)post->block % ALIGNMENT, 0};
    carve_all(post, &c);
    return post;
}
