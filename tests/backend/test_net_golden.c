/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_net_golden FOLDER BACKEND PRECISION: a whole network against what PyTorch computed for it.
 *
 * Bounds: in f32 the largest difference is at most 1e-4 of the largest value (PyTorch's own sums in
 * another order differ by about 1e-6); in half precision the normalised squared error, the sum of
 * squared differences over the sum of squares, is at most 1e-4: two digits, as 8 bits of mantissa
 * leave after a hundred roundings that mostly cancel.
 */
#include "net_files.h"

#include "../../kernels/src/backend_ops.h"
#include "../../kernels/src/net/net_exec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 77 };
#define MAX_ERROR 1e-4
#define MAX_NMSE  1e-4

typedef struct network {
    net_file weights, io;
    pnd_backend *backend;
    net_graph *graph;
    net_exec *exec;
} network;

static void fail(const pnd_error *err)
{
    (void)fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static bool compare(const network *n, const char *name, int32_t value, pnd_precision precision)
{
    pnd_error err = {0};
    const pnd_net_tensor *golden = net_file_find(&n->io, name);
    const size_t count = net_file_count(golden);
    const net_place *p = &n->exec->plan.places[value];
    if (count != (size_t)p->channels * (size_t)p->height * (size_t)p->width) {
        (void)printf("%s: %dx%dx%d values, expected %zu\n", name, p->channels, p->height, p->width,
                     count);
        return false;
    }
    float *found = calloc(count, sizeof *found), *expected = calloc(count, sizeof *expected);
    if (found == NULL || expected == NULL)
        exit(1);
    memcpy(expected, golden->data, count * sizeof *expected);
    if (n->exec->ops->read(n->exec, value, 0, found, &err) != PND_OK)
        fail(&err);
    double largest = 0.0, error = 0.0, squares = 0.0, squared_error = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double e = fabs((double)found[i] - (double)expected[i]);
        largest = fmax(largest, fabs((double)expected[i]));
        error = e <= error ? error : e; /* NaN counts */
        squares += (double)expected[i] * (double)expected[i];
        squared_error += e * e;
    }
    const bool ok = precision == PND_PRECISION_F32 ? error <= MAX_ERROR * largest
                                                   : squared_error <= MAX_NMSE * squares;
    (void)printf("%-20s largest %9.3g, error %8.2e of it, NMSE %8.2e: %s\n", name, largest,
                 error / largest, squared_error / squares, ok ? "OK" : "FAILED");
    free(found);
    free(expected);
    return ok;
}

static bool compare_all(const network *n, pnd_precision precision)
{
    const net_graph *g = n->graph;
    const struct {
        const char *name;
        int32_t value;
    } values[] = {{"feat.backbone.res2", g->res2},
                  {"feat.backbone.res3", g->res3},
                  {"feat.backbone.res4", g->res4},
                  {"feat.backbone.res5", g->res5},
                  {"s4.sem", g->sem},
                  {"s4.center", g->center},
                  {"s4.offset", g->offset},
                  {"s4.depth_raw", g->raw_depth}};
    bool ok = true;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (values[i].value != NET_NONE && net_file_has(&n->io, values[i].name))
            ok = compare(n, values[i].name, values[i].value, precision) && ok;
    return ok;
}

static void run(network *n, pnd_precision precision)
{
    pnd_error err = {0};
    const pnd_net_tensor *image = net_file_find(&n->io, "image_hwc");
    const net_exec_options options = {.batch = 1,
                                      .slots = 1,
                                      .height = (int32_t)image->shape[0],
                                      .width = (int32_t)image->shape[1],
                                      .precision = precision,
                                      .keep_all = true,
                                      .keep_heads = true,
                                      .heads_only = true};
    const pnd_net_options net_options = {
        .struct_size = sizeof net_options, .pool_height = 2, .pool_width = 4};
    const uint8_t *photographs[] = {image->data};
    if (net_build(n->graph, n->weights.tensors, n->weights.n, &net_options, &err) != PND_OK ||
        n->backend->ops->net_open(n->backend->impl, &n->exec, n->graph, &options, &err) != PND_OK ||
        n->exec->ops->run(n->exec, photographs, 1, &err) != PND_OK)
        fail(&err);
}

int main(int argc, char **argv)
{
    network n = {.graph = calloc(1, sizeof *n.graph)};
    pnd_backend_options options = {.struct_size = sizeof options};
    pnd_precision precision;
    pnd_error err = {0};
    if (argc != 4 || n.graph == NULL || !pnd_precision_parse(&precision, argv[3]) ||
        pnd_backend_options_parse(&options, argv[2], &err) != PND_OK) {
        (void)fprintf(stderr, "usage: test_net_golden FOLDER ref|cpu|cuda f32|bf16|f16\n");
        return 2;
    }
    if (pnd_backend_create(&n.backend, &options, &err) != PND_OK ||
        n.backend->ops->net_open == NULL) {
        (void)printf("SKIPPED: no network on %s: %s\n", argv[2], err.message);
        return SKIPPED;
    }
    net_file_open(&n.weights, argv[1], "weights.safetensors");
    net_file_open(&n.io, argv[1], "io.safetensors");
    run(&n, precision);
    const bool ok = compare_all(&n, precision);
    n.exec->ops->close(n.exec);
    pnd_backend_free(n.backend);
    net_file_close(&n.weights);
    net_file_close(&n.io);
    free(n.graph);
    return ok ? 0 : 1;
}
