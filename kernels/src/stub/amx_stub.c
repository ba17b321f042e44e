/* SPDX-License-Identifier: Apache-2.0 */
/* Where there is no AMX: cpu_has_amx() is false and nothing here is reached. */
#include "../cpu/cpu_amx.h"

pnd_status cpu_amx_open(cpu_amx **out, const cpu_conv_shape *shape, const float *weight,
                        const float *bias, int threads, pnd_error *err)
{
    (void)shape, (void)weight, (void)bias, (void)threads;
    *out = NULL;
    return pnd_fail(err, PND_EUNSUPPORTED, "this build has no AMX");
}

void cpu_amx_close(cpu_amx *conv)
{
    (void)conv;
}

size_t cpu_amx_weight_bytes(const cpu_amx *conv)
{
    (void)conv;
    return 0;
}

size_t cpu_amx_scratch_bytes(const cpu_amx *conv)
{
    (void)conv;
    return 0;
}

void cpu_amx_run(const cpu_amx *conv, unsigned char *out, const unsigned char *in,
                 unsigned char *scratch)
{
    (void)conv, (void)out, (void)in, (void)scratch;
}
