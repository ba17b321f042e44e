/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network: from a weight file's tensors to the list of operations. Read it top to bottom as the
 * architecture.
 *
 * Widths are read from the tensors. A width that cannot be known because its tensor is missing is 0
 * from there on and matches anything, so that one missing tensor is one problem.
 */
#include "net_tensors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct builder {
    net_graph *graph;
    net_tensors tensors;
    bool separable;
    int32_t pooled; /* res5 after ASPP's average pool, which all branches share */
} builder;

enum { STEM_CONVS = 3, ASPP_DILATED = 3, DECODER_KERNEL = 5 };

static const float imagenet_mean[3] = {123.675f, 116.280f, 103.530f};
static const float imagenet_std[3] = {58.395f, 57.120f, 57.375f};

typedef char text[NET_TENSOR_NAME_SIZE];

static void join(text out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void join(text out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(out, sizeof(text), format, arguments);
    va_end(arguments);
}

/* ---- one convolution */

typedef enum conv_flags { NORM_RELU = 1, NORM = 2, BIAS_RELU = 3, BIAS = 4 } conv_flags;

typedef struct conv {
    const char *name;
    int32_t in, kernel, stride, dilation;
    int32_t out;      /* an existing value to write, or NET_NONE for a new one */
    int32_t residual; /* or NET_NONE */
    conv_flags flags;
    bool depthwise;
} conv;

static const void *take_vector(builder *b, const char *conv_name, const char *part,
                               int32_t channels)
{
    text name;
    join(name, "%s.%s", conv_name, part);
    const int64_t shape[4] = {channels};
    const pnd_net_tensor *tensor = net_tensors_take(&b->tensors, name, 1, shape);
    b->graph->parameters += strstr(part, "running") == NULL ? channels : 0;
    return tensor != NULL ? tensor->data : NULL;
}

static void take_vectors(builder *b, net_op *op, const conv *c, int32_t channels)
{
    if (c->flags == BIAS || c->flags == BIAS_RELU) {
        op->source.bias = take_vector(b, c->name, "bias", channels);
        return;
    }
    op->source.gamma = take_vector(b, c->name, "norm.weight", channels);
    op->source.beta = take_vector(b, c->name, "norm.bias", channels);
    op->source.mean = take_vector(b, c->name, "norm.running_mean", channels);
    op->source.var = take_vector(b, c->name, "norm.running_var", channels);
}

static int32_t add_conv(builder *b, conv c)
{
    net_graph *g = b->graph;
    const int32_t in = g->values[c.in].channels;
    const int32_t per_filter = c.depthwise ? 1 : in;
    int32_t out = c.out != NET_NONE ? g->values[c.out].channels : c.depthwise ? in : 0;
    text name;
    join(name, "%s.weight", c.name);
    const pnd_net_tensor *weight = net_tensors_take(
        &b->tensors, name, 4, (const int64_t[4]){out, per_filter, c.kernel, c.kernel});
    if (out == 0 && weight != NULL)
        out = (int32_t)weight->shape[0];
    const int32_t value = c.out != NET_NONE ? c.out : net_add_value(g, out);
    net_op *op = net_add_op(g, c.depthwise ? NET_DWCONV : NET_CONV, c.name, c.in, value);
    op->kernel = c.kernel;
    op->stride = c.stride > 0 ? c.stride : 1;
    op->dilation = c.dilation > 0 ? c.dilation : 1;
    op->residual = c.residual;
    op->relu = c.flags == NORM_RELU || c.flags == BIAS_RELU;
    op->source.weight = weight != NULL ? weight->data : NULL;
    take_vectors(b, op, &c, out);
    g->parameters += (int64_t)out * per_filter * c.kernel * c.kernel;
    return value;
}

/* relu(bn(conv)) into a new value, the common case. */
static int32_t conv_relu(builder *b, const char *name, int32_t in, int32_t kernel)
{
    return add_conv(b, (conv){.name = name,
                              .in = in,
                              .kernel = kernel,
                              .out = NET_NONE,
                              .residual = NET_NONE,
                              .flags = NORM_RELU});
}

/* A depthwise convolution and the 1x1 behind it. */
static int32_t separable_conv(builder *b, const char *name, int32_t in, int32_t kernel,
                              int32_t dilation, int32_t out)
{
    text depthwise, pointwise;
    join(depthwise, "%s.depthwise", name);
    join(pointwise, "%s.pointwise", name);
    const int32_t middle = add_conv(b, (conv){.name = depthwise,
                                              .in = in,
                                              .kernel = kernel,
                                              .dilation = dilation,
                                              .out = NET_NONE,
                                              .residual = NET_NONE,
                                              .flags = NORM_RELU,
                                              .depthwise = true});
    return add_conv(b, (conv){.name = pointwise,
                              .in = middle,
                              .kernel = 1,
                              .out = out,
                              .residual = NET_NONE,
                              .flags = NORM_RELU});
}

static bool is_separable(const builder *b, const char *name)
{
    text depthwise, pointwise;
    join(depthwise, "%s.depthwise.", name);
    join(pointwise, "%s.pointwise.", name);
    return net_tensors_has(&b->tensors, depthwise) || net_tensors_has(&b->tensors, pointwise);
}

/* Two 3x3 convolutions, or one separable 5x5. */
static int32_t conv_pair(builder *b, const char *name, int32_t in)
{
    if (is_separable(b, name))
        return separable_conv(b, name, in, DECODER_KERNEL, 1, NET_NONE);
    text first, second;
    join(first, "%s.0", name);
    join(second, "%s.1", name);
    return conv_relu(b, second, conv_relu(b, first, in, 3), 3);
}

/* ---- backbone */

static int32_t add_input(builder *b)
{
    const int32_t value = net_add_value(b->graph, 3);
    (void)net_add_op(b->graph, NET_INPUT, "normalise", NET_NONE, value);
    return value;
}

static int32_t add_stem(builder *b, int32_t x)
{
    for (int32_t i = 1; i <= STEM_CONVS; i++) {
        text name;
        join(name, "backbone.stem.conv%d", i);
        x = add_conv(b, (conv){.name = name,
                               .in = x,
                               .kernel = 3,
                               .stride = i == 1 ? 2 : 1,
                               .out = NET_NONE,
                               .residual = NET_NONE,
                               .flags = NORM_RELU});
    }
    const int32_t out = net_add_value(b->graph, b->graph->values[x].channels);
    (void)net_add_op(b->graph, NET_MAXPOOL, "backbone.stem.maxpool", x, out);
    return out;
}

/* relu(conv3(relu conv2(relu conv1 x)) + shortcut); the sum overwrites the shortcut. */
static int32_t add_bottleneck(builder *b, const char *block, int32_t x, int32_t stride,
                              int32_t dilation, bool has_shortcut)
{
    text conv1, conv2, conv3, shortcut;
    join(conv1, "%s.conv1", block);
    join(conv2, "%s.conv2", block);
    join(conv3, "%s.conv3", block);
    join(shortcut, "%s.shortcut", block);
    int32_t y = conv_relu(b, conv1, x, 1);
    y = add_conv(b, (conv){.name = conv2,
                           .in = y,
                           .kernel = 3,
                           .stride = stride,
                           .dilation = dilation,
                           .out = NET_NONE,
                           .residual = NET_NONE,
                           .flags = NORM_RELU});
    int32_t sum = x;
    if (has_shortcut)
        sum = add_conv(b, (conv){.name = shortcut,
                                 .in = x,
                                 .kernel = 1,
                                 .stride = stride,
                                 .out = NET_NONE,
                                 .residual = NET_NONE,
                                 .flags = NORM});
    const int32_t out = net_add_slice(b->graph, sum, 0, b->graph->values[sum].channels);
    return add_conv(
        b,
        (conv){
            .name = conv3, .in = y, .kernel = 1, .out = out, .residual = sum, .flags = NORM_RELU});
}

static int32_t add_stage(builder *b, int32_t stage, int32_t x)
{
    static const int32_t blocks[] = {3, 4, 6, 3};
    static const int32_t res5_dilation[] = {2, 4, 8};
    for (int32_t i = 0; i < blocks[stage - 2]; i++) {
        text block;
        join(block, "backbone.res%d.%d", stage, i);
        const int32_t stride = i == 0 && (stage == 3 || stage == 4) ? 2 : 1;
        x = add_bottleneck(b, block, x, stride, stage == 5 ? res5_dilation[i] : 1, i == 0);
    }
    return x;
}

static void add_backbone(builder *b)
{
    net_graph *g = b->graph;
    const int32_t stem = add_stem(b, add_input(b));
    g->res2 = add_stage(b, 2, stem);
    g->res3 = add_stage(b, 3, g->res2);
    g->res4 = add_stage(b, 4, g->res3);
    g->res5 = add_stage(b, 5, g->res4);
    b->pooled = net_add_value(g, g->values[g->res5].channels);
    (void)net_add_op(g, NET_AVGPOOL, "aspp.pool", g->res5, b->pooled);
}

/* ---- one branch */

static void add_resize(builder *b, const char *name, int32_t in, int32_t out, int32_t like)
{
    net_op *op = net_add_op(b->graph, NET_RESIZE, name, in, out);
    op->like = like;
}

/* The five parts are written side by side into one value, then projected. */
static int32_t add_aspp(builder *b, const char *branch)
{
    static const int32_t dilations[ASPP_DILATED] = {6, 12, 18};
    enum { PARTS = ASPP_DILATED + 2 };
    net_graph *g = b->graph;
    text names[PARTS], name;
    int32_t channels[PARTS], slices[PARTS], total = 0;
    for (int32_t i = 0; i < PARTS; i++) {
        join(names[i], "%s.decoder.res5.project_conv.convs.%d%s", branch, i,
             i == PARTS - 1 ? ".1" : "");
        join(name, "%s.pointwise", names[i]);
        channels[i] =
            net_tensors_channels(&b->tensors, is_separable(b, names[i]) ? name : names[i]);
        total += channels[i];
    }
    const int32_t parts = net_add_value(g, total);
    for (int32_t i = 0, at = 0; i < PARTS; at += channels[i++])
        slices[i] = net_add_slice(g, parts, at, channels[i]);
    conv c = {.name = names[0],
              .in = g->res5,
              .kernel = 1,
              .out = slices[0],
              .residual = NET_NONE,
              .flags = NORM_RELU};
    (void)add_conv(b, c);
    for (int32_t i = 0; i < ASPP_DILATED; i++) {
        c.name = names[i + 1];
        c.kernel = 3;
        c.dilation = dilations[i];
        c.out = slices[i + 1];
        if (is_separable(b, c.name))
            (void)separable_conv(b, c.name, g->res5, 3, c.dilation, c.out);
        else
            (void)add_conv(b, c);
    }
    const int32_t pooled = add_conv(b, (conv){.name = names[PARTS - 1],
                                              .in = b->pooled,
                                              .kernel = 1,
                                              .out = NET_NONE,
                                              .residual = NET_NONE,
                                              .flags = BIAS_RELU});
    join(name, "%s.decoder.res5.resize", branch);
    add_resize(b, name, pooled, slices[PARTS - 1], g->res5);
    join(name, "%s.decoder.res5.project_conv.project", branch);
    return conv_relu(b, name, parts, 1);
}

/* y, enlarged to the size of a backbone stage, beside a projection of that stage, then fused. */
static int32_t add_decoder_step(builder *b, const char *branch, int32_t stage, int32_t feature,
                                int32_t y)
{
    net_graph *g = b->graph;
    text project, resize, fuse;
    join(project, "%s.decoder.res%d.project_conv", branch, stage);
    join(resize, "%s.decoder.res%d.resize", branch, stage);
    join(fuse, "%s.decoder.res%d.fuse_conv", branch, stage);
    const int32_t left = net_tensors_channels(&b->tensors, project);
    const int32_t right = g->values[y].channels;
    const int32_t both = net_add_value(g, left + right);
    (void)add_conv(b, (conv){.name = project,
                             .in = feature,
                             .kernel = 1,
                             .out = net_add_slice(g, both, 0, left),
                             .residual = NET_NONE,
                             .flags = NORM_RELU});
    add_resize(b, resize, y, net_add_slice(g, both, left, right), feature);
    return conv_pair(b, fuse, both);
}

static int32_t add_decoder(builder *b, const char *branch)
{
    const int32_t y = add_decoder_step(b, branch, 3, b->graph->res3, add_aspp(b, branch));
    return add_decoder_step(b, branch, 2, b->graph->res2, y);
}

/* A head and its 1x1 predictor with that many channels, 0 for any; float32 out. */
static int32_t add_head(builder *b, const char *head, const char *predictor, int32_t in,
                        int32_t channels)
{
    const int32_t features = conv_pair(b, head, in);
    if (channels == 0)
        channels = net_tensors_channels(&b->tensors, predictor);
    const int32_t out = net_add_value(b->graph, channels);
    b->graph->values[out].f32 = true;
    return add_conv(b, (conv){.name = predictor,
                              .in = features,
                              .kernel = 1,
                              .out = out,
                              .residual = NET_NONE,
                              .flags = BIAS});
}

/* ---- depth */

static pnd_status check_depth_head(pnd_depth_head wanted, int32_t channels, pnd_error *err)
{
    const bool dorn = wanted == PND_DEPTH_DORN_AUTHOR || wanted == PND_DEPTH_DORN_PUBLISHED;
    if (dorn ? channels % 2 == 0 : channels == 1)
        return PND_OK;
    if (channels == 0) /* missing, and reported as such */
        return PND_OK;
    return pnd_fail(err, PND_EFORMAT, "depth_head.predictor has %d channel%s: expected %s",
                    channels, channels == 1 ? "" : "s",
                    dorn ? "2 for each of DORN's intervals" : "1, metres");
}

/* PND_OK and no depth value without a depth head. */
static pnd_status add_depth(builder *b, pnd_depth_head wanted, pnd_error *err)
{
    net_graph *g = b->graph;
    const bool present = net_tensors_has(&b->tensors, "depth_head.");
    const int32_t channels = net_tensors_channels(&b->tensors, "depth_head.predictor");
    g->depth = g->raw_depth = NET_NONE;
    g->depth_head = PND_DEPTH_NONE;
    if (!present && wanted != PND_DEPTH_AUTO && wanted != PND_DEPTH_NONE)
        return pnd_fail(err, PND_EFORMAT, "a depth head is asked for, and these weights have none");
    if (!present || wanted == PND_DEPTH_NONE) {
        net_tensors_ignore(&b->tensors, "depth_head.");
        return PND_OK;
    }
    if (wanted == PND_DEPTH_AUTO)
        wanted = channels <= 1 ? PND_DEPTH_METRES : PND_DEPTH_DORN_AUTHOR;
    const pnd_status status = check_depth_head(wanted, channels, err);
    if (status != PND_OK)
        return status;
    g->depth_head = wanted;
    g->raw_depth =
        add_head(b, "depth_head.head", "depth_head.predictor", add_decoder(b, "depth_head"), 0);
    g->depth = g->raw_depth;
    if (wanted == PND_DEPTH_METRES)
        return PND_OK;
    g->depth = net_add_value(g, 1);
    g->values[g->depth].f32 = true;
    (void)net_add_op(g, NET_DORN, "depth_head.decode", g->raw_depth, g->depth);
    return PND_OK;
}

/* ---- all of it */

static pnd_status add_network(builder *b, const pnd_net_options *options, pnd_error *err)
{
    net_graph *g = b->graph;
    add_backbone(b);
    b->separable = is_separable(b, "sem_seg_head.decoder.res5.project_conv.convs.1");
    g->sem = add_head(b, "sem_seg_head.head", "sem_seg_head.predictor",
                      add_decoder(b, "sem_seg_head"), 0);
    const int32_t instance = add_decoder(b, "ins_embed_head");
    g->center =
        add_head(b, "ins_embed_head.center_head", "ins_embed_head.center_predictor", instance, 1);
    g->offset =
        add_head(b, "ins_embed_head.offset_head", "ins_embed_head.offset_predictor", instance, 2);
    return add_depth(b, options->depth_head, err);
}

static pnd_status check_graph(const net_graph *g, pnd_error *err)
{
    if (g->n_ops == NET_MAX_OPS || g->n_values == NET_MAX_VALUES)
        return pnd_fail(err, PND_EINTERNAL, "the network has more than %d operations",
                        NET_MAX_OPS - 1);
    const int32_t classes = g->values[g->sem].channels;
    if (classes > PND_POST_MAX_CLASSES)
        return pnd_fail(err, PND_EFORMAT, "sem_seg_head.predictor has %d classes: at most %d",
                        classes, PND_POST_MAX_CLASSES);
    return PND_OK;
}

static void set_constants(net_graph *graph, const pnd_net_options *options)
{
    const bool given =
        options->std[0] != 0.0f || options->std[1] != 0.0f || options->std[2] != 0.0f;
    memcpy(graph->mean, given ? options->mean : imagenet_mean, sizeof graph->mean);
    memcpy(graph->std, given ? options->std : imagenet_std, sizeof graph->std);
    graph->pool_height = options->pool_height;
    graph->pool_width = options->pool_width;
}

pnd_status net_build(net_graph *graph, const pnd_net_tensor *tensors, size_t n_tensors,
                     const pnd_net_options *options, pnd_error *err)
{
    builder b = {.graph = graph};
    memset(graph, 0, sizeof *graph);
    set_constants(graph, options);
    pnd_status status = net_tensors_open(&b.tensors, tensors, n_tensors, err);
    if (status != PND_OK)
        return status;
    status = add_network(&b, options, err);
    if (status == PND_OK)
        status = net_tensors_judge(&b.tensors, err);
    if (status == PND_OK)
        status = check_graph(graph, err);
    graph->separable = b.separable;
    net_tensors_clear(&b.tensors);
    return status;
}
