/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timing core of every benchmark: cases take turns, so that a machine that slows down slows
 * all of them; each is timed often enough for a median and a minimum of CPU and of wall time.
 * CPU time is the process's, so a case that runs threads is charged for all of them.
 *
 *     bench_case cases[] = {{"decode", run_decode, &job, bytes, pixels}, …};
 *     if (!bench_run(cases, n, options)) …
 *     bench_print(stdout, "png", cases, n, options);
 *
 * Compare cases of one run, not numbers of two runs or machines.
 */
#ifndef PND_BENCH_H
#define PND_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct bench_stats {
    double median, min; /* seconds */
} bench_stats;

typedef struct bench_case {
    const char *name;
    bool (*body)(void *job); /* one repetition; false when it failed */
    void *job;
    double bytes;          /* handled in one repetition, for GB/s; 0: not given */
    double pixels;         /* likewise, for ns per pixel */
    bench_stats cpu, wall; /* filled by bench_run() */
} bench_case;

typedef struct bench_options {
    int warm_ups; /* rounds that are not counted */
    int rounds;
} bench_options;

/* Take "--rounds N" out of the arguments; the defaults are 2 warm-ups and 9 rounds. Returns the
 * number of arguments left, or -1 after a message. */
int bench_parse(bench_options *out, int argc, char **argv);

/* Run every case in turn, `rounds` times. False, after a message, when one failed. */
bool bench_run(bench_case *cases, size_t n, bench_options options);

/* One JSON object: machine, compiler, and a row for every case. */
void bench_print(FILE *out, const char *name, const bench_case *cases, size_t n,
                 bench_options options);

#endif
