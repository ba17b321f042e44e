/* SPDX-License-Identifier: Apache-2.0 */
/* Launchers of the network's own kernels. Each queues on a stream and returns what the launch
 * returned. Callers set maps, weights and options; the rest of a grid is completed here. */
#ifndef PND_NET_KERNELS_H
#define PND_NET_KERNELS_H

#include "net_thread.h"

#include <cuda_runtime_api.h>

#ifdef __cplusplus
extern "C" {
#endif

cudaError_t net_launch_input(net_input_grid grid, int32_t images, cudaStream_t stream);
cudaError_t net_launch_conv(net_conv_grid grid, int32_t images, cudaStream_t stream);
cudaError_t net_launch_dwconv(net_dwconv_grid grid, int32_t images, cudaStream_t stream);
cudaError_t net_launch_maxpool(net_pool_grid grid, int32_t images, cudaStream_t stream);
/* grid.columns: net_avgpool_bytes(). */
cudaError_t net_launch_avgpool(net_pool_grid grid, int32_t images, cudaStream_t stream);
cudaError_t net_launch_resize(net_resize_grid grid, int32_t images, cudaStream_t stream);
cudaError_t net_launch_dorn(net_dorn_grid grid, int32_t images, cudaStream_t stream);
cudaError_t net_launch_copy(net_copy_grid grid, cudaStream_t stream);

#ifdef __cplusplus
}
#endif

#endif
