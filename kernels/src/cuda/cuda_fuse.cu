/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fusion on the device: sort (id, depth) keys, find the runs, take order statistics, add integers.
 * The steps are those of fuse_thread.h. Integer sums do not depend on the order of the atomics, so
 * the result is bit for bit that of ref. The radix sort (CUB, part of the toolkit) moves the most
 * memory: seven passes over eight bytes a pixel.
 */
#include "cuda_backend.cuh"
#include "fuse_thread.h"

#include <panodepth/alloc.h>

#include <cub/device/device_radix_sort.cuh>
#include <stdlib.h>

enum { BLOCK = 256, SLICES = 32, N_SHARE_WORDS = 6, MAX_HEADS = PND_MAX_SEGMENTS + 1 };

typedef enum fuse_step { STEP_COUNT, STEP_SUMS, STEP_SQUARES } fuse_step;

/* In cuda->heads: the number of heads, the largest id, then the heads themselves. */
typedef struct fuse_heads {
    unsigned n;
    unsigned largest_id;
    int64_t begin[MAX_HEADS];
} fuse_heads;

static __global__ void key_kernel(uint64_t *keys, pnd_fuse_grid grid, unsigned *largest_id)
{
    const int32_t x = (int32_t)(blockIdx.x * blockDim.x + threadIdx.x);
    const int32_t y = (int32_t)blockIdx.y;
    if (x >= grid.width)
        return;
    const uint64_t key = pnd_fuse_key_thread(&grid, x, y);
    keys[(int64_t)y * grid.width + x] = key;
    if (pnd_key_id(key) > 0xffffffu)
        atomicMax(largest_id, pnd_key_id(key));
}

/* The heads come out in any order; the host sorts them. */
static __global__ void head_kernel(fuse_heads *heads, const uint64_t *keys, int64_t n)
{
    const int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n || !pnd_fuse_is_head(keys, i))
        return;
    const unsigned slot = atomicAdd(&heads->n, 1u);
    if (slot < MAX_HEADS)
        heads->begin[slot] = i;
}

static __global__ void count_kernel(pnd_fuse_run *runs, const uint64_t *keys, int n)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < n)
        pnd_fuse_count_thread(keys, &runs[i]);
}

static __global__ void pick_kernel(pnd_fuse_run *runs, const uint64_t *keys, int n)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < n)
        pnd_fuse_pick_thread(keys, &runs[i]);
}

/* Block (i, j) adds slice j of segment i: in registers, then in shared memory, then globally. */
static __global__ void sum_kernel(pnd_fuse_run *runs, const uint64_t *keys)
{
    __shared__ unsigned long long block_sum[N_SHARE_WORDS];
    pnd_fuse_run *const run = &runs[blockIdx.x];
    const int64_t thread = (int64_t)blockIdx.y * blockDim.x + threadIdx.x;
    const pnd_fuse_share share =
        pnd_fuse_sum_thread(keys, run, thread, (int64_t)gridDim.y * blockDim.x);
    const unsigned long long words[N_SHARE_WORDS] = {share.depth.high,   share.depth.low,
                                                     share.inverse.high, share.inverse.low,
                                                     share.trimmed.high, share.trimmed.low};
    unsigned long long *const sums[N_SHARE_WORDS] = {
        &run->tally.depth.high,  &run->tally.depth.low,    &run->tally.inverse.high,
        &run->tally.inverse.low, &run->tally.trimmed.high, &run->tally.trimmed.low};
    if (threadIdx.x < N_SHARE_WORDS)
        block_sum[threadIdx.x] = 0;
    __syncthreads();
    for (int i = 0; i < N_SHARE_WORDS; i++)
        atomicAdd(&block_sum[i], words[i]);
    __syncthreads();
    if (threadIdx.x == 0)
        for (int i = 0; i < N_SHARE_WORDS; i++)
            atomicAdd(sums[i], block_sum[i]);
}

static __global__ void square_kernel(pnd_fuse_run *runs, const uint64_t *keys)
{
    __shared__ unsigned long long block_high, block_low;
    pnd_fuse_run *const run = &runs[blockIdx.x];
    const int64_t thread = (int64_t)blockIdx.y * blockDim.x + threadIdx.x;
    const pnd_fuse_sum squares =
        pnd_fuse_square_thread(keys, run, thread, (int64_t)gridDim.y * blockDim.x);
    if (threadIdx.x == 0)
        block_high = block_low = 0;
    __syncthreads();
    atomicAdd(&block_high, squares.high);
    atomicAdd(&block_low, squares.low);
    __syncthreads();
    if (threadIdx.x == 0) {
        atomicAdd(&run->tally.squares.high, block_high);
        atomicAdd(&run->tally.squares.low, block_low);
    }
}

static unsigned blocks_for(int64_t n)
{
    return (unsigned)((n + BLOCK - 1) / BLOCK);
}

static pnd_status reserve_images(pnd_cuda *cuda, pnd_fuse_grid *grid, const pnd_fuse_job *job,
                                 pnd_error *err)
{
    const size_t width = (size_t)job->ids.width, height = (size_t)job->ids.height;
    pnd_status status = PND_OK;
    grid->width = job->ids.width;
    grid->height = job->ids.height;
    grid->ids_pitch = grid->depth_pitch = pnd_cuda_pitch(width * sizeof(uint32_t));
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->ids, grid->ids_pitch * height));
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->depth, grid->depth_pitch * height));
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->keys, width * height * sizeof(uint64_t)));
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->sorted, width * height * sizeof(uint64_t)));
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->heads, sizeof(fuse_heads)));
    grid->ids = (const uint32_t *)cuda->ids.data;
    grid->depth_m = (const float *)cuda->depth.data;
cleanup:
    return status;
}

/* Sorted keys in cuda->sorted and the unsorted heads in cuda->heads. */
static pnd_status sort_keys(pnd_cuda *cuda, const pnd_fuse_job *job, pnd_error *err)
{
    const size_t row_bytes = (size_t)job->ids.width * sizeof(uint32_t);
    const size_t height = (size_t)job->ids.height;
    const int64_t n = (int64_t)job->ids.width * job->ids.height;
    const dim3 blocks(blocks_for(job->ids.width), (unsigned)job->ids.height);
    uint64_t *keys = NULL, *sorted = NULL;
    fuse_heads *heads = NULL;
    size_t scratch_size = 0;
    pnd_fuse_grid grid;
    pnd_status status = reserve_images(cuda, &grid, job, err);
    if (status != PND_OK)
        return status;
    keys = (uint64_t *)cuda->keys.data;
    sorted = (uint64_t *)cuda->sorted.data;
    heads = (fuse_heads *)cuda->heads.data;
    PND_CUDA_TRY(cudaMemsetAsync(heads, 0, offsetof(fuse_heads, begin), cuda->stream));
    PND_CUDA_TRY(cudaMemcpy2DAsync(cuda->ids.data, grid.ids_pitch, job->ids.data, job->ids.stride,
                                   row_bytes, height, cudaMemcpyHostToDevice, cuda->stream));
    PND_CUDA_TRY(cudaMemcpy2DAsync(cuda->depth.data, grid.depth_pitch, job->depth_m.data,
                                   job->depth_m.stride, row_bytes, height, cudaMemcpyHostToDevice,
                                   cuda->stream));
    key_kernel<<<blocks, BLOCK, 0, cuda->stream>>>(keys, grid, &heads->largest_id);
    PND_CUDA_TRY(cudaGetLastError());
    PND_CUDA_TRY(cub::DeviceRadixSort::SortKeys(NULL, scratch_size, keys, sorted, (int)n, 0,
                                                PND_KEY_BITS, cuda->stream));
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->sort_scratch, scratch_size));
    PND_CUDA_TRY(cub::DeviceRadixSort::SortKeys(cuda->sort_scratch.data, scratch_size, keys, sorted,
                                                (int)n, 0, PND_KEY_BITS, cuda->stream));
    head_kernel<<<blocks_for(n), BLOCK, 0, cuda->stream>>>(heads, sorted, n);
    PND_CUDA_TRY(cudaGetLastError());
cleanup:
    return status;
}

static int compare_begins(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The heads on the host, ascending, checked. `heads` is host memory. */
static pnd_status fetch_heads(fuse_heads *heads, pnd_cuda *cuda, pnd_error *err)
{
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaMemcpyAsync(heads, cuda->heads.data, sizeof *heads, cudaMemcpyDeviceToHost,
                                 cuda->stream));
    PND_CUDA_TRY(cudaStreamSynchronize(cuda->stream));
    if (heads->largest_id > 0xffffffu)
        return pnd_fuse_bad_id(heads->largest_id, err);
    if (heads->n > MAX_HEADS)
        return pnd_fail(err, PND_ELIMIT, "more than %d segments in one image", PND_MAX_SEGMENTS);
    qsort(heads->begin, heads->n, sizeof *heads->begin, compare_begins);
cleanup:
    return status;
}

/* Copy the runs up, let one kernel work on them, copy them back. */
static pnd_status exchange(pnd_cuda *cuda, pnd_fuse_run *runs, size_t n, fuse_step step,
                           pnd_error *err)
{
    const uint64_t *const keys = (const uint64_t *)cuda->sorted.data;
    const dim3 slices((unsigned)n, SLICES);
    const unsigned blocks = blocks_for((int64_t)n);
    pnd_fuse_run *d_runs = NULL;
    pnd_status status = PND_OK;
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->runs, n * sizeof *runs));
    d_runs = (pnd_fuse_run *)cuda->runs.data;
    PND_CUDA_TRY(
        cudaMemcpyAsync(d_runs, runs, n * sizeof *runs, cudaMemcpyHostToDevice, cuda->stream));
    if (step == STEP_COUNT) {
        count_kernel<<<blocks, BLOCK, 0, cuda->stream>>>(d_runs, keys, (int)n);
    } else if (step == STEP_SUMS) {
        pick_kernel<<<blocks, BLOCK, 0, cuda->stream>>>(d_runs, keys, (int)n);
        sum_kernel<<<slices, BLOCK, 0, cuda->stream>>>(d_runs, keys);
    } else {
        square_kernel<<<slices, BLOCK, 0, cuda->stream>>>(d_runs, keys);
    }
    PND_CUDA_TRY(cudaGetLastError());
    PND_CUDA_TRY(
        cudaMemcpyAsync(runs, d_runs, n * sizeof *runs, cudaMemcpyDeviceToHost, cuda->stream));
    PND_CUDA_TRY(cudaStreamSynchronize(cuda->stream));
cleanup:
    return status;
}

/* All steps after the sort; `runs` has a place for every head. */
static pnd_status fuse_runs(pnd_fuse_job *job, pnd_cuda *cuda, pnd_fuse_run *runs, size_t n,
                            pnd_error *err)
{
    pnd_status status = exchange(cuda, runs, n, STEP_COUNT, err);
    if (status != PND_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        runs[i].ranks = pnd_fuse_ranks_of(runs[i].tally.n_valid, job->trim);
    status = exchange(cuda, runs, n, STEP_SUMS, err);
    if (status != PND_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        const bool any = runs[i].tally.n_valid > 0;
        runs[i].mean = any ? pnd_fuse_mean_of(&runs[i].tally) : 0.0;
        runs[i].spread = any ? pnd_fuse_spread_of(&runs[i].tally) : 0.0;
    }
    status = exchange(cuda, runs, n, STEP_SQUARES, err);
    if (status != PND_OK)
        return status;
    const size_t skip = runs[0].tally.id == 0 ? 1 : 0; /* void */
    status = pnd_fuse_job_resize(job, n - skip, err);
    for (size_t i = 0; i < n - skip && status == PND_OK; i++)
        job->tallies[i] = runs[i + skip].tally;
    return status;
}

pnd_status pnd_cuda_fuse(void *impl, pnd_fuse_job *job, pnd_error *err)
{
    pnd_cuda *const cuda = (pnd_cuda *)impl;
    const int64_t n_pixels = (int64_t)job->ids.width * job->ids.height;
    fuse_heads *heads = NULL;
    pnd_fuse_run *runs = NULL;
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(cuda->device));
    heads = (fuse_heads *)pnd_alloc_array(1, sizeof *heads);
    if (heads == NULL) {
        status = pnd_fail(err, PND_ENOMEM, "out of memory for a list of segments");
        goto cleanup;
    }
    status = sort_keys(cuda, job, err);
    if (status == PND_OK)
        status = fetch_heads(heads, cuda, err);
    if (status != PND_OK)
        goto cleanup;
    runs = (pnd_fuse_run *)pnd_calloc_array(heads->n, sizeof *runs);
    if (runs == NULL) {
        status = pnd_fail(err, PND_ENOMEM, "out of memory for %u segments", heads->n);
        goto cleanup;
    }
    for (unsigned i = 0; i < heads->n; i++) {
        const int64_t end = i + 1 < heads->n ? heads->begin[i + 1] : n_pixels;
        runs[i].begin = heads->begin[i];
        runs[i].tally.area_px = end - heads->begin[i];
    }
    status = fuse_runs(job, cuda, runs, heads->n, err);
cleanup:
    free(runs);
    free(heads);
    return status;
}
