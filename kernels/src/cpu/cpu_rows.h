/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network's own CPU kernels: everything but dense convolutions. Each does one row of an output
 * map, or some of its rows and channels, on one thread; cpu_net_step.c shares rows and blocks out,
 * so the bits do not depend on the number of threads.
 *
 * cpu_rows.inc.h is compiled once for every instruction set below and the executor picks one table
 * when it opens. Arithmetic is float32 and never contracted: all tables give the same bits, and
 * those of ref where ref computes in float32 (input, pooling by maximum, resize, DORN).
 */
#ifndef PND_CPU_ROWS_H
#define PND_CPU_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One image of a value: element c of pixel (y, x) is data[((y * width) + x) * pitch + c]. */
typedef struct cpu_map {
    unsigned char *data;
    int32_t height, width, channels;
    size_t pitch; /* in elements */
    bool bf16;    /* elements are bfloat16, else float32 */
} cpu_map;

/* A depthwise convolution with zero padding: weight[kernel][kernel][channels], bias[channels]. */
typedef struct cpu_window {
    int32_t kernel, stride, dilation;
    bool relu;
    const float *weight, *bias;
} cpu_window;

/* Rows and channels of an output. */
typedef struct cpu_part {
    int32_t top, bottom, first, end;
} cpu_part;

enum {
    CPU_DEPTHWISE_BYTES = 512, /* of channels that a part should have: its rows then stay in L2 */
    CPU_BLOCK = 64,            /* channels that pooling by average takes at a time */
    CPU_NORMALISE_PERIOD = 48  /* samples after which colours and vector lanes meet again */
};

/* Means and deviations, colours repeating. */
typedef struct cpu_colours {
    float mean[CPU_NORMALISE_PERIOD], std[CPU_NORMALISE_PERIOD];
} cpu_colours;

typedef struct cpu_rows {
    const char *name;
    /* `photograph` is that row's width x 3 samples. */
    void (*normalise)(const cpu_map *out, const uint8_t *photograph, const cpu_colours *colours,
                      int32_t y);
    void (*depthwise)(const cpu_map *out, const cpu_map *in, const cpu_window *window,
                      cpu_part part);
    void (*max_pool)(const cpu_map *out, const cpu_map *in, int32_t y);
    void (*resize)(const cpu_map *out, const cpu_map *in, int32_t y);
    /* All rows of channels [first, first + CPU_BLOCK) that exist. The window is what is left of
     * the input beside the output's size; `sums` holds in->width x CPU_BLOCK doubles. */
    void (*average)(const cpu_map *out, const cpu_map *in, int32_t first, double *sums);
    /* depths[label], from 2K float32 logits to one float32. */
    void (*dorn)(const cpu_map *out, const cpu_map *in, const float *depths, bool paper, int32_t y);
} cpu_rows;

extern const cpu_rows cpu_rows_base;
#if defined(__x86_64__)
extern const cpu_rows cpu_rows_avx2, cpu_rows_avx512;
#endif

#endif
