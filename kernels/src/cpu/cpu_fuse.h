/* SPDX-License-Identifier: Apache-2.0 */
/* The part of fusion on the CPU that looks at one segment. */
#ifndef PND_CPU_FUSE_H
#define PND_CPU_FUSE_H

#include "../fuse_job.h"

/* As pnd_fuse_sorted(), to the bit, from n depths in any order, which are left in any order;
 * `scratch` has room for as many. */
void pnd_cpu_fuse_tally(pnd_fuse_tally *tally, float *depths, float *scratch, int64_t n,
                        double trim);

#endif
