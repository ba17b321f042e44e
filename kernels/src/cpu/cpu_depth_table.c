/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu_depth_table.h"

static void extend(pnd_sample_interval *interval, uint32_t p, bool holds)
{
    if (!holds)
        return;
    if (interval->end == 0)
        interval->begin = p;
    interval->end = p + 1;
}

void pnd_cpu_depth_table_fill(pnd_cpu_depth_table *table, const pnd_depth_rule *rule)
{
    table->rule = *rule;
    table->infinite = table->beyond_cap = table->saturated = (pnd_sample_interval){0, 0};
    for (uint32_t p = 0; p < PND_N_SAMPLES; p++) {
        const pnd_depth_pixel pixel = pnd_depth_of(rule, (uint16_t)p, false, 1.0);
        table->f32[p] = pnd_depth_as_f32(rule, pixel.depth_m);
        table->u16[p] = pnd_depth_as_u16(rule, pixel.depth_m);
        extend(&table->infinite, p, pixel.state == PND_PIXEL_INFINITE);
        extend(&table->beyond_cap, p, pixel.beyond_cap);
        extend(&table->saturated, p, pnd_depth_saturates(&pixel));
    }
}
