/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of post-processing, compiled for several instruction sets.
 *
 * Each is a plain loop over pixels of one row that a compiler turns into vector code. Every variant
 * performs the operations of post_rule.h in their order, so all give the same bits; which one runs
 * is decided once, when the backend opens.
 *
 * A row of the map is widened in cells: cell c lies between map columns c - 1 and c and holds the
 * pixels 4 c - 2 to 4 c + 1 of the photograph, so that a row of w columns has w + 1 cells. Two
 * pixels at each end fall outside of the photograph.
 */
#ifndef PND_CPU_POST_LANES_H
#define PND_CPU_POST_LANES_H

#include "../post_rule.h"

/* Centres as arrays, with their numbers from 1. */
typedef struct pnd_cpu_centers {
    float *y, *x;
    int32_t *number;
    int32_t n;
} pnd_cpu_centers;

typedef struct pnd_cpu_box {
    float y0, y1, x0, x1;
    bool finite;
} pnd_cpu_box;

/* Two widened rows of every class, and how the row of pixels between them weighs them. */
typedef struct pnd_cpu_logits {
    const float *upper, *lower; /* [classes][stride] */
    size_t stride;
    int32_t classes;
    pnd_post_tap tap;
} pnd_cpu_logits;

typedef struct pnd_cpu_lanes {
    const char *name;
    /* Cells c0 to c1 - 1 of a map row: 4 floats each. */
    void (*widen)(float *out, const float *row, int32_t map_width, int32_t c0, int32_t c1);
    /* A row of pixels from two widened rows. */
    void (*mix)(float *out, const float *upper, const float *lower, pnd_post_tap tap, int32_t n);
    /* The same, with 0 for what cannot be a centre nor hide one: not above 0, or NaN. */
    void (*mix_heat)(float *out, const float *upper, const float *lower, pnd_post_tap tap,
                     int32_t n);
    /* out[i] = max(a[i], b[i]); `out` is neither. */
    void (*maximum)(float *out, const float *a, const float *b, int32_t n);
    /* Classes of n <= PND_CPU_LANES_BLOCK pixels; `best` is scratch of as many. */
    void (*argmax)(uint8_t *sem, const pnd_cpu_logits *logits, float *best, int32_t *index,
                   int32_t n);
    /* Where pixel (y, x + i) points: in place, from its offsets in map pixels. */
    void (*locate)(float *offset_y, float *offset_x, int32_t y, int32_t x, int32_t n);
    pnd_cpu_box (*bound)(const float *y, const float *x, int32_t n);
    /* Squares of the least distance from each centre to the box, and of the greatest. */
    void (*reach)(float *least, float *greatest, const pnd_cpu_centers *centers, pnd_cpu_box box);
    /* Numbers of the nearest centres; centers->n > 0; `distance` is scratch. */
    void (*nearest)(int32_t *number, const float *y, const float *x, float *distance,
                    const pnd_cpu_centers *centers, int32_t n);
    /* Terms of the probability of class target[i], which may be -1. `values` is scratch of
     * (classes + 3) * PND_CPU_LANES_BLOCK. */
    void (*probability)(unsigned long long *terms, const pnd_cpu_logits *logits,
                        const int32_t *target, float *values, int32_t n);
    int64_t (*count_nonfinite)(const float *values, size_t n);
} pnd_cpu_lanes;

enum { PND_CPU_LANES_CELLS = 64, PND_CPU_LANES_BLOCK = 4 * PND_CPU_LANES_CELLS };

/* The variants that this machine can run, best first; NULL from their number on. */
const pnd_cpu_lanes *pnd_cpu_lanes_at(int i);

#endif
