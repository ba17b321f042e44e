/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/backend.h
 * Where per-pixel work runs: plain C, OpenMP on the CPU, or CUDA.
 *
 * `ref` is slow, obvious C that defines what each operator computes; `cpu` and `cuda` agree with it
 * bit for bit unless the operator's own header states a bound. A backend owns its scratch memory,
 * tables, device buffers and stream, and reuses them from call to call: make one per thread and
 * keep it. It serves one thread at a time; different backends are independent. All images passed
 * to an operator are in host memory, and results are complete when the call returns.
 */
#ifndef PANODEPTH_BACKEND_H
#define PANODEPTH_BACKEND_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pnd_backend pnd_backend;

typedef enum pnd_backend_kind {
    PND_BACKEND_AUTO = 0, /**< CUDA when built and usable, else CPU; the description says why */
    PND_BACKEND_REF = 1,
    PND_BACKEND_CPU = 2,
    PND_BACKEND_CUDA = 3
} pnd_backend_kind;

/** Growable options; zero means the default. Set struct_size = sizeof(pnd_backend_options). */
typedef struct pnd_backend_options {
    size_t struct_size;
    pnd_backend_kind kind;
    int device;  /**< CUDA device number, as CUDA_VISIBLE_DEVICES orders them */
    int threads; /**< CPU threads of one call; 0: OpenMP's default */
} pnd_backend_options;

/**
 * Read "auto", "ref", "cpu", "cuda" or "cuda:N" into options->kind and options->device; the rest of
 * *options is kept. @retval PND_EINVAL any other text; *options is untouched
 */
PND_API PND_NODISCARD pnd_status pnd_backend_options_parse(pnd_backend_options *options,
                                                           const char *text, pnd_error *err);

/**
 * Open a backend. `options` may be NULL: AUTO, device 0.
 * @retval PND_EINVAL        an unknown kind, a negative device or thread count, no struct_size
 * @retval PND_EUNSUPPORTED  CUDA by name in a build without it
 * @retval PND_EDEVICE       CUDA by name without a driver, a device or that device; says which
 * @retval PND_ENOMEM
 * `*out` is NULL on failure; release with pnd_backend_free().
 */
PND_API PND_NODISCARD pnd_status pnd_backend_create(pnd_backend **out,
                                                    const pnd_backend_options *options,
                                                    pnd_error *err);
PND_API void pnd_backend_free(pnd_backend *backend); /**< NULL is fine */

/** "ref", "cpu" or "cuda". Borrowed, static. */
PND_API const char *pnd_backend_name(const pnd_backend *backend);

/** One line for a person, such as "OpenMP, 2 threads" or a device's name. Borrowed from the
 * backend. Not part of any result: it differs between machines. */
PND_API const char *pnd_backend_description(const pnd_backend *backend);

#ifdef __cplusplus
}
#endif

#endif
