/* SPDX-License-Identifier: Apache-2.0 */
#include "net_cublas.h"

#include <stdio.h>
#include <string.h>

enum { WEIGHTS_ALIGNMENT = 256 };

static cudaDataType_t data_type(int32_t precision)
{
    if (precision == PND_PRECISION_F32)
        return CUDA_R_32F;
    return precision == PND_PRECISION_F16 ? CUDA_R_16F : CUDA_R_16BF;
}

static cublasStatus_t describe(net_gemm_plan *plan, const net_libs *libs, const net_gemm_shape *s)
{
    const cudaDataType_t type = data_type(s->precision);
    const cublasOperation_t transposed = CUBLAS_OP_T;
    const cublasLtEpilogue_t epilogue =
        s->relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS;
    const uint64_t in = (uint64_t)s->in_channels, out = (uint64_t)s->out_channels;
    cublasStatus_t status =
        libs->cublasLtMatmulDescCreate(&plan->product, CUBLAS_COMPUTE_32F, CUDA_R_32F);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = libs->cublasLtMatmulDescSetAttribute(plan->product, CUBLASLT_MATMUL_DESC_TRANSA,
                                                      &transposed, sizeof transposed);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = libs->cublasLtMatmulDescSetAttribute(plan->product, CUBLASLT_MATMUL_DESC_EPILOGUE,
                                                      &epilogue, sizeof epilogue);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = libs->cublasLtMatrixLayoutCreate(&plan->weights, type, in, out, (int64_t)in);
    if (status == CUBLAS_STATUS_SUCCESS)
        status =
            libs->cublasLtMatrixLayoutCreate(&plan->in, type, in, (uint64_t)s->pixels, s->in_pitch);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = libs->cublasLtMatrixLayoutCreate(&plan->out, type, out, (uint64_t)s->pixels,
                                                  s->out_pitch);
    return status;
}

/* What an algorithm may need: no sums in the precision of the output, no sums whose order varies.
 */
static cublasStatus_t prefer(cublasLtMatmulPreference_t preference, const net_device *device,
                             const net_gemm_shape *s)
{
    const net_libs *libs = &device->libs;
    const uint32_t reduction = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
    const uint32_t a = WEIGHTS_ALIGNMENT, b = (uint32_t)s->in_alignment,
                   c = (uint32_t)s->out_alignment;
    const uint64_t workspace = device->workspace_size;
    const struct {
        cublasLtMatmulPreferenceAttributes_t name;
        const void *value;
        size_t size;
    } attributes[] = {
        {CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace, sizeof workspace},
        {CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &reduction, sizeof reduction},
        {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, &a, sizeof a},
        {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, &b, sizeof b},
        {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, &c, sizeof c},
        {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, &c, sizeof c},
    };
    cublasStatus_t status = CUBLAS_STATUS_SUCCESS;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (status == CUBLAS_STATUS_SUCCESS)
            status = libs->cublasLtMatmulPreferenceSetAttribute(
                preference, attributes[i].name, attributes[i].value, attributes[i].size);
    return status;
}

/* The bias pointer must be set before algorithms are asked for: its epilogue is checked. */
static cublasStatus_t suggest(cublasLtMatmulHeuristicResult_t *results, int *n,
                              const net_gemm_plan *plan, const net_device *device,
                              const net_gemm_shape *s, const net_operands *operands)
{
    const net_libs *libs = &device->libs;
    const void *const bias = operands != NULL ? operands->bias : device->workspace;
    cublasLtMatmulPreference_t preference = NULL;
    cublasStatus_t status = libs->cublasLtMatmulDescSetAttribute(
        plan->product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof(const void *));
    if (status == CUBLAS_STATUS_SUCCESS)
        status = libs->cublasLtMatmulPreferenceCreate(&preference);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = prefer(preference, device, s);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = libs->cublasLtMatmulAlgoGetHeuristic(device->cublaslt, plan->product,
                                                      plan->weights, plan->in, plan->out, plan->out,
                                                      preference, NET_TUNE_CANDIDATES, results, n);
    if (preference != NULL)
        (void)libs->cublasLtMatmulPreferenceDestroy(preference);
    return status;
}

static cublasStatus_t multiply(const net_device *device, const net_gemm_plan *plan,
                               const net_operands *o)
{
    const net_libs *libs = &device->libs;
    const float one = 1.0f, beta = plan->residual ? 1.0f : 0.0f;
    const cublasStatus_t status = libs->cublasLtMatmulDescSetAttribute(
        plan->product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &o->bias, sizeof o->bias);
    if (status != CUBLAS_STATUS_SUCCESS)
        return status;
    return libs->cublasLtMatmul(device->cublaslt, plan->product, &one, o->weights, plan->weights,
                                o->in, plan->in, &beta, o->out, plan->out, o->out, plan->out,
                                &plan->algorithm, device->workspace, plan->workspace_size,
                                device->stream);
}

static bool launch(net_device *device, const void *what, const net_operands *operands)
{
    return multiply(device, (const net_gemm_plan *)what, operands) == CUBLAS_STATUS_SUCCESS;
}

/* The best of the suggested algorithms into the plan; how many of them could be used. */
static int choose(net_gemm_plan *plan, net_device *device,
                  const cublasLtMatmulHeuristicResult_t *results, int n,
                  const net_operands *operands)
{
    net_gemm_plan candidate = *plan;
    int n_usable = 0;
    for (int i = 0; i < n; i++) {
        if (results[i].state != CUBLAS_STATUS_SUCCESS ||
            results[i].workspaceSize > device->workspace_size)
            continue;
        candidate.algorithm = results[i].algo;
        candidate.workspace_size = results[i].workspaceSize;
        candidate.ms =
            operands == NULL ? 0.0f : net_device_time(device, launch, &candidate, operands);
        if (candidate.ms < 0.0f)
            continue;
        if (n_usable == 0 || candidate.ms < plan->ms)
            *plan = candidate;
        n_usable++;
    }
    return n_usable;
}

pnd_status net_gemm_plan_make(net_gemm_plan *plan, net_device *device, const net_gemm_shape *s,
                              const net_operands *operands, pnd_error *err)
{
    cublasLtMatmulHeuristicResult_t results[NET_TUNE_CANDIDATES];
    int n = 0;
    memset(plan, 0, sizeof *plan);
    memset(results, 0, sizeof results);
    plan->residual = s->residual != 0;
    cublasStatus_t status = describe(plan, &device->libs, s);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = suggest(results, &n, plan, device, s, operands);
    if (status == CUBLAS_STATUS_SUCCESS && choose(plan, device, results, n, operands) > 0)
        return PND_OK;
    const char *const name = device->libs.cublasLtGetStatusName(status);
    net_gemm_plan_clear(plan, &device->libs);
    return pnd_fail(err, PND_EUNSUPPORTED,
                    "cuBLASLt has no algorithm for %lld pixels, %d -> %d channels (pitch %d -> "
                    "%d), %s (%s, %d suggested)",
                    (long long)s->pixels, s->in_channels, s->out_channels, s->in_pitch,
                    s->out_pitch, pnd_precision_name((pnd_precision)s->precision), name, n);
}

void net_gemm_plan_clear(net_gemm_plan *plan, const net_libs *libs)
{
    if (plan->out != NULL)
        (void)libs->cublasLtMatrixLayoutDestroy(plan->out);
    if (plan->in != NULL)
        (void)libs->cublasLtMatrixLayoutDestroy(plan->in);
    if (plan->weights != NULL)
        (void)libs->cublasLtMatrixLayoutDestroy(plan->weights);
    if (plan->product != NULL)
        (void)libs->cublasLtMatmulDescDestroy(plan->product);
    memset(plan, 0, sizeof *plan);
}

pnd_status net_gemm_run(const net_device *device, const net_gemm_plan *plan,
                        const net_operands *operands, const char *name, pnd_error *err)
{
    const cublasStatus_t status = multiply(device, plan, operands);
    if (status == CUBLAS_STATUS_SUCCESS)
        return PND_OK;
    (void)cudaGetLastError();
    return pnd_fail(err, PND_EDEVICE, "%s: cuBLASLt: %s", name,
                    device->libs.cublasLtGetStatusName(status));
}
