/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queueing operations, and slots.
 *
 * A slot's way: photographs up (upload stream), its graph (compute stream), results down (download
 * stream), each waiting for the one before by an event. The graph holds the whole batch; what is
 * left over when fewer images are submitted is computed for nothing and not copied.
 */
#include "cuda_net.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

/* ---- operations */

static cudaError_t queue_conv(const cuda_net *net, int32_t i, const uint8_t *photographs, int32_t n)
{
    const net_graph *graph = net->base.graph;
    const net_op *op = &graph->ops[i];
    const bool stem = net->ops[i].path == NET_PATH_STEM;
    net_conv_grid grid = {.photographs = stem ? photographs : NULL,
                          .in = cuda_net_map(net, op->in),
                          .out = cuda_net_map(net, op->out),
                          .weights = (const float *)net->ops[i].weights,
                          .bias = (const float *)net->ops[i].bias,
                          .kernel = op->kernel,
                          .stride = op->stride,
                          .dilation = op->dilation,
                          .relu = op->relu,
                          .residual = op->residual != NET_NONE};
    for (int c = 0; c < 3 && stem; c++) {
        grid.mean[c] = graph->mean[c];
        grid.scale[c] = 1.0f / graph->std[c];
    }
    return net_launch_conv(grid, n, net->lib.stream);
}

static cudaError_t queue_input(const cuda_net *net, int32_t i, const uint8_t *photographs,
                               int32_t n)
{
    const net_graph *graph = net->base.graph;
    net_input_grid grid = {.photographs = photographs, .out = cuda_net_map(net, graph->ops[i].out)};
    for (int c = 0; c < 3; c++) {
        grid.mean[c] = graph->mean[c];
        grid.std[c] = graph->std[c];
    }
    return net_launch_input(grid, n, net->lib.stream);
}

static cudaError_t queue_dwconv(const cuda_net *net, int32_t i, int32_t n)
{
    const net_op *op = &net->base.graph->ops[i];
    return net_launch_dwconv((net_dwconv_grid){.in = cuda_net_map(net, op->in),
                                               .out = cuda_net_map(net, op->out),
                                               .weights = (const float *)net->ops[i].weights,
                                               .bias = (const float *)net->ops[i].bias,
                                               .kernel = op->kernel,
                                               .stride = op->stride,
                                               .dilation = op->dilation,
                                               .relu = op->relu},
                             n, net->lib.stream);
}

static cudaError_t queue_dorn(const cuda_net *net, int32_t i, int32_t n)
{
    const net_graph *graph = net->base.graph;
    const net_op *op = &graph->ops[i];
    return net_launch_dorn((net_dorn_grid){.in = cuda_net_map(net, op->in),
                                           .out = cuda_net_map(net, op->out),
                                           .table = (const float *)net->ops[i].weights,
                                           .intervals = graph->values[op->in].channels / 2,
                                           .paper = graph->depth_head == PND_DEPTH_DORN_PUBLISHED},
                           n, net->lib.stream);
}

/* One of the network's own kernels. */
static cudaError_t queue_own(const cuda_net *net, int32_t i, const uint8_t *photographs, int32_t n)
{
    const net_op *op = &net->base.graph->ops[i];
    const cudaStream_t stream = net->lib.stream;
    net_map in = {0};
    const net_map out = cuda_net_map(net, op->out);
    if (op->in != NET_NONE)
        in = cuda_net_map(net, op->in);
    switch (net->ops[i].path) {
    case NET_PATH_INPUT:
        return queue_input(net, i, photographs, n);
    case NET_PATH_STEM:
    case NET_PATH_DIRECT:
        return queue_conv(net, i, photographs, n);
    case NET_PATH_DWCONV:
        return queue_dwconv(net, i, n);
    case NET_PATH_MAXPOOL:
        return net_launch_maxpool((net_pool_grid){.in = in, .out = out}, n, stream);
    case NET_PATH_AVGPOOL:
        return net_launch_avgpool((net_pool_grid){.in = in, .out = out, .columns = net->columns}, n,
                                  stream);
    case NET_PATH_RESIZE:
        return net_launch_resize((net_resize_grid){.in = in, .out = out}, n, stream);
    case NET_PATH_DORN:
        return queue_dorn(net, i, n);
    case NET_PATH_NOTHING:
    case NET_PATH_GEMM:
    case NET_PATH_CUDNN:
        break;
    }
    return cudaSuccess;
}

static pnd_status queue_op(const cuda_net *net, int32_t i, const uint8_t *photographs, int32_t n,
                           pnd_error *err)
{
    const cuda_net_op *state = &net->ops[i];
    const char *const name = net->base.graph->ops[i].name;
    if (state->path == NET_PATH_CUDNN)
        return net_cudnn_run(&net->lib, &net->convs[state->plan].plan, state->bound, name, err);
    if (state->path == NET_PATH_GEMM) {
        const net_operands operands = cuda_net_operands(net, i);
        return net_gemm_run(&net->lib, &net->gemms[state->plan].plan, &operands, name, err);
    }
    const cudaError_t code = queue_own(net, i, photographs, n);
    if (code == cudaSuccess)
        return PND_OK;
    (void)cudaGetLastError();
    return pnd_fail(err, PND_EDEVICE, "%s: CUDA: %s", name, cudaGetErrorString(code));
}

pnd_status cuda_net_queue(cuda_net *net, const uint8_t *photographs, int32_t n, bool check,
                          const cudaEvent_t *marks, pnd_error *err)
{
    pnd_status status = PND_OK;
    if (marks != NULL)
        PND_CUDA_TRY(cudaEventRecord(marks[0], net->lib.stream));
    for (int32_t i = 0; i < net->base.graph->n_ops; i++) {
        status = queue_op(net, i, photographs, n, err);
        if (status != PND_OK)
            return status;
        if (marks != NULL)
            PND_CUDA_TRY(cudaEventRecord(marks[i + 1], net->lib.stream));
        const cudaError_t code = check ? cudaStreamSynchronize(net->lib.stream) : cudaSuccess;
        if (code != cudaSuccess)
            return pnd_fail(err, PND_EDEVICE, "%s: CUDA: %s", net->base.graph->ops[i].name,
                            cudaGetErrorString(code));
    }
cleanup:
    return status;
}

/* ---- heads */

static pnd_cuda_map head_map(const cuda_net *net, int32_t value)
{
    if (value == NET_NONE)
        return (pnd_cuda_map){0};
    const net_map map = cuda_net_map(net, value);
    return (pnd_cuda_map){.data = (const float *)map.data,
                          .image = (size_t)map.image_step,
                          .pixel = (int32_t)map.pixel_step,
                          .channel = (int32_t)map.channel_step};
}

static pnd_status queue_post(cuda_net *net, const cuda_net_slot *slot, int32_t n, pnd_error *err)
{
    const net_graph *graph = net->base.graph;
    if (net->post == NULL)
        return PND_OK;
    const pnd_cuda_heads heads = {.sem = head_map(net, graph->sem),
                                  .center = head_map(net, graph->center),
                                  .offset = head_map(net, graph->offset),
                                  .depth = head_map(net, graph->depth)};
    return pnd_cuda_post_enqueue(net->post, &heads, n, slot->results, net->lib.stream, err);
}

enum { N_HEADS = 5 };

/* The values that results hold when heads are kept, in the order of their memory; a depth in metres
 * is its own raw depth. */
static void head_values(int32_t values[N_HEADS], const net_graph *graph)
{
    values[0] = graph->sem;
    values[1] = graph->center;
    values[2] = graph->offset;
    values[3] = graph->raw_depth;
    values[4] = graph->depth != graph->raw_depth ? graph->depth : NET_NONE;
}

static size_t head_count(const cuda_net *net, int32_t value)
{
    if (value == NET_NONE)
        return 0;
    const net_place *place = &net->base.plan.places[value];
    return (size_t)place->channels * (size_t)place->height * (size_t)place->width;
}

/* Floats of one image's heads. */
static size_t heads_count(const cuda_net *net)
{
    int32_t values[N_HEADS];
    size_t n = 0;
    head_values(values, net->base.graph);
    for (int i = 0; i < N_HEADS; i++)
        n += head_count(net, values[i]);
    return n;
}

/* Copied on the compute stream: the next slot overwrites them. */
static pnd_status queue_heads(const cuda_net *net, const cuda_net_slot *slot, int32_t n,
                              pnd_error *err)
{
    int32_t values[N_HEADS];
    pnd_status status = PND_OK;
    float *to = slot->host_heads;
    if (to == NULL)
        return PND_OK;
    head_values(values, net->base.graph);
    for (int32_t image = 0; image < n; image++) {
        for (int i = 0; i < N_HEADS; i++) {
            const size_t count = head_count(net, values[i]);
            if (count == 0)
                continue;
            const net_map map = cuda_net_map(net, values[i]);
            PND_CUDA_TRY(cudaMemcpyAsync(to, (const float *)map.data + image * map.image_step,
                                         count * sizeof(float), cudaMemcpyDeviceToHost,
                                         net->lib.stream));
            to += count;
        }
    }
cleanup:
    return status;
}

static void read_heads(pnd_net_result *result, const cuda_net *net, const float *from)
{
    const net_graph *graph = net->base.graph;
    const net_place *sem = &net->base.plan.places[graph->sem];
    const float *const center = from + head_count(net, graph->sem);
    const float *const offset = center + head_count(net, graph->center);
    const float *const raw = offset + head_count(net, graph->offset);
    const float *const metres =
        graph->depth != graph->raw_depth ? raw + head_count(net, graph->raw_depth) : raw;
    result->heads = (pnd_heads){.classes = sem->channels,
                                .width = sem->width,
                                .height = sem->height,
                                .sem = from,
                                .center = center,
                                .offset = offset,
                                .depth = graph->depth != NET_NONE ? metres : NULL};
    result->raw_depth = graph->raw_depth != NET_NONE ? raw : NULL;
}

/* ---- slots */

static size_t input_bytes(const cuda_net *net)
{
    return 3 * (size_t)net->options.batch * (size_t)net->options.width *
           (size_t)net->options.height;
}

static pnd_status open_pinned(void **data, size_t size, pnd_error *err)
{
    const cudaError_t code = cudaHostAlloc(data, size, cudaHostAllocDefault);
    if (code == cudaSuccess) {
        memset(*data, 0, size);
        return PND_OK;
    }
    *data = NULL;
    (void)cudaGetLastError();
    return pnd_fail_hint(err, PND_ENOMEM, "use smaller batches or fewer slots",
                         "cannot pin %zu bytes of memory: %s", size, cudaGetErrorString(code));
}

static pnd_status open_marks(cuda_net *net, cuda_net_slot *slot, pnd_error *err)
{
    const int32_t n = net->base.graph->n_ops + 2;
    pnd_status status = PND_OK;
    slot->marks = (cudaEvent_t *)pnd_calloc_array((size_t)n, sizeof *slot->marks);
    if (slot->marks == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a profile");
    for (int32_t i = 0; i < n; i++)
        PND_CUDA_TRY(cudaEventCreate(&slot->marks[i]));
cleanup:
    return status;
}

static pnd_status open_slot(cuda_net *net, cuda_net_slot *slot, pnd_error *err)
{
    const size_t size = input_bytes(net);
    const size_t heads = heads_count(net) * (size_t)net->options.batch * sizeof(float);
    const bool keep_heads = net->options.keep_heads || net->options.heads_only;
    void *data = NULL;
    pnd_status status = open_pinned(&data, size, err);
    slot->host_input = (uint8_t *)data;
    if (status == PND_OK) {
        status = cuda_net_alloc(&data, size, "photographs", err);
        slot->input = (uint8_t *)data;
    }
    if (status == PND_OK && net->post != NULL) {
        const size_t results = pnd_cuda_post_bytes(net->post) * (size_t)net->options.batch;
        status = open_pinned(&data, results, err);
        slot->host_results = (char *)data;
        if (status == PND_OK)
            status = cuda_net_alloc(&data, results, "results", err);
        slot->results = status == PND_OK ? (char *)data : NULL;
    }
    if (status == PND_OK && keep_heads && heads > 0) {
        status = open_pinned(&data, heads, err);
        slot->host_heads = (float *)data;
    }
    if (status == PND_OK && net->options.profile)
        status = open_marks(net, slot, err);
    if (status != PND_OK)
        return status;
    PND_CUDA_TRY(cudaMemsetAsync(slot->input, 0, size, net->lib.stream));
    PND_CUDA_TRY(cudaEventCreateWithFlags(&slot->uploaded, cudaEventDisableTiming));
    PND_CUDA_TRY(cudaEventCreateWithFlags(&slot->computed, cudaEventDisableTiming));
    PND_CUDA_TRY(cudaEventCreateWithFlags(&slot->downloaded, cudaEventDisableTiming));
cleanup:
    return status;
}

/* Everything between the copies, as one graph. */
static pnd_status capture(cuda_net *net, cuda_net_slot *slot, pnd_error *err)
{
    const int32_t n = net->options.batch;
    cudaGraph_t graph = NULL;
    pnd_status status = PND_OK, queued = PND_OK;
    PND_CUDA_TRY(cudaStreamBeginCapture(net->lib.stream, cudaStreamCaptureModeThreadLocal));
    queued = cuda_net_queue(net, slot->input, n, false, NULL, err);
    if (queued == PND_OK)
        queued = queue_post(net, slot, n, err);
    if (queued != PND_OK) { /* capturing must end all the same; the first message stays */
        (void)cudaStreamEndCapture(net->lib.stream, &graph);
        (void)cudaGetLastError();
        status = queued;
        goto cleanup;
    }
    PND_CUDA_TRY(cudaStreamEndCapture(net->lib.stream, &graph));
    PND_CUDA_TRY(cudaGraphInstantiateWithFlags(&slot->graph, graph, 0));
    PND_CUDA_TRY(cudaGraphUpload(slot->graph, net->lib.stream));
    PND_CUDA_TRY(cudaStreamSynchronize(net->lib.stream));
cleanup:
    if (graph != NULL)
        (void)cudaGraphDestroy(graph);
    return status;
}

/* Run once, one operation at a time: code is loaded now, and what fails is named. */
static pnd_status warm_up(cuda_net *net, pnd_error *err)
{
    cuda_net_slot *slot = &net->slots[0];
    pnd_status status = cuda_net_queue(net, slot->input, net->options.batch, true, NULL, err);
    if (status == PND_OK)
        status = queue_post(net, slot, net->options.batch, err);
    if (status != PND_OK)
        return status;
    PND_CUDA_TRY(cudaStreamSynchronize(net->lib.stream));
cleanup:
    return status;
}

/* A network without photographs is a test of one operation: it is only run(). */
static bool has_photographs(const net_graph *graph)
{
    for (int32_t i = 0; i < graph->n_ops; i++)
        if (graph->ops[i].kind == NET_INPUT)
            return true;
    return false;
}

pnd_status cuda_net_open_slots(cuda_net *net, pnd_error *err)
{
    pnd_status status = PND_OK;
    if (!has_photographs(net->base.graph))
        return PND_OK;
    for (int32_t i = 0; i < net->options.slots && status == PND_OK; i++)
        status = open_slot(net, &net->slots[i], err);
    if (status == PND_OK)
        status = warm_up(net, err);
    for (int32_t i = 0; i < net->options.slots && status == PND_OK && !net->options.profile; i++)
        status = capture(net, &net->slots[i], err);
    return status;
}

static void close_slot(cuda_net *net, cuda_net_slot *slot)
{
    const cudaEvent_t events[] = {slot->uploaded, slot->computed, slot->downloaded};
    if (slot->graph != NULL)
        (void)cudaGraphExecDestroy(slot->graph);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i] != NULL)
            (void)cudaEventDestroy(events[i]);
    for (int32_t i = 0; slot->marks != NULL && i < net->base.graph->n_ops + 2; i++)
        if (slot->marks[i] != NULL)
            (void)cudaEventDestroy(slot->marks[i]);
    free(slot->marks);
    (void)cudaFreeHost(slot->host_heads);
    (void)cudaFreeHost(slot->host_results);
    (void)cudaFree(slot->results);
    (void)cudaFreeHost(slot->host_input);
    (void)cudaFree(slot->input);
}

void cuda_net_close_slots(cuda_net *net)
{
    if (net->upload != NULL)
        (void)cudaStreamSynchronize(net->upload);
    if (net->download != NULL)
        (void)cudaStreamSynchronize(net->download);
    for (int32_t i = 0; i < PND_NET_MAX_SLOTS; i++)
        close_slot(net, &net->slots[i]);
}

uint8_t *cuda_net_slot_input(net_exec *exec, int32_t slot)
{
    return ((cuda_net *)exec)->slots[slot].host_input;
}

/* ---- one run */

static pnd_status queue_all(cuda_net *net, cuda_net_slot *slot, int32_t n, pnd_error *err)
{
    const int32_t batch = net->options.batch;
    pnd_status status = PND_OK;
    if (slot->graph != NULL) {
        PND_CUDA_TRY(cudaGraphLaunch(slot->graph, net->lib.stream));
    } else {
        status = cuda_net_queue(net, slot->input, batch, false, slot->marks, err);
        if (status == PND_OK)
            status = queue_post(net, slot, batch, err);
        if (status != PND_OK)
            return status;
        PND_CUDA_TRY(cudaEventRecord(slot->marks[net->base.graph->n_ops + 1], net->lib.stream));
    }
    status = queue_heads(net, slot, n, err);
cleanup:
    return status;
}

pnd_status cuda_net_submit(net_exec *exec, int32_t index, int32_t n, pnd_error *err)
{
    cuda_net *net = (cuda_net *)exec;
    cuda_net_slot *slot = &net->slots[index];
    const size_t bytes = input_bytes(net) / (size_t)net->options.batch * (size_t)n;
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(net->device));
    PND_CUDA_TRY(
        cudaMemcpyAsync(slot->input, slot->host_input, bytes, cudaMemcpyHostToDevice, net->upload));
    PND_CUDA_TRY(cudaEventRecord(slot->uploaded, net->upload));
    PND_CUDA_TRY(cudaStreamWaitEvent(net->lib.stream, slot->uploaded, 0));
    status = queue_all(net, slot, n, err);
    if (status != PND_OK)
        return status;
    PND_CUDA_TRY(cudaEventRecord(slot->computed, net->lib.stream));
    PND_CUDA_TRY(cudaStreamWaitEvent(net->download, slot->computed, 0));
    if (net->post != NULL)
        PND_CUDA_TRY(cudaMemcpyAsync(slot->host_results, slot->results,
                                     pnd_cuda_post_bytes(net->post) * (size_t)n,
                                     cudaMemcpyDeviceToHost, net->download));
    PND_CUDA_TRY(cudaEventRecord(slot->downloaded, net->download));
cleanup:
    return status;
}

static pnd_status add_profile(cuda_net *net, const cuda_net_slot *slot, int32_t n, pnd_error *err)
{
    pnd_status status = PND_OK;
    if (slot->marks == NULL)
        return PND_OK;
    for (int32_t i = 0; i <= net->base.graph->n_ops; i++) {
        float ms = 0.0f;
        PND_CUDA_TRY(cudaEventElapsedTime(&ms, slot->marks[i], slot->marks[i + 1]));
        if (i < net->base.graph->n_ops)
            net->base.op_ms[i] += (double)ms;
        else
            net->base.post_ms += (double)ms;
    }
    net->base.n_profiled += n;
cleanup:
    return status;
}

pnd_status cuda_net_wait(net_exec *exec, int32_t index, int32_t n, pnd_net_result *results,
                         pnd_error *err)
{
    cuda_net *net = (cuda_net *)exec;
    cuda_net_slot *slot = &net->slots[index];
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(net->device));
    PND_CUDA_TRY(cudaEventSynchronize(slot->downloaded));
    status = add_profile(net, slot, n, err);
    for (int32_t i = 0; i < n && status == PND_OK; i++) {
        if (slot->host_heads != NULL)
            read_heads(&results[i], net, slot->host_heads + (size_t)i * heads_count(net));
        if (net->post == NULL)
            continue;
        char *const bytes = slot->host_results + (size_t)i * pnd_cuda_post_bytes(net->post);
        pnd_cuda_post_read(&results[i].post, net->post, bytes);
        if (net->base.graph->depth != NET_NONE)
            status = pnd_cuda_post_depths(&results[i].depths, net->post, bytes, err);
    }
cleanup:
    return status;
}
