/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each operation is computed.
 *
 * A convolution goes to cuBLASLt when it is a matrix product (1x1 at stride 1), else to cuDNN, when
 * both sides are NHWC in the network's precision; to the network's own kernel when it is the stem's
 * first, which reads 8-bit photographs, a predictor, which computes and writes float32, or when the
 * libraries have nothing for its shape. Weights are folded in double precision, rounded once, and
 * kept as the path wants them. Every shape is tuned once, on the arena itself.
 */
#include "cuda_net.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

enum { MIN_WORKSPACE = 32 << 20, BIAS_ALIGNMENT = 256 };

/* ---- paths */

/* Whether a value is a normalised photograph, which INPUT writes. */
static bool is_photograph(const net_graph *graph, int32_t value)
{
    for (int32_t i = 0; i < graph->n_ops; i++)
        if (graph->ops[i].kind == NET_INPUT && graph->ops[i].out == value)
            return true;
    return false;
}

static bool is_stem(const net_graph *graph, const net_op *op)
{
    return op->kind == NET_CONV && op->kernel > 1 && op->residual == NET_NONE &&
           is_photograph(graph, op->in);
}

/* INPUT need not be written down when only the stem's convolution reads it. */
static bool is_input_needed(const cuda_net *net, const net_op *input)
{
    const net_graph *graph = net->base.graph;
    bool needed = net->options.keep_all, read = false;
    for (int32_t i = 0; i < graph->n_ops; i++) {
        const net_op *op = &graph->ops[i];
        if (op->in != input->out)
            continue;
        read = true;
        needed = needed || !is_stem(graph, op);
    }
    return needed || !read;
}

static bool is_nhwc(const cuda_net *net, int32_t value)
{
    return !net->planar[value] && cuda_net_map(net, value).type == (int32_t)net->options.precision;
}

static net_path conv_path(const cuda_net *net, const net_op *op)
{
    if (is_stem(net->base.graph, op))
        return NET_PATH_STEM;
    if (!is_nhwc(net, op->in) || !is_nhwc(net, op->out))
        return NET_PATH_DIRECT;
    return op->kernel == 1 && op->stride == 1 ? NET_PATH_GEMM : NET_PATH_CUDNN;
}

static net_path path_of(const cuda_net *net, const net_op *op)
{
    switch (op->kind) {
    case NET_INPUT:
        return is_input_needed(net, op) ? NET_PATH_INPUT : NET_PATH_NOTHING;
    case NET_CONV:
        return conv_path(net, op);
    case NET_DWCONV:
        return NET_PATH_DWCONV;
    case NET_MAXPOOL:
        return NET_PATH_MAXPOOL;
    case NET_AVGPOOL:
        return NET_PATH_AVGPOOL;
    case NET_RESIZE:
        return NET_PATH_RESIZE;
    case NET_DORN:
        return NET_PATH_DORN;
    }
    return NET_PATH_NOTHING;
}

/* The sum is made in place, so the residual must be what the output is about to overwrite. */
static pnd_status check_residual(const cuda_net *net, const net_op *op, pnd_error *err)
{
    if (op->residual == NET_NONE)
        return PND_OK;
    const net_map out = cuda_net_map(net, op->out), residual = cuda_net_map(net, op->residual);
    if (out.data == residual.data && out.pixel_step == residual.pixel_step &&
        out.channels == residual.channels)
        return PND_OK;
    return pnd_fail(err, PND_EINTERNAL, "%s: the residual is not where the sum is written",
                    op->name);
}

/* ---- weights */

/* Folded weights and bias, float32 on the host; and how they are kept. */
typedef struct folded {
    float *weights, *bias;
    size_t n_weights, n_bias;
} folded;

static void folded_clear(folded *f)
{
    free(f->weights);
    free(f->bias);
}

static bool fold(folded *f, const net_graph *graph, const net_op *op)
{
    f->n_weights = net_weight_count(graph, op);
    f->n_bias = (size_t)graph->values[op->out].channels;
    f->weights = (float *)pnd_alloc_array(f->n_weights, sizeof(float));
    f->bias = (float *)pnd_alloc_array(f->n_bias, sizeof(float));
    if (f->weights == NULL || f->bias == NULL)
        return false;
    net_fold(graph, op, f->weights, f->bias);
    return true;
}

/* [out][rows][columns][in] to the direct kernel's [rows][columns][in][outs_padded]. */
static bool transpose(folded *f, int32_t kernel)
{
    const size_t outs = f->n_bias, per_out = f->n_weights / outs;
    const size_t group = (size_t)net_conv_outs((int32_t)outs, kernel);
    const size_t padded = (outs + group - 1) / group * group;
    float *to = (float *)pnd_calloc_array(per_out * padded, sizeof(float));
    if (to == NULL)
        return false;
    for (size_t o = 0; o < outs; o++)
        for (size_t i = 0; i < per_out; i++)
            to[i * padded + o] = f->weights[o * per_out + i];
    free(f->weights);
    f->weights = to;
    f->n_weights = per_out * padded;
    return true;
}

static void encode(void *to, const float *from, size_t n, pnd_precision precision)
{
    if (precision == PND_PRECISION_F32) {
        memcpy(to, from, n * sizeof *from);
        return;
    }
    for (size_t i = 0; i < n; i++)
        ((uint16_t *)to)[i] = net_to_16(from[i], (int32_t)precision);
}

/* Weights, then bias, in one piece of device memory. */
static pnd_status upload(cuda_net *net, cuda_net_op *state, const folded *f,
                         pnd_precision precision, const char *name, pnd_error *err)
{
    const size_t element = precision == PND_PRECISION_F32 ? sizeof(float) : sizeof(uint16_t);
    const size_t bias_at =
        (f->n_weights * element + BIAS_ALIGNMENT - 1) / BIAS_ALIGNMENT * BIAS_ALIGNMENT;
    const size_t size = bias_at + f->n_bias * element;
    char *bytes = (char *)pnd_calloc_array(size, 1);
    pnd_status status = PND_OK;
    if (bytes == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for the weights of %s", name);
    encode(bytes, f->weights, f->n_weights, precision);
    encode(bytes + bias_at, f->bias, f->n_bias, precision);
    status = cuda_net_alloc(&state->weights, size, name, err);
    if (status != PND_OK)
        goto cleanup;
    state->bias = (char *)state->weights + bias_at;
    net->base.weight_bytes += size;
    PND_CUDA_TRY(
        cudaMemcpyAsync(state->weights, bytes, size, cudaMemcpyHostToDevice, net->lib.stream));
    PND_CUDA_TRY(cudaStreamSynchronize(net->lib.stream)); /* `bytes` is freed */
cleanup:
    free(bytes);
    return status;
}

static pnd_status load_conv(cuda_net *net, int32_t i, pnd_error *err)
{
    const net_op *op = &net->base.graph->ops[i];
    cuda_net_op *state = &net->ops[i];
    const bool library = state->path == NET_PATH_GEMM || state->path == NET_PATH_CUDNN;
    folded f = {0};
    pnd_status status = PND_OK;
    bool ok = fold(&f, net->base.graph, op);
    if (ok && (state->path == NET_PATH_STEM || state->path == NET_PATH_DIRECT))
        ok = transpose(&f, op->kernel);
    if (ok)
        status = upload(net, state, &f, library ? net->options.precision : PND_PRECISION_F32,
                        op->name, err);
    else
        status = pnd_fail(err, PND_ENOMEM, "out of memory for the weights of %s", op->name);
    folded_clear(&f);
    return status;
}

static pnd_status load_dorn(cuda_net *net, int32_t i, pnd_error *err)
{
    const net_op *op = &net->base.graph->ops[i];
    const int32_t intervals = net->base.graph->values[op->in].channels / 2;
    float no_bias = 0.0f;
    folded f = {.bias = &no_bias, .n_bias = 1, .n_weights = (size_t)intervals + 1};
    f.weights = (float *)pnd_alloc_array(f.n_weights, sizeof(float));
    if (f.weights == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %s", op->name);
    net_dorn_table(f.weights, intervals);
    const pnd_status status = upload(net, &net->ops[i], &f, PND_PRECISION_F32, op->name, err);
    free(f.weights);
    return status;
}

/* ---- plans */

net_operands cuda_net_operands(const cuda_net *net, int32_t i)
{
    const net_op *op = &net->base.graph->ops[i];
    return (net_operands){.in = cuda_net_map(net, op->in).data,
                          .weights = net->ops[i].weights,
                          .bias = net->ops[i].bias,
                          .out = cuda_net_map(net, op->out).data};
}

static net_gemm_shape gemm_shape(const cuda_net *net, const net_op *op)
{
    const net_map in = cuda_net_map(net, op->in), out = cuda_net_map(net, op->out);
    net_gemm_shape shape;
    memset(&shape, 0, sizeof shape);
    shape.pixels = (int64_t)net->options.batch * in.height * in.width;
    shape.in_channels = in.channels;
    shape.in_pitch = (int32_t)in.pixel_step;
    shape.out_channels = out.channels;
    shape.out_pitch = (int32_t)out.pixel_step;
    shape.in_alignment = net_alignment(in.data, 256);
    shape.out_alignment = net_alignment(out.data, 256);
    shape.precision = (int32_t)net->options.precision;
    shape.relu = op->relu;
    shape.residual = op->residual != NET_NONE;
    return shape;
}

static net_conv_shape conv_shape(const cuda_net *net, const net_op *op)
{
    const net_map in = cuda_net_map(net, op->in), out = cuda_net_map(net, op->out);
    net_conv_shape shape;
    memset(&shape, 0, sizeof shape);
    shape.images = net->options.batch;
    shape.in_channels = in.channels;
    shape.in_height = in.height;
    shape.in_width = in.width;
    shape.in_pitch = (int32_t)in.pixel_step;
    shape.out_channels = out.channels;
    shape.out_height = out.height;
    shape.out_width = out.width;
    shape.out_pitch = (int32_t)out.pixel_step;
    shape.kernel = op->kernel;
    shape.stride = op->stride;
    shape.dilation = op->dilation;
    shape.in_alignment = net_alignment(in.data, 16);
    shape.out_alignment = net_alignment(out.data, 16);
    shape.precision = (int32_t)net->options.precision;
    shape.relu = op->relu;
    shape.residual = op->residual != NET_NONE;
    return shape;
}

static pnd_status plan_gemm(cuda_net *net, int32_t i, pnd_error *err)
{
    const net_gemm_shape shape = gemm_shape(net, &net->base.graph->ops[i]);
    const net_operands operands = cuda_net_operands(net, i);
    int32_t k = 0;
    while (k < net->n_gemms && memcmp(&net->gemms[k].shape, &shape, sizeof shape) != 0)
        k++;
    net->ops[i].plan = k;
    if (k < net->n_gemms)
        return PND_OK;
    const pnd_status status =
        net_gemm_plan_make(&net->gemms[k].plan, &net->lib, &shape, &operands, err);
    if (status != PND_OK)
        return status;
    net->gemms[k].shape = shape;
    net->n_gemms++;
    return PND_OK;
}

static pnd_status plan_cudnn(cuda_net *net, int32_t i, pnd_error *err)
{
    const net_conv_shape shape = conv_shape(net, &net->base.graph->ops[i]);
    const net_operands operands = cuda_net_operands(net, i);
    int32_t k = 0;
    while (k < net->n_convs && memcmp(&net->convs[k].shape, &shape, sizeof shape) != 0)
        k++;
    net->ops[i].plan = k;
    if (k < net->n_convs)
        return PND_OK;
    const pnd_status status =
        net_cudnn_plan_make(&net->convs[k].plan, &net->lib, &shape, &operands, err);
    if (status != PND_OK)
        return status;
    net->convs[k].shape = shape;
    net->n_convs++;
    return PND_OK;
}

/* The other library's turn, then the network's own kernel's, which takes any shape. */
static pnd_status plan_conv(cuda_net *net, int32_t i, pnd_error *err)
{
    cuda_net_op *state = &net->ops[i];
    pnd_status status = PND_OK;
    if (state->path == NET_PATH_GEMM && plan_gemm(net, i, NULL) != PND_OK)
        state->path = NET_PATH_CUDNN;
    if (state->path == NET_PATH_CUDNN && plan_cudnn(net, i, NULL) != PND_OK)
        state->path = NET_PATH_DIRECT;
    if (state->path != NET_PATH_DIRECT)
        return PND_OK;
    PND_CUDA_TRY(cudaStreamSynchronize(net->lib.stream)); /* what failed may have broken more */
    (void)cudaFree(state->weights);
    state->weights = NULL;
    status = load_conv(net, i, err);
cleanup:
    return status;
}

static pnd_status reserve_columns(cuda_net *net, pnd_error *err)
{
    const net_graph *graph = net->base.graph;
    size_t most = 0;
    void *columns = NULL;
    for (int32_t i = 0; i < graph->n_ops; i++) {
        if (graph->ops[i].kind != NET_AVGPOOL)
            continue;
        const net_map in = cuda_net_map(net, graph->ops[i].in);
        const net_map out = cuda_net_map(net, graph->ops[i].out);
        const size_t bytes = net_avgpool_bytes(&in, &out, net->options.batch);
        most = bytes > most ? bytes : most;
    }
    if (most == 0)
        return PND_OK;
    const pnd_status status = cuda_net_alloc(&columns, most, "average pooling", err);
    net->columns = (float *)columns;
    return status;
}

static const char *kind_of(net_path path)
{
    switch (path) {
    case NET_PATH_GEMM:
        return "conv cublaslt";
    case NET_PATH_CUDNN:
        return "conv cudnn";
    case NET_PATH_STEM:
    case NET_PATH_DIRECT:
        return "conv own";
    default:
        return NULL;
    }
}

static pnd_status prepare_op(cuda_net *net, int32_t i, pnd_error *err)
{
    const net_op *op = &net->base.graph->ops[i];
    net->ops[i].path = path_of(net, op);
    if (op->kind == NET_DORN)
        return load_dorn(net, i, err);
    if (op->kind != NET_CONV && op->kind != NET_DWCONV)
        return PND_OK;
    pnd_status status = check_residual(net, op, err);
    if (status == PND_OK)
        status = load_conv(net, i, err);
    if (status == PND_OK &&
        (net->ops[i].path == NET_PATH_GEMM || net->ops[i].path == NET_PATH_CUDNN))
        status = plan_conv(net, i, err);
    net->base.op_kind[i] = kind_of(net->ops[i].path);
    return status;
}

/* Keep as much workspace as the plans that were chosen want. */
static pnd_status shrink_workspace(cuda_net *net, pnd_error *err)
{
    size_t most = MIN_WORKSPACE;
    for (int32_t k = 0; k < net->n_gemms; k++)
        if (net->gemms[k].plan.workspace_size > most)
            most = net->gemms[k].plan.workspace_size;
    for (int32_t k = 0; k < net->n_convs; k++)
        if (net->convs[k].plan.workspace_size > most)
            most = net->convs[k].plan.workspace_size;
    (void)cudaFree(net->lib.workspace);
    net->lib.workspace = NULL;
    net->lib.workspace_size = most;
    return cuda_net_alloc(&net->lib.workspace, most, "the libraries' workspace", err);
}

static pnd_status bind(cuda_net *net, int32_t i, pnd_error *err)
{
    const net_operands operands = cuda_net_operands(net, i);
    cuda_net_op *state = &net->ops[i];
    state->bound = net_cudnn_bind(&net->lib, &net->convs[state->plan].plan, &operands);
    if (state->bound != NULL)
        return PND_OK;
    return pnd_fail(err, PND_EDEVICE, "%s: cuDNN does not take its operands",
                    net->base.graph->ops[i].name);
}

pnd_status cuda_net_prepare(cuda_net *net, pnd_error *err)
{
    const int32_t n_ops = net->base.graph->n_ops;
    pnd_status status = reserve_columns(net, err);
    for (int32_t i = 0; i < n_ops && status == PND_OK; i++)
        status = prepare_op(net, i, err);
    if (status != PND_OK)
        return status;
    PND_CUDA_TRY(cudaStreamSynchronize(net->lib.stream));
    status = shrink_workspace(net, err);
    for (int32_t i = 0; i < n_ops && status == PND_OK; i++)
        if (net->ops[i].path == NET_PATH_CUDNN)
            status = bind(net, i, err);
cleanup:
    return status;
}
