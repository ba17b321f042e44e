/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_fit.h"
#include "depth_sum.h"

#include <math.h>

bool pnd_depth_fit_scale(double *scale, const double *p, const double *g, size_t n)
{
    pnd_sum product = {0}, square = {0};
    for (size_t i = 0; i < n; i++) {
        pnd_sum_add(&product, p[i] * g[i]);
        pnd_sum_add(&square, p[i] * p[i]);
    }
    *scale = pnd_sum_value(&product) / pnd_sum_value(&square);
    return isfinite(*scale) && *scale > 0;
}

/* About the means, so that the sums of squares do not cancel. */
bool pnd_depth_fit_inverse(double *scale, double *shift, const double *p, const double *g, size_t n)
{
    pnd_sum sum_x = {0}, sum_y = {0}, sum_xx = {0}, sum_xy = {0};
    double count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(p[i] > 0))
            continue;
        pnd_sum_add(&sum_x, 1 / p[i]);
        pnd_sum_add(&sum_y, 1 / g[i]);
        count++;
    }
    const double mean_x = pnd_sum_value(&sum_x) / count, mean_y = pnd_sum_value(&sum_y) / count;
    for (size_t i = 0; i < n; i++) {
        if (!(p[i] > 0))
            continue;
        const double x = 1 / p[i] - mean_x;
        pnd_sum_add(&sum_xx, x * x);
        pnd_sum_add(&sum_xy, x * (1 / g[i] - mean_y));
    }
    const double xx = pnd_sum_value(&sum_xx);
    *scale = xx > 0 ? pnd_sum_value(&sum_xy) / xx : 0;
    *shift = mean_y - *scale * mean_x;
    return isfinite(*scale) && isfinite(*shift);
}
