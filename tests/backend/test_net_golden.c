/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_net_golden PATH BACKEND PRECISION: a whole network against what PyTorch computed for it.
 * PATH is a folder with weights and io, or a file with io alone, whose weights are hashed
 * (hashed_net.h).
 *
 * Bounds: in f32 the largest difference is at most 1e-4 of the largest value (PyTorch's own sums in
 * another order differ by about 1e-6); in half precision the normalised squared error, the sum of
 * squared differences over the sum of squares, is bounded. A rounding to bfloat16 is at most 2^-9
 * of its value, so its mean square is 2^-18 / 3 = 1.3e-6; weights and activations of 60
 * convolutions one behind the other make 120 of them: 1.5e-4, and the predictors cancel up to half
 * of what they add (1e-3). PyTorch 2.15 in bfloat16 is as far from itself in float32: 1.0e-3 for
 * golden_slim8's centre, 8.6e-4 with batch norms folded, where ours is 8.7e-4. f16 has 3 more bits:
 * 64 times less (1e-4).
 */
#include "hashed_net.h"
#include "net_files.h"

#include "../../kernels/src/backend_ops.h"
#include "../../kernels/src/net/net_exec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 77 };
#define MAX_ERROR     1e-4
#define MAX_NMSE_F16  1e-4
#define MAX_NMSE_BF16 1e-3

typedef struct network {
    net_file weights, io; /* weights: empty when they are hashed */
    hashed_net hashed;
    pnd_backend *backend;
    net_graph *graph;
    net_exec *exec;
} network;

static void fail(const pnd_error *err)
{
    (void)fprintf(stderr, "%s\n", err->message);
    exit(err->status == PND_EUNSUPPORTED ? SKIPPED : 1);
}

static bool compare(const network *n, const char *name, int32_t value, pnd_precision precision)
{
    pnd_error err = {0};
    const pnd_net_tensor *golden = net_file_find(&n->io, name);
    const size_t count = net_file_count(golden);
    const net_place *p = &n->exec->plan.places[value];
    const size_t one = (size_t)p->channels * (size_t)p->height * (size_t)p->width;
    if (count != one * (size_t)n->exec->plan.batch) {
        (void)printf("%s: %dx%dx%d values, expected %zu\n", name, p->channels, p->height, p->width,
                     count);
        return false;
    }
    float *found = calloc(count, sizeof *found), *expected = calloc(count, sizeof *expected);
    if (found == NULL || expected == NULL)
        exit(1);
    memcpy(expected, golden->data, count * sizeof *expected);
    for (int32_t i = 0; i < n->exec->plan.batch; i++)
        if (n->exec->ops->read(n->exec, value, i, found + (size_t)i * one, &err) != PND_OK)
            fail(&err);
    double largest = 0.0, error = 0.0, squares = 0.0, squared_error = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double e = fabs((double)found[i] - (double)expected[i]);
        largest = fmax(largest, fabs((double)expected[i]));
        error = e <= error ? error : e; /* NaN counts */
        squares += (double)expected[i] * (double)expected[i];
        squared_error += e * e;
    }
    const double max_nmse = precision == PND_PRECISION_BF16 ? MAX_NMSE_BF16 : MAX_NMSE_F16;
    const bool f32 = precision == PND_PRECISION_F32 || precision == PND_PRECISION_BF16X3;
    const bool ok = f32 ? error <= MAX_ERROR * largest : squared_error <= max_nmse * squares;
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

/* ---- what the file says of its network */

static void hash_weights(network *n)
{
    char text[32];
    hashed_config config = {.divisor = 1};
    (void)net_file_meta(&n->io, "variant", text, sizeof text);
    config.separable = strcmp(text, "r52_ds") == 0;
    (void)net_file_meta(&n->io, "depth_head", text, sizeof text);
    config.plain_depth_head = strcmp(text, "plain") == 0;
    if (net_file_meta(&n->io, "width", text, sizeof text))
        config.divisor = (int32_t)strtol(text, NULL, 10);
    (void)net_file_meta(&n->io, "depth", text, sizeof text);
    config.depth_channels = strcmp(text, "l1") == 0 ? 1 : 0;
    if (strcmp(text, "dorn") == 0 && net_file_meta(&n->io, "dorn_bins", text, sizeof text))
        config.depth_channels = 2 * (int32_t)strtol(text, NULL, 10);
    hashed_net_make(&n->hashed, &config);
}

static void read_pool(const net_file *file, pnd_net_options *options)
{
    char text[32], *end = NULL;
    if (!net_file_meta(file, "aspp_pool", text, sizeof text) &&
        !net_file_meta(file, "pool", text, sizeof text))
        return;
    if (strcmp(text, "global") == 0)
        return;
    const char *at = text + strspn(text, "("); /* 2x4 or (2,4) */
    options->pool_height = (int32_t)strtol(at, &end, 10);
    options->pool_width = (int32_t)strtol(end + 1, NULL, 10);
}

static void open_files(network *n, const char *path)
{
    const size_t length = strlen(path);
    if (length > 12 && strcmp(path + length - 12, ".safetensors") == 0) {
        net_file_open(&n->io, NULL, path);
        hash_weights(n);
        return;
    }
    net_file_open(&n->weights, path, "weights.safetensors");
    net_file_open(&n->io, path, "io.safetensors");
}

static pnd_net_options read_options(const network *n)
{
    char text[32];
    pnd_net_options options = {.struct_size = sizeof options};
    read_pool(n->weights.n > 0 ? &n->weights : &n->io, &options);
    (void)net_file_meta(&n->io, "dorn_layout", text, sizeof text);
    if (strcmp(text, "published") == 0)
        options.depth_head = PND_DEPTH_DORN_PUBLISHED;
    return options;
}

static void run(network *n, pnd_precision precision)
{
    pnd_error err = {0};
    const pnd_net_tensor *image = net_file_find(&n->io, "image_hwc");
    const int64_t *hwc = image->shape + (image->rank - 3);
    const pnd_net_options net_options = read_options(n);
    const net_exec_options options = {.batch = image->rank == 4 ? (int32_t)image->shape[0] : 1,
                                      .slots = 1,
                                      .height = (int32_t)hwc[0],
                                      .width = (int32_t)hwc[1],
                                      .precision = precision,
                                      .keep_all = true,
                                      .keep_heads = true,
                                      .heads_only = true};
    const uint8_t *photographs[PND_NET_MAX_BATCH] = {NULL};
    for (int32_t i = 0; i < options.batch; i++)
        photographs[i] = (const uint8_t *)image->data + i * hwc[0] * hwc[1] * 3;
    const bool hashed = n->weights.n == 0;
    if (net_build(n->graph, hashed ? n->hashed.tensors : n->weights.tensors,
                  hashed ? n->hashed.n : n->weights.n, &net_options, &err) != PND_OK ||
        n->backend->ops->net_open(n->backend->impl, &n->exec, n->graph, &options, &err) != PND_OK ||
        n->exec->ops->run(n->exec, photographs, options.batch, &err) != PND_OK)
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
        (void)fprintf(stderr, "usage: test_net_golden PATH ref|cpu|cuda f32|bf16|f16\n");
        return 2;
    }
    if (pnd_backend_create(&n.backend, &options, &err) != PND_OK ||
        n.backend->ops->net_open == NULL) {
        (void)printf("SKIPPED: no network on %s: %s\n", argv[2], err.message);
        pnd_backend_free(n.backend);
        free(n.graph);
        return SKIPPED;
    }
    open_files(&n, argv[1]);
    run(&n, precision);
    const bool ok = compare_all(&n, precision);
    n.exec->ops->close(n.exec);
    pnd_backend_free(n.backend);
    hashed_net_clear(&n.hashed);
    net_file_close(&n.weights);
    net_file_close(&n.io);
    free(n.graph);
    return ok ? 0 : 1;
}
