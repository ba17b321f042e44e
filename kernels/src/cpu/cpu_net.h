/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the CPU's network executor. */
#ifndef PND_CPU_NET_H
#define PND_CPU_NET_H

#include "cpu_amx.h"
#include "cpu_conv.h"
#include "cpu_rows.h"

#include "../net/net_exec.h"

/* What an operation keeps; NULL where it needs none. */
typedef struct cpu_step {
    cpu_conv *conv;       /* CONV, through oneDNN */
    cpu_amx *amx;         /* CONV, with AMX */
    float *weight, *bias; /* DWCONV */
    float *depths;        /* DORN's table */
} cpu_step;

typedef struct cpu_net {
    net_exec base;
    int threads;
    bool profile, amx, winograd;
    const cpu_rows *rows;
    cpu_conv_engine *engine; /* NULL without a convolution, or without oneDNN */
    cpu_step steps[NET_MAX_OPS];
    cpu_colours colours;
    unsigned char *memory;          /* arena and scratch, one allocation */
    unsigned char *arena, *scratch; /* aligned to NET_ALIGN */
} cpu_net;

/* One image of a value; without data before there is an arena. */
cpu_map cpu_net_map(const cpu_net *net, int32_t value, int32_t image);

/* Run operation `index` for one image. `photograph` is NULL for a graph without INPUT. */
pnd_status cpu_net_step(cpu_net *net, int32_t index, int32_t image, const uint8_t *photograph,
                        pnd_error *err);

/* Scratch of what cpu_net_step() does itself. */
size_t cpu_net_step_scratch(const cpu_net *net, int32_t index);

#endif
