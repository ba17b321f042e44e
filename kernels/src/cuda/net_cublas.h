/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 1x1 convolution at stride 1 by cuBLASLt: out = relu?( weights * in (+ out) + bias ).
 *
 * Rows of pixels are columns to cuBLASLt, which is column-major: with the weights [out][in] and a
 * feature map [pixels][pitch] it is the product of a transposed matrix and one that is not, which
 * suits the tensor cores; channel slices are leading dimensions. The residual is matrix C in place,
 * and bias and relu are the epilogue.
 */
#ifndef PND_NET_CUBLAS_H
#define PND_NET_CUBLAS_H

#include "net_device.h"

/* Zero it first: shapes are compared byte by byte. */
typedef struct net_gemm_shape {
    int64_t pixels; /* of all images */
    int32_t in_channels, in_pitch, out_channels, out_pitch;
    int32_t in_alignment, out_alignment; /* of the first element, in bytes, at most 256 */
    int32_t precision;                   /* a pnd_precision, of all operands */
    int32_t relu, residual;
    int32_t zero; /* where there would be padding */
} net_gemm_shape;

typedef struct net_gemm_plan {
    cublasLtMatmulDesc_t product; /* NULL: none */
    cublasLtMatrixLayout_t weights, in, out;
    cublasLtMatmulAlgo_t algorithm;
    size_t workspace_size;
    bool residual;
    float ms;
} net_gemm_plan;

/* The fastest plan for a shape; with operands NULL the first that is suggested.
 * @retval PND_EUNSUPPORTED cuBLASLt has none: the message names shape and status */
pnd_status net_gemm_plan_make(net_gemm_plan *plan, net_device *device, const net_gemm_shape *shape,
                              const net_operands *operands, pnd_error *err);
void net_gemm_plan_clear(net_gemm_plan *plan, const net_libs *libs);

/* Queue it. @retval PND_EDEVICE names the operation and cuBLASLt's status */
pnd_status net_gemm_run(const net_device *device, const net_gemm_plan *plan,
                        const net_operands *operands, const char *name, pnd_error *err);

#endif
