/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Post-processing on the device, from head maps in device memory to results in device memory: for
 * the network's executor, which never lets the host in between, and for cuda_post.cu itself.
 *
 *     open a plan for a rule and a batch     all memory of its own is taken here
 *     enqueue n images on a stream           7 launches of fixed shape: no synchronisation, no
 *                                            allocation, no host memory, so a graph can hold it
 *     copy n * bytes from `results` to host memory (pinned), wait
 *     read image i from that copy            borrowed pointers into it; nothing is allocated
 *
 * A plan works on one stream at a time. The current device must be the plan's in every call.
 */
#ifndef PND_CUDA_POST_H
#define PND_CUDA_POST_H

#include "post_thread.h"

#include "../fuse_job.h"

#include <cuda_runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pnd_cuda_post_plan pnd_cuda_post_plan;

/* For rules of pnd_post_rule_make() and up to `batch` images at once.
 * @retval PND_ENOMEM  @retval PND_EDEVICE; *out is NULL on failure */
pnd_status pnd_cuda_post_open(pnd_cuda_post_plan **out, const pnd_post_rule *rule, int32_t batch,
                              bool has_depth, pnd_error *err);
void pnd_cuda_post_close(pnd_cuda_post_plan *plan); /* NULL is fine */

/* Bytes of one image's results, a multiple of 256. */
size_t pnd_cuda_post_bytes(const pnd_cuda_post_plan *plan);

/* Queue images 0 to n - 1. `results` is device memory of n * bytes, 256-byte aligned. The plan's
 * has_depth says whether heads->depth is looked at. @retval PND_EDEVICE a launch was refused */
pnd_status pnd_cuda_post_enqueue(pnd_cuda_post_plan *plan, const pnd_cuda_heads *heads, int32_t n,
                                 void *results, cudaStream_t stream, pnd_error *err);

/* One image from a host copy of its bytes, which `out` then points into and which is written to
 * (the public records are made here). *out has no memory of its own. */
void pnd_cuda_post_read(pnd_postprocess_result *out, const pnd_cuda_post_plan *plan, void *bytes);

/* The depth of each segment of that copy, ascending, id = panoptic value + 1: id, area, n_valid,
 * coverage, mean, inverse mean, min and max, to the bit those of pnd_fuse_depth(); what needs
 * sorted depths is NaN. `out` grows to pnd_post_n_slots() once. Without a depth head no segment
 * has a valid depth. @retval PND_ENOMEM */
pnd_status pnd_cuda_post_depths(pnd_segment_depths *out, const pnd_cuda_post_plan *plan,
                                const void *bytes, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
