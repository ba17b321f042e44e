/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network's own kernels: what cuDNN and cuBLASLt have not, or not as well. One thread each of
 * net_thread.h; the work of a kernel that moves features is bound by memory, that of the stem's
 * convolution, of predictors and of depthwise convolutions by arithmetic or the first-level cache.
 *
 * Each has a version for 8 channels at a time, in 16-byte accesses, and one for single channels,
 * for shapes that do not allow it.
 */
#include "net_kernels.h"

enum { BLOCK = 128 };

static __device__ int64_t thread_index(void)
{
    return (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
}

static unsigned blocks_for(int64_t n)
{
    return (unsigned)((n + BLOCK - 1) / BLOCK);
}

/* ---- kernels; template arguments are the constants of net_thread.h */

template <int TYPE> static __global__ void input_kernel(net_input_grid grid)
{
    net_input_thread(&grid, TYPE, thread_index());
}

template <int TYPE, int VEC, int OUTS>
static __global__ void __launch_bounds__(BLOCK) conv_kernel(net_conv_grid grid)
{
    net_conv_thread(&grid, TYPE, VEC, OUTS, thread_index(), (int32_t)blockIdx.y);
}

template <int TYPE, int VEC, int PIXELS, int KERNEL>
static __global__ void __launch_bounds__(BLOCK) dwconv_kernel(net_dwconv_grid grid)
{
    net_dwconv_thread(&grid, TYPE, VEC, PIXELS, KERNEL, thread_index());
}

template <int TYPE, int VEC> static __global__ void maxpool_kernel(net_pool_grid grid)
{
    net_maxpool_thread(&grid, TYPE, VEC, thread_index());
}

template <int TYPE> static __global__ void avgpool_column_kernel(net_pool_grid grid)
{
    net_avgpool_column_thread(&grid, TYPE, thread_index());
}

template <int TYPE> static __global__ void avgpool_row_kernel(net_pool_grid grid)
{
    net_avgpool_row_thread(&grid, TYPE, thread_index());
}

template <int TYPE, int VEC> static __global__ void resize_kernel(net_resize_grid grid)
{
    net_resize_thread(&grid, TYPE, VEC, thread_index());
}

static __global__ void dorn_kernel(net_dorn_grid grid)
{
    net_dorn_thread(&grid, thread_index());
}

static __global__ void copy_kernel(net_copy_grid grid)
{
    net_copy_thread(&grid, thread_index());
}

/* ---- launchers */

/* LAUNCH(f) with TYPE bound to a constant. */
#define FOR_TYPE(type, LAUNCH)                                                                     \
    switch (type) {                                                                                \
    case PND_PRECISION_F32: {                                                                      \
        enum { TYPE = PND_PRECISION_F32 };                                                         \
        LAUNCH;                                                                                    \
    } break;                                                                                       \
    case PND_PRECISION_BF16: {                                                                     \
        enum { TYPE = PND_PRECISION_BF16 };                                                        \
        LAUNCH;                                                                                    \
    } break;                                                                                       \
    case PND_PRECISION_F16: {                                                                      \
        enum { TYPE = PND_PRECISION_F16 };                                                         \
        LAUNCH;                                                                                    \
    } break;                                                                                       \
    default:                                                                                       \
        return cudaErrorInvalidValue;                                                              \
    }

cudaError_t net_launch_input(net_input_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_input_work(&grid, images);
    const unsigned blocks = blocks_for(work.threads);
    FOR_TYPE(work.type, (input_kernel<TYPE><<<blocks, BLOCK, 0, stream>>>(grid)))
    return cudaGetLastError();
}

template <int TYPE, int VEC>
static cudaError_t launch_conv(const net_conv_grid &grid, const net_work &work, cudaStream_t stream)
{
    const dim3 blocks(blocks_for(work.threads), (unsigned)work.groups);
    switch (work.outs) {
    case 1:
        conv_kernel<TYPE, VEC, 1><<<blocks, BLOCK, 0, stream>>>(grid);
        break;
    case 2:
        conv_kernel<TYPE, VEC, 2><<<blocks, BLOCK, 0, stream>>>(grid);
        break;
    case NET_STEM_OUTS:
        conv_kernel<TYPE, VEC, NET_STEM_OUTS><<<blocks, BLOCK, 0, stream>>>(grid);
        break;
    case NET_MAX_OUTS:
        conv_kernel<TYPE, VEC, NET_MAX_OUTS><<<blocks, BLOCK, 0, stream>>>(grid);
        break;
    default:
        return cudaErrorInvalidValue;
    }
    return cudaGetLastError();
}

cudaError_t net_launch_conv(net_conv_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_conv_work(&grid, images);
    if (work.type == NET_PHOTOGRAPH)
        return launch_conv<NET_PHOTOGRAPH, 1>(grid, work, stream);
    if (work.vec == NET_VEC)
        FOR_TYPE(work.type, return (launch_conv<TYPE, NET_VEC>(grid, work, stream)))
    FOR_TYPE(work.type, return (launch_conv<TYPE, 1>(grid, work, stream)))
    return cudaErrorInvalidValue;
}

template <int TYPE>
static cudaError_t launch_dwconv(const net_dwconv_grid &grid, const net_work &work,
                                 cudaStream_t stream)
{
    const bool fast = work.vec == NET_VEC;
    const unsigned blocks = blocks_for(work.threads);
    if (fast && grid.kernel == 3)
        dwconv_kernel<TYPE, NET_VEC, NET_DW_PIXELS, 3><<<blocks, BLOCK, 0, stream>>>(grid);
    else if (fast && grid.kernel == 5)
        dwconv_kernel<TYPE, NET_VEC, NET_DW_PIXELS, 5><<<blocks, BLOCK, 0, stream>>>(grid);
    else if (grid.kernel == 1)
        dwconv_kernel<TYPE, 1, 1, 1><<<blocks, BLOCK, 0, stream>>>(grid);
    else if (grid.kernel == 3)
        dwconv_kernel<TYPE, 1, 1, 3><<<blocks, BLOCK, 0, stream>>>(grid);
    else if (grid.kernel == 5)
        dwconv_kernel<TYPE, 1, 1, 5><<<blocks, BLOCK, 0, stream>>>(grid);
    else if (grid.kernel == NET_DW_TAPS)
        dwconv_kernel<TYPE, 1, 1, NET_DW_TAPS><<<blocks, BLOCK, 0, stream>>>(grid);
    else
        return cudaErrorInvalidValue;
    return cudaGetLastError();
}

cudaError_t net_launch_dwconv(net_dwconv_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_dwconv_work(&grid, images);
    if (grid.in.type != grid.out.type)
        return cudaErrorInvalidValue;
    FOR_TYPE(work.type, return launch_dwconv<TYPE>(grid, work, stream))
    return cudaErrorInvalidValue;
}

cudaError_t net_launch_maxpool(net_pool_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_maxpool_work(&grid, images);
    const unsigned blocks = blocks_for(work.threads);
    if (grid.in.type != grid.out.type)
        return cudaErrorInvalidValue;
    if (work.vec == NET_VEC)
        FOR_TYPE(work.type, (maxpool_kernel<TYPE, NET_VEC><<<blocks, BLOCK, 0, stream>>>(grid)))
    else
        FOR_TYPE(work.type, (maxpool_kernel<TYPE, 1><<<blocks, BLOCK, 0, stream>>>(grid)))
    return cudaGetLastError();
}

cudaError_t net_launch_avgpool(net_pool_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work columns = net_avgpool_column_work(&grid, images);
    const unsigned column_blocks = blocks_for(columns.threads);
    if (grid.in.type != grid.out.type)
        return cudaErrorInvalidValue;
    FOR_TYPE(columns.type, (avgpool_column_kernel<TYPE><<<column_blocks, BLOCK, 0, stream>>>(grid)))
    const cudaError_t code = cudaGetLastError();
    if (code != cudaSuccess)
        return code;
    const net_work rows = net_avgpool_row_work(&grid, images);
    const unsigned row_blocks = blocks_for(rows.threads);
    FOR_TYPE(rows.type, (avgpool_row_kernel<TYPE><<<row_blocks, BLOCK, 0, stream>>>(grid)))
    return cudaGetLastError();
}

cudaError_t net_launch_resize(net_resize_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_resize_work(&grid, images);
    const unsigned blocks = blocks_for(work.threads);
    if (grid.in.type != grid.out.type)
        return cudaErrorInvalidValue;
    if (work.vec == NET_VEC)
        FOR_TYPE(work.type, (resize_kernel<TYPE, NET_VEC><<<blocks, BLOCK, 0, stream>>>(grid)))
    else
        FOR_TYPE(work.type, (resize_kernel<TYPE, 1><<<blocks, BLOCK, 0, stream>>>(grid)))
    return cudaGetLastError();
}

cudaError_t net_launch_dorn(net_dorn_grid grid, int32_t images, cudaStream_t stream)
{
    const net_work work = net_dorn_work(&grid, images);
    if (grid.in.type != PND_PRECISION_F32 || grid.out.type != PND_PRECISION_F32)
        return cudaErrorInvalidValue;
    dorn_kernel<<<blocks_for(work.threads), BLOCK, 0, stream>>>(grid);
    return cudaGetLastError();
}

cudaError_t net_launch_copy(net_copy_grid grid, cudaStream_t stream)
{
    const net_work work = net_copy_work(&grid);
    copy_kernel<<<blocks_for(work.threads), BLOCK, 0, stream>>>(grid);
    return cudaGetLastError();
}
