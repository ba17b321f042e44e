/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend of a build without CUDA: the same symbol, and the reason. */
#include "../backend_ops.h"

pnd_status pnd_cuda_open(pnd_backend *backend, const pnd_backend_options *options, pnd_error *err)
{
    (void)backend;
    (void)options;
    return pnd_fail_hint(err, PND_EUNSUPPORTED, "use --backend cpu",
                         "built without CUDA (configure with -DPND_CUDA=ON)");
}
