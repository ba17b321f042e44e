/* SPDX-License-Identifier: Apache-2.0 */
/* The reference backend: every operator as plainly as it can be written. */
#include "../depth_job.h"
#include "../fuse_job.h"
#include "../net/net_exec.h"
#include "../post_job.h"

#include <stdio.h>

static const pnd_ops ops = {
    .name = "ref",
    .depth_from_disparity = pnd_ref_depth,
    .fuse_depth = pnd_ref_fuse,
    .net_open = pnd_ref_net_open,
    .postprocess = pnd_ref_post,
};

pnd_status pnd_ref_open(pnd_backend *backend, const pnd_backend_options *options, pnd_error *err)
{
    (void)options;
    (void)err;
    backend->ops = &ops;
    (void)snprintf(backend->description, sizeof backend->description, "plain C, one thread");
    return PND_OK;
}
