/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_net_ops ref|cpu|onednn|winograd|cuda PRECISION...: every operation of the network against
 * ref, through graphs of one or two operations at odd shapes, in and out of channel slices, with
 * the same bits for any number of threads on the CPU. Exits 77 when the backend has no network
 * here.
 *
 * Inputs and weights are below 2 in size: multiples of 1/64 for half precisions, which hold them
 * exactly, and of 2^-22 for float32. The bound of an element comes from standard error analysis of
 * a sum of n products in float32 in any order, of which ref gives the exact value rounded once:
 *
 *     |found - ref| <= n 2^-24 S + u |ref|,    S = sum |w x| + |bias| + |residual|
 *
 * where u = 2^-24 for a result kept in float32, 2^-8 for one rounded to bfloat16 and 2^-11 for half
 * precision (once after the sum; twice the half ulp leaves room for a boundary that the first term
 * moved across). S is ref's own result for absolute values. Average: n = 2 for the division and
 * rounding of a sum in double precision (or of float32 sums in a tree on a device: n = 16).
 * A convolution of float32 on the CPU may be computed from factors of 16 bits (cpu_amx.h): each
 * product then adds at most 3 x 2^-18 of itself, so 3 x 2^-18 S.
 * Winograd's algorithm has no useful bound of this form (19^2 10^2 times the one above, from the
 * rows of its transforms): 1e-4 of the map's largest value, as for whole networks.
 * Resize: three rounded steps of two products, n = 6. Input, maximum and DORN: S = 0, equal bits
 * but for the rounding of the result.
 */
#include "../../kernels/src/backend_ops.h"
#include "../../kernels/src/net/net_exec.h"

#include "backend_cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 77, EXTRA = 3, MAX_SIDE = 65, BATCH = 3, HEAVY = 4000 /* for ref */ };

typedef struct op_case {
    const char *name;
    net_op_kind kind;
    int32_t in, out, kernel, stride, dilation;
    bool relu, residual, slices, f32;
} op_case;

static const op_case cases[] = {
    {"conv 1x1", NET_CONV, 16, 32, 1, 1, 1, true, false, false, false},
    {"conv 1x1 to one channel", NET_CONV, 32, 1, 1, 1, 1, false, false, false, true},
    {"conv 1x1 of 17 to 19", NET_CONV, 17, 19, 1, 1, 1, false, false, false, true},
    {"conv 1x1 stride 2", NET_CONV, 16, 48, 1, 2, 1, false, false, false, false},
    {"conv 1x1 into a slice", NET_CONV, 64, 32, 1, 1, 1, true, false, true, false},
    {"conv 1x1 on a sum", NET_CONV, 32, 64, 1, 1, 1, true, true, false, false},
    {"conv 1x1 on a sum in a slice", NET_CONV, 32, 48, 1, 1, 1, true, true, true, false},
    {"conv 3x3 of colours", NET_CONV, 3, 16, 3, 2, 1, true, false, false, false},
    {"conv 3x3", NET_CONV, 32, 64, 3, 1, 1, true, false, false, false},
    {"conv 3x3 of one channel", NET_CONV, 1, 1, 3, 1, 1, false, false, false, false},
    {"conv 3x3 of 17 to 3", NET_CONV, 17, 3, 3, 1, 1, true, false, true, false},
    {"conv 3x3 stride 2", NET_CONV, 32, 32, 3, 2, 1, true, false, false, false},
    {"conv 3x3 on a sum", NET_CONV, 32, 32, 3, 1, 1, true, true, false, false},
    {"conv 3x3 dilated 2", NET_CONV, 48, 32, 3, 1, 2, true, false, false, false},
    {"conv 3x3 dilated 6", NET_CONV, 64, 32, 3, 1, 6, true, false, true, false},
    {"conv 3x3 dilated 18", NET_CONV, 64, 16, 3, 1, 18, true, false, true, false},
    {"depthwise 3x3", NET_DWCONV, 32, 32, 3, 1, 1, true, false, false, false},
    {"depthwise 3x3 stride 2", NET_DWCONV, 17, 17, 3, 2, 1, false, false, false, false},
    {"depthwise 3x3 dilated 6", NET_DWCONV, 67, 67, 3, 1, 6, true, false, false, false},
    {"depthwise 3x3 dilated 18 in slices", NET_DWCONV, 40, 40, 3, 1, 18, true, false, true, false},
    {"depthwise 5x5", NET_DWCONV, 48, 48, 5, 1, 1, true, false, false, false},
    {"depthwise 5x5 of one channel", NET_DWCONV, 1, 1, 5, 1, 1, false, false, false, false},
    {"maximum", NET_MAXPOOL, 67, 67, 0, 0, 0, false, false, false, false},
    {"maximum in slices", NET_MAXPOOL, 3, 3, 0, 0, 0, false, false, true, false},
    {"average of the map", NET_AVGPOOL, 67, 67, 0, 0, 0, false, false, true, false},
    {"average of a window", NET_AVGPOOL, 67, 67, 1, 0, 0, false, false, true, false},
    {"resize by 2", NET_RESIZE, 35, 35, 1, 0, 0, false, false, true, false},
    {"resize to the half", NET_RESIZE, 17, 17, 2, 0, 0, false, false, false, false},
    {"resize of one pixel", NET_RESIZE, 3, 3, 3, 0, 0, false, false, true, false},
    {"DORN", NET_DORN, 12, 1, 0, 0, 0, false, false, false, true},
    {"DORN as published", NET_DORN, 12, 1, 1, 0, 0, false, false, false, true},
    {"input", NET_INPUT, 3, 3, 0, 0, 0, false, false, false, false},
};

static const struct {
    int32_t height, width;
} shapes[] = {{1, 1}, {5, 3}, {1, 17}, {33, 65}}, middle = {19, 37}; /* instead of the last */

static const int thread_counts[] = {1, 2, 7};

/* ---- the graph of a case */

typedef struct numbers {
    bool absolute, fine; /* multiples of 2^-22 */
} numbers;

typedef struct graph_case {
    net_graph *graph;
    int32_t in, out, out_owner;
    float *weight, *bias;
    numbers kind;
} graph_case;

static float small(uint64_t *seed, numbers kind)
{
    const uint32_t bits = case_random(seed);
    const float value = kind.fine ? (float)((int32_t)(bits % 0xffffffu) - 0x7fffff) / 0x1p22f
                                  : (float)((int32_t)(bits % 255u) - 127) / 64.0f;
    return kind.absolute ? fabsf(value) : value;
}

static int32_t add_value(net_graph *g, int32_t channels, bool slice, bool f32)
{
    const int32_t owner = net_add_value(g, slice ? channels + 2 * EXTRA : channels);
    g->values[owner].f32 = f32;
    return slice ? net_add_slice(g, owner, EXTRA, channels) : owner;
}

static int32_t owner_of(const net_graph *g, int32_t value)
{
    return g->values[value].parent == NET_NONE ? value : owner_of(g, g->values[value].parent);
}

static void add_weights(graph_case *c, net_op *op, const op_case *o)
{
    uint64_t seed = 7;
    const size_t n = net_weight_count(c->graph, op);
    c->weight = calloc(n, sizeof *c->weight);
    c->bias = calloc((size_t)o->out, sizeof *c->bias);
    if (c->weight == NULL || c->bias == NULL)
        exit(1);
    for (size_t i = 0; i < n; i++)
        c->weight[i] = small(&seed, c->kind);
    for (int32_t i = 0; i < o->out; i++)
        c->bias[i] = small(&seed, c->kind);
    op->source.weight = c->weight;
    op->source.bias = c->bias;
}

/* A smaller map for resizing: the maximum twice, or the average of everything. */
static int32_t add_small(net_graph *g, const op_case *o, int32_t in, bool f32)
{
    const int32_t out = add_value(g, o->in, false, f32);
    (void)net_add_op(g, o->kernel == 3 ? NET_AVGPOOL : NET_MAXPOOL, "smaller", in, out);
    return out;
}

static void add_op(graph_case *c, const op_case *o, int32_t height, int32_t width)
{
    net_graph *g = c->graph;
    int32_t from = c->in, like = c->in;
    if (o->kind == NET_RESIZE) {
        const int32_t smaller = add_small(g, o, c->in, o->f32);
        from = o->kernel == 2 ? c->in : smaller;
        like = o->kernel == 2 ? smaller : c->in;
    }
    if (o->kind == NET_AVGPOOL && o->kernel == 1) {
        g->pool_height = (height + 1) / 2;
        g->pool_width = (width + 1) / 2;
    }
    if (o->kind == NET_DORN)
        g->depth_head = o->kernel == 1 ? PND_DEPTH_DORN_PUBLISHED : PND_DEPTH_DORN_AUTHOR;
    net_op *op = net_add_op(g, o->kind, o->name, o->kind == NET_INPUT ? NET_NONE : from, c->out);
    op->like = like;
    op->residual = o->residual ? c->out : NET_NONE;
    op->kernel = o->kernel;
    op->stride = o->stride;
    op->dilation = o->dilation;
    op->relu = o->relu;
    if (o->kind == NET_CONV || o->kind == NET_DWCONV)
        add_weights(c, op, o);
}

static void make_graph(graph_case *c, const op_case *o, int32_t height, int32_t width, numbers kind)
{
    net_graph *g = calloc(1, sizeof *g);
    if (g == NULL)
        exit(1);
    *c = (graph_case){.graph = g, .kind = kind};
    g->sem = g->center = g->offset = g->depth = g->raw_depth = NET_NONE;
    for (int i = 0; i < 3; i++) {
        g->mean[i] = 100.5f + 10.0f * (float)i;
        g->std[i] = 58.395f + (float)i;
    }
    c->in = add_value(g, o->in, o->slices, o->kind == NET_DORN);
    c->out = add_value(g, o->out, o->slices, o->f32);
    c->out_owner = owner_of(g, c->out);
    add_op(c, o, height, width);
}

static void clear_graph(graph_case *c)
{
    free(c->weight);
    free(c->bias);
    free(c->graph);
}

/* ---- backends */

typedef struct backends {
    pnd_backend *ref, *tested[3];
    int n_tested;
    bool device, onednn_only, winograd;
} backends;

/* ---- one run of it */

typedef struct result {
    float *out, *owner; /* [BATCH][channels][height][width] */
    size_t n, n_owner;
} result;

static void die(const pnd_error *err)
{
    (void)fprintf(stderr, "%s (%s)\n", err->message, err->hint);
    exit(1);
}

static void fill(net_exec *e, int32_t value, uint64_t seed, numbers kind)
{
    const net_place *p = &e->plan.places[value];
    const size_t n = (size_t)p->channels * (size_t)p->height * (size_t)p->width;
    float *planar = calloc(n, sizeof *planar);
    pnd_error err = {0};
    if (planar == NULL)
        exit(1);
    for (int32_t image = 0; image < BATCH; image++) {
        for (size_t i = 0; i < n; i++)
            planar[i] = small(&seed, kind);
        if (e->ops->write(e, value, image, planar, &err) != PND_OK)
            die(&err);
    }
    free(planar);
}

static float *read_all(net_exec *e, int32_t value, size_t *n)
{
    const net_place *p = &e->plan.places[value];
    const size_t one = (size_t)p->channels * (size_t)p->height * (size_t)p->width;
    float *planar = calloc(BATCH * one, sizeof *planar);
    pnd_error err = {0};
    if (planar == NULL)
        exit(1);
    for (int32_t image = 0; image < BATCH; image++)
        if (e->ops->read(e, value, image, planar + (size_t)image * one, &err) != PND_OK)
            die(&err);
    *n = BATCH * one;
    return planar;
}

static result run_graph(const backends *b, pnd_backend *backend, const graph_case *c,
                        pnd_precision precision, int32_t height, int32_t width)
{
    const net_exec_options options = {.batch = BATCH,
                                      .slots = 1,
                                      .height = height,
                                      .width = width,
                                      .precision = precision,
                                      .keep_all = true,
                                      .keep_heads = true,
                                      .heads_only = true,
                                      .onednn_only = b->onednn_only,
                                      .winograd = b->winograd};
    static uint8_t samples[BATCH][3 * MAX_SIDE * MAX_SIDE];
    const uint8_t *const photographs[BATCH] = {samples[0], samples[1], samples[2]};
    net_exec *e = NULL;
    pnd_error err = {0};
    result r = {0};
    uint64_t seed = 11;
    for (size_t i = 0; i < sizeof samples; i++)
        ((uint8_t *)samples)[i] = (uint8_t)case_random(&seed);
    if (backend->ops->net_open(backend->impl, &e, c->graph, &options, &err) != PND_OK)
        die(&err);
    fill(e, owner_of(c->graph, c->in), 3, c->kind);
    fill(e, c->out_owner, 5, c->kind);
    if (e->ops->run(e, photographs, BATCH, &err) != PND_OK)
        die(&err);
    r.out = read_all(e, c->out, &r.n);
    r.owner = read_all(e, c->out_owner, &r.n_owner);
    e->ops->close(e);
    return r;
}

static void clear_result(result *r)
{
    free(r->out);
    free(r->owner);
}

/* ---- the bound */

static double terms(const op_case *o, bool device)
{
    switch (o->kind) {
    case NET_CONV:
        return o->kernel * o->kernel * o->in + 2;
    case NET_DWCONV:
        return o->kernel * o->kernel + 2;
    case NET_AVGPOOL:
        return device ? 16 : 2;
    case NET_RESIZE:
        return 6;
    default:
        return 0;
    }
}

static bool in_f32(pnd_precision precision)
{
    return precision == PND_PRECISION_F32 || precision == PND_PRECISION_BF16X3;
}

static double unit(const op_case *o, pnd_precision precision)
{
    if (o->f32 || in_f32(precision))
        return ldexp(1.0, -24);
    return precision == PND_PRECISION_BF16 ? ldexp(1.0, -8) : ldexp(1.0, -11);
}

/* What an element's bound has on top of the sum's: see the head of the file. */
static double slack(const backends *b, const op_case *o, pnd_precision precision, const result *ref)
{
    double largest = 0.0;
    if (o->kind != NET_CONV || precision != PND_PRECISION_F32 || !b->winograd || o->kernel != 3)
        return 0.0;
    for (size_t i = 0; i < ref->n; i++)
        largest = fmax(largest, fabs((double)ref->out[i]));
    return 1e-4 * largest;
}

/* The largest error as a share of its bound; more than 1 is a failure. */
static double worst(const backends *b, const op_case *o, pnd_precision precision,
                    const result *found, const result *ref, const result *absolute)
{
    const bool split = o->kind == NET_CONV && precision == PND_PRECISION_BF16X3;
    const double factors = split ? 3.0 * ldexp(1.0, -18) : 0.0;
    const double n = terms(o, b->device) * ldexp(1.0, -24) + factors;
    const bool exact = n == 0.0 && in_f32(precision);
    /* Behind an average, which is rounded too, a resize has three roundings. */
    const double u = unit(o, precision) * (o->kind == NET_RESIZE && o->kernel == 3 ? 3.0 : 1.0);
    const double more = slack(b, o, precision, ref);
    double most = 0.0;
    for (size_t i = 0; i < ref->n; i++) {
        const double error = fabs((double)found->out[i] - (double)ref->out[i]);
        const double bound = n * (double)absolute->out[i] + u * fabs((double)ref->out[i]) + more;
        const double share = error == 0.0            ? 0.0
                             : exact || bound == 0.0 ? (double)INFINITY
                                                     : error / bound;
        most = share <= most ? most : share; /* NaN counts */
    }
    return most;
}

/* Channels beside the slice are as they were. */
static bool neighbours_kept(const graph_case *c, const result *found, int32_t channels)
{
    const int32_t all = c->graph->values[c->out_owner].channels;
    const size_t plane = found->n_owner / (size_t)(BATCH * all);
    uint64_t seed = 5;
    for (int32_t image = 0; image < BATCH; image++) {
        for (int32_t channel = 0; channel < all; channel++) {
            for (size_t i = 0; i < plane; i++) {
                const float before = small(&seed, c->kind);
                const bool beside =
                    all > channels && (channel < EXTRA || channel >= EXTRA + channels);
                const size_t at = (size_t)(image * all + channel) * plane + i;
                if (beside && memcmp(&found->owner[at], &before, sizeof before) != 0)
                    return false;
            }
        }
    }
    return true;
}

static bool same(const result *a, const result *b)
{
    return a->n == b->n && memcmp(a->out, b->out, a->n * sizeof *a->out) == 0;
}

/* ---- cases */

static bool check_case(const backends *b, const op_case *o, pnd_precision precision, int32_t height,
                       int32_t width)
{
    graph_case graph, absolute_graph;
    const bool fine = in_f32(precision);
    make_graph(&graph, o, height, width, (numbers){.fine = fine});
    make_graph(&absolute_graph, o, height, width, (numbers){.absolute = true, .fine = fine});
    result ref = run_graph(b, b->ref, &graph, PND_PRECISION_F32, height, width);
    result absolute = run_graph(b, b->ref, &absolute_graph, PND_PRECISION_F32, height, width);
    result first = run_graph(b, b->tested[0], &graph, precision, height, width);
    const double share = worst(b, o, precision, &first, &ref, &absolute);
    const bool kept = neighbours_kept(&graph, &first, o->out);
    bool ok = share <= 1.0 && kept;
    bool equal = true;
    for (int i = 1; i < b->n_tested && height > 1; i++) { /* one row leaves little to share */
        result other = run_graph(b, b->tested[i], &graph, precision, height, width);
        equal = equal && same(&first, &other);
        clear_result(&other);
    }
    ok = ok && equal;
    (void)printf("%-34s %s %2dx%-2d error %.3f of its bound%s%s: %s\n", o->name,
                 pnd_precision_name(precision), width, height, share,
                 kept ? "" : ", other channels changed", equal ? "" : ", threads differ",
                 ok ? "OK" : "FAILED");
    clear_result(&ref);
    clear_result(&absolute);
    clear_result(&first);
    clear_graph(&graph);
    clear_graph(&absolute_graph);
    return ok;
}

static void open_backends(backends *b, const char *name)
{
    pnd_backend_options options = {.struct_size = sizeof options, .kind = PND_BACKEND_REF};
    pnd_error err = {0};
    if (pnd_backend_create(&b->ref, &options, &err) != PND_OK)
        die(&err);
    b->winograd = strcmp(name, "winograd") == 0;
    b->onednn_only = b->winograd || strcmp(name, "onednn") == 0;
    if (pnd_backend_options_parse(&options, b->onednn_only ? "cpu" : name, &err) != PND_OK)
        die(&err);
    b->device = options.kind == PND_BACKEND_CUDA;
    b->n_tested = b->device ? 1 : 3;
    for (int i = 0; i < b->n_tested; i++) {
        options.threads = thread_counts[i];
        if (pnd_backend_create(&b->tested[i], &options, &err) != PND_OK ||
            b->tested[i]->ops->net_open == NULL) {
            (void)printf("SKIPPED: no network on %s: %s\n", name, err.message);
            exit(SKIPPED);
        }
    }
}

/* A build without oneDNN has a backend and no convolutions. */
static bool has_convolutions(const backends *b, pnd_precision precision)
{
    graph_case graph;
    make_graph(&graph, &cases[0], 1, 1, (numbers){0});
    const net_exec_options options = {.batch = 1,
                                      .slots = 1,
                                      .height = 1,
                                      .width = 1,
                                      .precision = precision,
                                      .onednn_only = b->onednn_only};
    net_exec *e = NULL;
    pnd_error err = {0};
    const pnd_status status =
        b->tested[0]->ops->net_open(b->tested[0]->impl, &e, graph.graph, &options, &err);
    if (status == PND_OK)
        e->ops->close(e);
    else
        (void)printf("%s (%s)\n", err.message, err.hint);
    clear_graph(&graph);
    return status != PND_EUNSUPPORTED;
}

static bool check_precision(const backends *b, const char *text)
{
    pnd_precision precision;
    bool ok = true;
    if (!pnd_precision_parse(&precision, text)) {
        (void)fprintf(stderr, "'%s' is not a precision\n", text);
        exit(2);
    }
    const bool convolutions = has_convolutions(b, precision);
    if (!convolutions && precision == PND_PRECISION_BF16X3)
        return true; /* said above; other operations are those of f32 */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const op_case *o = &cases[i];
        if (o->kind == NET_CONV && !convolutions)
            continue;
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            const bool heavy = shapes[s].height > middle.height && o->kind == NET_CONV &&
                               o->in * o->out * o->kernel * o->kernel > HEAVY;
            ok = check_case(b, o, precision, heavy ? middle.height : shapes[s].height,
                            heavy ? middle.width : shapes[s].width) &&
                 ok;
        }
    }
    return ok;
}

int main(int argc, char **argv)
{
    backends b = {0};
    bool ok = true;
    if (argc < 3) {
        (void)fprintf(stderr, "usage: test_net_ops ref|cpu|onednn|winograd|cuda PRECISION...\n");
        return 2;
    }
    open_backends(&b, argv[1]);
    for (int i = 2; i < argc; i++)
        ok = check_precision(&b, argv[i]) && ok;
    pnd_backend_free(b.ref);
    for (int i = 0; i < b.n_tested; i++)
        pnd_backend_free(b.tested[i]);
    return ok ? 0 : 1;
}
