/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network on one backend, with the pseudo-random weights of tests/backend/hashed_net.h:
 *
 *     bench_net [--device cpu|ref|cuda[:N]] [--precision f32|bf16|f16] [--variant r52|r52_ds]
 *               [--depth none|l1|dorn] [--depth-head plain|ds] [--pool HxW|global] [--size HxW]
 *               [--batch N] [--width DIVISOR] [--threads N] [--profile FILE] [--rounds N]
 *               [--only network|pipeline|post|stream]
 *
 * `network` ends with the head maps, `pipeline` with the panoptic map, the depth map and the fused
 * segments in host memory, `post` is the step from head maps in host memory to those, `stream`
 * keeps two slots in flight. Times are of one batch, of one image for `post`.
 * scripts/reference/time_torch.py is the peer.
 */
#include "bench.h"

#include "../backend/hashed_net.h"

#include <panodepth/buffer.h>

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2, MAX_CASES = 4, USAGE = 2, DEVICE_FAILED = 5 };

typedef struct config {
    hashed_config weights;
    pnd_net_options net;
    pnd_backend_options backend;
    const char *device, *precision, *variant, *depth, *profile, *only;
} config;

typedef struct job {
    pnd_backend *backend;
    pnd_net *network, *pipeline; /* heads only; everything */
    pnd_postprocess_result post;
    int32_t batch, width, height;
    int32_t turn;
} job;

static bool report(const pnd_error *err)
{
    (void)fprintf(stderr, "bench_net: %s%s%s\n", err->message, err->hint[0] != '\0' ? "; " : "",
                  err->hint);
    return false;
}

/* ---- what is timed */

static bool run_network(void *job_)
{
    const job *j = job_;
    pnd_error err = {0};
    return pnd_net_run(j->network, 0, j->batch, &err) == PND_OK || report(&err);
}

static bool run_pipeline(void *job_)
{
    const job *j = job_;
    pnd_error err = {0};
    return pnd_net_run(j->pipeline, 0, j->batch, &err) == PND_OK || report(&err);
}

static bool run_post(void *job_)
{
    job *j = job_;
    pnd_error err = {0};
    const pnd_net_result *r = pnd_net_get_result(j->network, 0, 0);
    return pnd_postprocess(&j->post, j->backend, &r->heads, j->width, j->height, NULL, &err) ==
               PND_OK ||
           report(&err);
}

/* One batch goes in, the one before it comes out. */
static bool run_stream(void *job_)
{
    job *j = job_;
    pnd_error err = {0};
    const int32_t slot = j->turn++ % SLOTS, other = (slot + 1) % SLOTS;
    if (pnd_net_submit(j->pipeline, slot, j->batch, &err) != PND_OK)
        return report(&err);
    return j->turn == 1 || pnd_net_wait(j->pipeline, other, &err) == PND_OK || report(&err);
}

static bool drain(job *j)
{
    pnd_error err = {0};
    return pnd_net_wait(j->pipeline, (j->turn + 1) % SLOTS, &err) == PND_OK || report(&err);
}

/* ---- options */

static bool parse_pair(int32_t *height, int32_t *width, const char *text)
{
    char rest = '\0';
    return sscanf(text, "%dx%d%c", height, width, &rest) == 2 && *height > 0 && *width > 0;
}

static bool parse_int32(int32_t *out, const char *text, int64_t low, int64_t high)
{
    int64_t value = 0;
    if (!pnd_parse_int(&value, text, low, high))
        return false;
    *out = (int32_t)value;
    return true;
}

static bool parse_depth(config *c, const char *text)
{
    static const struct {
        const char *name;
        int32_t channels;
    } kinds[] = {{"none", 0}, {"l1", 1}, {"dorn", 180}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(text, kinds[i].name) == 0) {
            c->depth = kinds[i].name;
            c->weights.depth_channels = kinds[i].channels;
            return true;
        }
    return false;
}

static bool parse_one(config *c, const char *name, const char *value)
{
    pnd_net_options *net = &c->net;
    pnd_error err = {0};
    if (strcmp(name, "--device") == 0) {
        c->device = value;
        return pnd_backend_options_parse(&c->backend, value, &err) == PND_OK;
    }
    if (strcmp(name, "--precision") == 0)
        return pnd_precision_parse(&net->precision, value);
    if (strcmp(name, "--variant") == 0) {
        c->variant = value;
        c->weights.separable = strcmp(value, "r52_ds") == 0;
        return c->weights.separable || strcmp(value, "r52") == 0;
    }
    if (strcmp(name, "--depth") == 0)
        return parse_depth(c, value);
    if (strcmp(name, "--depth-head") == 0) {
        c->weights.plain_depth_head = strcmp(value, "plain") == 0;
        return c->weights.plain_depth_head || strcmp(value, "ds") == 0;
    }
    if (strcmp(name, "--pool") == 0) {
        net->pool_height = net->pool_width = 0;
        return strcmp(value, "global") == 0 ||
               parse_pair(&net->pool_height, &net->pool_width, value);
    }
    if (strcmp(name, "--size") == 0)
        return parse_pair(&net->height, &net->width, value);
    if (strcmp(name, "--batch") == 0)
        return parse_int32(&net->batch, value, 1, PND_NET_MAX_BATCH);
    if (strcmp(name, "--width") == 0)
        return parse_int32(&c->weights.divisor, value, 1, 16);
    if (strcmp(name, "--threads") == 0)
        return parse_int32(&c->backend.threads, value, 1, 1024);
    if (strcmp(name, "--only") == 0) {
        c->only = value;
        return strcmp(value, "network") == 0 || strcmp(value, "pipeline") == 0 ||
               strcmp(value, "post") == 0 || strcmp(value, "stream") == 0;
    }
    if (strcmp(name, "--profile") == 0) {
        c->profile = value;
        return true;
    }
    return false;
}

static bool parse(config *c, int n, char **arguments)
{
    *c = (config){.weights = {.plain_depth_head = true, .depth_channels = 1, .divisor = 1},
                  .net = {.struct_size = sizeof c->net,
                          .height = 1024,
                          .width = 2048,
                          .batch = 1,
                          .pool_height = 32,
                          .pool_width = 64},
                  .backend = {.struct_size = sizeof c->backend, .kind = PND_BACKEND_CPU},
                  .device = "cpu",
                  .variant = "r52",
                  .depth = "l1"};
    for (int i = 0; i < n; i += 2)
        if (i + 1 == n || !parse_one(c, arguments[i], arguments[i + 1])) {
            (void)fprintf(stderr, "bench_net: %s %s: see the head of bench_net.c\n", arguments[i],
                          i + 1 == n ? "without a value" : arguments[i + 1]);
            return false;
        }
    return true;
}

/* ---- the run */

/* NULL after a message. */
static pnd_net *open_net(const job *j, const pnd_net_options *options, const hashed_net *weights)
{
    pnd_error err = {0};
    pnd_net *net = NULL;
    if (pnd_net_open(&net, j->backend, weights->tensors, weights->n, options, &err) != PND_OK) {
        (void)report(&err);
        return NULL;
    }
    for (int32_t slot = 0; slot < (options->slots > 0 ? options->slots : 1); slot++)
        for (int32_t i = 0; i < j->batch; i++)
            hashed_image(pnd_net_input(net, slot, i), j->width, j->height);
    return net;
}

static bool wanted(const config *c, const char *name)
{
    return c->only == NULL || strcmp(c->only, name) == 0;
}

static bool open_nets(job *j, const config *c, const hashed_net *weights)
{
    pnd_net_options heads = c->net, full = c->net;
    heads.heads_only = true;
    full.slots = SLOTS;
    const bool want_heads = wanted(c, "network") || wanted(c, "post");
    const bool want_full = wanted(c, "pipeline") || wanted(c, "stream");
    if (want_heads && (j->network = open_net(j, &heads, weights)) == NULL)
        return false;
    if (want_full && (j->pipeline = open_net(j, &full, weights)) == NULL)
        return false;
    const pnd_net_info info = pnd_net_get_info(want_heads ? j->network : j->pipeline);
    (void)fprintf(stderr,
                  "%s: %.1f GFLOP an image, %lld parameters, weights %.1f MB, arena %.1f MB\n",
                  info.variant, 1e-9 * (double)info.flops, (long long)info.parameters,
                  1e-6 * (double)info.weight_bytes, 1e-6 * (double)info.arena_bytes);
    return true;
}

/* Comma-separated, for a spreadsheet. */
static bool write_profile(const config *c, const job *j, const hashed_net *weights)
{
    pnd_error err = {0};
    pnd_net_options options = c->net;
    options.profile = true;
    pnd_net *net = open_net(j, &options, weights);
    pnd_status status = net != NULL ? PND_OK : PND_EINVAL;
    for (int32_t i = 0; i < 3 && status == PND_OK; i++)
        status = pnd_net_run(net, 0, j->batch, &err);
    FILE *out = status == PND_OK ? fopen(c->profile, "w") : NULL;
    if (out != NULL) {
        size_t n = 0;
        const pnd_net_profile_row *rows = pnd_net_profile(net, &n);
        (void)fprintf(out, "name,kind,ms,gflop\n");
        for (size_t i = 0; i < n; i++)
            (void)fprintf(out, "%s,%s,%.5f,%.5f\n", rows[i].name, rows[i].kind, rows[i].ms,
                          rows[i].gflop);
    }
    const bool ok = out != NULL && fclose(out) == 0;
    if (!ok)
        (void)fprintf(stderr, "bench_net: no profile in %s: %s\n", c->profile, err.message);
    pnd_net_free(net);
    return ok;
}

/* The cases that are wanted, in turn. A stream leaves a slot in flight, so it comes last, alone. */
static bool run_cases(job *j, const config *c, bench_case *cases, size_t *n, bench_options options)
{
    const bench_case all[MAX_CASES] = {{.name = "network", .body = run_network},
                                       {.name = "pipeline", .body = run_pipeline},
                                       {.name = "post", .body = run_post},
                                       {.name = "stream", .body = run_stream}};
    const double pixels = (double)j->batch * (double)j->width * (double)j->height;
    for (size_t i = 0; i < MAX_CASES; i++) {
        if (!wanted(c, all[i].name))
            continue;
        cases[*n] = all[i];
        cases[*n].job = j;
        cases[*n].pixels = pixels;
        (*n)++;
    }
    const size_t streams = wanted(c, "stream") ? 1 : 0, others = *n - streams;
    /* `post` alone needs predictions first */
    if (j->network != NULL && !wanted(c, "network") && !run_network(j))
        return false;
    return (others == 0 || bench_run(cases, others, options)) &&
           (streams == 0 || (bench_run(cases + others, 1, options) && drain(j)));
}

static bool run(job *j, const config *c, bench_options options)
{
    char name[160];
    hashed_net weights = {0};
    bench_case cases[MAX_CASES];
    size_t n = 0;
    hashed_net_make(&weights, &c->weights);
    bool ok = open_nets(j, c, &weights) && run_cases(j, c, cases, &n, options);
    (void)snprintf(name, sizeof name, "net %s depth %s %dx%d %s %s batch %d", c->variant, c->depth,
                   j->height, j->width, c->device, pnd_precision_name(c->net.precision), j->batch);
    if (ok)
        bench_print(stdout, name, cases, n, options);
    if (ok && wanted(c, "post"))
        (void)fprintf(stderr, "%zu centres, %zu segments\n", j->post.n_centers, j->post.n_segments);
    if (ok && c->profile != NULL)
        ok = write_profile(c, j, &weights);
    hashed_net_clear(&weights);
    return ok;
}

int main(int argc, char **argv)
{
    bench_options options;
    config c;
    job j = {0};
    pnd_error err = {0};
    const int n = bench_parse(&options, argc, argv);
    if (n < 0 || !parse(&c, n, argv))
        return USAGE;
    if (pnd_backend_create(&j.backend, &c.backend, &err) != PND_OK) {
        (void)report(&err);
        return DEVICE_FAILED;
    }
    j.batch = c.net.batch;
    j.width = c.net.width;
    j.height = c.net.height;
    const bool ok = run(&j, &c, options);
    pnd_net_free(j.network);
    pnd_net_free(j.pipeline);
    pnd_postprocess_result_clear(&j.post);
    pnd_backend_free(j.backend);
    return ok ? 0 : 1;
}
