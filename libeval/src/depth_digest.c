/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bin is the exponent and the first 14 mantissa bits of a double, for depths from 2^-10 to 2^16 m
 * (2.4 mm wide at 40 m). With the count c and the sum s of each bin, sum |g - m| over a bin that
 * lies on one side of m is |s - c m|: exact. Only in the bin that holds m itself may depths above
 * and below cancel, and disparities are coarser than a bin there. The tables are 7 MB of zero
 * pages, of which a run touches the few it needs.
 */
#include "depth_digest.h"
#include "depth_sum.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BIN_BITS = 14, LOW_BITS = 52 - BIN_BITS, KEPT_BITS = 24, OCTAVES = 26 };
enum { N_BINS = OCTAVES << BIN_BITS };
static const uint64_t first_bin = UINT64_C(1013) << BIN_BITS; /* 2^-10 */

pnd_status pnd_depth_digest_init(pnd_depth_digest *digest, pnd_error *err)
{
    digest->count = pnd_calloc_array(N_BINS, sizeof *digest->count);
    digest->low = pnd_calloc_array(N_BINS, sizeof *digest->low);
    if (digest->count != NULL && digest->low != NULL)
        return PND_OK;
    pnd_depth_digest_clear(digest);
    return pnd_fail(err, PND_ENOMEM, "out of memory for a depth distribution");
}

void pnd_depth_digest_clear(pnd_depth_digest *digest)
{
    free(digest->count);
    free(digest->low);
    *digest = (pnd_depth_digest){0};
}

void pnd_depth_digest_add(pnd_depth_digest *digest, double depth_m, int64_t count)
{
    const double inside = fmin(fmax(depth_m, 0x1p-10), 0x1.fffffffffffffp15);
    uint64_t bits = 0;
    memcpy(&bits, &inside, sizeof bits);
    const uint64_t bin = (bits >> LOW_BITS) - first_bin;
    const uint64_t low = (bits & ((UINT64_C(1) << LOW_BITS) - 1)) >> (LOW_BITS - KEPT_BITS);
    digest->count[bin] += count;
    digest->low[bin] += (int64_t)low * count;
}

void pnd_depth_digest_merge(pnd_depth_digest *digest, const pnd_depth_digest *other)
{
    for (int32_t i = 0; i < N_BINS; i++) {
        if (other->count[i] == 0)
            continue;
        digest->count[i] += other->count[i];
        digest->low[i] += other->low[i];
    }
}

int64_t pnd_depth_digest_count(const pnd_depth_digest *digest)
{
    int64_t count = 0;
    for (int32_t i = 0; digest->count != NULL && i < N_BINS; i++)
        count += digest->count[i];
    return count;
}

/* The sum of a bin's depths less `count` times the center. */
static double bin_deviation(const pnd_depth_digest *digest, int32_t bin, double center)
{
    const uint64_t bits = ((uint64_t)bin + first_bin) << LOW_BITS;
    double base = 0;
    memcpy(&base, &bits, sizeof base);
    const int exponent = (bin >> BIN_BITS) - 10;
    const double low = ldexp((double)digest->low[bin], exponent - BIN_BITS - KEPT_BITS);
    return (double)digest->count[bin] * (base - center) + low;
}

double pnd_depth_digest_deviation(const pnd_depth_digest *digest, double center)
{
    pnd_sum sum = {0};
    for (int32_t i = 0; i < N_BINS; i++)
        if (digest->count[i] > 0)
            pnd_sum_add(&sum, fabs(bin_deviation(digest, i, center)));
    return pnd_sum_value(&sum);
}
