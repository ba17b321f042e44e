/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU backend's state. */
#ifndef PND_CPU_BACKEND_H
#define PND_CPU_BACKEND_H

#include "../backend_ops.h"

typedef struct pnd_cpu {
    int threads;                             /* for num_threads(); at least 1 */
    struct pnd_cpu_depth_table *depth_table; /* of the last calibration; NULL before the first */
    struct pnd_cpu_grouping *grouping;       /* scratch of fusion; NULL before the first */
} pnd_cpu;

void pnd_cpu_grouping_free(struct pnd_cpu_grouping *grouping); /* NULL is fine */

#endif
