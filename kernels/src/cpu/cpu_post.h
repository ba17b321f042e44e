/* SPDX-License-Identifier: Apache-2.0 */
/* Post-processing on the CPU: what its files share. The plan is in cpu_post.c. */
#ifndef PND_CPU_POST_H
#define PND_CPU_POST_H

#include "cpu_backend.h"
#include "cpu_post_lanes.h"

#include "../post_job.h"

enum {
    POST_BAND = 8,         /* cell rows (of 4 pixel rows) that a thread takes at once */
    POST_TILE_WIDTH = 256, /* pixels in which centres are sought at once */
    POST_TILE_HEIGHT = 32,
    POST_TILE_PIXELS = POST_TILE_WIDTH * POST_TILE_HEIGHT,
    POST_HALO = PND_POST_MAX_NMS / 2,
    POST_PADDED_WIDTH = POST_TILE_WIDTH + 2 * POST_HALO,
    POST_PADDED_HEIGHT = POST_TILE_HEIGHT + 2 * POST_HALO,
    POST_TILE_CELLS = POST_PADDED_WIDTH / 4 + 3,
    POST_TILE_MAP_ROWS = POST_PADDED_HEIGHT / 4 + 3,
    POST_RUN = 64 /* thing pixels that are grouped at once */
};

/* A pixel that is the largest of its window. Its place is y * width + x. */
typedef struct post_peak {
    float heat;
    int32_t place;
} post_peak;

/* Two widened rows of some maps, row i in half i % 2. */
typedef struct post_rows {
    float *values; /* [2][maps][stride] */
    size_t stride;
    int32_t held[2]; /* map rows, -1: none */
} post_rows;

/* Scratch of one thread. */
typedef struct post_worker {
    post_rows logits;         /* of one block of cells, every class */
    post_rows offsets, depth; /* of whole rows */
    float *values;            /* [classes + 3][PND_CPU_LANES_BLOCK] */
    float *at_y, *at_x, *distance;
    int32_t *number;
    uint8_t *sem;
    unsigned long long *terms;
    pnd_cpu_centers near;
    float *least, *greatest;
    float *heat, *maximum[3], *heat_rows;
    post_peak *peaks;
    size_t n_peaks;
    pnd_post_tally *tallies;         /* [slots] */
    unsigned *counts;                /* [slots][classes] */
    unsigned long long *probability; /* [slots] */
    int64_t n_nonfinite;
} post_worker;

/* Kept in the backend and reused while the rule stays. */
typedef struct post_memory {
    pnd_post_rule rule;
    void *block; /* all memory below */
    post_worker *workers;
    int32_t n_workers;
    int32_t n_blocks;    /* of PND_CPU_LANES_CELLS cells in a row */
    uint8_t *has_things; /* [cell rows][n_blocks] */
    post_peak *peaks;    /* [n_workers * top_k] */
    pnd_cpu_centers centers;
} post_memory;

/* What every step needs. */
typedef struct post_pass {
    const pnd_cpu_lanes *lanes;
    post_memory *post;
    pnd_post_job *job;
} post_pass;

/* A block of cells, and its pixels in the photograph. */
typedef struct post_block {
    int32_t c0, c1, x0, x1;
    int32_t skip; /* pixels of the block before x0 */
} post_block;

static inline int32_t post_least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* First pixel of a cell row or column, inside the photograph. */
static inline int32_t post_cell_begin(int32_t cell)
{
    return cell > 0 ? 4 * cell - 2 : 0;
}

/* The pixel behind its last. */
static inline int32_t post_cell_end(int32_t cell, int32_t size)
{
    return post_least(4 * cell + 2, size);
}

/* Bands of POST_BAND of the map_height + 1 cell rows. */
static inline int32_t post_n_bands(const pnd_post_rule *rule)
{
    return rule->map_height / POST_BAND + 1;
}

static inline int32_t post_band_begin(int32_t band)
{
    return post_cell_begin(band * POST_BAND);
}

static inline int32_t post_band_end(const pnd_post_rule *rule, int32_t band)
{
    return post_cell_end((band + 1) * POST_BAND - 1, rule->height);
}

/* cpu_post_memory.c: the backend's memory for that rule; NULL when there is none to be had. */
post_memory *post_open(pnd_cpu *cpu, const pnd_post_rule *rule);

/* The calling thread's. */
post_worker *post_worker_of(const post_memory *post);

/* cpu_post_classify.c. Map row i of n maps, cells c0 to c1 - 1, unless it is held already. */
const float *post_hold_row(const pnd_cpu_lanes *lanes, post_rows *rows, const float *maps,
                           int32_t n, const pnd_post_rule *rule, int32_t i, int32_t c0, int32_t c1);
void post_forget(post_rows *rows);
post_block post_block_at(const pnd_post_rule *rule, int32_t b);
/* The logits of a block around pixel row y. */
pnd_cpu_logits post_hold_logits(const post_pass *p, post_worker *w, const post_block *block,
                                int32_t y);
void post_classify_band(const post_pass *p, post_worker *w, int32_t band);

/* cpu_post_peaks.c, step 2 of postprocess.h: job->centers, job->n_centers and post->centers. */
void post_find_centers(const pnd_cpu *cpu, post_memory *post, pnd_post_job *job);

/* cpu_post_group.c: slots of thing pixels into the map, and everybody's tallies. */
void post_group_band(const post_pass *p, post_worker *w, int32_t band);

/* cpu_post_finish.c: values into the map, and the probabilities. */
void post_finish_band(const post_pass *p, post_worker *w, int32_t band);

#endif
