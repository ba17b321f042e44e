/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dense convolutions on a processor with AMX (matrix tiles of bfloat16, sums in float32), several
 * times as fast there as oneDNN 2.6. Channel slices, strides and dilations are read and written in
 * place.
 *
 * float32 maps are computed too, each number as the sum of two bfloat16, high and low, and each
 * product as high high + high low + low high: 16 bits of every factor count, not 24. The relative
 * error of a product is at most 3 x 2^-18, about that of Winograd's algorithm in float32.
 */
#ifndef PND_CPU_AMX_H
#define PND_CPU_AMX_H

#include "cpu_conv.h"

typedef struct cpu_amx cpu_amx;

enum { CPU_AMX_MAX_KERNEL = 5 };

/* Only where cpu_has_amx(). weight[out][kernel][kernel][in] and bias[out] are copied. @retval
 * PND_ENOMEM */
pnd_status cpu_amx_open(cpu_amx **out, const cpu_conv_shape *shape, const float *weight,
                        const float *bias, int threads, pnd_error *err);
void cpu_amx_close(cpu_amx *conv); /* NULL is fine */

size_t cpu_amx_weight_bytes(const cpu_amx *conv);
size_t cpu_amx_scratch_bytes(const cpu_amx *conv);

/* As cpu_conv_run(). The same bits for any number of threads. */
void cpu_amx_run(const cpu_amx *conv, unsigned char *out, const unsigned char *in,
                 unsigned char *scratch);

#endif
