/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, naming and releasing backends. */
#include "backend_ops.h"

#include <panodepth/alloc.h>
#include <panodepth/buffer.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THREADS = 1024, MAX_DEVICE = 1023 };

pnd_status pnd_backend_options_parse(pnd_backend_options *options, const char *text, pnd_error *err)
{
    static const struct {
        const char *text;
        pnd_backend_kind kind;
    } kinds[] = {{"auto", PND_BACKEND_AUTO},
                 {"ref", PND_BACKEND_REF},
                 {"cpu", PND_BACKEND_CPU},
                 {"cuda", PND_BACKEND_CUDA}};
    int64_t device = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(text, kinds[i].text) == 0) {
            options->kind = kinds[i].kind;
            options->device = 0;
            return PND_OK;
        }
    }
    if (strncmp(text, "cuda:", 5) == 0 && pnd_parse_int(&device, text + 5, 0, MAX_DEVICE)) {
        options->kind = PND_BACKEND_CUDA;
        options->device = (int)device;
        return PND_OK;
    }
    return pnd_fail(err, PND_EINVAL, "'%s' is no backend: expected auto, ref, cpu, cuda or cuda:N",
                    text);
}

/* Options of an older caller are shorter; what is missing is zero, the default. */
static pnd_status read_options(pnd_backend_options *known, const pnd_backend_options *options,
                               pnd_error *err)
{
    *known = (pnd_backend_options){.struct_size = sizeof *known};
    if (options == NULL)
        return PND_OK;
    if (options->struct_size < sizeof options->struct_size)
        return pnd_fail(err, PND_EINVAL, "backend options without struct_size");
    memcpy(known, options,
           options->struct_size < sizeof *known ? options->struct_size : sizeof *known);
    if (known->threads < 0 || known->threads > MAX_THREADS)
        return pnd_fail(err, PND_EINVAL, "%d threads: expected 0 (automatic) to %d", known->threads,
                        MAX_THREADS);
    if (known->device < 0 || known->device > MAX_DEVICE)
        return pnd_fail(err, PND_EINVAL, "device %d: expected 0 to %d", known->device, MAX_DEVICE);
    return PND_OK;
}

/* CUDA when it opens; otherwise the CPU, which keeps the reason in its description. */
static pnd_status open_auto(pnd_backend *backend, const pnd_backend_options *options,
                            pnd_error *err)
{
    pnd_error why = {0};
    const pnd_status status = pnd_cuda_open(backend, options, &why);
    if (status == PND_OK || status == PND_ENOMEM)
        return status == PND_OK ? PND_OK : pnd_fail(err, status, "%s", why.message);
    const pnd_status cpu_status = pnd_cpu_open(backend, options, err);
    if (cpu_status != PND_OK)
        return cpu_status;
    const size_t used = strlen(backend->description);
    (void)snprintf(backend->description + used, sizeof backend->description - used, " (%.200s)",
                   why.message);
    return PND_OK;
}

static pnd_status open_kind(pnd_backend *backend, const pnd_backend_options *options,
                            pnd_error *err)
{
    switch (options->kind) {
    case PND_BACKEND_AUTO:
        return open_auto(backend, options, err);
    case PND_BACKEND_REF:
        return pnd_ref_open(backend, options, err);
    case PND_BACKEND_CPU:
        return pnd_cpu_open(backend, options, err);
    case PND_BACKEND_CUDA:
        return pnd_cuda_open(backend, options, err);
    }
    return pnd_fail(err, PND_EINVAL, "unknown backend kind %d", (int)options->kind);
}

pnd_status pnd_backend_create(pnd_backend **out, const pnd_backend_options *options, pnd_error *err)
{
    pnd_backend_options known;
    *out = NULL;
    pnd_status status = read_options(&known, options, err);
    if (status != PND_OK)
        return status;
    pnd_backend *backend = pnd_calloc_array(1, sizeof *backend);
    if (backend == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a backend");
    status = open_kind(backend, &known, err);
    if (status != PND_OK) {
        free(backend);
        return status;
    }
    *out = backend;
    return PND_OK;
}

void pnd_backend_free(pnd_backend *backend)
{
    if (backend == NULL)
        return;
    if (backend->ops->close != NULL)
        backend->ops->close(backend->impl);
    free(backend->tallies);
    free(backend);
}

const char *pnd_backend_name(const pnd_backend *backend)
{
    return backend->ops->name;
}

const char *pnd_backend_description(const pnd_backend *backend)
{
    return backend->description;
}

pnd_status pnd_backend_lacks(const pnd_backend *backend, const char *operator_name, pnd_error *err)
{
    return pnd_fail_hint(err, PND_EUNSUPPORTED, "choose another backend",
                         "the %s backend has no operator %s", backend->ops->name, operator_name);
}
