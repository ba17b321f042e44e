/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One operation of the network on the CPU: rows, or blocks of channels, shared out to OpenMP's
 * threads.
 */
#include "cpu_net.h"

#ifdef _OPENMP
#include <omp.h>
#endif

cpu_map cpu_net_map(const cpu_net *net, int32_t value, int32_t image)
{
    const net_place *p = &net->base.plan.places[value];
    const size_t bytes = (size_t)p->height * (size_t)p->width * (size_t)p->pitch * p->element_size;
    unsigned char *const data =
        net->arena == NULL ? NULL : net->arena + p->offset + (size_t)image * bytes;
    return (cpu_map){.data = data,
                     .height = p->height,
                     .width = p->width,
                     .channels = p->channels,
                     .pitch = (size_t)p->pitch,
                     .bf16 = p->element_size == sizeof(uint16_t)};
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static void run_input(const cpu_net *net, cpu_map out, const uint8_t *photograph)
{
#pragma omp parallel for schedule(static) num_threads(net->threads)
    for (int32_t y = 0; y < out.height; y++)
        net->rows->normalise(&out, photograph + 3 * (size_t)y * (size_t)out.width, &net->colours,
                             y);
}

/* Columns of channels narrow enough that the rows under a window stay in the second-level cache,
 * in as many bands of rows as the threads need. */
static void run_depthwise(const cpu_net *net, int32_t index, cpu_map out, cpu_map in)
{
    const net_op *op = &net->base.graph->ops[index];
    const cpu_window window = {.kernel = op->kernel,
                               .stride = op->stride,
                               .dilation = op->dilation,
                               .relu = op->relu,
                               .weight = net->steps[index].weight,
                               .bias = net->steps[index].bias};
    const int32_t wide = CPU_DEPTHWISE_BYTES / (in.bf16 ? 2 : 4);
    const int32_t across = (in.channels + wide - 1) / wide;
    const int32_t bands = net->threads < out.height ? net->threads : out.height;
    const int32_t tall = (out.height + bands - 1) / bands;
#pragma omp parallel for schedule(dynamic) num_threads(net->threads)
    for (int32_t i = 0; i < across * bands; i++) {
        const int32_t top = i / across * tall, first = i % across * wide;
        net->rows->depthwise(&out, &in, &window,
                             (cpu_part){.top = top,
                                        .bottom = least(top + tall, out.height),
                                        .first = first,
                                        .end = least(first + wide, in.channels)});
    }
}

static void run_max_pool(const cpu_net *net, cpu_map out, cpu_map in)
{
#pragma omp parallel for schedule(static) num_threads(net->threads)
    for (int32_t y = 0; y < out.height; y++)
        net->rows->max_pool(&out, &in, y);
}

static void run_resize(const cpu_net *net, cpu_map out, cpu_map in)
{
#pragma omp parallel for schedule(static) num_threads(net->threads)
    for (int32_t y = 0; y < out.height; y++)
        net->rows->resize(&out, &in, y);
}

static int thread_number(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

static void run_average(const cpu_net *net, cpu_map out, cpu_map in)
{
    const size_t share = (size_t)in.width * CPU_BLOCK;
    double *const sums = (double *)(void *)net->scratch;
#pragma omp parallel for schedule(static) num_threads(net->threads)
    for (int32_t c = 0; c < in.channels; c += CPU_BLOCK)
        net->rows->average(&out, &in, c, sums + share * (size_t)thread_number());
}

static void run_dorn(const cpu_net *net, int32_t index, cpu_map out, cpu_map in)
{
    const bool paper = net->base.graph->depth_head == PND_DEPTH_DORN_PUBLISHED;
    const float *depths = net->steps[index].depths;
#pragma omp parallel for schedule(static) num_threads(net->threads)
    for (int32_t y = 0; y < out.height; y++)
        net->rows->dorn(&out, &in, depths, paper, y);
}

pnd_status cpu_net_step(cpu_net *net, int32_t index, int32_t image, const uint8_t *photograph,
                        pnd_error *err)
{
    const net_op *op = &net->base.graph->ops[index];
    const cpu_map out = cpu_net_map(net, op->out, image);
    const cpu_map in = op->in != NET_NONE ? cpu_net_map(net, op->in, image) : (cpu_map){0};
    switch (op->kind) {
    case NET_INPUT:
        run_input(net, out, photograph);
        break;
    case NET_CONV:
        if (net->steps[index].amx == NULL)
            return cpu_conv_run(net->steps[index].conv, out.data, in.data, net->scratch, err);
        cpu_amx_run(net->steps[index].amx, out.data, in.data, net->scratch);
        break;
    case NET_DWCONV:
        run_depthwise(net, index, out, in);
        break;
    case NET_MAXPOOL:
        run_max_pool(net, out, in);
        break;
    case NET_AVGPOOL:
        run_average(net, out, in);
        break;
    case NET_RESIZE:
        run_resize(net, out, in);
        break;
    case NET_DORN:
        run_dorn(net, index, out, in);
        break;
    }
    return PND_OK;
}

size_t cpu_net_step_scratch(const cpu_net *net, int32_t index)
{
    const net_op *op = &net->base.graph->ops[index];
    if (net->steps[index].amx != NULL)
        return cpu_amx_scratch_bytes(net->steps[index].amx);
    if (op->kind == NET_CONV)
        return cpu_conv_scratch_bytes(net->steps[index].conv);
    if (op->kind == NET_AVGPOOL)
        return (size_t)net->threads * (size_t)net->base.plan.places[op->in].width * CPU_BLOCK *
               sizeof(double);
    return 0;
}
