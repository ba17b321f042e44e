/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a backend gives for a network: an executor, made once for a graph, a size and a precision.
 *
 * Host backends (ref, cpu) have open, close, run, read and write; net.c then copies heads and calls
 * the backend's post-processing and fusion itself. A device backend also has submit and wait, which
 * take a slot from pinned photographs to pinned results without the host in between, and memory for
 * both. read() and write() convert between a value's storage and planar float32; tests of single
 * operations are built from them.
 */
#ifndef PND_NET_EXEC_H
#define PND_NET_EXEC_H

#include "net_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct net_exec net_exec;

typedef struct net_exec_options {
    int32_t batch, width, height, slots;
    pnd_precision precision;
    bool keep_all, profile;
    bool keep_heads, heads_only; /* device backends: what a slot's results hold */
    bool onednn_only;            /* cpu: no convolutions of our own */
    bool winograd;               /* cpu: wherever oneDNN has it; see cpu_net.c */
    pnd_postprocess_options post;
    pnd_fuse_options fuse;
} net_exec_options;

typedef struct net_exec_ops {
    void (*close)(net_exec *exec);
    /* Run all operations for n images; photographs[i] is height x width x 3, host memory. With
     * NULL the graph has no INPUT. Synchronous. */
    pnd_status (*run)(net_exec *exec, const uint8_t *const *photographs, int32_t n, pnd_error *err);
    /* Image i of a value as [channels][height][width]. */
    pnd_status (*read)(net_exec *exec, int32_t value, int32_t image, float *planar, pnd_error *err);
    pnd_status (*write)(net_exec *exec, int32_t value, int32_t image, const float *planar,
                        pnd_error *err);
    /* Device backends only; NULL on the others. `inputs` and `results` hold batch entries: input
     * memory is given by the executor at open (slot_input), results are filled by wait. */
    uint8_t *(*slot_input)(net_exec *exec, int32_t slot);
    pnd_status (*submit)(net_exec *exec, int32_t slot, int32_t n, pnd_error *err);
    pnd_status (*wait)(net_exec *exec, int32_t slot, int32_t n, pnd_net_result *results,
                       pnd_error *err);
} net_exec_ops;

/* Base of every executor. */
struct net_exec {
    const net_exec_ops *ops;
    const net_graph *graph; /* borrowed; the sources in it are gone after open */
    net_plan plan;
    size_t weight_bytes;
    /* With options.profile: milliseconds of each operation, summed over n_profiled images. */
    double op_ms[NET_MAX_OPS];
    double post_ms;                   /* device backends: of all behind the operations */
    const char *op_kind[NET_MAX_OPS]; /* for the profile; NULL: net_op_kind_name() */
    int64_t n_profiled;
};

/* A monotonic clock, for profiles. */
double net_now_ms(void);

/* pnd_ops.net_open of each backend. */
pnd_status pnd_ref_net_open(void *impl, net_exec **out, const net_graph *graph,
                            const net_exec_options *options, pnd_error *err);
pnd_status pnd_cpu_net_open(void *impl, net_exec **out, const net_graph *graph,
                            const net_exec_options *options, pnd_error *err);
pnd_status pnd_cuda_net_open(void *impl, net_exec **out, const net_graph *graph,
                             const net_exec_options *options, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
