/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network as data: one list of operations over values, the same for every backend.
 *
 * A value is a feature map. It has its own storage, or shares that of its parent: a channel slice
 * of a concatenation (written in place, so that concatenating costs nothing), or all of it (the sum
 * at the end of a bottleneck overwrites the shortcut). Sizes are not in the graph; the planner
 * (net_plan.h) derives them from the photograph's size.
 *
 * Operations are in order of execution. Each reads `in`, writes all of `out`, and:
 *
 *     INPUT    out[c] = (photograph[c] - mean[c]) / std[c]; no `in`
 *     CONV     out = relu?( w * in + bias (+ residual) ), zero padding
 *     DWCONV   the same with one filter per channel, no residual
 *     MAXPOOL  3x3, stride 2, padding 1
 *     AVGPOOL  window of the graph's pool size at stride 1 without padding; 0 x 0: the whole map
 *     RESIZE   bilinear without aligned corners to the size of `like` (net_value.like)
 *     DORN     2K logits to metres
 *
 * `residual` is a value that shares storage with `out` and is read before it is overwritten.
 */
#ifndef PND_NET_GRAPH_H
#define PND_NET_GRAPH_H

#include <panodepth/net.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NET_MAX_OPS = 192, NET_MAX_VALUES = 256, NET_NAME_SIZE = 80, NET_NONE = -1 };

typedef enum net_op_kind {
    NET_INPUT,
    NET_CONV,
    NET_DWCONV,
    NET_MAXPOOL,
    NET_AVGPOOL,
    NET_RESIZE,
    NET_DORN
} net_op_kind;

typedef struct net_value {
    int32_t channels;
    int32_t parent;         /* value whose storage this one shares, or NET_NONE */
    int32_t channel_offset; /* in the parent */
    bool f32;               /* float32 whatever the precision: predictors and what follows */
} net_value;

/* Batch norm and convolution as the file has them; norm members are NULL without one. */
typedef struct net_conv_source {
    const void *weight; /* float32 [out, in / groups, k, k] */
    const void *bias;   /* [out] or NULL */
    const void *gamma, *beta, *mean, *var;
} net_conv_source;

typedef struct net_op {
    net_op_kind kind;
    char name[NET_NAME_SIZE];  /* "backbone.res2.0.conv1", "sem_seg_head ... resize" */
    int32_t in, out, residual; /* values, or NET_NONE */
    int32_t like;              /* RESIZE: a value of the size to reach */
    int32_t kernel, stride,
        dilation; /* CONV, DWCONV: square; padding = dilation (kernel - 1) / 2 */
    bool relu;
    net_conv_source source; /* valid while the network is opened */
} net_op;

typedef struct net_graph {
    net_op ops[NET_MAX_OPS];
    net_value values[NET_MAX_VALUES];
    int32_t n_ops, n_values;
    int32_t pool_height, pool_width;
    float mean[3], std[3];
    pnd_depth_head depth_head;
    /* Outputs, values or NET_NONE. depth is in metres; raw_depth the predictor's output. */
    int32_t sem, center, offset, depth, raw_depth;
    int32_t res2, res3, res4, res5; /* for tests */
    bool separable;
    int64_t parameters;
} net_graph;

/* Values and operations, for the builder and for tests of single operations. They return the index;
 * NET_NONE past the limits, which the builder checks once at its end. */
int32_t net_add_value(net_graph *graph, int32_t channels);
int32_t net_add_slice(net_graph *graph, int32_t parent, int32_t channel_offset, int32_t channels);
net_op *net_add_op(net_graph *graph, net_op_kind kind, const char *name, int32_t in, int32_t out);

/* The whole network from its tensors. Pooling, mean, std and depth_head are taken from options.
 * @retval PND_EFORMAT names what is missing, extra or mis-shaped  @retval PND_EINVAL  */
pnd_status net_build(net_graph *graph, const pnd_net_tensor *tensors, size_t n_tensors,
                     const pnd_net_options *options, pnd_error *err);

/* Fold an operation's batch norm in double precision and round once:
 *     w' = w s, b' = beta - mean s (+ bias s), s = gamma / sqrt(var + 1e-5)
 * CONV: weight[out][k][k][in]; DWCONV: weight[k][k][channels]. bias[out]. */
void net_fold(const net_graph *graph, const net_op *op, float *weight, float *bias);

/* depths[label] of DORN, label = 0 .. intervals (Fu et al., CVPR 2018, alpha = gamma = 1, beta =
 * 80): (80^(label / K) + 80^((label + 1) / K)) / 2 - 1 in double precision, rounded once. */
void net_dorn_table(float *depths, int32_t intervals);

/* Elements of weight above. */
size_t net_weight_count(const net_graph *graph, const net_op *op);

/* Multiply-adds x 2 of one image at that output size; 0 for what has none worth counting. */
int64_t net_op_flops(const net_graph *graph, const net_op *op, int32_t out_height,
                     int32_t out_width);

const char *net_op_kind_name(net_op_kind kind);

#ifdef __cplusplus
}
#endif

#endif
