/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the front end of post-processing hands to a backend, and what it wants back.
 *
 * A backend fills the three images, the centres and one tally per slot (post_rule.h); the last
 * steps, from integers to the public records, are the front end's for all of them.
 */
#ifndef PND_POST_JOB_H
#define PND_POST_JOB_H

#include "backend_ops.h"
#include "post_rule.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pnd_post_job {
    pnd_heads heads;
    pnd_post_rule rule;
    /* Memory of the result. */
    int32_t *panoptic;       /* [height][width] */
    uint8_t *sem;            /* [height][width] */
    float *depth;            /* [height][width]; NULL without a depth head */
    int32_t *centers;        /* y, x: [top_k][2] */
    pnd_post_tally *tallies; /* pnd_post_n_slots(): slots of no segment are PND_POST_VOID */
    /* Filled by the backend. */
    int32_t n_centers;
    int64_t n_nonfinite;
} pnd_post_job;

/* Options and sizes to a rule, zeroed first so that rules can be compared with memcmp().
 * @retval PND_EINVAL  @retval PND_ELIMIT */
pnd_status pnd_post_rule_make(pnd_post_rule *rule, const pnd_postprocess_options *options,
                              int32_t classes, int32_t width, int32_t height, pnd_error *err);

/* All slots that a rule can need: classes + 1 + top_k. */
size_t pnd_post_n_slots(const pnd_post_rule *rule);

/* Memory of `out` for that rule, so that a later image allocates nothing. @retval PND_ENOMEM */
pnd_status pnd_post_reserve(pnd_postprocess_result *out, const pnd_post_rule *rule, bool has_depth,
                            pnd_error *err);

/* Segments, in ascending value, from n tallies: into room for as many. Returns their number. */
size_t pnd_post_segments(pnd_segment *segments, const pnd_post_tally *tallies, size_t n,
                         const pnd_post_rule *rule);

/* One file per backend. */
pnd_status pnd_ref_post(void *impl, pnd_post_job *job, pnd_error *err);
pnd_status pnd_cpu_post(void *impl, pnd_post_job *job, pnd_error *err);
pnd_status pnd_cuda_post(void *impl, pnd_post_job *job, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
