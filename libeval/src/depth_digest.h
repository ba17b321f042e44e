/* SPDX-License-Identifier: Apache-2.0 */
/* The distribution of many depths in constant memory, in integers only: adding is exact, in any
 * order, from any number of threads' digests. Gives sum |g - m| for an m known only at the end. */
#ifndef PND_DEPTH_DIGEST_H
#define PND_DEPTH_DIGEST_H

#include <panodepth/base.h>

typedef struct pnd_depth_digest {
    int64_t *count; /* per bin */
    int64_t *low;   /* per bin: sum of the mantissa bits below the bin's, in units of 2^-38 */
} pnd_depth_digest;

pnd_status pnd_depth_digest_init(pnd_depth_digest *digest, pnd_error *err);
void pnd_depth_digest_clear(pnd_depth_digest *digest);

/* Add `count` depths of `depth_m` metres, > 0. */
void pnd_depth_digest_add(pnd_depth_digest *digest, double depth_m, int64_t count);

/* Add all depths of another digest. */
void pnd_depth_digest_merge(pnd_depth_digest *digest, const pnd_depth_digest *other);

/* 0 for a zeroed digest. */
int64_t pnd_depth_digest_count(const pnd_depth_digest *digest);

/* Sum of |g - center| over the depths g. */
double pnd_depth_digest_deviation(const pnd_depth_digest *digest, double center);

/* Add to `total` the ground truth a scorer has seen. */
struct pnd_depth_scorer;
void pnd_depth_scorer_digest(pnd_depth_digest *total, const struct pnd_depth_scorer *scorer);

#endif
