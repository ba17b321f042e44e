/* SPDX-License-Identifier: Apache-2.0 */
/* The network of a build with CUDA and without cuDNN: the same symbol, and the reason. */
#include "../net/net_exec.h"

pnd_status pnd_cuda_net_open(void *impl, net_exec **out, const net_graph *graph,
                             const net_exec_options *options, pnd_error *err)
{
    (void)impl;
    (void)out;
    (void)graph;
    (void)options;
    return pnd_fail_hint(err, PND_EUNSUPPORTED,
                         "use --device cpu, or build with cuDNN 9: -DPND_CUDA=ON says how",
                         "the CUDA backend was built without cuDNN, and so without the network");
}
