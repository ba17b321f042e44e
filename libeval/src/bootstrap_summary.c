/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals and p-values from resamples. */
#include <panodepth/bootstrap.h>

#include <math.h>
#include <stdlib.h>

static const pnd_interval undefined = {(double)NAN, (double)NAN};

double pnd_normal_cdf(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

/* The cdf is monotone: halve the interval until no double lies between its ends. */
double pnd_normal_quantile(double share)
{
    double low = -40, high = 40;
    if (!(share >= 0 && share <= 1))
        return (double)NAN;
    if (share == 0 || share == 1)
        return share == 0 ? -(double)INFINITY : (double)INFINITY;
    if (share == 0.5) /* the cdf is flat there by one rounding */
        return 0;
    if (share > 0.5) /* the small tail is the accurate one */
        return -pnd_normal_quantile(1 - share);
    double middle = 0;
    while (middle != low && middle != high) {
        if (pnd_normal_cdf(middle) < share)
            low = middle;
        else
            high = middle;
        middle = 0.5 * (low + high);
    }
    return middle;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

size_t pnd_bootstrap_sort(double *sorted, const double *values, size_t n, size_t stride)
{
    size_t defined = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i * stride]))
            sorted[defined++] = values[i * stride];
    qsort(sorted, defined, sizeof *sorted, compare_doubles);
    return defined;
}

/* Distances from the smallest value: exactly 0 when all are equal. */
double pnd_bootstrap_error(const double *sorted, size_t n)
{
    double sum = 0, squares = 0;
    if (n < 2)
        return (double)NAN;
    for (size_t i = 0; i < n; i++)
        sum += sorted[i] - sorted[0];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        const double d = sorted[i] - sorted[0] - mean;
        squares += d * d;
    }
    return sqrt(squares / (double)(n - 1));
}

double pnd_bootstrap_quantile(const double *sorted, size_t n, double share)
{
    if (n == 0 || !(share >= 0 && share <= 1))
        return (double)NAN;
    const double position = share * (double)(n - 1);
    const size_t below = (size_t)position;
    const double between = position - (double)below;
    if (below + 1 >= n || sorted[below] == sorted[below + 1])
        return sorted[below];
    return sorted[below] + between * (sorted[below + 1] - sorted[below]);
}

pnd_interval pnd_bootstrap_percentile(const double *sorted, size_t n, double level)
{
    const double tail = 0.5 * (1 - level);
    return (pnd_interval){pnd_bootstrap_quantile(sorted, n, tail),
                          pnd_bootstrap_quantile(sorted, n, 1 - tail)};
}

/* Ties count half; NaN for n = 0. */
static double share_below(const double *sorted, size_t n, double bound)
{
    size_t below = 0, equal = 0;
    for (size_t i = 0; i < n; i++) {
        below += sorted[i] < bound ? 1 : 0;
        equal += sorted[i] == bound ? 1 : 0;
    }
    return ((double)below + 0.5 * (double)equal) / (double)n;
}

static double acceleration(const double *jackknife, size_t n, size_t stride)
{
    double sum = 0, squares = 0, cubes = 0;
    bool all_equal = true;
    for (size_t i = 0; i < n; i++) {
        sum += jackknife[i * stride];
        all_equal &= jackknife[i * stride] == jackknife[0];
    }
    if (all_equal)
        return 0;
    for (size_t i = 0; i < n; i++) {
        const double d = sum / (double)n - jackknife[i * stride];
        squares += d * d;
        cubes += d * d * d;
    }
    return cubes / (6 * squares * sqrt(squares));
}

/* NaN beyond the pole of the correction. */
static double corrected_share(double share, double z0, double a)
{
    const double shifted = z0 + pnd_normal_quantile(share);
    const double denominator = 1 - a * shifted;
    return denominator > 0 ? pnd_normal_cdf(z0 + shifted / denominator) : (double)NAN;
}

pnd_interval pnd_bootstrap_bca(const double *sorted, size_t n, double estimate,
                               const double *jackknife, size_t n_images, size_t stride,
                               double level)
{
    const double tail = 0.5 * (1 - level);
    if (n == 0 || isnan(estimate))
        return undefined;
    const double z0 = pnd_normal_quantile(share_below(sorted, n, estimate));
    const double a = acceleration(jackknife, n_images, stride);
    if (!isfinite(z0) || !isfinite(a))
        return undefined;
    const pnd_interval interval = {
        pnd_bootstrap_quantile(sorted, n, corrected_share(tail, z0, a)),
        pnd_bootstrap_quantile(sorted, n, corrected_share(1 - tail, z0, a))};
    return isnan(interval.low) || isnan(interval.high) ? undefined : interval;
}

double pnd_bootstrap_above_zero(const double *sorted, size_t n)
{
    size_t above = 0, equal = 0;
    for (size_t i = 0; i < n; i++) {
        above += sorted[i] > 0 ? 1 : 0;
        equal += sorted[i] == 0 ? 1 : 0;
    }
    return ((double)above + 0.5 * (double)equal) / (double)n; /* 0 / 0 is NaN */
}

double pnd_bootstrap_below_zero(const double *sorted, size_t n)
{
    return share_below(sorted, n, 0);
}

double pnd_sign_flip_p(const double *differences, size_t n, size_t stride, double observed,
                       bool exact, size_t *undefined_count)
{
    const double bound = fabs(observed) * (1 - 1e-12);
    size_t as_large = exact ? 0 : 1, defined = as_large;
    for (size_t i = 0; i < n; i++) {
        const double difference = fabs(differences[i * stride]);
        defined += isnan(difference) ? 0 : 1;
        as_large += difference >= bound ? 1 : 0;
    }
    if (undefined_count != NULL)
        *undefined_count = n + (exact ? 0 : 1) - defined;
    return isnan(observed) || defined == 0 ? (double)NAN : (double)as_large / (double)defined;
}

/* Order of the p-values; equal ones by position. */
static bool comes_before(const double *p, size_t i, size_t j)
{
    return p[i] < p[j] || (p[i] == p[j] && i < j);
}

void pnd_holm(double *adjusted, const double *p, size_t n)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        m += isnan(p[i]) ? 0 : 1;
    for (size_t i = 0; i < n; i++) {
        size_t smaller = 0;
        for (size_t j = 0; j < n; j++)
            smaller += comes_before(p, j, i) ? 1 : 0;
        adjusted[i] = p[i] * (double)(m - smaller);
    }
    for (size_t i = 0; i < n; i++) { /* never below a smaller p's */
        double largest = adjusted[i];
        for (size_t j = 0; j < n; j++)
            if (comes_before(p, j, i) && adjusted[j] > largest)
                largest = adjusted[j];
        adjusted[i] = largest > 1 ? 1 : largest;
    }
}
