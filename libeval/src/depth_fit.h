/* SPDX-License-Identifier: Apache-2.0 */
/* Least-squares alignment of predictions p to ground truth g > 0. */
#ifndef PND_DEPTH_FIT_H
#define PND_DEPTH_FIT_H

#include <stdbool.h>
#include <stddef.h>

/* s = sum p g / sum p^2, which minimises sum (s p - g)^2. False when it is not finite and > 0. */
bool pnd_depth_fit_scale(double *scale, const double *p, const double *g, size_t n);

/* The s and t that minimise sum (s / p + t - 1/g)^2 over the pixels with p > 0. For predictions of
 * one depth s = 0. False without such a pixel. */
bool pnd_depth_fit_inverse(double *scale, double *shift, const double *p, const double *g,
                           size_t n);

#endif
