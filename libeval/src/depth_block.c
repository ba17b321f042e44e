/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stages over arrays of one block: reciprocals and ratios, logarithms, terms, lanes. Each stage is
 * a plain loop without a branch, which the compiler turns into vectors of whatever width the target
 * has; the lanes make the order of additions the same for all widths.
 *
 * The logarithm. Write x = 2^k m with m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f / (2 + f). Then
 *
 *     ln m = ln(1 + s) - ln(1 - s) = 2 s + s R,   R = sum_{j>=1} 2/(2j+1) s^(2j)
 *
 * and with s = f/(2+f), 2 s = f - s f, the form with small rounding errors is
 *
 *     ln m = f - (f^2/2 - s (f^2/2 + R)).
 *
 * s^2 <= 0.02944, so the term j = 11 is below 2e-18 relative to s and the series ends at j = 10.
 * ln x adds k ln 2, with ln 2 in two parts of which k times the first is exact.
 */
#include "depth_block.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double ln2_high = 0x1.62e42feep-1; /* 31 bits: k * ln2_high is exact */
static const double ln2_low = 0x1.a39ef35793c76p-33;

static uint64_t bits_of(double x)
{
    uint64_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x = 0;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ln x for normal x; zero, subnormal and infinite x give about -709, -709 and 710, which only
 * depths that nobody measures can ask for. The exponent is turned into a double by placing it in
 * the mantissa of 2^52: few instruction sets convert 64-bit integers. */
static inline double log_normal(double x)
{
    const uint64_t one = UINT64_C(0x3ff0000000000000), root_half = UINT64_C(0x3fe6a09e667f3bcd);
    const uint64_t bits = bits_of(x);
    const uint64_t exponent = (bits + (one - root_half)) >> 52; /* k + 1023 */
    const double k =
        from_bits(UINT64_C(0x4330000000000000) | exponent) - (4503599627370496.0 + 1023.0);
    const double f = from_bits(bits - (exponent << 52) + (UINT64_C(1023) << 52)) - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    const double w = z * z;
    const double odd =
        z * (2.0 / 3 + w * (2.0 / 7 + w * (2.0 / 11 + w * (2.0 / 15 + w * (2.0 / 19)))));
    const double even =
        w * (2.0 / 5 + w * (2.0 / 9 + w * (2.0 / 13 + w * (2.0 / 17 + w * (2.0 / 21)))));
    const double half_square = 0.5 * f * f;
    return k * ln2_high - ((half_square - (s * (half_square + (odd + even)) + k * ln2_low)) - f);
}

double pnd_depth_log(double x)
{
    return x >= DBL_MIN ? log_normal(x) : log_normal(x * 0x1p54) - 54 * (ln2_high + ln2_low);
}

void pnd_depth_lanes_add(double lane[PND_DEPTH_LANES], const double *x, int32_t n)
{
    double sum[PND_DEPTH_LANES];
    memcpy(sum, lane, sizeof sum);
    int32_t i = 0;
    for (; i + PND_DEPTH_LANES <= n; i += PND_DEPTH_LANES)
        for (int32_t j = 0; j < PND_DEPTH_LANES; j++)
            sum[j] += x[i + j];
    for (; i < n; i++)
        sum[i % PND_DEPTH_LANES] += x[i];
    memcpy(lane, sum, sizeof sum);
}

double pnd_depth_lanes_fold(const double lane[PND_DEPTH_LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* 1 below zero, else 0. A comparison that compilers turn into vectors on every target: a - b is
 * below zero exactly when a < b. */
static inline uint64_t is_negative(double x)
{
    return bits_of(x) >> 63;
}

int64_t pnd_depth_count_below(const double *x, int32_t n, double limit)
{
    uint64_t count = 0;
    for (int32_t i = 0; i < n; i++)
        count += is_negative(x[i] - limit);
    return (int64_t)count;
}

int64_t pnd_depth_count_above(const double *x, int32_t n, double limit)
{
    uint64_t count = 0;
    for (int32_t i = 0; i < n; i++)
        count += is_negative(limit - x[i]);
    return (int64_t)count;
}

/* x * 0 is +0 for finite x >= 0 and has a bit set for all else. */
bool pnd_depth_all_usable(const double *x, int32_t n)
{
    uint64_t bits = 0;
    for (int32_t i = 0; i < n; i++)
        bits |= bits_of(x[i] * 0.0) | is_negative(x[i] - DBL_MIN);
    return bits == 0;
}

/* Three sums that share a factor: of |d|, d^2 into two arrays. */
static void add_abs_and_square(double abs_lane[PND_DEPTH_LANES], double sq_lane[PND_DEPTH_LANES],
                               const double *d, int32_t n)
{
    double a[PND_DEPTH_BLOCK], b[PND_DEPTH_BLOCK];
    a[0] = b[0] = 0; /* n may be 0, as far as gcc's -Wmaybe-uninitialized sees */
    for (int32_t i = 0; i < n; i++) {
        a[i] = fabs(d[i]);
        b[i] = d[i] * d[i];
    }
    pnd_depth_lanes_add(abs_lane, a, n);
    pnd_depth_lanes_add(sq_lane, b, n);
}

static void add_differences(pnd_depth_lanes *lanes, const double *p, const double *g, int32_t n)
{
    double d[PND_DEPTH_BLOCK], inverse[PND_DEPTH_BLOCK], relative[PND_DEPTH_BLOCK],
        mixed[PND_DEPTH_BLOCK];
    for (int32_t i = 0; i < n; i++) {
        const double inverse_pg = 1 / (p[i] * g[i]); /* one division for 1/g and 1/p - 1/g */
        d[i] = p[i] - g[i];
        inverse[i] = d[i] * inverse_pg;
        relative[i] = d[i] * (p[i] * inverse_pg);
        mixed[i] = d[i] * relative[i];
    }
    add_abs_and_square(lanes->sum[PND_TERM_ABS], lanes->sum[PND_TERM_SQ], d, n);
    add_abs_and_square(lanes->sum[PND_TERM_INV_ABS], lanes->sum[PND_TERM_INV_SQ], inverse, n);
    add_abs_and_square(lanes->sum[PND_TERM_ABS_REL], lanes->sum[PND_TERM_SQ_REL_U], relative, n);
    pnd_depth_lanes_add(lanes->sum[PND_TERM_SQ_REL_M], mixed, n);
    pnd_depth_lanes_add(lanes->sum[PND_TERM_GT], g, n);
}

/* How many pairs have larger / smaller < 1.25, 1.25^2, 1.25^3, as larger < limit * smaller: no
 * division, and a ratio of exactly the limit is outside. */
static void count_within(int64_t within[3], const double *p, const double *g, int32_t n)
{
    uint64_t first = 0, second = 0, third = 0;
    for (int32_t i = 0; i < n; i++) {
        const double low = p[i] < g[i] ? p[i] : g[i], high = p[i] < g[i] ? g[i] : p[i];
        first += is_negative(high - 1.25 * low);
        second += is_negative(high - 1.25 * 1.25 * low);
        third += is_negative(high - 1.25 * 1.25 * 1.25 * low);
    }
    within[0] += (int64_t)first;
    within[1] += (int64_t)second;
    within[2] += (int64_t)third;
}

/* |e|, e - shift and its square. */
static void log_terms(double *e_abs, double *e, double *e_square, const double *p, const double *g,
                      int32_t n, double shift)
{
    for (int32_t i = 0; i < n; i++) {
        const double log_ratio = log_normal(p[i] / g[i]), shifted = log_ratio - shift;
        e_abs[i] = fabs(log_ratio);
        e[i] = shifted;
        e_square[i] = shifted * shifted;
    }
}

static void add_ratios(pnd_depth_lanes *lanes, const double *p, const double *g, int32_t n,
                       double log_shift)
{
    double e[PND_DEPTH_BLOCK], e_abs[PND_DEPTH_BLOCK], e_square[PND_DEPTH_BLOCK];
    if (n < 1)
        return;
    log_terms(e_abs, e, e_square, p, g, n, log_shift);
    pnd_depth_lanes_add(lanes->sum[PND_TERM_LOG_ABS], e_abs, n);
    pnd_depth_lanes_add(lanes->sum[PND_TERM_LOG], e, n);
    pnd_depth_lanes_add(lanes->sum[PND_TERM_LOG_SQ], e_square, n);
    count_within(lanes->within, p, g, n);
}

void pnd_depth_block_add(pnd_depth_lanes *lanes, const double *p, const double *g, int32_t n,
                         double log_shift)
{
    add_differences(lanes, p, g, n);
    add_ratios(lanes, p, g, n, log_shift);
}
