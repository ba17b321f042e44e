/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NODELETE */
#include "net_libs.h"

#include <dlfcn.h>
#include <string.h>

#define TEXT(x)       #x
#define VALUE_TEXT(x) TEXT(x)

/* The names the libraries are installed under, whatever the toolkit's own links are called. */
static const char cublaslt_name[] = "libcublasLt.so." VALUE_TEXT(CUBLAS_VER_MAJOR);
static const char cudnn_name[] = "libcudnn.so." VALUE_TEXT(CUDNN_MAJOR);

/* The one that was found when this was built, else whichever the dynamic linker knows. They are
 * never unloaded: CUDA libraries register things that outlive their last handle. */
static pnd_status open_library(void **library, const char *found, const char *name, pnd_error *err)
{
    *library = dlopen(found, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (*library == NULL)
        *library = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (*library != NULL)
        return PND_OK;
    return pnd_fail_hint(err, PND_EUNSUPPORTED, "install it, or name its folder in LD_LIBRARY_PATH",
                         "the CUDA network needs %s, which is neither at %s nor known to the "
                         "dynamic linker",
                         name, found);
}

/* A function's address; POSIX makes it a pointer to an object. */
static pnd_status find(void *function, void *library, const char *name, pnd_error *err)
{
    void *const address = dlsym(library, name);
    if (address == NULL)
        return pnd_fail(err, PND_EUNSUPPORTED, "the CUDA network needs %s(), which %s", name,
                        "the library that was found does not have");
    memcpy(function, &address, sizeof address);
    return PND_OK;
}

#define FIND_CUBLASLT(name)                                                                        \
    if (status == PND_OK)                                                                          \
        status = find(&libs->name, libs->cublaslt_library, #name, err);
#define FIND_CUDNN(name)                                                                           \
    if (status == PND_OK)                                                                          \
        status = find(&libs->name, libs->cudnn_library, #name, err);

pnd_status net_libs_load(net_libs *libs, pnd_error *err)
{
    memset(libs, 0, sizeof *libs);
    /* cuBLASLt first: cuDNN looks for it too. */
    pnd_status status =
        open_library(&libs->cublaslt_library, PND_CUBLASLT_LIBRARY, cublaslt_name, err);
    if (status == PND_OK)
        status = open_library(&libs->cudnn_library, PND_CUDNN_LIBRARY, cudnn_name, err);
    NET_CUBLASLT_FUNCTIONS(FIND_CUBLASLT)
    NET_CUDNN_FUNCTIONS(FIND_CUDNN)
    if (status != PND_OK)
        memset(libs, 0, sizeof *libs);
    return status;
}
