/* SPDX-License-Identifier: Apache-2.0 */
/* What the front end of disparity to depth hands to a backend. */
#ifndef PND_DEPTH_JOB_H
#define PND_DEPTH_JOB_H

#include "backend_ops.h"
#include "depth_rule.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pnd_depth_job {
    pnd_view_u16 disparity;
    pnd_view_u8 mask; /* data NULL: none */
    pnd_depth_rule rule;
    float *f32; /* the output: one of these two, the other NULL */
    uint16_t *u16;
    size_t stride; /* bytes between output rows */
} pnd_depth_job;

static inline float *pnd_job_f32_row(const pnd_depth_job *job, int32_t y)
{
    return (float *)(void *)((char *)job->f32 + (size_t)y * job->stride);
}

static inline uint16_t *pnd_job_u16_row(const pnd_depth_job *job, int32_t y)
{
    return (uint16_t *)(void *)((char *)job->u16 + (size_t)y * job->stride);
}

/* NULL when the job has no mask. */
static inline const uint8_t *pnd_job_mask_row(const pnd_depth_job *job, int32_t y)
{
    return job->mask.data != NULL ? pnd_view_u8_row(job->mask, y) : NULL;
}

/* One pixel of a job by the definition, counted. Slow and obvious. */
static inline void pnd_depth_pixel_run(const pnd_depth_job *job, int32_t x, int32_t y,
                                       pnd_depth_counts *counts)
{
    const uint16_t p = pnd_view_u16_row(job->disparity, y)[x];
    const uint8_t *mask = pnd_job_mask_row(job, y);
    const double factor = job->rule.range ? pnd_range_factor(&job->rule, x, y) : 1.0;
    const pnd_depth_pixel pixel = pnd_depth_of(&job->rule, p, mask != NULL && mask[x] != 0, factor);
    counts->invalid += pixel.state == PND_PIXEL_INVALID;
    counts->infinite += pixel.state == PND_PIXEL_INFINITE;
    counts->finite += pixel.state == PND_PIXEL_FINITE;
    counts->masked += pixel.state == PND_PIXEL_MASKED;
    counts->beyond_cap += pixel.beyond_cap;
    if (job->f32 != NULL) {
        pnd_job_f32_row(job, y)[x] = pnd_depth_as_f32(&job->rule, pixel.depth_m);
    } else {
        pnd_job_u16_row(job, y)[x] = pnd_depth_as_u16(&job->rule, pixel.depth_m);
        counts->saturated += pnd_depth_saturates(&pixel);
    }
}

/* One file per backend. */
pnd_status pnd_ref_depth(void *impl, const pnd_depth_job *job, pnd_depth_counts *counts,
                         pnd_error *err);
pnd_status pnd_cpu_depth(void *impl, const pnd_depth_job *job, pnd_depth_counts *counts,
                         pnd_error *err);
pnd_status pnd_cuda_depth(void *impl, const pnd_depth_job *job, pnd_depth_counts *counts,
                          pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
