/* SPDX-License-Identifier: Apache-2.0 */
#include "onednn.h"

#include <dlfcn.h>
#include <string.h>

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)
#define LIBRARY         "libdnnl.so." TEXT(DNNL_VERSION_MAJOR)

static const char *const names[] = {
#define ONEDNN_NAME(name) #name,
    ONEDNN_FUNCTIONS(ONEDNN_NAME)
#undef ONEDNN_NAME
};

enum { N_FUNCTIONS = sizeof names / sizeof *names };

_Static_assert(sizeof(onednn) == N_FUNCTIONS * sizeof(void *), "nothing but function pointers");

static pnd_status lacking(pnd_error *err)
{
    const char *why = dlerror();
    return pnd_fail_hint(err, PND_EUNSUPPORTED,
                         "install oneDNN (Debian: libdnnl2), or use --device ref, which is slow",
                         "the network on the CPU needs oneDNN: %s", why != NULL ? why : LIBRARY);
}

/* Never unloaded: OpenMP's threads may still be in it. */
pnd_status onednn_load(onednn *out, pnd_error *err)
{
    void *const library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL)
        return lacking(err);
    pnd_status status = PND_OK;
    for (size_t i = 0; i < N_FUNCTIONS && status == PND_OK; i++) {
        void *const function = dlsym(library, names[i]);
        memcpy((char *)out + i * sizeof function, &function, sizeof function);
        if (function == NULL)
            status = lacking(err);
    }
    (void)dlclose(library);
    return status;
}
