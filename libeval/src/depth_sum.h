/* SPDX-License-Identifier: Apache-2.0 */
/* A sum that carries its rounding error: accurate to the last bit or two whatever the number of
 * terms, as long as the order is fixed. */
#ifndef PND_DEPTH_SUM_H
#define PND_DEPTH_SUM_H

typedef struct pnd_sum {
    double high, low;
} pnd_sum;

/* Knuth's 2Sum: high + term = s + error exactly, without a condition on which is larger. */
static inline void pnd_sum_add(pnd_sum *sum, double term)
{
    const double s = sum->high + term;
    const double t = s - sum->high;
    sum->low += (sum->high - (s - t)) + (term - t);
    sum->high = s;
}

static inline double pnd_sum_value(const pnd_sum *sum)
{
    return sum->high + sum->low;
}

#endif
