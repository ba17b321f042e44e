/* SPDX-License-Identifier: Apache-2.0 */
/* Every 16-bit sample's depth under one rule without a range. */
#ifndef PND_CPU_DEPTH_TABLE_H
#define PND_CPU_DEPTH_TABLE_H

#include "../depth_rule.h"

#include <stdint.h>

enum { PND_N_SAMPLES = 65536 };

/* Samples begin <= p < end. Depth falls as p grows, so each kind of sample is one interval. */
typedef struct pnd_sample_interval {
    uint32_t begin, end;
} pnd_sample_interval;

typedef struct pnd_cpu_depth_table {
    pnd_depth_rule rule;
    pnd_sample_interval infinite, beyond_cap, saturated;
    float f32[PND_N_SAMPLES];
    uint16_t u16[PND_N_SAMPLES];
} pnd_cpu_depth_table;

void pnd_cpu_depth_table_fill(pnd_cpu_depth_table *table, const pnd_depth_rule *rule);

#endif
