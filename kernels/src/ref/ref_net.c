/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network in plain C: the definition of every operation. Values are float32, products are added
 * in double precision in the order rows, columns, channels, and rounded once. Far too slow for a
 * full-size network; every other backend is tested against it.
 */
#include "../net/net_exec.h"
#include "../net/net_rule.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

typedef struct ref_exec {
    net_exec base;
    char *arena;
    float *weights[NET_MAX_OPS], *biases[NET_MAX_OPS]; /* NULL for what has none */
    float *dorn;
} ref_exec;

/* Channel 0 of a pixel. */
static float *at(const ref_exec *e, int32_t value, int32_t image, int32_t y, int32_t x)
{
    const net_place *p = &e->base.plan.places[value];
    float *origin = (float *)(void *)(e->arena + p->offset);
    const size_t pixel = ((size_t)image * (size_t)p->height + (size_t)y) * (size_t)p->width;
    return origin + (pixel + (size_t)x) * (size_t)p->pitch;
}

/* ---- operations, one output pixel at a time */

typedef struct pixel {
    int32_t image, y, x;
} pixel;

static void input_pixel(const ref_exec *e, const net_op *op, const uint8_t *photograph, pixel p)
{
    float *out = at(e, op->out, p.image, p.y, p.x);
    const size_t index = (size_t)p.y * (size_t)e->base.plan.width + (size_t)p.x;
    for (int32_t c = 0; c < 3 && photograph != NULL; c++) /* NULL: a test without photographs */
        out[c] = net_normalise(photograph[3 * index + (size_t)c], e->base.graph->mean[c],
                               e->base.graph->std[c]);
}

/* Sum of w * in under the window whose centre tap is (y, x); `channel` is DWCONV's own. */
static double window_sum(const ref_exec *e, const net_op *op, pixel p, const float *w,
                         int32_t channel)
{
    const net_place *in = &e->base.plan.places[op->in];
    const int32_t reach = op->dilation * (op->kernel - 1) / 2;
    const bool depthwise = op->kind == NET_DWCONV;
    const int32_t step = depthwise ? e->base.plan.places[op->out].channels : in->channels;
    double sum = 0.0;
    for (int32_t ky = 0; ky < op->kernel; ky++) {
        for (int32_t kx = 0; kx < op->kernel; kx++, w += step) {
            const int32_t y = p.y * op->stride + ky * op->dilation - reach;
            const int32_t x = p.x * op->stride + kx * op->dilation - reach;
            if (y < 0 || y >= in->height || x < 0 || x >= in->width)
                continue;
            const float *v = at(e, op->in, p.image, y, x);
            if (depthwise) {
                sum += (double)w[channel] * (double)v[channel];
                continue;
            }
            for (int32_t c = 0; c < in->channels; c++)
                sum += (double)w[c] * (double)v[c];
        }
    }
    return sum;
}

static void conv_pixel(const ref_exec *e, const net_op *op, size_t index, pixel p)
{
    const int32_t channels = e->base.plan.places[op->out].channels;
    float *out = at(e, op->out, p.image, p.y, p.x);
    const float *residual =
        op->residual == NET_NONE ? NULL : at(e, op->residual, p.image, p.y, p.x);
    const size_t filter = net_weight_count(e->base.graph, op) / (size_t)channels;
    for (int32_t o = 0; o < channels; o++) {
        const float *w = e->weights[index];
        if (op->kind == NET_CONV)
            w += (size_t)o * filter;
        double sum = window_sum(e, op, p, w, o) + (double)e->biases[index][o];
        if (residual != NULL)
            sum += (double)residual[o];
        out[o] = op->relu && sum < 0.0 ? 0.0f : (float)sum;
    }
}

static void maxpool_pixel(const ref_exec *e, const net_op *op, pixel p)
{
    const net_place *in = &e->base.plan.places[op->in];
    float *out = at(e, op->out, p.image, p.y, p.x);
    for (int32_t c = 0; c < in->channels; c++)
        out[c] = at(e, op->in, p.image, 2 * p.y, 2 * p.x)[c];
    for (int32_t y = 2 * p.y - 1; y <= 2 * p.y + 1; y++) {
        for (int32_t x = 2 * p.x - 1; x <= 2 * p.x + 1; x++) {
            if (y < 0 || y >= in->height || x < 0 || x >= in->width)
                continue;
            const float *v = at(e, op->in, p.image, y, x);
            for (int32_t c = 0; c < in->channels; c++)
                out[c] = v[c] > out[c] ? v[c] : out[c];
        }
    }
}

static void avgpool_pixel(const ref_exec *e, const net_op *op, pixel p)
{
    const net_place *in = &e->base.plan.places[op->in], *place = &e->base.plan.places[op->out];
    const int32_t height = in->height - place->height + 1; /* the whole map when out is 1x1 */
    const int32_t width = in->width - place->width + 1;
    float *out = at(e, op->out, p.image, p.y, p.x);
    for (int32_t c = 0; c < in->channels; c++) {
        double sum = 0.0;
        for (int32_t y = p.y; y < p.y + height; y++)
            for (int32_t x = p.x; x < p.x + width; x++)
                sum += (double)at(e, op->in, p.image, y, x)[c];
        out[c] = (float)(sum / ((double)height * (double)width));
    }
}

static void resize_pixel(const ref_exec *e, const net_op *op, pixel p)
{
    const net_place *in = &e->base.plan.places[op->in], *place = &e->base.plan.places[op->out];
    const net_tap y = net_resize_tap(p.y, (float)in->height / (float)place->height, in->height);
    const net_tap x = net_resize_tap(p.x, (float)in->width / (float)place->width, in->width);
    const float *a = at(e, op->in, p.image, y.i0, x.i0), *b = at(e, op->in, p.image, y.i0, x.i1);
    const float *c = at(e, op->in, p.image, y.i1, x.i0), *d = at(e, op->in, p.image, y.i1, x.i1);
    float *out = at(e, op->out, p.image, p.y, p.x);
    for (int32_t i = 0; i < place->channels; i++)
        out[i] = net_resize_mix(y, x, a[i], b[i], c[i], d[i]);
}

static void dorn_pixel(const ref_exec *e, const net_op *op, pixel p)
{
    const int32_t intervals = e->base.plan.places[op->in].channels / 2;
    const bool published = e->base.graph->depth_head == PND_DEPTH_DORN_PUBLISHED;
    const float *logits = at(e, op->in, p.image, p.y, p.x);
    *at(e, op->out, p.image, p.y, p.x) = e->dorn[net_dorn_label(logits, 1, intervals, published)];
}

static void run_pixel(const ref_exec *e, size_t index, const uint8_t *photograph, pixel p)
{
    const net_op *op = &e->base.graph->ops[index];
    switch (op->kind) {
    case NET_INPUT:
        input_pixel(e, op, photograph, p);
        break;
    case NET_CONV:
    case NET_DWCONV:
        conv_pixel(e, op, index, p);
        break;
    case NET_MAXPOOL:
        maxpool_pixel(e, op, p);
        break;
    case NET_AVGPOOL:
        avgpool_pixel(e, op, p);
        break;
    case NET_RESIZE:
        resize_pixel(e, op, p);
        break;
    case NET_DORN:
        dorn_pixel(e, op, p);
        break;
    }
}

static pnd_status run(net_exec *exec, const uint8_t *const *photographs, int32_t n, pnd_error *err)
{
    const ref_exec *e = (const ref_exec *)exec;
    (void)err;
    for (int32_t i = 0; i < exec->graph->n_ops; i++) {
        const net_place *out = &exec->plan.places[exec->graph->ops[i].out];
        for (int32_t image = 0; image < n; image++)
            for (int32_t y = 0; y < out->height; y++)
                for (int32_t x = 0; x < out->width; x++)
                    run_pixel(e, (size_t)i, photographs != NULL ? photographs[image] : NULL,
                              (pixel){image, y, x});
    }
    return PND_OK;
}

/* ---- planar copies */

static pnd_status read_value(net_exec *exec, int32_t value, int32_t image, float *planar,
                             pnd_error *err)
{
    const net_place *p = &exec->plan.places[value];
    (void)err;
    for (int32_t c = 0; c < p->channels; c++)
        for (int32_t y = 0; y < p->height; y++)
            for (int32_t x = 0; x < p->width; x++)
                *planar++ = at((const ref_exec *)exec, value, image, y, x)[c];
    return PND_OK;
}

static pnd_status write_value(net_exec *exec, int32_t value, int32_t image, const float *planar,
                              pnd_error *err)
{
    const net_place *p = &exec->plan.places[value];
    (void)err;
    for (int32_t c = 0; c < p->channels; c++)
        for (int32_t y = 0; y < p->height; y++)
            for (int32_t x = 0; x < p->width; x++)
                at((const ref_exec *)exec, value, image, y, x)[c] = *planar++;
    return PND_OK;
}

/* ---- opening */

static void close_ref(net_exec *exec)
{
    ref_exec *e = (ref_exec *)exec;
    for (size_t i = 0; i < NET_MAX_OPS; i++) {
        free(e->weights[i]);
        free(e->biases[i]);
    }
    free(e->dorn);
    free(e->arena);
    free(e);
}

static bool load_conv(ref_exec *e, size_t i)
{
    const net_graph *graph = e->base.graph;
    const net_op *op = &graph->ops[i];
    const size_t n = net_weight_count(graph, op),
                 channels = (size_t)graph->values[op->out].channels;
    e->weights[i] = pnd_alloc_array(n, sizeof(float));
    e->biases[i] = pnd_alloc_array(channels, sizeof(float));
    if (e->weights[i] == NULL || e->biases[i] == NULL)
        return false;
    net_fold(graph, op, e->weights[i], e->biases[i]);
    e->base.weight_bytes += (n + channels) * sizeof(float);
    return true;
}

static bool load_dorn(ref_exec *e, const net_op *op)
{
    const int32_t intervals = e->base.graph->values[op->in].channels / 2;
    e->dorn = pnd_alloc_array((size_t)intervals + 1, sizeof(float));
    if (e->dorn == NULL)
        return false;
    net_dorn_table(e->dorn, intervals);
    return true;
}

static bool load(ref_exec *e)
{
    const net_graph *graph = e->base.graph;
    e->arena = pnd_calloc_array(e->base.plan.arena_bytes, 1);
    bool ok = e->arena != NULL;
    for (int32_t i = 0; i < graph->n_ops && ok; i++) {
        if (graph->ops[i].kind == NET_CONV || graph->ops[i].kind == NET_DWCONV)
            ok = load_conv(e, (size_t)i);
        else if (graph->ops[i].kind == NET_DORN)
            ok = load_dorn(e, &graph->ops[i]);
    }
    return ok;
}

static const net_exec_ops exec_ops = {
    .close = close_ref, .run = run, .read = read_value, .write = write_value};

pnd_status pnd_ref_net_open(void *impl, net_exec **out, const net_graph *graph,
                            const net_exec_options *options, pnd_error *err)
{
    (void)impl;
    if (options->precision != PND_PRECISION_F32)
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "use f32, or the cpu or cuda backend",
                             "the ref backend computes in f32, not in %s",
                             pnd_precision_name(options->precision));
    ref_exec *e = pnd_calloc_array(1, sizeof *e);
    if (e == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a network");
    e->base.ops = &exec_ops;
    e->base.graph = graph;
    pnd_status status = net_plan_make(&e->base.plan, graph,
                                      &(net_plan_options){.batch = options->batch,
                                                          .width = options->width,
                                                          .height = options->height,
                                                          .element_size = sizeof(float),
                                                          .keep_all = options->keep_all},
                                      err);
    if (status == PND_OK && !load(e))
        status = pnd_fail(err, PND_ENOMEM, "out of memory for a network of %zu MB of activations",
                          e->base.plan.arena_bytes >> 20);
    if (status != PND_OK) {
        close_ref(&e->base);
        return status;
    }
    *out = &e->base;
    return PND_OK;
}
