/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dense convolutions of the network on the CPU, through oneDNN (src/stub without it).
 *
 * A convolution is made once for its shapes and then run image by image: it reads and writes NHWC
 * maps in place where oneDNN can, and goes through scratch memory where it cannot: channel slices,
 * and the blocked layouts of Winograd's algorithm.
 */
#ifndef PND_CPU_CONV_H
#define PND_CPU_CONV_H

#include "cpu_rows.h"

#include <panodepth/base.h>

typedef struct cpu_conv_shape {
    cpu_map in, out; /* data is not looked at */
    int32_t kernel, stride, dilation;
    bool relu, residual; /* out = relu?(w * in + bias (+ out)) */
    bool winograd;       /* allowed */
} cpu_conv_shape;

typedef struct cpu_conv_engine cpu_conv_engine;
typedef struct cpu_conv cpu_conv;

/* @retval PND_EUNSUPPORTED  oneDNN is missing here or was when this was built; says how to get it
 */
pnd_status cpu_conv_engine_open(cpu_conv_engine **out, pnd_error *err);
void cpu_conv_engine_close(cpu_conv_engine *engine); /* NULL is fine */

/* weight[out][kernel][kernel][in] and bias[out] are copied. The number of OpenMP threads must be
 * the same here and in cpu_conv_run().
 * @retval PND_EUNSUPPORTED  bfloat16 on a machine that oneDNN has none for */
pnd_status cpu_conv_open(cpu_conv **out, const cpu_conv_engine *engine, const cpu_conv_shape *shape,
                         const float *weight, const float *bias, pnd_error *err);
void cpu_conv_close(cpu_conv *conv); /* NULL is fine */

size_t cpu_conv_weight_bytes(const cpu_conv *conv);
size_t cpu_conv_scratch_bytes(const cpu_conv *conv);

/* Scratch is aligned to NET_ALIGN, as are maps but for their slice's offset. */
pnd_status cpu_conv_run(cpu_conv *conv, unsigned char *out, const unsigned char *in,
                        unsigned char *scratch, pnd_error *err);

#endif
