/* SPDX-License-Identifier: Apache-2.0 */
/* Values and operations of a graph, the folding of batch norms, and names. */
#include "net_graph.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BATCH_NORM_EPSILON 1e-5

/* The last value and operation are overwritten once the limits are reached; net_build() reports it.
 */
static int32_t add(net_graph *graph, net_value value)
{
    if (graph->n_values < NET_MAX_VALUES)
        graph->n_values++;
    graph->values[graph->n_values - 1] = value;
    return graph->n_values - 1;
}

int32_t net_add_value(net_graph *graph, int32_t channels)
{
    return add(graph, (net_value){.channels = channels, .parent = NET_NONE});
}

int32_t net_add_slice(net_graph *graph, int32_t parent, int32_t channel_offset, int32_t channels)
{
    return add(graph, (net_value){.channels = channels,
                                  .parent = parent,
                                  .channel_offset = channel_offset,
                                  .f32 = graph->values[parent].f32});
}

net_op *net_add_op(net_graph *graph, net_op_kind kind, const char *name, int32_t in, int32_t out)
{
    if (graph->n_ops < NET_MAX_OPS)
        graph->n_ops++;
    net_op *op = &graph->ops[graph->n_ops - 1];
    *op = (net_op){.kind = kind,
                   .in = in,
                   .out = out,
                   .residual = NET_NONE,
                   .like = NET_NONE,
                   .kernel = 1,
                   .stride = 1,
                   .dilation = 1};
    (void)snprintf(op->name, sizeof op->name, "%s", name);
    return op;
}

static float f32_at(const void *data, size_t i)
{
    float value;
    memcpy(&value, (const char *)data + i * sizeof value, sizeof value);
    return value;
}

static int32_t in_channels(const net_graph *graph, const net_op *op)
{
    return op->kind == NET_DWCONV ? 1 : graph->values[op->in].channels;
}

size_t net_weight_count(const net_graph *graph, const net_op *op)
{
    return (size_t)graph->values[op->out].channels * (size_t)in_channels(graph, op) *
           (size_t)op->kernel * (size_t)op->kernel;
}

/* Batch norm as one factor and one summand. */
typedef struct affine {
    double factor, summand;
} affine;

static affine affine_of(const net_conv_source *s, size_t channel)
{
    const double bias = s->bias != NULL ? (double)f32_at(s->bias, channel) : 0.0;
    if (s->gamma == NULL)
        return (affine){1.0, bias};
    const double factor = (double)f32_at(s->gamma, channel) /
                          sqrt((double)f32_at(s->var, channel) + BATCH_NORM_EPSILON);
    return (affine){factor, (double)f32_at(s->beta, channel) +
                                (bias - (double)f32_at(s->mean, channel)) * factor};
}

void net_fold(const net_graph *graph, const net_op *op, float *weight, float *bias)
{
    const size_t out = (size_t)graph->values[op->out].channels;
    const size_t in = (size_t)in_channels(graph, op);
    const size_t taps = (size_t)op->kernel * (size_t)op->kernel;
    for (size_t o = 0; o < out; o++) {
        const affine a = affine_of(&op->source, o);
        bias[o] = (float)a.summand;
        for (size_t i = 0; i < in; i++) {
            for (size_t t = 0; t < taps; t++) {
                const double w = (double)f32_at(op->source.weight, (o * in + i) * taps + t);
                const size_t at = op->kind == NET_DWCONV ? t * out + o : (o * taps + t) * in + i;
                weight[at] = (float)(w * a.factor);
            }
        }
    }
}

void net_dorn_table(float *depths, int32_t intervals)
{
    for (int32_t label = 0; label <= intervals; label++) {
        const double near = pow(80.0, (double)label / intervals);
        const double far = pow(80.0, (double)(label + 1) / intervals);
        depths[label] = (float)((near + far) / 2.0 - 1.0);
    }
}

int64_t net_op_flops(const net_graph *graph, const net_op *op, int32_t out_height,
                     int32_t out_width)
{
    if (op->kind != NET_CONV && op->kind != NET_DWCONV)
        return 0;
    return 2 * (int64_t)net_weight_count(graph, op) * out_height * out_width;
}

const char *net_op_kind_name(net_op_kind kind)
{
    static const char *const names[] = {
        [NET_INPUT] = "input",     [NET_CONV] = "conv",       [NET_DWCONV] = "dwconv",
        [NET_MAXPOOL] = "maxpool", [NET_AVGPOOL] = "avgpool", [NET_RESIZE] = "resize",
        [NET_DORN] = "dorn"};
    return names[kind];
}

bool pnd_precision_parse(pnd_precision *precision, const char *text)
{
    static const struct {
        const char *text;
        pnd_precision precision;
    } names[] = {{"f32", PND_PRECISION_F32},
                 {"bf16x3", PND_PRECISION_BF16X3},
                 {"bf16", PND_PRECISION_BF16},
                 {"f16", PND_PRECISION_F16},
                 {"fp16", PND_PRECISION_F16}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i].text) == 0) {
            *precision = names[i].precision;
            return true;
        }
    }
    return false;
}

const char *pnd_precision_name(pnd_precision precision)
{
    static const char *const names[] = {"f32", "bf16", "f16", "bf16x3"};
    return precision <= PND_PRECISION_BF16X3 ? names[precision] : "unknown";
}
