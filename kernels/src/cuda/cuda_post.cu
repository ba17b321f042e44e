/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Post-processing on the device, in the steps of post_thread.h. The heads, 12 MB of a full-size
 * photograph, stay in the second-level cache; what is written is what is returned. Sums are of
 * integers, joined per thread, then per warp, so that few atomics meet in one slot.
 */
#include "cuda_backend.cuh"
#include "cuda_post.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

enum {
    BLOCK_WIDTH = 32, /* a warp is a row of pixels */
    BLOCK_HEIGHT = 8,
    STRIP = 16, /* rows that a thread of `group` and `finish` takes */
    CLEAR_BLOCKS = 16,
    CLEAR_THREADS = 256,
    ONE_BLOCK = 1024,
    ALIGNMENT = 256
};

#define FULL_WARP 0xffffffffu

/* Where things lie in the memory of one image. */
typedef struct post_layout {
    size_t panoptic, depth, sem, centers, tallies, depths, info, segments, result_bytes;
    size_t counts, peaks, kept, counters, scratch_bytes;
} post_layout;

struct pnd_cuda_post_plan {
    pnd_post_rule rule;
    int32_t batch;
    bool has_depth;
    post_layout layout;
    char *scratch; /* device memory of `batch` images */
};

/* What a kernel is given: image i lies i times the bytes further. */
typedef struct post_batch {
    pnd_post_rule rule;
    pnd_cuda_heads heads;
    post_layout layout;
    char *results, *scratch;
    bool has_depth;
} post_batch;

static __host__ __device__ pnd_cuda_map map_of(pnd_cuda_map map, size_t image)
{
    if (map.data != NULL)
        map.data += image * map.image;
    return map;
}

static __host__ __device__ pnd_post_grid grid_of(const post_batch *batch, size_t image)
{
    char *const result = batch->results + image * batch->layout.result_bytes;
    char *const scratch = batch->scratch + image * batch->layout.scratch_bytes;
    const post_layout *const at = &batch->layout;
    pnd_post_grid grid;
    grid.rule = batch->rule;
    grid.heads.sem = map_of(batch->heads.sem, image);
    grid.heads.center = map_of(batch->heads.center, image);
    grid.heads.offset = map_of(batch->heads.offset, image);
    grid.heads.depth = map_of(batch->heads.depth, image);
    grid.panoptic = (int32_t *)(result + at->panoptic);
    grid.depth = batch->has_depth ? (float *)(result + at->depth) : NULL;
    grid.sem = (uint8_t *)(result + at->sem);
    grid.centers = (int32_t *)(result + at->centers);
    grid.tallies = (pnd_post_tally *)(result + at->tallies);
    grid.depths = (pnd_post_depths *)(result + at->depths);
    grid.info = (pnd_post_info *)(result + at->info);
    grid.counts = (unsigned *)(scratch + at->counts);
    grid.peaks = (uint64_t *)(scratch + at->peaks);
    grid.kept = (unsigned *)(scratch + at->kept);
    grid.counters = (pnd_post_counters *)(scratch + at->counters);
    return grid;
}

static __global__ void clear_kernel(post_batch batch)
{
    const pnd_post_grid grid = grid_of(&batch, blockIdx.z);
    pnd_post_clear_thread(&grid, (int64_t)blockIdx.x * blockDim.x + threadIdx.x,
                          (int64_t)gridDim.x * blockDim.x);
}

static __global__ void cell_kernel(post_batch batch)
{
    const pnd_post_grid grid = grid_of(&batch, blockIdx.z);
    pnd_post_cell_thread(&grid, (int32_t)(blockIdx.y * blockDim.y + threadIdx.y),
                         (int32_t)(blockIdx.x * blockDim.x + threadIdx.x));
}

static __global__ void peak_kernel(post_batch batch)
{
    const pnd_post_grid grid = grid_of(&batch, blockIdx.z);
    pnd_post_peak_thread(&grid, (int32_t)(blockIdx.y * blockDim.y + threadIdx.y),
                         (int32_t)(blockIdx.x * blockDim.x + threadIdx.x));
}

static __global__ void select_kernel(post_batch batch)
{
    __shared__ pnd_post_selection selection;
    const pnd_post_grid grid = grid_of(&batch, blockIdx.z);
    for (int32_t step = 0; step < PND_POST_SELECT_STEPS; step++) {
        pnd_post_select_step(&grid, &selection, step, (int32_t)threadIdx.x, (int32_t)blockDim.x);
        __syncthreads();
    }
}

static __global__ void name_kernel(post_batch batch)
{
    const pnd_post_grid grid = grid_of(&batch, blockIdx.z);
    for (int32_t step = 0; step < PND_POST_NAME_STEPS; step++) {
        pnd_post_name_step(&grid, step, (int32_t)threadIdx.x, (int32_t)blockDim.x);
        __syncthreads();
    }
}

/* Sum of 64-bit values over a group of lanes, in three pieces whose sums have 32 bits. */
static __device__ unsigned long long group_sum(unsigned group, unsigned long long value)
{
    const unsigned low = __reduce_add_sync(group, (unsigned)(value & 0xffffffu));
    const unsigned middle = __reduce_add_sync(group, (unsigned)(value >> 24 & 0xffffffu));
    const unsigned high = __reduce_add_sync(group, (unsigned)(value >> 48));
    return low + ((unsigned long long)middle << 24) + ((unsigned long long)high << 48);
}

/* As pnd_post_join() over all lanes of a group. */
static __device__ pnd_post_share group_share(unsigned group, pnd_post_share share)
{
    share.area_px = __reduce_add_sync(group, share.area_px);
    share.sum_x = __reduce_add_sync(group, share.sum_x);
    share.sum_y = __reduce_add_sync(group, share.sum_y);
    share.x0 = __reduce_min_sync(group, share.x0);
    share.y0 = __reduce_min_sync(group, share.y0);
    share.x1 = __reduce_max_sync(group, share.x1);
    share.y1 = __reduce_max_sync(group, share.y1);
    share.n_valid = __reduce_add_sync(group, share.n_valid);
    if (share.n_valid == 0) /* the same in all of them */
        return share;
    share.min_bits = __reduce_min_sync(group, share.min_bits);
    share.max_bits = __reduce_max_sync(group, share.max_bits);
    share.depth_high = group_sum(group, share.depth_high);
    share.depth_low = group_sum(group, share.depth_low);
    share.inverse_high = group_sum(group, share.inverse_high);
    share.inverse_low = group_sum(group, share.inverse_low);
    return share;
}

static __device__ bool is_leader(unsigned group)
{
    return threadIdx.x == (unsigned)(__ffs((int)group) - 1);
}

/* Add the shares of the lanes that have one to give. All lanes of the warp take part. */
static __device__ void put_shares(const pnd_post_grid *grid, const pnd_post_share *share,
                                  bool gives)
{
    const unsigned givers = __ballot_sync(FULL_WARP, gives);
    if (!gives)
        return;
    const unsigned group =
        __match_any_sync(givers, share->slot * PND_POST_MAX_CLASSES + share->class_id);
    const pnd_post_share sum = group_share(group, *share);
    if (is_leader(group))
        pnd_post_put(grid, &sum);
}

static __global__ void group_kernel(post_batch batch)
{
    const pnd_post_grid grid = grid_of(&batch, blockIdx.z);
    const int32_t x = (int32_t)(blockIdx.x * blockDim.x + threadIdx.x);
    const int32_t y0 = (int32_t)(blockIdx.y * blockDim.y + threadIdx.y) * STRIP;
    pnd_post_share share = pnd_post_no_share();
    for (int32_t y = y0; y < y0 + STRIP; y++) {
        const pnd_post_share next = pnd_post_group_thread(&grid, y, x);
        const bool same = pnd_post_can_join(&share, &next);
        const bool gives = !same && share.slot >= 0;
        if (__any_sync(FULL_WARP, gives))
            put_shares(&grid, &share, gives);
        if (same)
            pnd_post_join(&share, &next);
        else
            share = next;
    }
    put_shares(&grid, &share, share.slot >= 0);
}

static __device__ void put_chances(const pnd_post_grid *grid, const pnd_post_chance *chance,
                                   bool gives)
{
    const unsigned givers = __ballot_sync(FULL_WARP, gives);
    if (!gives)
        return;
    const unsigned group = __match_any_sync(givers, chance->slot);
    const pnd_post_chance sum = {chance->slot, group_sum(group, chance->sum)};
    if (is_leader(group))
        pnd_post_put_chance(grid, &sum);
}

static __global__ void finish_kernel(post_batch batch)
{
    const pnd_post_grid grid = grid_of(&batch, blockIdx.z);
    const int32_t x = (int32_t)(blockIdx.x * blockDim.x + threadIdx.x);
    const int32_t y0 = (int32_t)(blockIdx.y * blockDim.y + threadIdx.y) * STRIP;
    pnd_post_chance chance = {-1, 0};
    for (int32_t y = y0; y < y0 + STRIP; y++) {
        const pnd_post_chance next = pnd_post_finish_thread(&grid, y, x);
        const bool gives = chance.slot >= 0 && next.slot != chance.slot;
        if (__any_sync(FULL_WARP, gives))
            put_chances(&grid, &chance, gives);
        if (next.slot == chance.slot)
            chance.sum += next.sum;
        else
            chance = next;
    }
    put_chances(&grid, &chance, chance.slot >= 0);
}

/* The offset of `size` bytes behind what is there. */
static size_t place(size_t *bytes, size_t size)
{
    const size_t at = *bytes;
    *bytes += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return at;
}

static post_layout make_layout(const pnd_post_rule *rule, bool has_depth)
{
    const size_t n = (size_t)rule->width * (size_t)rule->height;
    const size_t n_slots = pnd_post_n_slots(rule), top_k = (size_t)rule->top_k;
    post_layout at;
    at.result_bytes = at.scratch_bytes = 0;
    at.panoptic = place(&at.result_bytes, n * sizeof(int32_t));
    at.depth = place(&at.result_bytes, has_depth ? n * sizeof(float) : 0);
    at.sem = place(&at.result_bytes, n);
    at.centers = place(&at.result_bytes, 2 * top_k * sizeof(int32_t));
    at.tallies = place(&at.result_bytes, n_slots * sizeof(pnd_post_tally));
    at.depths = place(&at.result_bytes, n_slots * sizeof(pnd_post_depths));
    at.info = place(&at.result_bytes, sizeof(pnd_post_info));
    at.segments = place(&at.result_bytes, n_slots * sizeof(pnd_segment)); /* the host's */
    at.counts = place(&at.scratch_bytes, n_slots * (size_t)rule->classes * sizeof(unsigned));
    at.peaks = place(&at.scratch_bytes, PND_POST_LISTED_PEAKS * sizeof(uint64_t));
    at.kept = place(&at.scratch_bytes, top_k * sizeof(unsigned));
    at.counters = place(&at.scratch_bytes, sizeof(pnd_post_counters));
    return at;
}

pnd_status pnd_cuda_post_open(pnd_cuda_post_plan **out, const pnd_post_rule *rule, int32_t batch,
                              bool has_depth, pnd_error *err)
{
    pnd_status status = PND_OK;
    pnd_cuda_post_plan *plan = (pnd_cuda_post_plan *)pnd_calloc_array(1, sizeof *plan);
    *out = NULL;
    if (plan == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for post-processing");
    memcpy(&plan->rule, rule, sizeof *rule); /* padding too: it is compared */
    plan->batch = batch;
    plan->has_depth = has_depth;
    plan->layout = make_layout(rule, has_depth);
    PND_CUDA_TRY(cudaMalloc((void **)&plan->scratch, plan->layout.scratch_bytes * (size_t)batch));
    *out = plan;
    plan = NULL;
cleanup:
    pnd_cuda_post_close(plan);
    return status;
}

void pnd_cuda_post_close(pnd_cuda_post_plan *plan)
{
    if (plan == NULL)
        return;
    (void)cudaFree(plan->scratch);
    free(plan);
}

size_t pnd_cuda_post_bytes(const pnd_cuda_post_plan *plan)
{
    return plan->layout.result_bytes;
}

static unsigned blocks_for(int32_t n, int32_t block)
{
    return (unsigned)((n + block - 1) / block);
}

pnd_status pnd_cuda_post_enqueue(pnd_cuda_post_plan *plan, const pnd_cuda_heads *heads, int32_t n,
                                 void *results, cudaStream_t stream, pnd_error *err)
{
    const pnd_post_rule *const rule = &plan->rule;
    const unsigned images = (unsigned)n;
    const dim3 block(BLOCK_WIDTH, BLOCK_HEIGHT);
    const dim3 cells(blocks_for(rule->map_width + 1, BLOCK_WIDTH),
                     blocks_for(rule->map_height + 1, BLOCK_HEIGHT), images);
    const dim3 pixels(blocks_for(rule->width, BLOCK_WIDTH), blocks_for(rule->height, BLOCK_HEIGHT),
                      images);
    const dim3 strips(blocks_for(rule->width, BLOCK_WIDTH),
                      blocks_for(rule->height, BLOCK_HEIGHT * STRIP), images);
    const dim3 one(1, 1, images), some(CLEAR_BLOCKS, 1, images);
    pnd_status status = PND_OK;
    post_batch batch;
    batch.rule = *rule;
    batch.heads = *heads;
    batch.layout = plan->layout;
    batch.results = (char *)results;
    batch.scratch = plan->scratch;
    batch.has_depth = plan->has_depth;
    if (!plan->has_depth)
        batch.heads.depth.data = NULL;
    clear_kernel<<<some, CLEAR_THREADS, 0, stream>>>(batch);
    PND_CUDA_TRY(cudaGetLastError());
    cell_kernel<<<cells, block, 0, stream>>>(batch);
    PND_CUDA_TRY(cudaGetLastError());
    peak_kernel<<<pixels, block, 0, stream>>>(batch);
    PND_CUDA_TRY(cudaGetLastError());
    select_kernel<<<one, ONE_BLOCK, 0, stream>>>(batch);
    PND_CUDA_TRY(cudaGetLastError());
    group_kernel<<<strips, block, 0, stream>>>(batch);
    PND_CUDA_TRY(cudaGetLastError());
    name_kernel<<<one, ONE_BLOCK, 0, stream>>>(batch);
    PND_CUDA_TRY(cudaGetLastError());
    finish_kernel<<<strips, block, 0, stream>>>(batch);
    PND_CUDA_TRY(cudaGetLastError());
cleanup:
    return status;
}

/* The image in a host copy of its bytes. Nothing of it is scratch. */
static pnd_post_grid host_grid(const pnd_cuda_post_plan *plan, void *bytes)
{
    post_batch batch;
    memset(&batch, 0, sizeof batch);
    batch.rule = plan->rule;
    batch.layout = plan->layout;
    batch.results = (char *)bytes;
    batch.has_depth = plan->has_depth;
    return grid_of(&batch, 0);
}

void pnd_cuda_post_read(pnd_postprocess_result *out, const pnd_cuda_post_plan *plan, void *bytes)
{
    const pnd_post_grid grid = host_grid(plan, bytes);
    memset(out, 0, sizeof *out);
    out->width = plan->rule.width;
    out->height = plan->rule.height;
    out->panoptic = grid.panoptic;
    out->sem = grid.sem;
    out->depth = grid.depth;
    out->centers = grid.centers;
    out->n_centers = (size_t)grid.info->n_centers;
    out->n_nonfinite = (int64_t)grid.info->n_nonfinite;
    out->segments = (pnd_segment *)((char *)bytes + plan->layout.segments);
    out->n_segments =
        pnd_post_segments(out->segments, grid.tallies, pnd_post_n_slots(&plan->rule), &plan->rule);
}

pnd_status pnd_cuda_post_depths(pnd_segment_depths *out, const pnd_cuda_post_plan *plan,
                                const void *bytes, pnd_error *err)
{
    const char *const base = (const char *)bytes;
    return pnd_post_fuse(out, (const pnd_post_tally *)(base + plan->layout.tallies),
                         (const pnd_post_depths *)(base + plan->layout.depths), &plan->rule, err);
}

/* The backend's own plan and memory for a job. */
static pnd_status prepare(pnd_cuda *cuda, const pnd_post_job *job, pnd_error *err)
{
    const size_t map_size = (size_t)job->rule.map_width * (size_t)job->rule.map_height;
    const size_t n_floats = ((size_t)job->rule.classes + 4) * map_size;
    const bool has_depth = job->depth != NULL;
    pnd_status status = PND_OK;
    if (cuda->post != NULL && (memcmp(&cuda->post->rule, &job->rule, sizeof job->rule) != 0 ||
                               cuda->post->has_depth != has_depth)) {
        pnd_cuda_post_close(cuda->post);
        cuda->post = NULL;
    }
    if (cuda->post == NULL)
        status = pnd_cuda_post_open(&cuda->post, &job->rule, 1, has_depth, err);
    if (status != PND_OK)
        return status;
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->post_heads, n_floats * sizeof(float)));
    PND_CUDA_TRY(pnd_cuda_reserve(&cuda->post_results, cuda->post->layout.result_bytes));
cleanup:
    return status;
}

/* Planar maps, one behind the other, to the device. */
static pnd_status upload(pnd_cuda_map *map, float **to, const float *from, int32_t channels,
                         pnd_cuda *cuda, const pnd_post_rule *rule, pnd_error *err)
{
    const size_t map_size = (size_t)rule->map_width * (size_t)rule->map_height;
    const size_t n = (size_t)channels * map_size;
    pnd_status status = PND_OK;
    map->data = from != NULL ? *to : NULL;
    map->image = n;
    map->pixel = 1;
    map->channel = (int32_t)map_size;
    if (from != NULL)
        PND_CUDA_TRY(
            cudaMemcpyAsync(*to, from, n * sizeof *from, cudaMemcpyHostToDevice, cuda->stream));
    *to += n;
cleanup:
    return status;
}

static pnd_status upload_heads(pnd_cuda_heads *heads, pnd_cuda *cuda, const pnd_post_job *job,
                               pnd_error *err)
{
    const pnd_post_rule *const rule = &job->rule;
    float *to = (float *)cuda->post_heads.data;
    pnd_status status = upload(&heads->sem, &to, job->heads.sem, rule->classes, cuda, rule, err);
    if (status == PND_OK)
        status = upload(&heads->center, &to, job->heads.center, 1, cuda, rule, err);
    if (status == PND_OK)
        status = upload(&heads->offset, &to, job->heads.offset, 2, cuda, rule, err);
    if (status == PND_OK)
        status = upload(&heads->depth, &to, job->heads.depth, 1, cuda, rule, err);
    return status;
}

static cudaError_t download(pnd_cuda *cuda, void *to, size_t at, size_t size)
{
    return cudaMemcpyAsync(to, (const char *)cuda->post_results.data + at, size,
                           cudaMemcpyDeviceToHost, cuda->stream);
}

pnd_status pnd_cuda_post(void *impl, pnd_post_job *job, pnd_error *err)
{
    pnd_cuda *const cuda = (pnd_cuda *)impl;
    const size_t n = (size_t)job->rule.width * (size_t)job->rule.height;
    const post_layout *at = NULL;
    pnd_cuda_heads heads;
    pnd_post_info info;
    pnd_status status = PND_OK;
    PND_CUDA_TRY(cudaSetDevice(cuda->device));
    status = prepare(cuda, job, err);
    if (status == PND_OK)
        status = upload_heads(&heads, cuda, job, err);
    if (status == PND_OK)
        status = pnd_cuda_post_enqueue(cuda->post, &heads, 1, cuda->post_results.data, cuda->stream,
                                       err);
    if (status != PND_OK)
        return status;
    at = &cuda->post->layout;
    PND_CUDA_TRY(download(cuda, job->panoptic, at->panoptic, n * sizeof *job->panoptic));
    if (job->depth != NULL)
        PND_CUDA_TRY(download(cuda, job->depth, at->depth, n * sizeof *job->depth));
    PND_CUDA_TRY(download(cuda, job->sem, at->sem, n));
    PND_CUDA_TRY(download(cuda, job->centers, at->centers,
                          2 * (size_t)job->rule.top_k * sizeof *job->centers));
    PND_CUDA_TRY(download(cuda, job->tallies, at->tallies,
                          pnd_post_n_slots(&job->rule) * sizeof *job->tallies));
    PND_CUDA_TRY(download(cuda, &info, at->info, sizeof info));
    PND_CUDA_TRY(cudaStreamSynchronize(cuda->stream));
    job->n_centers = info.n_centers;
    job->n_nonfinite = (int64_t)info.n_nonfinite;
cleanup:
    return status;
}
