/* SPDX-License-Identifier: Apache-2.0 */
/* How far the truths are, for AP within a distance. */
#include "instance_matcher.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

/* The measured samples of all truths, those of one together; and how often each value occurs. */
typedef struct samples {
    uint16_t *items;
    size_t *end; /* of each truth's; while filling, of what is there */
    uint32_t *times;
} samples;

static void gather(samples *s, const pnd_instance_matcher *m, pnd_view_u16 disparity,
                   const double *depth_m)
{
    size_t first = 0;
    for (size_t i = 0; i < m->n_truths; i++) {
        s->end[i] = first;
        first += (size_t)m->truths[i].area;
    }
    for (int32_t y = 0; y < m->gt.height; y++) {
        const uint16_t *const ids = pnd_view_u16_row(m->gt, y);
        const uint16_t *const row = pnd_view_u16_row(disparity, y);
        for (int32_t x = 0; x < m->gt.width; x++) {
            const uint32_t truth = m->truth_of[ids[x]];
            if (truth > 0 && depth_m[row[x]] > 0)
                s->items[s->end[truth - 1]++] = row[x];
        }
    }
}

/* The k-th smallest depth, which has the k-th largest value. */
static double depth_at(const uint32_t *times, const double *depth_m, size_t k)
{
    int32_t value = UINT16_MAX;
    for (size_t above = times[value]; above <= k && value > 0; above += times[value])
        value--;
    return depth_m[value];
}

/* The mean of the middle two of an even number. */
static double median(samples *s, const uint16_t *items, size_t n, const double *depth_m)
{
    for (size_t i = 0; i < n; i++)
        s->times[items[i]]++;
    const double low = depth_at(s->times, depth_m, (n - 1) / 2);
    const double high = depth_at(s->times, depth_m, n / 2);
    for (size_t i = 0; i < n; i++)
        s->times[items[i]] = 0;
    return 0.5 * low + 0.5 * high;
}

static void measure(pnd_instance_matcher *m, samples *s, const double *depth_m)
{
    size_t first = 0;
    for (size_t i = 0; i < m->n_truths; i++) {
        pnd_instance_truth *const truth = &m->truths[i];
        const size_t n = s->end[i] - first;
        truth->density = (double)n / (double)truth->area;
        if (n > 0)
            truth->distance_m = median(s, s->items + first, n, depth_m);
        first += (size_t)truth->area;
    }
}

pnd_status pnd_instance_measure(pnd_instance_matcher *matcher, pnd_view_u16 disparity,
                                const double *depth_m, const char *name, pnd_error *err)
{
    const pnd_view_u16 gt = matcher->gt;
    if (gt.width != disparity.width || gt.height != disparity.height)
        return pnd_fail(err, PND_EMISMATCH, "%s: %dx%d, ground truth %dx%d", name,
                        (int)disparity.width, (int)disparity.height, (int)gt.width, (int)gt.height);
    size_t n = 0;
    for (size_t i = 0; i < matcher->n_truths; i++)
        n += (size_t)matcher->truths[i].area;
    samples s = {.items = pnd_alloc_array(n + 1, sizeof *s.items),
                 .end = pnd_alloc_array(matcher->n_truths + 1, sizeof *s.end),
                 .times = pnd_calloc_array(UINT16_MAX + 1, sizeof *s.times)};
    const bool allocated = s.items != NULL && s.end != NULL && s.times != NULL;
    if (allocated) {
        gather(&s, matcher, disparity, depth_m);
        measure(matcher, &s, depth_m);
    }
    free(s.items);
    free(s.end);
    free(s.times);
    return allocated ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}
