/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam between the operators' front ends (backend.c, depth.c, fuse.c) and their backends.
 *
 * A front end checks its arguments once, prepares what every backend needs alike, and calls one
 * entry of the table below with a job: plain pointers to host memory and numbers that are known to
 * be good. A backend that has no version of an operator leaves its entry NULL. Everything a backend
 * keeps between calls (scratch, device buffers, its stream, later a network's weights and arena)
 * hangs from `impl`, so that a new operator adds one entry here and one file a backend.
 */
#ifndef PND_BACKEND_OPS_H
#define PND_BACKEND_OPS_H

#include <panodepth/backend.h>
#include <panodepth/depth.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pnd_depth_job;
struct pnd_fuse_job;
struct pnd_post_job;
struct net_exec;
struct net_exec_options;
struct net_graph;

typedef struct pnd_ops {
    const char *name;
    void (*close)(void *impl); /* NULL when impl needs none */
    pnd_status (*depth_from_disparity)(void *impl, const struct pnd_depth_job *job,
                                       pnd_depth_counts *counts, pnd_error *err);
    pnd_status (*fuse_depth)(void *impl, struct pnd_fuse_job *job, pnd_error *err);
    pnd_status (*postprocess)(void *impl, struct pnd_post_job *job, pnd_error *err);
    /* net/net_exec.h: everything a network keeps hangs from the executor it makes. */
    pnd_status (*net_open)(void *impl, struct net_exec **out, const struct net_graph *graph,
                           const struct net_exec_options *options, pnd_error *err);
} pnd_ops;

enum { PND_DESCRIPTION_SIZE = 320 };

struct pnd_backend {
    const pnd_ops *ops;
    void *impl;
    struct pnd_fuse_tally *tallies; /* of the last fusion: memory to reuse */
    size_t tally_capacity;
    char description[PND_DESCRIPTION_SIZE];
};

/* One per backend directory: fill ops, impl and description. */
pnd_status pnd_ref_open(pnd_backend *backend, const pnd_backend_options *options, pnd_error *err);
pnd_status pnd_cpu_open(pnd_backend *backend, const pnd_backend_options *options, pnd_error *err);
pnd_status pnd_cuda_open(pnd_backend *backend, const pnd_backend_options *options, pnd_error *err);

/* The failure of a missing table entry. */
pnd_status pnd_backend_lacks(const pnd_backend *backend, const char *operator_name, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
