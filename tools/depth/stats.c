/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics of a frame's finite depths from the histogram of its samples: exact in double, where
 * sums over the written floats would not be. Depth falls as the sample grows.
 */
#include "depth.h"

#include <math.h>

static double metres_of(uint32_t p, pnd_stereo stereo, double clamp_m)
{
    const double depth_m = stereo.fx_baseline / ((double)(p - 1) / 256.0 + stereo.doffs);
    return depth_m > clamp_m ? clamp_m : depth_m;
}

/* The sample with `rank` others below it in the order of p. */
static uint32_t sample_at(const int32_t *histogram, int64_t rank)
{
    uint32_t p = 0;
    int64_t seen = 0;
    while (p < DEPTH_N_SAMPLES - 1 && seen + histogram[p] <= rank)
        seen += histogram[p++];
    return p;
}

depth_stats depth_stats_of(const int32_t *histogram, pnd_stereo stereo, double clamp_m)
{
    const double nan = (double)NAN;
    int64_t n = 0;
    double sum = 0.0;
    for (uint32_t p = 1; p < DEPTH_N_SAMPLES; p++) {
        if (histogram[p] == 0)
            continue;
        n += histogram[p];
        sum += (double)histogram[p] * metres_of(p, stereo, clamp_m);
    }
    if (n == 0)
        return (depth_stats){nan, nan, nan, nan};
    const double upper = metres_of(sample_at(histogram, (n - 1) / 2), stereo, clamp_m);
    const double lower = metres_of(sample_at(histogram, n / 2), stereo, clamp_m);
    return (depth_stats){.min = metres_of(sample_at(histogram, n - 1), stereo, clamp_m),
                         .median = (lower + upper) / 2.0,
                         .mean = sum / (double)n,
                         .max = metres_of(sample_at(histogram, 0), stereo, clamp_m)};
}
