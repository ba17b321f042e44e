/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disparity to depth on the CPU.
 *
 * Without a range the result depends on the 16-bit sample alone: one gather from the table of all
 * 65536 results, exact by construction and any rule for free. The table (256 KB) lives in L2. The
 * states are intervals of samples, so counting is a few compares that the compiler vectorises. A
 * range depends on the pixel and is computed from the definition.
 */
#include "cpu_backend.h"
#include "cpu_depth_table.h"

#include "../depth_job.h"

#include <panodepth/alloc.h>

#include <string.h>

static void gather_row(const pnd_depth_job *job, const pnd_cpu_depth_table *table, int32_t y)
{
    const uint16_t *restrict p = pnd_view_u16_row(job->disparity, y);
    const int32_t width = job->disparity.width;
    if (job->f32 != NULL) {
        float *restrict out = pnd_job_f32_row(job, y);
        for (int32_t x = 0; x < width; x++)
            out[x] = table->f32[p[x]];
    } else {
        uint16_t *restrict out = pnd_job_u16_row(job, y);
        for (int32_t x = 0; x < width; x++)
            out[x] = table->u16[p[x]];
    }
}

static inline uint32_t within(uint16_t p, pnd_sample_interval interval)
{
    return p - interval.begin < interval.end - interval.begin;
}

static void count_row(const pnd_depth_job *job, const pnd_cpu_depth_table *table, int32_t y,
                      pnd_depth_counts *counts)
{
    const uint16_t *restrict p = pnd_view_u16_row(job->disparity, y);
    const pnd_sample_interval infinite = table->infinite, beyond_cap = table->beyond_cap,
                              saturated = table->saturated;
    uint32_t n_zero = 0, n_infinite = 0, n_beyond = 0, n_saturated = 0;
    for (int32_t x = 0; x < job->disparity.width; x++) {
        n_zero += p[x] == 0;
        n_infinite += within(p[x], infinite);
        n_beyond += within(p[x], beyond_cap);
        n_saturated += within(p[x], saturated);
    }
    counts->invalid += n_zero;
    counts->infinite += n_infinite;
    counts->beyond_cap += n_beyond;
    counts->saturated += job->u16 != NULL ? n_saturated : 0;
}

/* Gather and count of a row with a mask: the table as if p were one that has no depth. */
static void masked_row(const pnd_depth_job *job, const pnd_cpu_depth_table *table, int32_t y,
                       pnd_depth_counts *counts)
{
    const uint16_t *p = pnd_view_u16_row(job->disparity, y);
    const uint8_t *mask = pnd_job_mask_row(job, y);
    for (int32_t x = 0; x < job->disparity.width; x++) {
        const bool masked = mask[x] != 0;
        const uint16_t sample = masked ? 0 : p[x];
        if (job->f32 != NULL)
            pnd_job_f32_row(job, y)[x] = table->f32[sample];
        else
            pnd_job_u16_row(job, y)[x] = table->u16[sample];
        counts->invalid += p[x] == 0;
        counts->masked += masked && p[x] != 0;
        counts->infinite += within(sample, table->infinite);
        counts->beyond_cap += within(sample, table->beyond_cap);
        counts->saturated += job->u16 != NULL ? within(sample, table->saturated) : 0;
    }
}

/* `table` is NULL for a range. */
static void depth_row(const pnd_depth_job *job, const pnd_cpu_depth_table *table, int32_t y,
                      pnd_depth_counts *counts)
{
    if (table == NULL) {
        for (int32_t x = 0; x < job->disparity.width; x++)
            pnd_depth_pixel_run(job, x, y, counts);
    } else if (job->mask.data != NULL) {
        masked_row(job, table, y, counts);
    } else {
        gather_row(job, table, y);
        count_row(job, table, y, counts);
    }
}

/* The table of the job's rule, from the last call when that had the same. */
static pnd_status find_table(const pnd_cpu_depth_table **out, pnd_cpu *cpu,
                             const pnd_depth_rule *rule, pnd_error *err)
{
    *out = NULL;
    if (rule->range)
        return PND_OK;
    if (cpu->depth_table == NULL) {
        cpu->depth_table = pnd_calloc_array(1, sizeof *cpu->depth_table);
        if (cpu->depth_table == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for a depth table");
    }
    /* Padding that differs costs a refill and cannot give a wrong table. */
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    if (memcmp(&cpu->depth_table->rule, rule, sizeof *rule) != 0)
        pnd_cpu_depth_table_fill(cpu->depth_table, rule);
    *out = cpu->depth_table;
    return PND_OK;
}

pnd_status pnd_cpu_depth(void *impl, const pnd_depth_job *job, pnd_depth_counts *counts,
                         pnd_error *err)
{
    pnd_cpu *cpu = impl;
    const pnd_cpu_depth_table *table = NULL;
    const pnd_status status = find_table(&table, cpu, &job->rule, err);
    if (status != PND_OK)
        return status;
    const int32_t height = job->disparity.height;
    int64_t invalid = 0, infinite = 0, masked = 0, beyond_cap = 0, saturated = 0;
#pragma omp parallel for schedule(static) num_threads(cpu->threads)                               \
    reduction(+ : invalid, infinite, masked, beyond_cap, saturated)
    for (int32_t y = 0; y < height; y++) {
        pnd_depth_counts row = {0};
        depth_row(job, table, y, &row);
        invalid += row.invalid;
        infinite += row.infinite;
        masked += row.masked;
        beyond_cap += row.beyond_cap;
        saturated += row.saturated;
    }
    if (table != NULL && !job->rule.clamp)
        masked += beyond_cap;
    const int64_t all = (int64_t)job->disparity.width * height;
    *counts = (pnd_depth_counts){.invalid = invalid,
                                 .infinite = infinite,
                                 .finite = all - invalid - infinite - masked,
                                 .masked = masked,
                                 .beyond_cap = beyond_cap,
                                 .saturated = saturated};
    return PND_OK;
}
