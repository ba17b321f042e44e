/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the front end of fusion hands to a backend, and what it wants back.
 *
 * A backend finds the segments, sorts the valid depths of each, and adds integers; the last steps,
 * from integers and order statistics to the public numbers, are the front end's for all of them.
 */
#ifndef PND_FUSE_JOB_H
#define PND_FUSE_JOB_H

#include "backend_ops.h"
#include "fuse_rule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Positions of interest in the n ascending depths of a segment. */
typedef struct pnd_fuse_ranks {
    int64_t trim;             /* dropped at each end */
    int64_t p10, median, p90; /* the lower neighbour of each percentile */
} pnd_fuse_ranks;

typedef struct pnd_fuse_tally {
    uint32_t id;
    int64_t area_px, n_valid;
    /* The rest only when n_valid > 0. */
    float min, max;
    float p10[2], median[2], p90[2]; /* at the rank and at the next one, or the last */
    pnd_fuse_sum depth, inverse, trimmed, squares;
} pnd_fuse_tally;

typedef struct pnd_fuse_job {
    pnd_view_u32 ids;
    pnd_view_f32 depth_m;
    double trim;
    /* Filled by the backend with pnd_fuse_job_resize(): ascending ids, without id 0. */
    pnd_fuse_tally *tallies;
    size_t n, capacity;
} pnd_fuse_job;

/* Make room for n tallies, zeroed. @retval PND_ELIMIT @retval PND_ENOMEM */
pnd_status pnd_fuse_job_resize(pnd_fuse_job *job, size_t n, pnd_error *err);

/* The failure of an id the 24-bit formats cannot hold. */
pnd_status pnd_fuse_bad_id(uint32_t id, pnd_error *err);

pnd_fuse_ranks pnd_fuse_ranks_of(int64_t n_valid, double trim);

/* The mean and the spread that pnd_fuse_square_term() wants, once depth, min and max are known. */
double pnd_fuse_mean_of(const pnd_fuse_tally *tally);
double pnd_fuse_spread_of(const pnd_fuse_tally *tally);

/* The public row as far as it needs no sorted depths; the rest is NaN. */
pnd_segment_depth pnd_fuse_without_order(const pnd_fuse_tally *tally);

/* Everything but id and area_px from the ascending valid depths of one segment. */
void pnd_fuse_sorted(pnd_fuse_tally *tally, const float *sorted, int64_t n, double trim);

/* One file per backend. */
pnd_status pnd_ref_fuse(void *impl, pnd_fuse_job *job, pnd_error *err);
pnd_status pnd_cpu_fuse(void *impl, pnd_fuse_job *job, pnd_error *err);
pnd_status pnd_cuda_fuse(void *impl, pnd_fuse_job *job, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
