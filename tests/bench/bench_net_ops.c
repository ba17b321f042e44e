/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network, operation by operation, with hashed weights:
 *
 *     bench_net_ops [--backend cpu] [--precision f32] [--size 1024x2048] [--threads 0] [--variant
 * r52|ds]
 *               [--rounds 3] [--only TEXT] [--onednn] [--winograd]
 *
 * Prints the whole network's minimum and median time, the sum of its convolutions' minima, and a
 * row for each operation: minimum, GFLOP/s, share of the whole; and a digest of the head maps,
 * which must not depend on --threads. --only runs the operations whose name contains TEXT, alone;
 * --onednn leaves the CPU's own convolutions out; --winograd lets
 * oneDNN use that algorithm.
 */
#include "../backend/hashed_net.h"

#include "../../kernels/src/backend_ops.h"
#include "../../kernels/src/net/net_exec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_ROUNDS = 100 };

typedef struct arguments {
    const char *backend, *precision, *variant, *only;
    int width, height, threads, rounds;
    bool onednn, winograd;
} arguments;

static void die(const pnd_error *err)
{
    (void)fprintf(stderr, "%s (%s)\n", err->message, err->hint);
    exit(1);
}

static bool parse_value(arguments *a, const char *name, const char *value)
{
    if (strcmp(name, "--backend") == 0)
        a->backend = value;
    else if (strcmp(name, "--precision") == 0)
        a->precision = value;
    else if (strcmp(name, "--variant") == 0)
        a->variant = value;
    else if (strcmp(name, "--only") == 0)
        a->only = value;
    else if (strcmp(name, "--size") == 0)
        return sscanf(value, "%dx%d", &a->height, &a->width) == 2; // NOLINT(cert-err34-c)
    else if (strcmp(name, "--threads") == 0)
        return sscanf(value, "%d", &a->threads) == 1; // NOLINT(cert-err34-c)
    else if (strcmp(name, "--rounds") == 0)
        return sscanf(value, "%d", &a->rounds) == 1 && a->rounds > 0 && // NOLINT(cert-err34-c)
               a->rounds <= MAX_ROUNDS;
    else
        return false;
    return true;
}

static arguments parse(int argc, char **argv)
{
    arguments a = {.backend = "cpu",
                   .precision = "f32",
                   .variant = "r52",
                   .width = 2048,
                   .height = 1024,
                   .rounds = 3};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--onednn") == 0)
            a.onednn = true;
        else if (strcmp(argv[i], "--winograd") == 0)
            a.winograd = true;
        else if (i + 1 < argc && parse_value(&a, argv[i], argv[i + 1]))
            i++;
        else {
            (void)fprintf(stderr, "bench_net_ops: '%s': see the head of bench_net_ops.c\n",
                          argv[i]);
            exit(2);
        }
    }
    return a;
}

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Keep the operations whose name contains the text. Their inputs are then never written: zeros. */
static void keep_only(net_graph *g, const char *text)
{
    int32_t n = 0;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (strstr(g->ops[i].name, text) != NULL)
            g->ops[n++] = g->ops[i];
    g->n_ops = n;
}

typedef struct timing {
    double whole[MAX_ROUNDS], op[NET_MAX_OPS];
} timing;

static void measure(timing *t, net_exec *e, const arguments *a, const uint8_t *image)
{
    const uint8_t *const photographs[] = {image};
    double before[NET_MAX_OPS] = {0};
    pnd_error err = {0};
    for (int round = -1; round < a->rounds; round++) { /* the first warms up */
        memcpy(before, e->op_ms, sizeof before);
        const double start = now_ms();
        if (e->ops->run(e, photographs, 1, &err) != PND_OK)
            die(&err);
        if (round < 0)
            continue;
        t->whole[round] = now_ms() - start;
        for (int32_t i = 0; i < e->graph->n_ops; i++) {
            const double ms = e->op_ms[i] - before[i];
            t->op[i] = round == 0 || ms < t->op[i] ? ms : t->op[i];
        }
    }
    qsort(t->whole, (size_t)a->rounds, sizeof *t->whole, by_value);
}

/* FNV-1a over the bits of the head maps. */
static uint64_t digest(net_exec *e)
{
    const net_graph *g = e->graph;
    const int32_t heads[] = {g->sem, g->center, g->offset, g->raw_depth};
    uint64_t hash = 0xcbf29ce484222325u;
    pnd_error err = {0};
    for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
        if (heads[h] == NET_NONE)
            continue;
        const net_place *p = &e->plan.places[heads[h]];
        const size_t bytes =
            sizeof(float) * (size_t)p->channels * (size_t)p->height * (size_t)p->width;
        float *planar = calloc(bytes + 1, 1);
        if (planar == NULL || e->ops->read(e, heads[h], 0, planar, &err) != PND_OK)
            die(&err);
        for (size_t i = 0; i < bytes; i++)
            hash = (hash ^ ((const unsigned char *)planar)[i]) * 0x100000001b3u;
        free(planar);
    }
    return hash;
}

static void print(const timing *t, const net_exec *e, const arguments *a)
{
    double convolutions = 0.0, rest = 0.0;
    for (int32_t i = 0; i < e->graph->n_ops; i++) {
        const net_op_kind kind = e->graph->ops[i].kind;
        *(kind == NET_CONV || kind == NET_DWCONV ? &convolutions : &rest) += t->op[i];
    }
    (void)printf("%s %s %s %dx%d: %.1f ms at least, %.1f ms median of %d; convolutions %.1f ms, "
                 "the rest %.1f ms; %.0f GFLOP/s; %.0f MB of activations, %.0f MB of weights\n",
                 a->variant, a->backend, a->precision, a->width, a->height, t->whole[0],
                 t->whole[a->rounds / 2], a->rounds, convolutions, rest,
                 1e-6 * (double)e->plan.flops / t->whole[0], 1e-6 * (double)e->plan.arena_bytes,
                 1e-6 * (double)e->weight_bytes);
    for (int32_t i = 0; i < e->graph->n_ops; i++) {
        const net_op *op = &e->graph->ops[i];
        const net_place *out = &e->plan.places[op->out];
        const double flops = (double)net_op_flops(e->graph, op, out->height, out->width);
        (void)printf("%8.2f ms %7.0f GFLOP/s %5.1f %%  %-8s %s\n", t->op[i],
                     1e-6 * flops / t->op[i], 100.0 * t->op[i] / (convolutions + rest),
                     net_op_kind_name(op->kind), op->name);
    }
}

int main(int argc, char **argv)
{
    const arguments a = parse(argc, argv);
    static timing t;
    pnd_backend_options options = {.struct_size = sizeof options};
    pnd_net_options net_options = {
        .struct_size = sizeof net_options, .pool_height = 32, .pool_width = 64};
    net_exec_options exec_options = {.batch = 1,
                                     .slots = 1,
                                     .width = a.width,
                                     .height = a.height,
                                     .profile = true,
                                     .heads_only = true,
                                     .keep_heads = true,
                                     .onednn_only = a.onednn,
                                     .winograd = a.winograd};
    const hashed_config config = {
        .separable = strcmp(a.variant, "ds") == 0, .depth_channels = 1, .divisor = 1};
    net_graph *graph = calloc(1, sizeof *graph);
    uint8_t *image = calloc((size_t)a.width * (size_t)a.height, 3);
    pnd_backend *backend = NULL;
    net_exec *exec = NULL;
    hashed_net weights;
    pnd_error err = {0};
    if (graph == NULL || image == NULL ||
        !pnd_precision_parse(&exec_options.precision, a.precision))
        return 2;
    if (a.height < 512 || a.width < 1024) /* the window must fit */
        net_options.pool_height = net_options.pool_width = 0;
    hashed_net_make(&weights, &config);
    hashed_image(image, a.width, a.height);
    if (pnd_backend_options_parse(&options, a.backend, &err) != PND_OK)
        die(&err);
    options.threads = a.threads;
    if (pnd_backend_create(&backend, &options, &err) != PND_OK ||
        net_build(graph, weights.tensors, weights.n, &net_options, &err) != PND_OK)
        die(&err);
    if (a.only != NULL)
        keep_only(graph, a.only);
    if (backend->ops->net_open(backend->impl, &exec, graph, &exec_options, &err) != PND_OK)
        die(&err);
    hashed_net_clear(&weights);
    measure(&t, exec, &a, image);
    print(&t, exec, &a);
    if (a.only == NULL)
        (void)printf("digest %016" PRIx64 "\n", digest(exec));
    exec->ops->close(exec);
    pnd_backend_free(backend);
    free(image);
    free(graph);
    return 0;
}
