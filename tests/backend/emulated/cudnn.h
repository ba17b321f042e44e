/* SPDX-License-Identifier: Apache-2.0 */
/* The part of cuDNN that net_libs.h names, for emulation.c. */
#ifndef EMULATED_CUDNN_H
#define EMULATED_CUDNN_H

#include "cuda_runtime_api.h"

#define CUDNN_MAJOR 9

typedef enum { CUDNN_STATUS_SUCCESS = 0, CUDNN_STATUS_NOT_SUPPORTED = 3000 } cudnnStatus_t;
typedef struct emulated_cudnn *cudnnHandle_t;
typedef void *cudnnBackendDescriptor_t;

/* Only the addresses of these are taken. */
void cudnnBackendCreateDescriptor(void);
void cudnnBackendExecute(void);
void cudnnBackendFinalize(void);
void cudnnBackendGetAttribute(void);
void cudnnBackendSetAttribute(void);
void cudnnGetLastErrorString(void);
void cudnnGetVersion(void);

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor);
cudnnStatus_t cudnnCreate(cudnnHandle_t *handle);
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle);
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream);
const char *cudnnGetErrorString(cudnnStatus_t status);

#endif
