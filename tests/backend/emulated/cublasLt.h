/* SPDX-License-Identifier: Apache-2.0 */
/* The part of cuBLASLt that net_libs.h and net_cublas.h name, for emulation.c. */
#ifndef EMULATED_CUBLASLT_H
#define EMULATED_CUBLASLT_H

#define CUBLAS_VER_MAJOR 13

typedef enum { CUBLAS_STATUS_SUCCESS = 0, CUBLAS_STATUS_NOT_SUPPORTED = 15 } cublasStatus_t;
typedef struct emulated_cublaslt *cublasLtHandle_t;
typedef void *cublasLtMatmulDesc_t;
typedef void *cublasLtMatrixLayout_t;
typedef struct {
    int unused;
} cublasLtMatmulAlgo_t;

/* Only the addresses of these are taken. */
void cublasLtMatmul(void);
void cublasLtMatmulAlgoGetHeuristic(void);
void cublasLtMatmulDescCreate(void);
void cublasLtMatmulDescDestroy(void);
void cublasLtMatmulDescSetAttribute(void);
void cublasLtMatmulPreferenceCreate(void);
void cublasLtMatmulPreferenceDestroy(void);
void cublasLtMatmulPreferenceSetAttribute(void);
void cublasLtMatrixLayoutCreate(void);
void cublasLtMatrixLayoutDestroy(void);

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle);
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle);
const char *cublasLtGetStatusName(cublasStatus_t status);

#endif
