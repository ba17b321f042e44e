/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disparity to depth on the device, from the same depth_rule.h as ref and cpu, and so bit for bit
 * their result. One thread a pixel; a division in double and 6 bytes of traffic each. The copies
 * to and from the host take longer than either.
 */
#include "cuda_backend.cuh"
#include "depth_thread.h"

#include "../depth_job.h"

enum { BLOCK_WIDTH = 64, BLOCK_HEIGHT = 4 };

static __global__ void depth_kernel(pnd_depth_grid grid, unsigned long long *counts)
{
    const int32_t x = (int32_t)(blockIdx.x * blockDim.x + threadIdx.x);
    const int32_t y = (int32_t)(blockIdx.y * blockDim.y + threadIdx.y);
    const unsigned flags = pnd_depth_thread(&grid, x, y);
    for (int flag = 0; flag < PND_THREAD_FLAGS; flag++) {
        const int n = __syncthreads_count((int)(flags >> flag & 1u));
        if (n > 0 && threadIdx.x == 0 && threadIdx.y == 0)
            atomicAdd(&counts[flag], (unsigned long long)n);
    }
}

cudaError_t pnd_cuda_probe(void)
{
    cudaFuncAttributes attributes;
    return cudaFuncGetAttributes(&attributes, depth_kernel);
}

static pnd_depth_counts counts_of(const unsigned long long flags[PND_THREAD_FLAGS])
{
    pnd_depth_counts counts;
    counts.invalid = (int64_t)flags[PND_PIXEL_INVALID];
    counts.infinite = (int64_t)flags[PND_PIXEL_INFINITE];
    counts.finite = (int64_t)flags[PND_PIXEL_FINITE];
    counts.masked = (int64_t)flags[PND_PIXEL_MASKED];
    counts.beyond_cap = (int64_t)flags[PND_THREAD_BEYOND_CAP];
    counts.saturated = (int64_t)flags[PND_THREAD_SATURATED];
    return counts;
}

/* Device memory for the job, and the grid that points into it. */
static cudaError_t make_grid(pnd_depth_grid *grid, pnd_cuda *cuda, const pnd_depth_job *job)
{
    const size_t width = (size_t)job->disparity.width, height = (size_t)job->disparity.height;
    const size_t sample = job->f32 != NULL ? sizeof *job->f32 : sizeof *job->u16;
    grid->width = job->disparity.width;
    grid->height = job->disparity.height;
    grid->rule = job->rule;
    grid->disparity_pitch = pnd_cuda_pitch(width * sizeof *grid->disparity);
    grid->mask_pitch = pnd_cuda_pitch(width);
    grid->depth_pitch = pnd_cuda_pitch(width * sample);
    cudaError_t code = pnd_cuda_reserve(&cuda->disparity, grid->disparity_pitch * height);
    if (code == cudaSuccess)
        code = pnd_cuda_reserve(&cuda->depth, grid->depth_pitch * height);
    if (code == cudaSuccess && job->mask.data != NULL)
        code = pnd_cuda_reserve(&cuda->mask, grid->mask_pitch * height);
    if (code == cudaSuccess)
        code = pnd_cuda_reserve(&cuda->counts, PND_THREAD_FLAGS * sizeof(unsigned long long));
    grid->disparity = (const uint16_t *)cuda->disparity.data;
    grid->mask = job->mask.data != NULL ? (const uint8_t *)cuda->mask.data : NULL;
    grid->f32 = job->f32 != NULL ? (float *)cuda->depth.data : NULL;
    grid->u16 = job->f32 != NULL ? NULL : (uint16_t *)cuda->depth.data;
    return code;
}

pnd_status pnd_cuda_depth(void *impl, const pnd_depth_job *job, pnd_depth_counts *counts,
                          pnd_error *err)
{
    pnd_cuda *const cuda = (pnd_cuda *)impl;
    const size_t width = (size_t)job->disparity.width, height = (size_t)job->disparity.height;
    const size_t row_bytes = width * (job->f32 != NULL ? sizeof *job->f32 : sizeof *job->u16);
    void *const out = job->f32 != NULL ? (void *)job->f32 : (void *)job->u16;
    const dim3 block(BLOCK_WIDTH, BLOCK_HEIGHT);
    const dim3 blocks((unsigned)((width + BLOCK_WIDTH - 1) / BLOCK_WIDTH),
                      (unsigned)((height + BLOCK_HEIGHT - 1) / BLOCK_HEIGHT));
    unsigned long long flags[PND_THREAD_FLAGS];
    unsigned long long *d_flags = NULL;
    pnd_depth_grid grid;
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(cuda->device));
    PND_CUDA_TRY(make_grid(&grid, cuda, job));
    d_flags = (unsigned long long *)cuda->counts.data;
    PND_CUDA_TRY(cudaMemsetAsync(d_flags, 0, sizeof flags, cuda->stream));
    PND_CUDA_TRY(cudaMemcpy2DAsync(cuda->disparity.data, grid.disparity_pitch, job->disparity.data,
                                   job->disparity.stride, width * sizeof *job->disparity.data,
                                   height, cudaMemcpyHostToDevice, cuda->stream));
    if (grid.mask != NULL)
        PND_CUDA_TRY(cudaMemcpy2DAsync(cuda->mask.data, grid.mask_pitch, job->mask.data,
                                       job->mask.stride, width, height, cudaMemcpyHostToDevice,
                                       cuda->stream));
    depth_kernel<<<blocks, block, 0, cuda->stream>>>(grid, d_flags);
    PND_CUDA_TRY(cudaGetLastError());
    PND_CUDA_TRY(cudaMemcpy2DAsync(out, job->stride, cuda->depth.data, grid.depth_pitch, row_bytes,
                                   height, cudaMemcpyDeviceToHost, cuda->stream));
    PND_CUDA_TRY(
        cudaMemcpyAsync(flags, d_flags, sizeof flags, cudaMemcpyDeviceToHost, cuda->stream));
    PND_CUDA_TRY(cudaStreamSynchronize(cuda->stream));
    *counts = counts_of(flags);
cleanup:
    return status;
}
