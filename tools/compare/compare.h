/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pnd-compare. */
#ifndef COMPARE_H
#define COMPARE_H

#include "score_resample.h"

#include <panodepth/buffer.h>

typedef struct compare_args {
    int64_t resamples, seed;
    double level; /* percent */
    tool_list allowed;
    const char *output;
} compare_args;

typedef struct compare_method {
    score_set set;
    score_draws draws;
    score_spread *spreads; /* one per score */
} compare_method;

/* One score of a method against the first method's. */
typedef struct compare_difference {
    double value; /* this method's score minus the first one's */
    score_spread spread;
    double p_better;        /* share of the resamples in which this method is better */
    double p;               /* sign flips, two-sided */
    double p_holm;          /* corrected for the tests of its family */
    size_t flips_undefined; /* swaps without a value */
} compare_difference;

/* Release with comparison_clear(). */
typedef struct comparison {
    score_plan plan;
    compare_method *methods; /* the first is what the others are compared with */
    size_t n_methods;
    size_t n_scores;
    compare_difference *differences; /* (n_methods - 1) x n_scores, by method */
    pnd_buffer differing;            /* signature keys that differ and may, "gt,version" */
} comparison;

/* The difference of score `s` for method `m`, 1 to n_methods - 1. */
compare_difference *comparison_at(const comparison *c, size_t m, size_t s);
void comparison_clear(comparison *c);

/*
 * Add a problem for every way in which method `m` cannot be compared with the first: a signature
 * key outside `allowed`, images, classes.
 */
void compare_check_alike(tool_problems *problems, comparison *c, size_t m,
                         const tool_list *allowed);

/* Fill spreads and differences. Returns an exit code. */
int compare_compute(tool *t, comparison *c);

void compare_print(pnd_buffer *out, const comparison *c);
void compare_write_json(pnd_buffer *out, const comparison *c);

#endif
