/* SPDX-License-Identifier: Apache-2.0 */
#include "cuda_net.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20, MAX_WORKSPACE = 256 * MIB };

/* ---- memory */

pnd_status cuda_net_alloc(void **data, size_t size, const char *what, pnd_error *err)
{
    const cudaError_t code = cudaMalloc(data, size > 0 ? size : 1);
    if (code == cudaSuccess)
        return PND_OK;
    *data = NULL;
    (void)cudaGetLastError();
    if (code == cudaErrorMemoryAllocation)
        return pnd_fail_hint(err, PND_ENOMEM, "use smaller batches, fewer slots or half precision",
                             "out of GPU memory: %zu MB wanted for %s", (size + MIB - 1) / MIB,
                             what);
    return pnd_cuda_fail(code, "cudaMalloc", __FILE__, __LINE__, err);
}

net_map cuda_net_map(const cuda_net *net, int32_t value)
{
    const net_place *place = &net->base.plan.places[value];
    const int64_t pixels = (int64_t)place->height * place->width;
    const bool planar = net->planar[value];
    return (net_map){.data = net->arena + place->offset,
                     .height = place->height,
                     .width = place->width,
                     .channels = place->channels,
                     .image_step = pixels * place->pitch,
                     .pixel_step = planar ? 1 : place->pitch,
                     .channel_step = planar ? pixels : 1,
                     .type = place->element_size == sizeof(float)
                                 ? PND_PRECISION_F32
                                 : (int32_t)net->options.precision};
}

/* Predictors write planar maps, which is what leaves the device, unless a value shares storage. */
static void find_planar(cuda_net *net)
{
    const net_graph *graph = net->base.graph;
    for (int32_t v = 0; v < graph->n_values; v++)
        net->planar[v] = graph->values[v].f32 && graph->values[v].parent == NET_NONE;
    for (int32_t v = 0; v < graph->n_values; v++)
        if (graph->values[v].parent != NET_NONE)
            net->planar[net->base.plan.places[v].owner] = false;
}

/* ---- tests: one value of one image at a time */

static net_map map_of_image(const cuda_net *net, int32_t value, int32_t image)
{
    net_map map = cuda_net_map(net, value);
    const size_t size = map.type == PND_PRECISION_F32 ? sizeof(float) : sizeof(uint16_t);
    map.data = (char *)map.data + (size_t)(image * map.image_step) * size;
    return map;
}

static size_t planar_bytes(const net_map *map)
{
    return (size_t)map->height * (size_t)map->width * (size_t)map->channels * sizeof(float);
}

static pnd_status reserve_staging(cuda_net *net, size_t size, pnd_error *err)
{
    void *data = NULL;
    if (size <= net->staging_size)
        return PND_OK;
    (void)cudaFree(net->staging);
    net->staging = NULL;
    net->staging_size = 0;
    const pnd_status status = cuda_net_alloc(&data, size, "a copy of a feature map", err);
    net->staging = data;
    net->staging_size = status == PND_OK ? size : 0;
    return status;
}

static pnd_status read_value(net_exec *exec, int32_t value, int32_t image, float *planar,
                             pnd_error *err)
{
    cuda_net *net = (cuda_net *)exec;
    const net_map map = map_of_image(net, value, image);
    const size_t size = planar_bytes(&map);
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(net->device));
    status = reserve_staging(net, size, err);
    if (status != PND_OK)
        return status;
    PND_CUDA_TRY(
        net_launch_copy((net_copy_grid){.map = map, .planar = net->staging}, net->lib.stream));
    PND_CUDA_TRY(
        cudaMemcpyAsync(planar, net->staging, size, cudaMemcpyDeviceToHost, net->lib.stream));
    PND_CUDA_TRY(cudaStreamSynchronize(net->lib.stream));
cleanup:
    return status;
}

static pnd_status write_value(net_exec *exec, int32_t value, int32_t image, const float *planar,
                              pnd_error *err)
{
    cuda_net *net = (cuda_net *)exec;
    const net_map map = map_of_image(net, value, image);
    const size_t size = planar_bytes(&map);
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(net->device));
    status = reserve_staging(net, size, err);
    if (status != PND_OK)
        return status;
    PND_CUDA_TRY(
        cudaMemcpyAsync(net->staging, planar, size, cudaMemcpyHostToDevice, net->lib.stream));
    PND_CUDA_TRY(net_launch_copy(
        (net_copy_grid){.map = map, .planar = net->staging, .to_map = true}, net->lib.stream));
    PND_CUDA_TRY(cudaStreamSynchronize(net->lib.stream));
cleanup:
    return status;
}

/* The first slot's device memory takes the photographs, where the graph wants any. */
static pnd_status run(net_exec *exec, const uint8_t *const *photographs, int32_t n, pnd_error *err)
{
    cuda_net *net = (cuda_net *)exec;
    const size_t size = 3 * (size_t)exec->plan.height * (size_t)exec->plan.width;
    uint8_t *const input = net->slots[0].input;
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(net->device));
    for (int32_t i = 0; i < n && photographs != NULL && input != NULL; i++)
        PND_CUDA_TRY(cudaMemcpyAsync(input + (size_t)i * size, photographs[i], size,
                                     cudaMemcpyHostToDevice, net->lib.stream));
    status = cuda_net_queue(net, input, exec->plan.batch, true, NULL, err);
    if (status == PND_OK)
        PND_CUDA_TRY(cudaStreamSynchronize(net->lib.stream));
cleanup:
    return status;
}

/* ---- opening and closing */

static void close_plans(cuda_net *net)
{
    for (int32_t i = 0; i < NET_MAX_OPS; i++) {
        if (net->ops[i].bound != NULL)
            (void)net->lib.libs.cudnnBackendDestroyDescriptor(net->ops[i].bound);
        (void)cudaFree(net->ops[i].weights);
    }
    for (int32_t i = 0; i < net->n_gemms; i++)
        net_gemm_plan_clear(&net->gemms[i].plan, &net->lib.libs);
    for (int32_t i = 0; i < net->n_convs; i++)
        net_cudnn_plan_clear(&net->convs[i].plan, &net->lib.libs);
}

static void close_device(net_device *lib)
{
    if (lib->cudnn != NULL)
        (void)lib->libs.cudnnDestroy(lib->cudnn);
    if (lib->cublaslt != NULL)
        (void)lib->libs.cublasLtDestroy(lib->cublaslt);
    if (lib->begin != NULL)
        (void)cudaEventDestroy(lib->begin);
    if (lib->end != NULL)
        (void)cudaEventDestroy(lib->end);
    (void)cudaFree(lib->workspace);
    if (lib->stream != NULL)
        (void)cudaStreamDestroy(lib->stream);
}

static void close_cuda_net(net_exec *exec)
{
    cuda_net *net = (cuda_net *)exec;
    (void)cudaSetDevice(net->device);
    if (net->lib.stream != NULL)
        (void)cudaStreamSynchronize(net->lib.stream);
    cuda_net_close_slots(net);
    pnd_cuda_post_close(net->post);
    close_plans(net);
    (void)cudaFree(net->staging);
    (void)cudaFree(net->columns);
    (void)cudaFree(net->arena);
    if (net->upload != NULL)
        (void)cudaStreamDestroy(net->upload);
    if (net->download != NULL)
        (void)cudaStreamDestroy(net->download);
    close_device(&net->lib);
    (void)cudaGetLastError();
    free(net);
}

static const net_exec_ops exec_ops = {.close = close_cuda_net,
                                      .run = run,
                                      .read = read_value,
                                      .write = write_value,
                                      .slot_input = cuda_net_slot_input,
                                      .submit = cuda_net_submit,
                                      .wait = cuda_net_wait};

static pnd_status open_handles(net_device *lib, pnd_error *err)
{
    const cudnnStatus_t cudnn = lib->libs.cudnnCreate(&lib->cudnn);
    if (cudnn != CUDNN_STATUS_SUCCESS)
        return pnd_fail(err, PND_EDEVICE, "cudnnCreate: %s", lib->libs.cudnnGetErrorString(cudnn));
    const cudnnStatus_t stream = lib->libs.cudnnSetStream(lib->cudnn, lib->stream);
    if (stream != CUDNN_STATUS_SUCCESS)
        return pnd_fail(err, PND_EDEVICE, "cudnnSetStream: %s",
                        lib->libs.cudnnGetErrorString(stream));
    const cublasStatus_t cublas = lib->libs.cublasLtCreate(&lib->cublaslt);
    if (cublas != CUBLAS_STATUS_SUCCESS)
        return pnd_fail(err, PND_EDEVICE, "cublasLtCreate: %s",
                        lib->libs.cublasLtGetStatusName(cublas));
    return PND_OK;
}

static pnd_status open_device(cuda_net *net, pnd_error *err)
{
    net_device *lib = &net->lib;
    pnd_status status = net_libs_load(&lib->libs, err);
    if (status != PND_OK)
        return status;
    PND_CUDA_TRY(cudaStreamCreateWithFlags(&lib->stream, cudaStreamNonBlocking));
    PND_CUDA_TRY(cudaStreamCreateWithFlags(&net->upload, cudaStreamNonBlocking));
    PND_CUDA_TRY(cudaStreamCreateWithFlags(&net->download, cudaStreamNonBlocking));
    PND_CUDA_TRY(cudaEventCreate(&lib->begin));
    PND_CUDA_TRY(cudaEventCreate(&lib->end));
    status = open_handles(lib, err);
    if (status == PND_OK)
        status = cuda_net_alloc(&lib->workspace, MAX_WORKSPACE, "the libraries' workspace", err);
    lib->workspace_size = MAX_WORKSPACE;
cleanup:
    return status;
}

static pnd_status open_arena(cuda_net *net, const net_graph *graph, pnd_error *err)
{
    const net_exec_options *o = &net->options;
    const net_plan_options options = {
        .batch = o->batch,
        .width = o->width,
        .height = o->height,
        .element_size = o->precision == PND_PRECISION_F32 ? sizeof(float) : sizeof(uint16_t),
        .keep_all = o->keep_all};
    void *arena = NULL;
    pnd_status status = net_plan_make(&net->base.plan, graph, &options, err);
    if (status == PND_OK)
        status = cuda_net_alloc(&arena, net->base.plan.arena_bytes, "activations", err);
    net->arena = arena;
    if (status != PND_OK)
        return status;
    find_planar(net);
    PND_CUDA_TRY(cudaMemsetAsync(arena, 0, net->base.plan.arena_bytes, net->lib.stream));
cleanup:
    return status;
}

static pnd_status open_post(cuda_net *net, pnd_error *err)
{
    const net_graph *graph = net->base.graph;
    const net_exec_options *o = &net->options;
    pnd_post_rule rule;
    if (o->heads_only || graph->sem == NET_NONE || graph->center == NET_NONE ||
        graph->offset == NET_NONE)
        return PND_OK;
    const pnd_status status = pnd_post_rule_make(
        &rule, &o->post, graph->values[graph->sem].channels, o->width, o->height, err);
    if (status != PND_OK)
        return status;
    return pnd_cuda_post_open(&net->post, &rule, o->batch, graph->depth != NET_NONE, err);
}

static pnd_status open_all(cuda_net *net, pnd_error *err)
{
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(net->device));
    status = open_device(net, err);
    if (status == PND_OK)
        status = open_arena(net, net->base.graph, err);
    if (status == PND_OK)
        status = cuda_net_prepare(net, err);
    if (status == PND_OK)
        status = open_post(net, err);
    if (status == PND_OK)
        status = cuda_net_open_slots(net, err);
cleanup:
    return status;
}

pnd_status pnd_cuda_net_open(void *impl, net_exec **out, const net_graph *graph,
                             const net_exec_options *options, pnd_error *err)
{
    if (options->precision == PND_PRECISION_BF16X3)
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "use f32, bf16 or f16",
                             "the cuda backend computes in f32, bf16 or f16, not in bf16x3");
    cuda_net *net = (cuda_net *)pnd_calloc_array(1, sizeof *net);
    if (net == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a network");
    net->base.ops = &exec_ops;
    net->base.graph = graph;
    net->options = *options;
    net->device = ((const pnd_cuda *)impl)->device;
    const pnd_status status = open_all(net, err);
    if (status != PND_OK) {
        close_cuda_net(&net->base);
        return status;
    }
    *out = &net->base;
    return PND_OK;
}
