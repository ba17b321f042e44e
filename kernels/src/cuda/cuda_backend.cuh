/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend's state, and how its files, in CUDA and in C, report failures. */
#ifndef PND_CUDA_BACKEND_CUH
#define PND_CUDA_BACKEND_CUH

#include "../backend_ops.h"

#include <cuda_runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Device memory that grows and is kept between calls. */
typedef struct pnd_cuda_buffer {
    void *data;
    size_t size;
} pnd_cuda_buffer;

typedef struct pnd_cuda {
    int device;
    cudaStream_t stream;
    pnd_cuda_buffer disparity, mask, depth, counts;  /* disparity to depth */
    pnd_cuda_buffer ids, keys, sorted, sort_scratch; /* fusion */
    pnd_cuda_buffer heads, runs;
    struct pnd_cuda_post_plan *post; /* of the last rule; NULL before the first */
    pnd_cuda_buffer post_heads, post_results;
} pnd_cuda;

/* Fail with the text of a CUDA error, and clear it: the next call must not find it again.
 * @retval PND_ENOMEM out of GPU memory  @retval PND_EDEVICE anything else */
pnd_status pnd_cuda_fail(cudaError_t code, const char *expr, const char *file, int line,
                         pnd_error *err);

/* In a function with `status`, `err` and a `cleanup:` label. Declare variables before the first. */
#define PND_CUDA_TRY(expr)                                                                         \
    do {                                                                                           \
        const cudaError_t code_ = (expr);                                                          \
        if (code_ != cudaSuccess) {                                                                \
            status = pnd_cuda_fail(code_, #expr, __FILE__, __LINE__, err);                         \
            goto cleanup;                                                                          \
        }                                                                                          \
    } while (0)

/* Fails when this build has no code for the current device (cuda_depth.cu). */
cudaError_t pnd_cuda_probe(void);

/* At least `size` bytes, contents unspecified. */
cudaError_t pnd_cuda_reserve(pnd_cuda_buffer *buffer, size_t size);

/* A device row of `bytes` bytes, padded so that rows start at whole memory transactions. */
static inline size_t pnd_cuda_pitch(size_t bytes)
{
    return (bytes + 255) / 256 * 256;
}

#ifdef __cplusplus
}
#endif

#endif
