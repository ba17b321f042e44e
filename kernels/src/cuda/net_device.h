/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the plans of one executor's convolutions share: the libraries, their handles, the stream
 * they run on, and a way to time a candidate.
 */
#ifndef PND_NET_DEVICE_H
#define PND_NET_DEVICE_H

#include "net_libs.h"

#include <cuda_runtime_api.h>
#include <panodepth/net.h>

typedef struct net_device {
    net_libs libs;
    cudnnHandle_t cudnn;
    cublasLtHandle_t cublaslt;
    cudaStream_t stream;
    /* Instead of a device: properties to plan convolutions for. Then nothing can be timed or run.
     */
    cudnnBackendDescriptor_t properties;
    void *workspace;
    size_t workspace_size; /* no plan may want more */
    cudaEvent_t begin, end;
} net_device;

/* Operands of a convolution on the device. `out` holds the residual, where there is one. */
typedef struct net_operands {
    const void *in, *weights, *bias;
    void *out;
} net_operands;

/* Launch something once on device->stream; false when it cannot be launched. */
typedef bool (*net_launcher)(net_device *device, const void *what, const net_operands *operands);

/* Milliseconds of one launch, the best of a few; negative when it fails. */
float net_device_time(net_device *device, net_launcher launch, const void *what,
                      const net_operands *operands);

/* The largest power of two, at most `most`, that divides an address. */
int32_t net_alignment(const void *address, int32_t most);

enum { NET_TUNE_CANDIDATES = 8 }; /* that are timed for one shape */

#endif
