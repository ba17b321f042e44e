/* SPDX-License-Identifier: Apache-2.0 */
#include "net_cudnn.h"

#include <stdio.h>
#include <string.h>

typedef cudnnBackendDescriptor_t descriptor;

enum { REASON_SIZE = 160, MAX_CONFIGS = 24, RANK = 4 };
enum { ID_X = 1, ID_WEIGHTS, ID_BIAS, ID_RESIDUAL, ID_Y, ID_VIRTUAL };

/* While a plan is made: what was made so far, and the first thing that went wrong. After that every
 * step does nothing, so that the graph can be written down without a check on each line. */
typedef struct maker {
    const net_libs *libs;
    net_cudnn_plan *plan; /* owns the parts */
    int64_t next_id;
    cudnnStatus_t status;
    char reason[REASON_SIZE];
} maker;

static void check(maker *m, cudnnStatus_t status, const char *what)
{
    char detail[REASON_SIZE] = "";
    if (status == CUDNN_STATUS_SUCCESS || m->status != CUDNN_STATUS_SUCCESS)
        return;
    m->status = status;
    m->libs->cudnnGetLastErrorString(detail, sizeof detail);
    (void)snprintf(m->reason, sizeof m->reason, "%s: %s %.90s", what,
                   m->libs->cudnnGetErrorString(status), detail);
}

static descriptor make(maker *m, cudnnBackendDescriptorType_t type)
{
    descriptor made = NULL;
    if (m->status != CUDNN_STATUS_SUCCESS)
        return NULL;
    if (m->plan->n_parts == NET_CUDNN_PARTS) {
        check(m, CUDNN_STATUS_INTERNAL_ERROR, "too many descriptors");
        return NULL;
    }
    check(m, m->libs->cudnnBackendCreateDescriptor(type, &made), "create");
    if (made != NULL)
        m->plan->parts[m->plan->n_parts++] = made;
    return made;
}

static void set(maker *m, descriptor d, cudnnBackendAttributeName_t name,
                cudnnBackendAttributeType_t type, int64_t n, const void *values)
{
    if (m->status == CUDNN_STATUS_SUCCESS)
        check(m, m->libs->cudnnBackendSetAttribute(d, name, type, n, values), "set an attribute");
}

static void set_part(maker *m, descriptor d, cudnnBackendAttributeName_t name, descriptor part)
{
    set(m, d, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &part);
}

static descriptor finalize(maker *m, descriptor d, const char *what)
{
    if (m->status == CUDNN_STATUS_SUCCESS)
        check(m, m->libs->cudnnBackendFinalize(d), what);
    return d;
}

/* ---- the graph */

typedef struct tensor_shape {
    int64_t id; /* 0: virtual, between two operations, and float32 */
    int64_t n, channels, height, width, pitch;
    int64_t alignment;
} tensor_shape;

static cudnnDataType_t data_type(int32_t precision)
{
    if (precision == PND_PRECISION_F32)
        return CUDNN_DATA_FLOAT;
    return precision == PND_PRECISION_F16 ? CUDNN_DATA_HALF : CUDNN_DATA_BFLOAT16;
}

static descriptor tensor(maker *m, tensor_shape t, int32_t precision)
{
    const bool is_virtual = t.id == 0;
    const int64_t id = is_virtual ? m->next_id++ : t.id;
    const int64_t sizes[RANK] = {t.n, t.channels, t.height, t.width};
    const int64_t strides[RANK] = {t.height * t.width * t.pitch, 1, t.width * t.pitch, t.pitch};
    const cudnnDataType_t type = is_virtual ? CUDNN_DATA_FLOAT : data_type(precision);
    const descriptor d = make(m, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    set(m, d, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, &id);
    set(m, d, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type);
    set(m, d, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, RANK, sizes);
    set(m, d, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, RANK, strides);
    set(m, d, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, &t.alignment);
    if (is_virtual)
        set(m, d, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &is_virtual);
    return finalize(m, d, "tensor");
}

static descriptor convolution(maker *m, const net_conv_shape *s, descriptor x, descriptor w,
                              descriptor y)
{
    const int64_t padding = (int64_t)s->dilation * (s->kernel - 1) / 2;
    const int64_t paddings[2] = {padding, padding}, strides[2] = {s->stride, s->stride},
                  dilations[2] = {s->dilation, s->dilation}, n_sides = 2;
    const cudnnDataType_t compute = CUDNN_DATA_FLOAT;
    const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
    const float one = 1.0f, zero = 0.0f;
    const descriptor c = make(m, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    set(m, c, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &compute);
    set(m, c, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode);
    set(m, c, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, 1, &n_sides);
    set(m, c, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 2, paddings);
    set(m, c, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 2, paddings);
    set(m, c, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 2, strides);
    set(m, c, CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2, dilations);
    (void)finalize(m, c, "convolution");
    const descriptor op = make(m, CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
    set_part(m, op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, c);
    set_part(m, op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x);
    set_part(m, op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w);
    set_part(m, op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y);
    set(m, op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, &one);
    set(m, op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, &zero);
    return finalize(m, op, "convolution operation");
}

/* y = x + b, or with b NULL y = relu(x). */
static descriptor pointwise(maker *m, descriptor x, descriptor b, descriptor y)
{
    const cudnnPointwiseMode_t mode = b != NULL ? CUDNN_POINTWISE_ADD : CUDNN_POINTWISE_RELU_FWD;
    const cudnnDataType_t compute = CUDNN_DATA_FLOAT;
    const descriptor p = make(m, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    set(m, p, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode);
    set(m, p, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, 1, &compute);
    (void)finalize(m, p, "pointwise");
    const descriptor op = make(m, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    set_part(m, op, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, p);
    set_part(m, op, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
    if (b != NULL)
        set_part(m, op, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, b);
    set_part(m, op, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
    return finalize(m, op, "pointwise operation");
}

/* cuDNN's own fusions are the chain convolution, + residual, + bias, relu. */
static descriptor operation_graph(maker *m, const net_device *device, const net_conv_shape *s)
{
    const tensor_shape y_shape = {.id = ID_Y,
                                  .n = s->images,
                                  .channels = s->out_channels,
                                  .height = s->out_height,
                                  .width = s->out_width,
                                  .pitch = s->out_pitch,
                                  .alignment = s->out_alignment};
    tensor_shape middle = y_shape, z_shape = y_shape;
    middle.id = 0;
    middle.pitch = s->out_channels;
    middle.alignment = 16;
    z_shape.id = ID_RESIDUAL;
    const descriptor x = tensor(m,
                                (tensor_shape){.id = ID_X,
                                               .n = s->images,
                                               .channels = s->in_channels,
                                               .height = s->in_height,
                                               .width = s->in_width,
                                               .pitch = s->in_pitch,
                                               .alignment = s->in_alignment},
                                s->precision);
    const descriptor w = tensor(m,
                                (tensor_shape){ID_WEIGHTS, s->out_channels, s->in_channels,
                                               s->kernel, s->kernel, s->in_channels, 16},
                                s->precision);
    const descriptor b = tensor(
        m, (tensor_shape){ID_BIAS, 1, s->out_channels, 1, 1, s->out_channels, 16}, s->precision);
    const descriptor y = tensor(m, y_shape, s->precision);
    descriptor ops[4], sum = tensor(m, middle, s->precision);
    int64_t n_ops = 0;
    ops[n_ops++] = convolution(m, s, x, w, sum);
    if (s->residual) {
        const descriptor before = sum;
        sum = tensor(m, middle, s->precision);
        ops[n_ops++] = pointwise(m, before, tensor(m, z_shape, s->precision), sum);
    }
    const descriptor biased = s->relu ? tensor(m, middle, s->precision) : y;
    ops[n_ops++] = pointwise(m, sum, b, biased);
    if (s->relu)
        ops[n_ops++] = pointwise(m, biased, NULL, y);
    const descriptor graph = make(m, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    set(m, graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, n_ops, ops);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* cuDNN below 9.8 needs it */
    if (device->properties == NULL)
        set(m, graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &device->cudnn);
#pragma GCC diagnostic pop
    return finalize(m, graph, "operation graph");
}

/* ---- engines */

/* Whether an engine computes what is promised: sums in float32, products of f32 in f32, no
 * transforms that lose digits, and the same bits each time. */
static bool is_exact(const net_libs *libs, descriptor config, int32_t precision)
{
    cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
    descriptor engine = NULL;
    int64_t n = 0;
    if (libs->cudnnBackendCreateDescriptor(CUDNN_BACKEND_ENGINE_DESCRIPTOR, &engine) !=
        CUDNN_STATUS_SUCCESS)
        return false;
    bool ok = libs->cudnnBackendGetAttribute(config, CUDNN_ATTR_ENGINECFG_ENGINE,
                                             CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &n,
                                             &engine) == CUDNN_STATUS_SUCCESS &&
              libs->cudnnBackendGetAttribute(
                  engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                  CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &n, notes) == CUDNN_STATUS_SUCCESS;
    for (int64_t i = 0; ok && i < n; i++)
        ok = notes[i] == CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP ||
             (notes[i] == CUDNN_NUMERICAL_NOTE_TENSOR_CORE && precision != PND_PRECISION_F32);
    (void)libs->cudnnBackendDestroyDescriptor(engine);
    return ok;
}

/* An execution plan of one engine configuration; NULL when it cannot be or wants too much. */
static descriptor build(size_t *workspace, const net_device *device, descriptor config)
{
    const net_libs *libs = &device->libs;
    descriptor plan = NULL;
    int64_t size = 0, n = 0;
    if (libs->cudnnBackendCreateDescriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, &plan) !=
        CUDNN_STATUS_SUCCESS)
        return NULL;
    bool ok = libs->cudnnBackendSetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG,
                                             CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                                             &config) == CUDNN_STATUS_SUCCESS;
#if CUDNN_VERSION >= 90800
    if (device->properties != NULL)
        ok = ok && libs->cudnnBackendSetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP,
                                                  CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                                                  &device->properties) == CUDNN_STATUS_SUCCESS;
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* cuDNN below 9.8 needs it */
    if (device->properties == NULL)
        ok = ok && libs->cudnnBackendSetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE,
                                                  CUDNN_TYPE_HANDLE, 1,
                                                  &device->cudnn) == CUDNN_STATUS_SUCCESS;
#pragma GCC diagnostic pop
    ok = ok && libs->cudnnBackendFinalize(plan) == CUDNN_STATUS_SUCCESS &&
         libs->cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                        CUDNN_TYPE_INT64, 1, &n, &size) == CUDNN_STATUS_SUCCESS;
    if (ok && size >= 0 && (size_t)size <= device->workspace_size) {
        *workspace = (size_t)size;
        return plan;
    }
    (void)libs->cudnnBackendDestroyDescriptor(plan);
    return NULL;
}

static bool launch(net_device *device, const void *what, const net_operands *operands)
{
    (void)operands;
    const descriptor *both = what;
    return device->libs.cudnnBackendExecute(device->cudnn, both[0], both[1]) ==
           CUDNN_STATUS_SUCCESS;
}

/* How long a plan takes; negative when it cannot run. */
static float time_plan(net_device *device, const net_cudnn_plan *candidate,
                       const net_operands *operands)
{
    const descriptor bound = net_cudnn_bind(device, candidate, operands);
    if (bound == NULL)
        return -1.0f;
    const descriptor both[2] = {candidate->plan, bound};
    const float ms = net_device_time(device, launch, both, operands);
    (void)device->libs.cudnnBackendDestroyDescriptor(bound);
    return ms;
}

/* Try one configuration; keep it when it is the first or the fastest. True when it can be used. */
static bool try_config(net_cudnn_plan *best, net_device *device, descriptor config,
                       const net_conv_shape *shape, const net_operands *operands)
{
    net_cudnn_plan candidate = {.residual = shape->residual != 0};
    if (!is_exact(&device->libs, config, shape->precision))
        return false;
    candidate.plan = build(&candidate.workspace_size, device, config);
    if (candidate.plan == NULL)
        return false;
    if (operands != NULL)
        candidate.ms = time_plan(device, &candidate, operands);
    const bool usable = candidate.ms >= 0.0f;
    if (usable && (best->plan == NULL || candidate.ms < best->ms)) {
        const descriptor old = best->plan;
        best->plan = candidate.plan;
        best->workspace_size = candidate.workspace_size;
        best->ms = candidate.ms;
        candidate.plan = old;
    }
    if (candidate.plan != NULL)
        (void)device->libs.cudnnBackendDestroyDescriptor(candidate.plan);
    return usable;
}

/* The configurations that one kind of heuristics suggests. */
static int64_t suggest(maker *m, const net_device *device, descriptor graph,
                       cudnnBackendHeurMode_t mode, descriptor configs[MAX_CONFIGS])
{
    int64_t n = 0;
    const descriptor heuristics = make(m, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    set_part(m, heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
    set(m, heuristics, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
#if CUDNN_VERSION >= 90800
    if (device->properties != NULL)
        set_part(m, heuristics, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, device->properties);
#endif
    (void)finalize(m, heuristics, "heuristics");
    if (m->status != CUDNN_STATUS_SUCCESS)
        return 0;
    check(m,
          m->libs->cudnnBackendGetAttribute(heuristics, CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                            CUDNN_TYPE_BACKEND_DESCRIPTOR, MAX_CONFIGS, &n,
                                            configs),
          "heuristics");
    return m->status == CUDNN_STATUS_SUCCESS ? n : 0;
}

static void try_mode(maker *m, net_device *device, descriptor graph, cudnnBackendHeurMode_t mode,
                     const net_conv_shape *shape, const net_operands *operands)
{
    const int wanted = operands != NULL ? NET_TUNE_CANDIDATES : 1;
    net_cudnn_plan *plan = m->plan;
    descriptor configs[MAX_CONFIGS] = {NULL};
    for (int i = 0; i < MAX_CONFIGS && m->status == CUDNN_STATUS_SUCCESS; i++)
        check(
            m,
            m->libs->cudnnBackendCreateDescriptor(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, &configs[i]),
            "create");
    const int64_t n = suggest(m, device, graph, mode, configs);
    for (int64_t i = 0; i < n && plan->n_usable < wanted; i++)
        plan->n_usable += try_config(plan, device, configs[i], shape, operands);
    for (int i = 0; i < MAX_CONFIGS; i++)
        if (configs[i] != NULL)
            (void)m->libs->cudnnBackendDestroyDescriptor(configs[i]);
}

/* ---- plans */

void net_conv_shape_text(char *text, size_t size, const net_conv_shape *s)
{
    (void)snprintf(text, size, "%dx%dx%dx%d -> %d channels, %dx%d / %d, dilation %d, %s", s->images,
                   s->in_channels, s->in_height, s->in_width, s->out_channels, s->kernel, s->kernel,
                   s->stride, s->dilation, pnd_precision_name((pnd_precision)s->precision));
}

pnd_status net_cudnn_plan_make(net_cudnn_plan *plan, net_device *device,
                               const net_conv_shape *shape, const net_operands *operands,
                               pnd_error *err)
{
    maker m = {.libs = &device->libs, .plan = plan, .next_id = ID_VIRTUAL};
    char text[REASON_SIZE];
    memset(plan, 0, sizeof *plan);
    plan->residual = shape->residual != 0;
    const descriptor graph = operation_graph(&m, device, shape);
    if (m.status == CUDNN_STATUS_SUCCESS)
        try_mode(&m, device, graph, CUDNN_HEUR_MODE_A, shape, operands);
    if (plan->plan == NULL) { /* mode A has none: what follows is slower, but there */
        m.status = CUDNN_STATUS_SUCCESS;
        try_mode(&m, device, graph, CUDNN_HEUR_MODE_FALLBACK, shape, operands);
    }
    if (plan->plan != NULL)
        return PND_OK;
    net_conv_shape_text(text, sizeof text, shape);
    const size_t version = device->libs.cudnnGetVersion();
    net_cudnn_plan_clear(plan, &device->libs);
    return pnd_fail(err, PND_EUNSUPPORTED, "cuDNN %zu has no engine for %s (%s)", version, text,
                    m.status != CUDNN_STATUS_SUCCESS ? m.reason : "none was usable");
}

void net_cudnn_plan_clear(net_cudnn_plan *plan, const net_libs *libs)
{
    if (plan->plan != NULL)
        (void)libs->cudnnBackendDestroyDescriptor(plan->plan);
    for (int i = plan->n_parts - 1; i >= 0; i--)
        (void)libs->cudnnBackendDestroyDescriptor(plan->parts[i]);
    memset(plan, 0, sizeof *plan);
}

descriptor net_cudnn_bind(const net_device *device, const net_cudnn_plan *plan,
                          const net_operands *o)
{
    const net_libs *libs = &device->libs;
    const int64_t ids[] = {ID_X, ID_WEIGHTS, ID_BIAS, ID_Y, ID_RESIDUAL};
    /* cuDNN takes pointers to non-const; it writes to the output alone. */
    void *pointers[5];
    memcpy(&pointers[0], &o->in, sizeof o->in);
    memcpy(&pointers[1], &o->weights, sizeof o->weights);
    memcpy(&pointers[2], &o->bias, sizeof o->bias);
    pointers[3] = pointers[4] = o->out;
    const int64_t n = plan->residual ? 5 : 4;
    descriptor pack = NULL;
    if (libs->cudnnBackendCreateDescriptor(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, &pack) !=
        CUDNN_STATUS_SUCCESS)
        return NULL;
    if (libs->cudnnBackendSetAttribute(pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64,
                                       n, ids) == CUDNN_STATUS_SUCCESS &&
        libs->cudnnBackendSetAttribute(pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
                                       CUDNN_TYPE_VOID_PTR, n, pointers) == CUDNN_STATUS_SUCCESS &&
        libs->cudnnBackendSetAttribute(pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR,
                                       1, &device->workspace) == CUDNN_STATUS_SUCCESS &&
        libs->cudnnBackendFinalize(pack) == CUDNN_STATUS_SUCCESS)
        return pack;
    (void)libs->cudnnBackendDestroyDescriptor(pack);
    return NULL;
}

pnd_status net_cudnn_run(const net_device *device, const net_cudnn_plan *plan, descriptor bound,
                         const char *name, pnd_error *err)
{
    char detail[REASON_SIZE] = "";
    const cudnnStatus_t status = device->libs.cudnnBackendExecute(device->cudnn, plan->plan, bound);
    if (status == CUDNN_STATUS_SUCCESS)
        return PND_OK;
    device->libs.cudnnGetLastErrorString(detail, sizeof detail);
    (void)cudaGetLastError();
    return pnd_fail(err, PND_EDEVICE, "%s: cuDNN: %s %s", name,
                    device->libs.cudnnGetErrorString(status), detail);
}
