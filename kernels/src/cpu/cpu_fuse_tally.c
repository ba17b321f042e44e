/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tally of one segment without sorting it.
 *
 * Sums are of integers, so their order is free. What needs an order are eight ranks: two for each
 * percentile and the ends of the trimmed mean. A valid depth is a positive float, whose bits order
 * as integers do, so a histogram of 4096 equal steps of the segment's own range of bits finds the
 * bins they lie in, and only those bins are sorted. The trimmed sum then is what lies strictly
 * between its two ends, and as many of either end as ranks are left.
 *
 * Small segments, and those that crowd into the bins looked for, are sorted whole: a radix sort of
 * 11-bit digits, or qsort() where clearing the digits would cost more.
 */
#include "cpu_fuse.h"

#include <stdlib.h>
#include <string.h>

enum {
    DIGIT_BITS = 11,
    DIGITS = 1 << DIGIT_BITS,
    BIN_BITS = 12,
    BINS = 1 << BIN_BITS,
    SMALL = BINS,
    N_RANKS = 8
};

static uint32_t bits_of(float depth_m)
{
    uint32_t bits;
    memcpy(&bits, &depth_m, sizeof bits);
    return bits;
}

static uint32_t digit_of(float depth_m, int pass)
{
    return (bits_of(depth_m) >> (pass * DIGIT_BITS)) & (DIGITS - 1);
}

/* Three stable passes; the odd number leaves the result in `scratch`, which is returned. */
static const float *radix_sort(float *depths, float *scratch, size_t n)
{
    for (int pass = 0; pass < 3; pass++) {
        size_t offset[DIGITS] = {0};
        size_t sum = 0;
        for (size_t i = 0; i < n; i++)
            offset[digit_of(depths[i], pass)]++;
        for (size_t d = 0; d < DIGITS; d++) {
            const size_t count = offset[d];
            offset[d] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            scratch[offset[digit_of(depths[i], pass)]++] = depths[i];
        float *const swap = depths;
        depths = scratch;
        scratch = swap;
    }
    return depths;
}

static int compare_depths(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static const float *sort(float *depths, float *scratch, size_t n)
{
    if (n >= DIGITS)
        return radix_sort(depths, scratch, n);
    qsort(depths, n, sizeof *depths, compare_depths);
    return depths;
}

/* Bins of a segment's range of bits. */
typedef struct binning {
    uint32_t least, greatest; /* bits */
    int shift;
    uint32_t count[BINS];
} binning;

static uint32_t bin_of(const binning *b, float depth_m)
{
    return (bits_of(depth_m) - b->least) >> b->shift;
}

/* Two histograms in turn: neighbours are often in one bin, whose count would be waited for. */
static void count(binning *b, const float *depths, int64_t n)
{
    uint32_t odd[BINS] = {0};
    memset(b->count, 0, sizeof b->count);
    for (int64_t i = 0; i + 1 < n; i += 2) {
        b->count[bin_of(b, depths[i])]++;
        odd[bin_of(b, depths[i + 1])]++;
    }
    if (n % 2 == 1)
        b->count[bin_of(b, depths[n - 1])]++;
    for (int i = 0; i < BINS; i++)
        b->count[i] += odd[i];
}

/* Four bounds in turn, as one would wait for itself; n is at least SMALL. */
static void bound(binning *b, const float *depths, int64_t n)
{
    float least[4], most[4];
    for (int l = 0; l < 4; l++)
        least[l] = most[l] = depths[0];
    for (int64_t begin = 0; begin < n; begin += 4) {
        const float *const z = depths + (begin + 4 <= n ? begin : n - 4); /* overlap is harmless */
        for (int l = 0; l < 4; l++) {
            least[l] = z[l] < least[l] ? z[l] : least[l];
            most[l] = z[l] > most[l] ? z[l] : most[l];
        }
    }
    for (int l = 1; l < 4; l++) {
        least[0] = least[l] < least[0] ? least[l] : least[0];
        most[0] = most[l] > most[0] ? most[l] : most[0];
    }
    b->least = bits_of(least[0]);
    b->greatest = bits_of(most[0]);
    b->shift = 0;
    while ((b->greatest - b->least) >> b->shift >= BINS)
        b->shift++;
}

/* A rank that is looked for; ranks in one bin share their depths. */
typedef struct sought {
    int64_t rank;
    uint32_t bin;
    int64_t below; /* depths in lower bins */
    int64_t begin; /* of the bin's depths in the gathered array */
    float value;
} sought;

/* The bin of each of the ranks, and how many depths all those bins hold. */
static int64_t find_bins(sought found[N_RANKS], const binning *b)
{
    int64_t n_gathered = 0;
    for (int r = 0; r < N_RANKS; r++) {
        int64_t below = 0;
        uint32_t bin = 0;
        while (below + b->count[bin] <= found[r].rank)
            below += b->count[bin++];
        found[r].bin = bin;
        found[r].below = below;
        found[r].begin = n_gathered;
        for (int q = 0; q < r; q++)
            if (found[q].bin == bin)
                found[r].begin = found[q].begin;
        if (found[r].begin == n_gathered)
            n_gathered += b->count[bin];
    }
    return n_gathered;
}

/* The depths of those bins, bin by bin, into `to`. */
static void gather(float *to, const sought found[N_RANKS], const binning *b, const float *depths,
                   int64_t n)
{
    uint8_t rank_of[BINS]; /* + 1; 0: not sought */
    int64_t next[N_RANKS];
    memset(rank_of, 0, sizeof rank_of);
    for (int r = N_RANKS - 1; r >= 0; r--) {
        rank_of[found[r].bin] = (uint8_t)(r + 1);
        next[r] = found[r].begin;
    }
    for (int64_t i = 0; i < n; i++) {
        const int r = rank_of[bin_of(b, depths[i])];
        if (r > 0)
            to[next[r - 1]++] = depths[i];
    }
}

static void add_times(pnd_fuse_sum *sum, unsigned long long term, int64_t times)
{
    sum->high += (term >> 32) * (unsigned long long)times;
    sum->low += (term & 0xffffffffu) * (unsigned long long)times;
}

/* All sums but the squares. `low` and `high` are the ends of the trimmed mean. */
static void add_up(pnd_fuse_tally *tally, const float *depths, int64_t n, int64_t trim, float low,
                   float high)
{
    pnd_fuse_sum depth = {0, 0}, inverse = {0, 0}, trimmed = {0, 0};
    int64_t n_to_low = 0, n_below_high = 0;
    for (int64_t i = 0; i < n; i++) {
        const float z = depths[i];
        const unsigned long long term = pnd_fuse_depth_term(z);
        pnd_fuse_add(&depth, term);
        pnd_fuse_add(&inverse, pnd_fuse_inverse_term(z));
        pnd_fuse_add(&trimmed, z > low && z < high ? term : 0);
        n_to_low += z <= low;
        n_below_high += z < high;
    }
    if (low == high) {
        add_times(&trimmed, pnd_fuse_depth_term(low), n - 2 * trim);
    } else {
        add_times(&trimmed, pnd_fuse_depth_term(low), n_to_low - trim);
        add_times(&trimmed, pnd_fuse_depth_term(high), n - trim - n_below_high);
    }
    tally->depth = depth;
    tally->inverse = inverse;
    tally->trimmed = trimmed;
}

static void add_squares(pnd_fuse_tally *tally, const float *depths, int64_t n)
{
    const double mean = pnd_fuse_mean_of(tally), spread = pnd_fuse_spread_of(tally);
    pnd_fuse_sum squares = {0, 0};
    for (int64_t i = 0; i < n && spread > 0.0; i++)
        pnd_fuse_add(&squares, pnd_fuse_square_term(depths[i], mean, spread));
    tally->squares = squares;
}

static int64_t next_rank(int64_t rank, int64_t n)
{
    return rank + 1 < n ? rank + 1 : n - 1;
}

/* The values of the ranks; false when so many depths lie in their bins that sorting is as good. */
static bool select_ranks(sought found[N_RANKS], const binning *b, const float *depths,
                         float *scratch, int64_t n)
{
    const int64_t n_gathered = find_bins(found, b);
    for (int r = 0; r < N_RANKS && b->shift == 0; r++) { /* a bin is a value */
        const uint32_t bits = b->least + found[r].bin;
        memcpy(&found[r].value, &bits, sizeof bits);
    }
    if (b->shift == 0 || n_gathered > n / 2)
        return b->shift == 0;
    gather(scratch, found, b, depths, n);
    for (int r = 0; r < N_RANKS; r++) {
        bool done = false;
        for (int q = 0; q < r && !done; q++)
            done = found[q].bin == found[r].bin;
        if (done)
            continue;
        const float *const sorted =
            sort(scratch + found[r].begin, scratch + n_gathered, b->count[found[r].bin]);
        for (int q = r; q < N_RANKS; q++)
            if (found[q].bin == found[r].bin)
                found[q].value = sorted[found[q].rank - found[q].below];
    }
    return true;
}

void pnd_cpu_fuse_tally(pnd_fuse_tally *tally, float *depths, float *scratch, int64_t n,
                        double trim)
{
    const pnd_fuse_ranks ranks = pnd_fuse_ranks_of(n, trim);
    sought found[N_RANKS] = {{.rank = ranks.trim},   {.rank = n - 1 - ranks.trim},
                             {.rank = ranks.p10},    {.rank = next_rank(ranks.p10, n)},
                             {.rank = ranks.median}, {.rank = next_rank(ranks.median, n)},
                             {.rank = ranks.p90},    {.rank = next_rank(ranks.p90, n)}};
    binning b;
    bool selected = false;
    if (n >= SMALL) {
        bound(&b, depths, n);
        count(&b, depths, n);
        selected = select_ranks(found, &b, depths, scratch, n);
    }
    if (!selected) {
        pnd_fuse_sorted(tally, sort(depths, scratch, (size_t)n), n, trim);
        return;
    }
    tally->n_valid = n;
    memcpy(&tally->min, &b.least, sizeof tally->min);
    memcpy(&tally->max, &b.greatest, sizeof tally->max);
    for (int i = 0; i < 2; i++) {
        tally->p10[i] = found[2 + i].value;
        tally->median[i] = found[4 + i].value;
        tally->p90[i] = found[6 + i].value;
    }
    add_up(tally, depths, n, ranks.trim, found[0].value, found[1].value);
    add_squares(tally, depths, n);
}
