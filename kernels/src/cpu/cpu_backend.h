/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU backend's state. */
#ifndef PND_CPU_BACKEND_H
#define PND_CPU_BACKEND_H

#include "../backend_ops.h"

typedef struct pnd_cpu {
    int threads;                             /* for num_threads(); at least 1 */
    struct pnd_cpu_depth_table *depth_table; /* of the last calibration; NULL before the first */
    struct pnd_cpu_grouping *grouping;       /* scratch of fusion; NULL before the first */
    struct post_memory *post;                /* memory of post-processing; likewise */
    const struct pnd_cpu_lanes *lanes;       /* its inner loops for this machine */
} pnd_cpu;

/* NULL is fine. */
void pnd_cpu_grouping_free(struct pnd_cpu_grouping *grouping);
void pnd_cpu_post_free(struct post_memory *post);

#endif
