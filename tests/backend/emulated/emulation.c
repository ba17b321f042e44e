/* SPDX-License-Identifier: Apache-2.0 */
#include "emulation.h"

#include "../../../kernels/src/cuda/cuda_net.h"

#include <panodepth/alloc.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- failures and what is alive */

static long calls_left, live;
static bool has_failed;

void emulation_fail_at(long n)
{
    calls_left = n;
    has_failed = false;
}

bool emulation_failed(void)
{
    return has_failed;
}

long emulation_live(void)
{
    return live;
}

static bool fails(void)
{
    if (calls_left == 0 || --calls_left > 0)
        return false;
    has_failed = true;
    return true;
}

enum { POISONED = 1 << 20 }; /* bytes; more would take most of the time */

/* A thing of that size that starts as NaN; NULL when it is its turn to fail. */
static void *make(size_t size)
{
    if (fails())
        return NULL;
    void *thing = aligned_alloc(256, (size + 255) / 256 * 256 + 256);
    if (thing == NULL)
        abort();
    memset(thing, 0xff, size < POISONED ? size : POISONED);
    live++;
    return thing;
}

static void destroy(void *thing)
{
    if (thing != NULL)
        live--;
    free(thing);
}

static cudaError_t result(void)
{
    return fails() ? cudaErrorInvalidValue : cudaSuccess;
}

/* ---- the runtime: memory */

cudaError_t cudaMalloc(void **data, size_t size)
{
    *data = make(size);
    return *data != NULL ? cudaSuccess : cudaErrorMemoryAllocation;
}

cudaError_t cudaFree(void *data)
{
    destroy(data);
    return cudaSuccess;
}

cudaError_t cudaHostAlloc(void **data, size_t size, unsigned flags)
{
    (void)flags;
    return cudaMalloc(data, size);
}

cudaError_t cudaFreeHost(void *data)
{
    return cudaFree(data);
}

/* ---- the runtime: streams, events, graphs */

enum { MAX_COMMANDS = 512, MAX_ARGUMENTS = 512 };

typedef struct command {
    void (*run)(const void *arguments);
    _Alignas(16) char arguments[MAX_ARGUMENTS];
} command;

struct emulated_graph {
    command commands[MAX_COMMANDS];
    size_t n;
};

/* Commands are numbered as they are queued, and run as late as possible: when something that
 * depends on them is waited for. What forgets to wait finds work undone. */
struct emulated_stream {
    cudaGraph_t capturing;
    command *commands;
    size_t n, n_done, capacity;
};

struct emulated_event {
    cudaStream_t stream; /* NULL: not recorded */
    size_t n;            /* commands before it */
};

typedef struct wait_arguments {
    cudaStream_t stream;
    size_t n;
} wait_arguments;

/* Run the first n commands of a stream. */
static void drain(cudaStream_t stream, size_t n)
{
    while (stream->n_done < n) {
        const command *c = &stream->commands[stream->n_done++];
        c->run(c->arguments);
    }
}

static void run_wait(const void *arguments)
{
    const wait_arguments *a = arguments;
    drain(a->stream, a->n);
}

static void append(cudaStream_t stream, const command *c)
{
    if (stream->n == stream->capacity) {
        stream->capacity = 2 * stream->capacity + 64;
        stream->commands = realloc(stream->commands, stream->capacity * sizeof *c);
        if (stream->commands == NULL)
            abort();
    }
    stream->commands[stream->n++] = *c;
}

/* What a stream is to do, or the graph that it is captured into. */
static cudaError_t queue(cudaStream_t stream, void (*run)(const void *), const void *arguments,
                         size_t size)
{
    command c = {.run = run};
    if (fails())
        return cudaErrorInvalidValue;
    if (size > MAX_ARGUMENTS)
        abort();
    memcpy(c.arguments, arguments, size);
    if (stream->capturing == NULL)
        append(stream, &c);
    else if (stream->capturing->n < MAX_COMMANDS)
        stream->capturing->commands[stream->capturing->n++] = c;
    else
        abort();
    return cudaSuccess;
}

typedef struct copy_arguments {
    void *to;
    const void *from;
    size_t size;
} copy_arguments;

static void run_copy(const void *arguments)
{
    const copy_arguments *a = arguments;
    memcpy(a->to, a->from, a->size);
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t size, cudaMemcpyKind kind,
                            cudaStream_t stream)
{
    const copy_arguments a = {to, from, size};
    (void)kind;
    return queue(stream, run_copy, &a, sizeof a);
}

typedef struct fill_arguments {
    void *data;
    int value;
    size_t size;
} fill_arguments;

static void run_fill(const void *arguments)
{
    const fill_arguments *a = arguments;
    memset(a->data, a->value, a->size);
}

cudaError_t cudaMemsetAsync(void *data, int value, size_t size, cudaStream_t stream)
{
    const fill_arguments a = {data, value, size};
    return queue(stream, run_fill, &a, sizeof a);
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags)
{
    (void)flags;
    *stream = make(sizeof **stream);
    if (*stream == NULL)
        return cudaErrorInvalidValue;
    memset(*stream, 0, sizeof **stream);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    free(stream->commands);
    destroy(stream);
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    if (stream->capturing != NULL)
        abort(); /* not allowed while capturing */
    drain(stream, stream->n);
    return result();
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags)
{
    const wait_arguments a = {event->stream, event->n};
    (void)flags;
    if (event->stream == NULL)
        abort(); /* waiting for nothing */
    return queue(stream, run_wait, &a, sizeof a);
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, int mode)
{
    (void)mode;
    stream->capturing = make(sizeof *stream->capturing);
    if (stream->capturing == NULL)
        return cudaErrorInvalidValue;
    stream->capturing->n = 0;
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    *graph = stream->capturing;
    stream->capturing = NULL;
    return result();
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *exec, cudaGraph_t graph,
                                          unsigned long long flags)
{
    (void)flags;
    *exec = make(sizeof **exec);
    if (*exec == NULL)
        return cudaErrorMemoryAllocation;
    memcpy(*exec, graph, sizeof **exec);
    return cudaSuccess;
}

cudaError_t cudaGraphUpload(cudaGraphExec_t exec, cudaStream_t stream)
{
    (void)exec;
    (void)stream;
    return result();
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream)
{
    for (size_t i = 0; i < exec->n; i++)
        append(stream, &exec->commands[i]);
    return result();
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    destroy(graph);
    return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec)
{
    destroy(exec);
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags)
{
    (void)flags;
    return cudaEventCreate(event);
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    *event = make(sizeof **event);
    if (*event == NULL)
        return cudaErrorInvalidValue;
    (*event)->stream = NULL;
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    destroy(event);
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    event->stream = stream;
    event->n = stream->n;
    return result();
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    if (event->stream == NULL)
        abort();
    drain(event->stream, event->n);
    return result();
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t begin, cudaEvent_t end)
{
    if (begin->stream->n_done < begin->n || end->stream->n_done < end->n)
        abort(); /* not there yet */
    *ms = 0.5f;
    return result();
}

cudaError_t cudaSetDevice(int device)
{
    (void)device;
    return result();
}

cudaError_t cudaGetLastError(void)
{
    return cudaSuccess;
}

const char *cudaGetErrorString(cudaError_t code)
{
    return code == cudaErrorMemoryAllocation ? "out of memory" : "emulated failure";
}

const char *cudaGetErrorName(cudaError_t code)
{
    return code == cudaErrorMemoryAllocation ? "cudaErrorMemoryAllocation"
                                             : "cudaErrorInvalidValue";
}

/* ---- the network's own kernels */

typedef struct kernel_arguments {
    union {
        net_input_grid input;
        net_conv_grid conv;
        net_dwconv_grid dwconv;
        net_pool_grid pool;
        net_resize_grid resize;
        net_dorn_grid dorn;
        net_copy_grid copy;
    } grid;
    net_work work;
} kernel_arguments;

enum { BLOCK = 128 };

/* All threads of all blocks, those past the end too, the last first. */
#define FOR_THREADS(i, threads)                                                                    \
    for (int64_t i = ((threads) + BLOCK - 1) / BLOCK * BLOCK - 1; i >= 0; i--)

static void run_input(const void *arguments)
{
    const kernel_arguments *a = arguments;
    FOR_THREADS(i, a->work.threads)
    net_input_thread(&a->grid.input, a->work.type, i);
}

static void run_conv(const void *arguments)
{
    const kernel_arguments *a = arguments;
    for (int32_t group = a->work.groups - 1; group >= 0; group--)
        FOR_THREADS(i, a->work.threads)
    net_conv_thread(&a->grid.conv, a->work.type, a->work.vec, a->work.outs, i, group);
}

static void run_dwconv(const void *arguments)
{
    const kernel_arguments *a = arguments;
    FOR_THREADS(i, a->work.threads)
    net_dwconv_thread(&a->grid.dwconv, a->work.type, a->work.vec, a->work.pixels,
                      a->grid.dwconv.kernel, i);
}

static void run_maxpool(const void *arguments)
{
    const kernel_arguments *a = arguments;
    FOR_THREADS(i, a->work.threads)
    net_maxpool_thread(&a->grid.pool, a->work.type, a->work.vec, i);
}

static void run_avgpool_columns(const void *arguments)
{
    const kernel_arguments *a = arguments;
    FOR_THREADS(i, a->work.threads)
    net_avgpool_column_thread(&a->grid.pool, a->work.type, i);
}

static void run_avgpool_rows(const void *arguments)
{
    const kernel_arguments *a = arguments;
    FOR_THREADS(i, a->work.threads)
    net_avgpool_row_thread(&a->grid.pool, a->work.type, i);
}

static void run_resize(const void *arguments)
{
    const kernel_arguments *a = arguments;
    FOR_THREADS(i, a->work.threads)
    net_resize_thread(&a->grid.resize, a->work.type, a->work.vec, i);
}

static void run_dorn(const void *arguments)
{
    const kernel_arguments *a = arguments;
    FOR_THREADS(i, a->work.threads)
    net_dorn_thread(&a->grid.dorn, i);
}

static void run_copy_kernel(const void *arguments)
{
    const kernel_arguments *a = arguments;
    FOR_THREADS(i, a->work.threads)
    net_copy_thread(&a->grid.copy, i);
}

cudaError_t net_launch_input(net_input_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_input_work(&grid, images);
    const kernel_arguments a = {.grid.input = grid, .work = work};
    return queue(stream, run_input, &a, sizeof a);
}

cudaError_t net_launch_conv(net_conv_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_conv_work(&grid, images);
    const kernel_arguments a = {.grid.conv = grid, .work = work};
    return queue(stream, run_conv, &a, sizeof a);
}

cudaError_t net_launch_dwconv(net_dwconv_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_dwconv_work(&grid, images);
    const kernel_arguments a = {.grid.dwconv = grid, .work = work};
    return queue(stream, run_dwconv, &a, sizeof a);
}

cudaError_t net_launch_maxpool(net_pool_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_maxpool_work(&grid, images);
    const kernel_arguments a = {.grid.pool = grid, .work = work};
    return queue(stream, run_maxpool, &a, sizeof a);
}

cudaError_t net_launch_avgpool(net_pool_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work columns = net_avgpool_column_work(&grid, images);
    const kernel_arguments a = {.grid.pool = grid, .work = columns};
    const cudaError_t code = queue(stream, run_avgpool_columns, &a, sizeof a);
    if (code != cudaSuccess)
        return code;
    const net_work rows = net_avgpool_row_work(&grid, images);
    const kernel_arguments b = {.grid.pool = grid, .work = rows};
    return queue(stream, run_avgpool_rows, &b, sizeof b);
}

cudaError_t net_launch_resize(net_resize_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_resize_work(&grid, images);
    const kernel_arguments a = {.grid.resize = grid, .work = work};
    return queue(stream, run_resize, &a, sizeof a);
}

cudaError_t net_launch_dorn(net_dorn_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_dorn_work(&grid, images);
    const kernel_arguments a = {.grid.dorn = grid, .work = work};
    return queue(stream, run_dorn, &a, sizeof a);
}

cudaError_t net_launch_copy(net_copy_grid grid, cudaStream_t stream)
{
    const net_work work = net_copy_work(&grid);
    const kernel_arguments a = {.grid.copy = grid, .work = work};
    return queue(stream, run_copy_kernel, &a, sizeof a);
}

/* ---- the libraries */

typedef struct library_arguments {
    net_conv_shape shape;
    net_operands operands;
} library_arguments;

static float library_output(const library_arguments *a, int64_t image, int32_t y, int32_t x,
                            int32_t o)
{
    const net_conv_shape *s = &a->shape;
    const int32_t reach = s->dilation * (s->kernel - 1) / 2;
    double sum = (double)net_load(a->operands.bias, s->precision, o);
    for (int32_t ky = 0; ky < s->kernel; ky++) {
        for (int32_t kx = 0; kx < s->kernel; kx++) {
            const int32_t iy = y * s->stride + ky * s->dilation - reach;
            const int32_t ix = x * s->stride + kx * s->dilation - reach;
            if (iy < 0 || iy >= s->in_height || ix < 0 || ix >= s->in_width)
                continue;
            const int64_t in = ((image * s->in_height + iy) * s->in_width + ix) * s->in_pitch;
            const int64_t w = (((int64_t)o * s->kernel + ky) * s->kernel + kx) * s->in_channels;
            for (int32_t c = 0; c < s->in_channels; c++)
                sum += (double)net_load(a->operands.in, s->precision, in + c) *
                       (double)net_load(a->operands.weights, s->precision, w + c);
        }
    }
    return (float)sum;
}

static void run_library(const void *arguments)
{
    const library_arguments *a = arguments;
    const net_conv_shape *s = &a->shape;
    for (int64_t image = 0; image < s->images; image++) {
        for (int32_t y = 0; y < s->out_height; y++) {
            for (int32_t x = 0; x < s->out_width; x++) {
                for (int32_t o = 0; o < s->out_channels; o++) {
                    const int64_t index =
                        ((image * s->out_height + y) * s->out_width + x) * s->out_pitch + o;
                    float value = library_output(a, image, y, x, o);
                    if (s->residual)
                        value += net_load(a->operands.out, s->precision, index);
                    if (s->relu && value < 0.0f)
                        value = 0.0f;
                    net_store(a->operands.out, s->precision, index, value);
                }
            }
        }
    }
}

/* The alignments that a shape claims are true of its operands. */
static bool is_aligned(const net_operands *o, int32_t in_alignment, int32_t out_alignment)
{
    return (uintptr_t)o->in % (uintptr_t)in_alignment == 0 &&
           (uintptr_t)o->out % (uintptr_t)out_alignment == 0;
}

pnd_status net_cudnn_plan_make(net_cudnn_plan *plan, net_device *device,
                               const net_conv_shape *shape, const net_operands *operands,
                               pnd_error *err)
{
    (void)device;
    memset(plan, 0, sizeof *plan);
    if (!is_aligned(operands, shape->in_alignment, shape->out_alignment))
        abort();
    net_conv_shape *copy = shape->out_channels % 2 == 0 ? make(sizeof *copy) : NULL;
    if (copy == NULL)
        return pnd_fail(err, PND_EUNSUPPORTED, "emulated cuDNN has no engine");
    *copy = *shape;
    plan->plan = copy;
    plan->workspace_size = 1000;
    return PND_OK;
}

void net_cudnn_plan_clear(net_cudnn_plan *plan, const net_libs *libs)
{
    (void)libs;
    destroy(plan->plan);
    memset(plan, 0, sizeof *plan);
}

cudnnBackendDescriptor_t net_cudnn_bind(const net_device *device, const net_cudnn_plan *plan,
                                        const net_operands *operands)
{
    net_operands *copy = make(sizeof *copy);
    if (device->workspace_size < plan->workspace_size)
        abort();
    if (copy != NULL)
        *copy = *operands;
    return copy;
}

pnd_status net_cudnn_run(const net_device *device, const net_cudnn_plan *plan,
                         cudnnBackendDescriptor_t bound, const char *name, pnd_error *err)
{
    const library_arguments a = {*(const net_conv_shape *)plan->plan, *(const net_operands *)bound};
    if (queue(device->stream, run_library, &a, sizeof a) == cudaSuccess)
        return PND_OK;
    return pnd_fail(err, PND_EDEVICE, "%s: emulated failure", name);
}

pnd_status net_gemm_plan_make(net_gemm_plan *plan, net_device *device, const net_gemm_shape *shape,
                              const net_operands *operands, pnd_error *err)
{
    (void)device;
    memset(plan, 0, sizeof *plan);
    if (!is_aligned(operands, shape->in_alignment, shape->out_alignment))
        abort();
    const bool has = shape->in_channels % 4 == 0 && shape->out_channels % 4 == 0;
    net_gemm_shape *copy = has ? make(sizeof *copy) : NULL;
    if (copy == NULL)
        return pnd_fail(err, PND_EUNSUPPORTED, "emulated cuBLASLt has no algorithm");
    *copy = *shape;
    plan->product = copy;
    return PND_OK;
}

void net_gemm_plan_clear(net_gemm_plan *plan, const net_libs *libs)
{
    (void)libs;
    destroy(plan->product);
    memset(plan, 0, sizeof *plan);
}

pnd_status net_gemm_run(const net_device *device, const net_gemm_plan *plan,
                        const net_operands *operands, const char *name, pnd_error *err)
{
    const net_gemm_shape *s = plan->product;
    const library_arguments a = {.shape = {.images = 1,
                                           .in_channels = s->in_channels,
                                           .in_height = 1,
                                           .in_width = (int32_t)s->pixels,
                                           .in_pitch = s->in_pitch,
                                           .out_channels = s->out_channels,
                                           .out_height = 1,
                                           .out_width = (int32_t)s->pixels,
                                           .out_pitch = s->out_pitch,
                                           .kernel = 1,
                                           .stride = 1,
                                           .dilation = 1,
                                           .precision = s->precision,
                                           .relu = s->relu,
                                           .residual = s->residual},
                                 .operands = *operands};
    if (queue(device->stream, run_library, &a, sizeof a) == cudaSuccess)
        return PND_OK;
    return pnd_fail(err, PND_EDEVICE, "%s: emulated failure", name);
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor)
{
    destroy(descriptor);
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreate(cudnnHandle_t *handle)
{
    *handle = make(1);
    return *handle != NULL ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_SUPPORTED;
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle)
{
    destroy(handle);
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream)
{
    (void)handle;
    (void)stream;
    return fails() ? CUDNN_STATUS_NOT_SUPPORTED : CUDNN_STATUS_SUCCESS;
}

const char *cudnnGetErrorString(cudnnStatus_t status)
{
    return status == CUDNN_STATUS_SUCCESS ? "success" : "emulated failure";
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle)
{
    *handle = make(1);
    return *handle != NULL ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle)
{
    destroy(handle);
    return CUBLAS_STATUS_SUCCESS;
}

const char *cublasLtGetStatusName(cublasStatus_t status)
{
    return status == CUBLAS_STATUS_SUCCESS ? "success" : "emulated failure";
}

pnd_status net_libs_load(net_libs *libs, pnd_error *err)
{
    memset(libs, 0, sizeof *libs);
    if (fails())
        return pnd_fail(err, PND_EUNSUPPORTED, "emulated absence");
    libs->cublasLtCreate = cublasLtCreate;
    libs->cublasLtDestroy = cublasLtDestroy;
    libs->cublasLtGetStatusName = cublasLtGetStatusName;
    libs->cudnnBackendDestroyDescriptor = cudnnBackendDestroyDescriptor;
    libs->cudnnCreate = cudnnCreate;
    libs->cudnnDestroy = cudnnDestroy;
    libs->cudnnGetErrorString = cudnnGetErrorString;
    libs->cudnnSetStream = cudnnSetStream;
    return PND_OK;
}

/* ---- post-processing: ref's, from and to the memory the executor hands over */

struct pnd_cuda_post_plan {
    pnd_post_rule rule;
    bool has_depth;
    pnd_backend *ref;
};

typedef struct post_result {
    int32_t *centers, *panoptic;
    float *depth;
    pnd_post_tally *tallies;
    pnd_segment *segments;
    uint8_t *sem;
} post_result;

typedef struct post_arguments {
    const pnd_cuda_post_plan *plan;
    pnd_cuda_heads heads;
    int32_t n;
    char *results;
} post_arguments;

/* Where the parts of one image's results begin, and where they end. */
typedef struct post_offsets {
    size_t tallies, segments, centers, panoptic, depth, sem, end;
} post_offsets;

static post_offsets lay_out(const pnd_post_rule *rule)
{
    const size_t pixels = (size_t)rule->width * (size_t)rule->height;
    const size_t slots = pnd_post_n_slots(rule);
    post_offsets at = {.tallies = 256}; /* n_centers is first */
    at.segments = at.tallies + slots * sizeof(pnd_post_tally);
    at.centers = at.segments + slots * sizeof(pnd_segment);
    at.panoptic = at.centers + (size_t)rule->top_k * 2 * sizeof(int32_t);
    at.depth = at.panoptic + pixels * sizeof(int32_t);
    at.sem = at.depth + pixels * sizeof(float);
    at.end = (at.sem + pixels + 255) / 256 * 256;
    return at;
}

static post_result parts_of(const pnd_post_rule *rule, void *bytes)
{
    const post_offsets at = lay_out(rule);
    char *const first = bytes;
    return (post_result){.tallies = (void *)(first + at.tallies),
                         .segments = (void *)(first + at.segments),
                         .centers = (void *)(first + at.centers),
                         .panoptic = (void *)(first + at.panoptic),
                         .depth = (void *)(first + at.depth),
                         .sem = (void *)(first + at.sem)};
}

pnd_status pnd_cuda_post_open(pnd_cuda_post_plan **out, const pnd_post_rule *rule, int32_t batch,
                              bool has_depth, pnd_error *err)
{
    (void)batch;
    *out = make(sizeof **out);
    if (*out == NULL)
        return pnd_fail(err, PND_ENOMEM, "emulated failure");
    **out = (pnd_cuda_post_plan){.rule = *rule, .has_depth = has_depth};
    return pnd_backend_create(
        &(*out)->ref,
        &(pnd_backend_options){.struct_size = sizeof(pnd_backend_options), .kind = PND_BACKEND_REF},
        err);
}

void pnd_cuda_post_close(pnd_cuda_post_plan *plan)
{
    if (plan != NULL)
        pnd_backend_free(plan->ref);
    destroy(plan);
}

size_t pnd_cuda_post_bytes(const pnd_cuda_post_plan *plan)
{
    return lay_out(&plan->rule).end;
}

static float *gather(const pnd_cuda_map *map, int32_t image, int32_t channels, size_t pixels)
{
    float *planar = pnd_alloc_array((size_t)channels * pixels, sizeof *planar);
    if (planar == NULL)
        abort();
    for (size_t c = 0; c < (size_t)channels; c++)
        for (size_t i = 0; i < pixels; i++)
            planar[c * pixels + i] = map->data[(size_t)image * map->image + i * (size_t)map->pixel +
                                               c * (size_t)map->channel];
    return planar;
}

static void run_post(const void *arguments)
{
    const post_arguments *a = arguments;
    const pnd_post_rule *rule = &a->plan->rule;
    const size_t pixels = (size_t)rule->map_width * (size_t)rule->map_height;
    for (int32_t i = 0; i < a->n; i++) {
        char *const bytes = a->results + (size_t)i * pnd_cuda_post_bytes(a->plan);
        const post_result r = parts_of(rule, bytes);
        float *const sem = gather(&a->heads.sem, i, rule->classes, pixels);
        float *const center = gather(&a->heads.center, i, 1, pixels);
        float *const offset = gather(&a->heads.offset, i, 2, pixels);
        float *const depth = a->plan->has_depth ? gather(&a->heads.depth, i, 1, pixels) : NULL;
        pnd_post_job job = {
            .heads = {rule->classes, rule->map_width, rule->map_height, sem, center, offset, depth},
            .rule = *rule,
            .panoptic = r.panoptic,
            .sem = r.sem,
            .depth = depth != NULL ? r.depth : NULL,
            .centers = r.centers,
            .tallies = r.tallies};
        if (pnd_ref_post(NULL, &job, NULL) != PND_OK)
            abort();
        memcpy(bytes, &job.n_centers, sizeof job.n_centers);
        free(sem);
        free(center);
        free(offset);
        free(depth);
    }
}

pnd_status pnd_cuda_post_enqueue(pnd_cuda_post_plan *plan, const pnd_cuda_heads *heads, int32_t n,
                                 void *results, cudaStream_t stream, pnd_error *err)
{
    const post_arguments a = {plan, *heads, n, results};
    if (queue(stream, run_post, &a, sizeof a) == cudaSuccess)
        return PND_OK;
    return pnd_fail(err, PND_EDEVICE, "emulated failure");
}

void pnd_cuda_post_read(pnd_postprocess_result *out, const pnd_cuda_post_plan *plan, void *bytes)
{
    const pnd_post_rule *rule = &plan->rule;
    const post_result r = parts_of(rule, bytes);
    int32_t n_centers;
    memcpy(&n_centers, bytes, sizeof n_centers);
    *out = (pnd_postprocess_result){
        .width = rule->width,
        .height = rule->height,
        .panoptic = r.panoptic,
        .sem = r.sem,
        .depth = plan->has_depth ? r.depth : NULL,
        .segments = r.segments,
        .n_segments = pnd_post_segments(r.segments, r.tallies, pnd_post_n_slots(rule), rule),
        .centers = r.centers,
        .n_centers = (size_t)n_centers};
}

pnd_status pnd_cuda_post_depths(pnd_segment_depths *out, const pnd_cuda_post_plan *plan,
                                const void *bytes, pnd_error *err)
{
    const int32_t width = plan->rule.width, height = plan->rule.height;
    const size_t pixels = (size_t)width * (size_t)height;
    void *at;
    memcpy(&at, &bytes, sizeof at); /* read only */
    const post_result r = parts_of(&plan->rule, at);
    uint32_t *const ids = pnd_alloc_array(pixels, sizeof *ids);
    if (ids == NULL)
        abort();
    for (size_t i = 0; i < pixels; i++)
        ids[i] = (uint32_t)(r.panoptic[i] + 1);
    const pnd_view_u32 id_view = {ids, width, height, (size_t)width * sizeof *ids};
    const pnd_view_f32 depth_view = {r.depth, width, height, (size_t)width * sizeof *r.depth};
    const pnd_status status = pnd_fuse_depth(out, plan->ref, id_view, depth_view, NULL, err);
    free(ids);
    return status;
}

/* ---- the backend */

pnd_status pnd_cuda_fail(cudaError_t code, const char *expr, const char *file, int line,
                         pnd_error *err)
{
    (void)file;
    return pnd_fail(err, code == cudaErrorMemoryAllocation ? PND_ENOMEM : PND_EDEVICE,
                    "emulated CUDA: %s (%s, line %d)", cudaGetErrorString(code), expr, line);
}

static void close_backend(void *impl)
{
    free(impl);
}

pnd_status pnd_cuda_open(pnd_backend *backend, const pnd_backend_options *options, pnd_error *err)
{
    static const pnd_ops ops = {
        .name = "cuda", .close = close_backend, .net_open = pnd_cuda_net_open};
    (void)options;
    backend->impl = pnd_calloc_array(1, sizeof(pnd_cuda));
    if (backend->impl == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for an emulated GPU");
    backend->ops = &ops;
    (void)snprintf(backend->description, sizeof backend->description, "emulated GPU");
    return PND_OK;
}
