/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU backend: rows and segments in parallel with OpenMP, the same bits for any thread count.
 */
#include "cpu_backend.h"
#include "cpu_post_lanes.h"

#include "../depth_job.h"
#include "../fuse_job.h"
#include "../net/net_exec.h"
#include "../post_job.h"

#include <panodepth/alloc.h>

#include <stdio.h>
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static void close_cpu(void *impl)
{
    pnd_cpu *cpu = impl;
    pnd_cpu_post_free(cpu->post);
    pnd_cpu_grouping_free(cpu->grouping);
    free(cpu->depth_table);
    free(cpu);
}

static const pnd_ops ops = {
    .name = "cpu",
    .close = close_cpu,
    .depth_from_disparity = pnd_cpu_depth,
    .fuse_depth = pnd_cpu_fuse,
    .postprocess = pnd_cpu_post,
    .net_open = pnd_cpu_net_open,
};

static int default_threads(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

pnd_status pnd_cpu_open(pnd_backend *backend, const pnd_backend_options *options, pnd_error *err)
{
    pnd_cpu *cpu = pnd_calloc_array(1, sizeof *cpu);
    if (cpu == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for the CPU backend");
    cpu->threads = options->threads > 0 ? options->threads : default_threads();
    cpu->lanes = pnd_cpu_lanes_at(0);
    backend->ops = &ops;
    backend->impl = cpu;
#ifdef _OPENMP
    (void)snprintf(backend->description, sizeof backend->description, "OpenMP, %d thread%s",
                   cpu->threads, cpu->threads == 1 ? "" : "s");
#else
    (void)snprintf(backend->description, sizeof backend->description, "one thread, no OpenMP");
#endif
    return PND_OK;
}
