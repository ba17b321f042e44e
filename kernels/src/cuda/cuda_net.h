/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CUDA executor's state.
 *
 *     cuda_net.c       opens and closes; runs, reads and writes for tests
 *     cuda_net_plan.c  decides how each operation is computed, loads weights, tunes
 *     cuda_net_run.c   queues operations; slots, their copies and their graphs
 *     net_kernels.cu   the network's own kernels; net_cudnn.c and net_cublas.c the libraries'
 *
 * One stream computes, in order, on one arena. Two more copy photographs up and results down, so
 * that one slot's copies run beside another's computation; events order the three. Each slot has
 * its own pinned and device memory for both, and its own CUDA graph of everything between them.
 */
#ifndef PND_CUDA_NET_H
#define PND_CUDA_NET_H

#include "cuda_backend.cuh"
#include "cuda_post.h"
#include "net_cublas.h"
#include "net_cudnn.h"
#include "net_kernels.h"

#include "../net/net_exec.h"

/* How an operation is computed. */
typedef enum net_path {
    NET_PATH_NOTHING, /* INPUT, when the stem reads the photographs itself */
    NET_PATH_INPUT,
    NET_PATH_STEM,   /* the first convolution, from 8-bit photographs */
    NET_PATH_DIRECT, /* predictors, and what neither library has */
    NET_PATH_GEMM,   /* cuBLASLt */
    NET_PATH_CUDNN,
    NET_PATH_DWCONV,
    NET_PATH_MAXPOOL,
    NET_PATH_AVGPOOL,
    NET_PATH_RESIZE,
    NET_PATH_DORN
} net_path;

typedef struct cuda_net_op {
    net_path path;
    void *weights; /* device memory of both; DORN: the table */
    void *bias;
    int32_t plan; /* number in gemm_plans or cudnn_plans */
    cudnnBackendDescriptor_t bound;
} cuda_net_op;

/* Shapes that were planned. Operations of one shape share a plan. */
typedef struct cuda_gemm {
    net_gemm_shape shape;
    net_gemm_plan plan;
} cuda_gemm;

typedef struct cuda_conv {
    net_conv_shape shape;
    net_cudnn_plan plan;
} cuda_conv;

typedef struct cuda_net_slot {
    uint8_t *host_input, *input;  /* [batch][height][width][3]: pinned, device */
    char *host_results, *results; /* post-processing's, batch of them */
    float *host_heads;            /* NULL unless they are kept */
    cudaEvent_t uploaded, computed, downloaded;
    cudaGraphExec_t graph; /* NULL when profiling */
    cudaEvent_t *marks;    /* profile: before each operation, after the last, after the rest */
} cuda_net_slot;

typedef struct cuda_net {
    net_exec base;
    net_exec_options options;
    int device;
    net_device lib;
    cudaStream_t upload, download;
    char *arena;
    float *columns; /* of average pooling */
    float *staging; /* one value of one image, planar: read and write */
    size_t staging_size;
    bool planar[NET_MAX_VALUES]; /* predictors' maps: [channels][height][width] of each image */
    cuda_net_op ops[NET_MAX_OPS];
    cuda_gemm gemms[NET_MAX_OPS];
    cuda_conv convs[NET_MAX_OPS];
    int32_t n_gemms, n_convs;
    pnd_cuda_post_plan *post; /* NULL: none */
    cuda_net_slot slots[PND_NET_MAX_SLOTS];
} cuda_net;

/* ---- cuda_net.c */

/* Where a value of image 0 lies. */
net_map cuda_net_map(const cuda_net *net, int32_t value);

/* cudaMalloc, counted and with a message that says how much was wanted for what. */
pnd_status cuda_net_alloc(void **data, size_t size, const char *what, pnd_error *err);

/* ---- cuda_net_plan.c */

/* Paths, weights and plans of all operations; the arena is there. */
pnd_status cuda_net_prepare(cuda_net *net, pnd_error *err);
/* Operands of a library's convolution. */
net_operands cuda_net_operands(const cuda_net *net, int32_t op);

/* ---- cuda_net_run.c */

/* Queue all operations for n images; `photographs` is device memory. With `check` each is waited
 * for, so that a failure is reported under its name. `marks` may be NULL. */
pnd_status cuda_net_queue(cuda_net *net, const uint8_t *photographs, int32_t n, bool check,
                          const cudaEvent_t *marks, pnd_error *err);

pnd_status cuda_net_open_slots(cuda_net *net, pnd_error *err);
void cuda_net_close_slots(cuda_net *net);
uint8_t *cuda_net_slot_input(net_exec *exec, int32_t slot);
pnd_status cuda_net_submit(net_exec *exec, int32_t slot, int32_t n, pnd_error *err);
pnd_status cuda_net_wait(net_exec *exec, int32_t slot, int32_t n, pnd_net_result *results,
                         pnd_error *err);

#endif
