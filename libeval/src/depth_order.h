/* SPDX-License-Identifier: Apache-2.0 */
/* Medians, and KITTI's filling of gaps. */
#ifndef PND_DEPTH_ORDER_H
#define PND_DEPTH_ORDER_H

#include <panodepth/image.h>

/* Median of n >= 1 numbers, none NaN; the mean of the middle two when n is even. Reads x only.
 * `histogram` is scratch of 65536 entries. */
double pnd_depth_median(const double *x, size_t n, uint32_t *histogram);

/* The q-quantile, 0 <= q <= 1, linear between the ranks about q (n - 1), as numpy does by default.
 * For the same x and scratch as pnd_depth_median(). */
double pnd_depth_quantile(const double *x, size_t n, double q, uint32_t *histogram);

/* Fill pixels that are no depth (not finite, or <= 0), in place. Between two depths of a row: the
 * nearer one, up to its ends: the first and last depth, and rows above the first and below the last
 * row with a depth: that row. Rows between stay as they are when they hold no depth at all. */
void pnd_depth_fill(pnd_plane_f64 *plane);

#endif
