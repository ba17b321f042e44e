/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CUDA backend: one device, one stream, and device memory that is kept from call to call.
 *
 * Every call selects its device (the selection belongs to the host thread, not to the backend),
 * queues its work on its own stream and waits for that stream alone.
 */
#include "cuda_backend.cuh"
#include "cuda_post.h"

#include "../depth_job.h"
#include "../fuse_job.h"
#include "../net/net_exec.h"

#include <panodepth/alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

pnd_status pnd_cuda_fail(cudaError_t code, const char *expr, const char *file, int line,
                         pnd_error *err)
{
    const char *const slash = strrchr(file, '/');
    (void)cudaGetLastError();
    return pnd_fail(err, code == cudaErrorMemoryAllocation ? PND_ENOMEM : PND_EDEVICE,
                    "CUDA: %s: %s (%s, %s:%d)", cudaGetErrorName(code), cudaGetErrorString(code),
                    expr, slash != NULL ? slash + 1 : file, line);
}

cudaError_t pnd_cuda_reserve(pnd_cuda_buffer *buffer, size_t size)
{
    if (size <= buffer->size)
        return cudaSuccess;
    (void)cudaFree(buffer->data);
    buffer->data = NULL;
    buffer->size = 0;
    const cudaError_t code = cudaMalloc(&buffer->data, size);
    if (code == cudaSuccess)
        buffer->size = size;
    return code;
}

static void close_cuda(void *impl)
{
    pnd_cuda *cuda = (pnd_cuda *)impl;
    pnd_cuda_buffer *const buffers[] = {&cuda->disparity, &cuda->mask,         &cuda->depth,
                                        &cuda->counts,    &cuda->ids,          &cuda->keys,
                                        &cuda->sorted,    &cuda->sort_scratch, &cuda->heads,
                                        &cuda->runs,      &cuda->post_heads,   &cuda->post_results};
    (void)cudaSetDevice(cuda->device);
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        (void)cudaFree(buffers[i]->data);
    pnd_cuda_post_close(cuda->post);
    if (cuda->stream != NULL)
        (void)cudaStreamDestroy(cuda->stream);
    (void)cudaGetLastError();
    free(cuda);
}

/* C++ before 20 has no designated initialisers. */
static const pnd_ops ops = {"cuda",        close_cuda,    pnd_cuda_depth,
                            pnd_cuda_fuse, pnd_cuda_post, pnd_cuda_net_open};

/* Without any driver the runtime only says that its version is insufficient. */
static bool has_driver(void)
{
    int version = 0;
    return cudaDriverGetVersion(&version) == cudaSuccess && version > 0;
}

/* Which of "no driver", "no device" and "not that device" it is; the variable hides devices. */
static pnd_status check_device(int device, pnd_error *err)
{
    int n = 0;
    const char *const visible = getenv("CUDA_VISIBLE_DEVICES");
    const cudaError_t code = cudaGetDeviceCount(&n);
    if (code != cudaSuccess) {
        const char *const why =
            has_driver() ? cudaGetErrorString(code) : "no NVIDIA driver is installed";
        (void)cudaGetLastError();
        if (visible != NULL)
            return pnd_fail(err, PND_EDEVICE, "CUDA: %s (CUDA_VISIBLE_DEVICES is \"%s\")", why,
                            visible);
        return pnd_fail(err, PND_EDEVICE, "CUDA: %s", why);
    }
    if (device >= n)
        return pnd_fail(err, PND_EDEVICE, "CUDA device %d: %d %s visible", device, n,
                        n == 1 ? "is" : "are");
    return PND_OK;
}

static pnd_status describe(pnd_backend *backend, const pnd_cuda *cuda, pnd_error *err)
{
    pnd_status status = PND_OK;
    cudaDeviceProp properties;
    PND_CUDA_TRY(cudaGetDeviceProperties(&properties, cuda->device));
    (void)snprintf(backend->description, sizeof backend->description,
                   "%s, compute capability %d.%d, device %d", properties.name, properties.major,
                   properties.minor, cuda->device);
cleanup:
    return status;
}

pnd_status pnd_cuda_open(pnd_backend *backend, const pnd_backend_options *options, pnd_error *err)
{
    pnd_cuda *cuda = NULL;
    pnd_status status = check_device(options->device, err);
    if (status != PND_OK)
        return status;
    cuda = (pnd_cuda *)pnd_calloc_array(1, sizeof *cuda);
    if (cuda == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for the CUDA backend");
    cuda->device = options->device;
    PND_CUDA_TRY(cudaSetDevice(cuda->device));
    PND_CUDA_TRY(pnd_cuda_probe());
    PND_CUDA_TRY(cudaStreamCreateWithFlags(&cuda->stream, cudaStreamNonBlocking));
    status = describe(backend, cuda, err);
    if (status != PND_OK)
        goto cleanup;
    backend->ops = &ops;
    backend->impl = cuda;
    cuda = NULL;
cleanup:
    if (cuda != NULL)
        close_cuda(cuda);
    return status;
}
