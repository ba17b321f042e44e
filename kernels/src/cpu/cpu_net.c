/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network on the CPU: oneDNN's convolutions and our own kernels over one arena.
 *
 * Images of a batch run one after the other through each operation, so that an image's result does
 * not depend on its neighbours. Our own kernels give the same bits for any number of threads, and
 * so do oneDNN's direct convolutions in all implementations that this network meets (tests/backend
 * and bench_net_ops compare 1, 2 and 7 threads). Its Winograd convolutions do not: they group sums
 * by what each thread is given. They take half the time of direct ones in float32 where channels
 * are many, and are used only when options.winograd asks for them.
 */
#include "cpu_net.h"

#include "cpu_backend.h"
#include "cpu_isa.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* oneDNN asks OpenMP how many threads to use. The answer is a property of the calling thread, and
 * it is put back before anyone else can ask. */
static int set_threads(int threads)
{
#ifdef _OPENMP
    const int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    return before;
#else
    return threads;
#endif
}

/* ---- running */

static double now_ms(void)
{
    struct timespec t;
    (void)timespec_get(&t, TIME_UTC);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static pnd_status run_steps(cpu_net *net, const uint8_t *const *photographs, int32_t n,
                            pnd_error *err)
{
    pnd_status status = PND_OK;
    for (int32_t i = 0; i < net->base.graph->n_ops && status == PND_OK; i++) {
        const double start = net->profile ? now_ms() : 0.0;
        for (int32_t image = 0; image < n && status == PND_OK; image++)
            status =
                cpu_net_step(net, i, image, photographs != NULL ? photographs[image] : NULL, err);
        if (net->profile)
            net->base.op_ms[i] += now_ms() - start;
    }
    return status;
}

static pnd_status run(net_exec *exec, const uint8_t *const *photographs, int32_t n, pnd_error *err)
{
    cpu_net *net = (cpu_net *)exec;
    const int before = set_threads(net->threads);
    const pnd_status status = run_steps(net, photographs, n, err);
    (void)set_threads(before);
    exec->n_profiled += net->profile ? n : 0;
    return status;
}

/* ---- planar copies */

static float widen(uint16_t bits)
{
    const uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

static uint16_t narrow(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

static void read_row(const cpu_map *map, float *planar, int32_t y)
{
    const size_t width = (size_t)map->width, plane = width * (size_t)map->height;
    const size_t first = (size_t)y * width;
    for (size_t c = 0; c < (size_t)map->channels; c++) {
        float *restrict const to = planar + c * plane + first;
        const size_t from = first * map->pitch + c;
        if (map->bf16)
            for (size_t x = 0; x < width; x++)
                to[x] = widen(((const uint16_t *)(void *)map->data)[from + x * map->pitch]);
        else
            for (size_t x = 0; x < width; x++)
                to[x] = ((const float *)(void *)map->data)[from + x * map->pitch];
    }
}

static pnd_status read_value(net_exec *exec, int32_t value, int32_t image, float *planar,
                             pnd_error *err)
{
    const cpu_net *net = (const cpu_net *)exec;
    const cpu_map map = cpu_net_map(net, value, image);
    (void)err;
#pragma omp parallel for schedule(static) num_threads(net->threads)
    for (int32_t y = 0; y < map.height; y++)
        read_row(&map, planar, y);
    return PND_OK;
}

static pnd_status write_value(net_exec *exec, int32_t value, int32_t image, const float *planar,
                              pnd_error *err)
{
    const cpu_map map = cpu_net_map((const cpu_net *)exec, value, image);
    const size_t pixels = (size_t)map.width * (size_t)map.height;
    (void)err;
    for (size_t c = 0; c < (size_t)map.channels; c++) {
        for (size_t i = 0; i < pixels; i++) {
            const size_t to = i * map.pitch + c;
            if (map.bf16)
                ((uint16_t *)(void *)map.data)[to] = narrow(planar[c * pixels + i]);
            else
                ((float *)(void *)map.data)[to] = planar[c * pixels + i];
        }
    }
    return PND_OK;
}

/* ---- opening */

static void close_cpu(net_exec *exec)
{
    cpu_net *net = (cpu_net *)exec;
    for (size_t i = 0; i < NET_MAX_OPS; i++) {
        cpu_conv_close(net->steps[i].conv);
        cpu_amx_close(net->steps[i].amx);
        free(net->steps[i].weight);
        free(net->steps[i].bias);
        free(net->steps[i].depths);
    }
    cpu_conv_engine_close(net->engine);
    free(net->memory);
    free(net);
}

static pnd_status no_memory(pnd_error *err)
{
    return pnd_fail(err, PND_ENOMEM, "out of memory for the weights of a network");
}

/* Where our own convolution is the faster one (docs/benchmarks.md). Few channels would waste most
 * of a tile; a 1x1 convolution of bfloat16 is bound by memory, and oneDNN moves it better. */
static bool suits_amx(const cpu_net *net, const cpu_conv_shape *shape)
{
    enum { MIN_CHANNELS = 16 };
    return net->amx && shape->in.channels >= MIN_CHANNELS && shape->kernel <= CPU_AMX_MAX_KERNEL &&
           (shape->kernel > 1 || !shape->in.bf16);
}

static pnd_status make_conv(cpu_net *net, int32_t index, const float *weight, const float *bias,
                            pnd_error *err)
{
    const net_op *op = &net->base.graph->ops[index];
    const cpu_conv_shape shape = {.in = cpu_net_map(net, op->in, 0),
                                  .out = cpu_net_map(net, op->out, 0),
                                  .kernel = op->kernel,
                                  .stride = op->stride,
                                  .dilation = op->dilation,
                                  .relu = op->relu,
                                  .residual = op->residual != NET_NONE,
                                  .winograd = net->winograd};
    cpu_step *step = &net->steps[index];
    pnd_status status = PND_OK;
    if (net->engine == NULL || suits_amx(net, &shape)) {
        status = cpu_amx_open(&step->amx, &shape, weight, bias, net->threads, err);
        if (status == PND_OK)
            net->base.weight_bytes += cpu_amx_weight_bytes(step->amx);
        return status;
    }
    status = cpu_conv_open(&step->conv, net->engine, &shape, weight, bias, err);
    if (status == PND_OK)
        net->base.weight_bytes += cpu_conv_weight_bytes(step->conv);
    return status;
}

static pnd_status load_conv(cpu_net *net, int32_t index, pnd_error *err)
{
    const net_graph *graph = net->base.graph;
    const net_op *op = &graph->ops[index];
    const size_t n = net_weight_count(graph, op),
                 channels = (size_t)graph->values[op->out].channels;
    float *weight = pnd_alloc_array(n, sizeof *weight);
    float *bias = pnd_alloc_array(channels, sizeof *bias);
    if (weight == NULL || bias == NULL) {
        free(weight);
        free(bias);
        return no_memory(err);
    }
    net_fold(graph, op, weight, bias);
    if (op->kind == NET_DWCONV) {
        net->steps[index].weight = weight;
        net->steps[index].bias = bias;
        net->base.weight_bytes += (n + channels) * sizeof(float);
        return PND_OK;
    }
    const pnd_status status = make_conv(net, index, weight, bias, err);
    free(weight);
    free(bias);
    return status;
}

static pnd_status load_dorn(cpu_net *net, int32_t index, pnd_error *err)
{
    const net_graph *graph = net->base.graph;
    const int32_t intervals = graph->values[graph->ops[index].in].channels / 2;
    float *depths = pnd_alloc_array((size_t)intervals + 1, sizeof *depths);
    if (depths == NULL)
        return no_memory(err);
    net_dorn_table(depths, intervals);
    net->steps[index].depths = depths;
    return PND_OK;
}

static pnd_status load_steps(cpu_net *net, pnd_error *err)
{
    const net_graph *graph = net->base.graph;
    pnd_status status = PND_OK;
    for (int32_t i = 0; i < graph->n_ops && status == PND_OK; i++) {
        if (graph->ops[i].kind == NET_CONV || graph->ops[i].kind == NET_DWCONV)
            status = load_conv(net, i, err);
        else if (graph->ops[i].kind == NET_DORN)
            status = load_dorn(net, i, err);
    }
    for (int i = 0; i < CPU_NORMALISE_PERIOD; i++) {
        net->colours.mean[i] = graph->mean[i % 3];
        net->colours.std[i] = graph->std[i % 3];
    }
    return status;
}

/* A graph with convolutions needs oneDNN, or does without it on AMX. */
static pnd_status open_engine(cpu_net *net, pnd_error *err)
{
    pnd_error why = {0};
    bool has_conv = false;
    for (int32_t i = 0; i < net->base.graph->n_ops; i++)
        has_conv = has_conv || net->base.graph->ops[i].kind == NET_CONV;
    if (!has_conv)
        return PND_OK;
    const pnd_status status = cpu_conv_engine_open(&net->engine, &why);
    if (status == PND_OK || (status == PND_EUNSUPPORTED && net->amx))
        return PND_OK;
    return pnd_fail_hint(err, status, why.hint, "%s", why.message);
}

static pnd_status allocate(cpu_net *net, pnd_error *err)
{
    size_t scratch = 0;
    for (int32_t i = 0; i < net->base.graph->n_ops; i++) {
        const size_t bytes = cpu_net_step_scratch(net, i);
        scratch = bytes > scratch ? bytes : scratch;
    }
    const size_t arena = net->base.plan.arena_bytes;
    net->memory = pnd_calloc_array(arena + scratch + NET_ALIGN, 1);
    if (net->memory == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a network of %zu MB of activations",
                        (arena + scratch) >> 20);
    net->arena = net->memory + (NET_ALIGN - (uintptr_t)net->memory % NET_ALIGN);
    net->scratch = net->arena + arena;
    net->base.plan.arena_bytes += scratch;
    return PND_OK;
}

static pnd_status load(cpu_net *net, const net_exec_options *options, pnd_error *err)
{
    const bool bf16 = options->precision == PND_PRECISION_BF16;
    const net_plan_options plan = {.batch = options->batch,
                                   .width = options->width,
                                   .height = options->height,
                                   .element_size = bf16 ? sizeof(uint16_t) : sizeof(float),
                                   .keep_all = options->keep_all};
    pnd_status status = net_plan_make(&net->base.plan, net->base.graph, &plan, err);
    if (status == PND_OK)
        status = open_engine(net, err);
    if (status == PND_OK)
        status = load_steps(net, err);
    return status == PND_OK ? allocate(net, err) : status;
}

static const net_exec_ops exec_ops = {
    .close = close_cpu, .run = run, .read = read_value, .write = write_value};

pnd_status pnd_cpu_net_open(void *impl, net_exec **out, const net_graph *graph,
                            const net_exec_options *options, pnd_error *err)
{
    const pnd_cpu *cpu = impl;
    if (options->precision == PND_PRECISION_F16)
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "use f32 or bf16",
                             "the cpu backend computes in f32, bf16x3 or bf16, not in %s",
                             pnd_precision_name(options->precision));
    if (options->precision == PND_PRECISION_BF16X3 && !cpu_has_amx())
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "use f32 or bf16",
                             "bf16x3 needs a processor with AMX, and this one has none");
    cpu_net *net = pnd_calloc_array(1, sizeof *net);
    if (net == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a network");
    net->base.ops = &exec_ops;
    net->base.graph = graph;
    net->threads = cpu->threads;
    net->profile = options->profile;
    net->winograd = options->winograd;
    net->rows = cpu_rows_select();
    net->amx = !options->onednn_only && options->precision != PND_PRECISION_F32 && cpu_has_amx();
    const int before = set_threads(net->threads);
    const pnd_status status = load(net, options, err);
    (void)set_threads(before);
    if (status != PND_OK) {
        close_cpu(&net->base);
        return status;
    }
    *out = &net->base;
    return PND_OK;
}
