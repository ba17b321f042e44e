/* SPDX-License-Identifier: Apache-2.0 */
/* The convolutions of a build without oneDNN: the CPU backend has everything but the network. */
#include "../cpu/cpu_conv.h"

#include <stddef.h>

static pnd_status lacking(pnd_error *err)
{
    return pnd_fail_hint(err, PND_EUNSUPPORTED,
                         "install oneDNN (Debian: libdnnl-dev) and configure again, or use "
                         "--device ref, which is slow",
                         "this build has no network on the CPU: it was built without oneDNN");
}

pnd_status cpu_conv_engine_open(cpu_conv_engine **out, pnd_error *err)
{
    *out = NULL;
    return lacking(err);
}

void cpu_conv_engine_close(cpu_conv_engine *engine)
{
    (void)engine;
}

pnd_status cpu_conv_open(cpu_conv **out, const cpu_conv_engine *engine, const cpu_conv_shape *shape,
                         const float *weight, const float *bias, pnd_error *err)
{
    (void)engine, (void)shape, (void)weight, (void)bias;
    *out = NULL;
    return lacking(err);
}

void cpu_conv_close(cpu_conv *conv)
{
    (void)conv;
}

size_t cpu_conv_weight_bytes(const cpu_conv *conv)
{
    (void)conv;
    return 0;
}

size_t cpu_conv_scratch_bytes(const cpu_conv *conv)
{
    (void)conv;
    return 0;
}

pnd_status cpu_conv_run(cpu_conv *conv, unsigned char *out, const unsigned char *in,
                        unsigned char *scratch, pnd_error *err)
{
    (void)conv, (void)out, (void)in, (void)scratch;
    return lacking(err);
}
