/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_order.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Bits whose unsigned order is the order of the numbers. */
static uint64_t ordered_bits(double x)
{
    uint64_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double from_ordered_bits(uint64_t ordered)
{
    const uint64_t bits = ordered >> 63 ? ordered & ~(UINT64_C(1) << 63) : ~ordered;
    double x = 0;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The k-th smallest (k from 0), 16 bits of it at a time: four passes whatever the data. */
static double select_kth(const double *x, size_t n, size_t k, uint32_t *histogram)
{
    uint64_t prefix = 0, known = 0;
    for (int shift = 48; shift >= 0; shift -= 16) {
        memset(histogram, 0, 65536 * sizeof *histogram);
        for (size_t i = 0; i < n; i++) {
            const uint64_t bits = ordered_bits(x[i]);
            if ((bits & known) == prefix)
                histogram[bits >> shift & 0xffff]++;
        }
        uint64_t digit = 0;
        while (k >= histogram[digit])
            k -= histogram[digit++];
        prefix |= digit << shift;
        known |= UINT64_C(0xffff) << shift;
    }
    return from_ordered_bits(prefix);
}

double pnd_depth_median(const double *x, size_t n, uint32_t *histogram)
{
    const double upper = select_kth(x, n, n / 2, histogram);
    if (n % 2 == 1)
        return upper;
    return (select_kth(x, n, n / 2 - 1, histogram) + upper) / 2;
}

double pnd_depth_quantile(const double *x, size_t n, double q, uint32_t *histogram)
{
    const double rank = q * (double)(n - 1);
    const size_t below = (size_t)rank;
    const double low = select_kth(x, n, below, histogram);
    if (below + 1 >= n)
        return low;
    const double high = select_kth(x, n, below + 1, histogram);
    return low + (high - low) * (rank - (double)below);
}

static bool is_depth(double p)
{
    return p > 0 && p <= DBL_MAX;
}

static void fill_span(double *row, int32_t begin, int32_t end, double depth)
{
    for (int32_t x = begin; x < end; x++)
        row[x] = depth;
}

/* Returns false for a row without any depth. */
static bool fill_row(double *row, int32_t width)
{
    int32_t last = -1;
    for (int32_t x = 0; x < width; x++) {
        if (!is_depth(row[x]))
            continue;
        fill_span(row, last + 1, x, last < 0 ? row[x] : fmin(row[last], row[x]));
        last = x;
    }
    if (last < 0)
        return false;
    fill_span(row, last + 1, width, row[last]);
    return true;
}

/* Rows are whole or empty by now, so a column is extrapolated by copying rows. */
static void copy_row(pnd_plane_f64 *plane, int32_t to, int32_t from)
{
    memcpy(pnd_plane_f64_row(plane, to), pnd_plane_f64_row(plane, from),
           (size_t)plane->width * sizeof(double));
}

void pnd_depth_fill(pnd_plane_f64 *plane)
{
    int32_t first = -1, last = -1;
    for (int32_t y = 0; y < plane->height; y++) {
        if (!fill_row(pnd_plane_f64_row(plane, y), plane->width))
            continue;
        if (first < 0)
            first = y;
        last = y;
    }
    if (first < 0)
        return;
    for (int32_t y = 0; y < first; y++)
        copy_row(plane, y, first);
    for (int32_t y = last + 1; y < plane->height; y++)
        copy_row(plane, y, last);
}
