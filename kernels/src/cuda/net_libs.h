/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuDNN and cuBLASLt, loaded when the first network is opened on CUDA.
 *
 * Linking them would make every program of this toolkit map half a gigabyte at its start (80 ms and
 * 200 MB resident for cuBLASLt alone) to score two PNG files, and would not start at all where they
 * are missing. So their functions are looked up in the libraries that CMake found, or else in those
 * the dynamic linker finds by name, and a network says which of them it misses.
 */
#ifndef PND_NET_LIBS_H
#define PND_NET_LIBS_H

#include <panodepth/base.h>

#include <cublasLt.h>
#include <cudnn.h>

#define NET_CUBLASLT_FUNCTIONS(X)                                                                  \
    X(cublasLtCreate)                                                                              \
    X(cublasLtDestroy)                                                                             \
    X(cublasLtGetStatusName)                                                                       \
    X(cublasLtMatmul)                                                                              \
    X(cublasLtMatmulAlgoGetHeuristic)                                                              \
    X(cublasLtMatmulDescCreate)                                                                    \
    X(cublasLtMatmulDescDestroy)                                                                   \
    X(cublasLtMatmulDescSetAttribute)                                                              \
    X(cublasLtMatmulPreferenceCreate)                                                              \
    X(cublasLtMatmulPreferenceDestroy)                                                             \
    X(cublasLtMatmulPreferenceSetAttribute)                                                        \
    X(cublasLtMatrixLayoutCreate)                                                                  \
    X(cublasLtMatrixLayoutDestroy)

#define NET_CUDNN_FUNCTIONS(X)                                                                     \
    X(cudnnBackendCreateDescriptor)                                                                \
    X(cudnnBackendDestroyDescriptor)                                                               \
    X(cudnnBackendExecute)                                                                         \
    X(cudnnBackendFinalize)                                                                        \
    X(cudnnBackendGetAttribute)                                                                    \
    X(cudnnBackendSetAttribute)                                                                    \
    X(cudnnCreate)                                                                                 \
    X(cudnnDestroy)                                                                                \
    X(cudnnGetErrorString)                                                                         \
    X(cudnnGetLastErrorString)                                                                     \
    X(cudnnGetVersion)                                                                             \
    X(cudnnSetStream)

#define NET_LIBS_MEMBER(name) __typeof__(&(name)) name;

/* Members are named as the functions are. */
typedef struct net_libs {
    NET_CUBLASLT_FUNCTIONS(NET_LIBS_MEMBER)
    NET_CUDNN_FUNCTIONS(NET_LIBS_MEMBER)
    void *cublaslt_library, *cudnn_library;
} net_libs;

/* @retval PND_EUNSUPPORTED a library or one of its functions is missing: says which, and where it
 * was looked for. *libs is zeroed then. The libraries stay loaded until the process ends. */
pnd_status net_libs_load(net_libs *libs, pnd_error *err);

#endif
