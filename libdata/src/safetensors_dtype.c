/* SPDX-License-Identifier: Apache-2.0 */
#include "safetensors_dtype.h"

#include <string.h>

static const struct {
    const char *name;
    int32_t bits;
} dtypes[] = {
    [PND_DTYPE_F64] = {"F64", 64},
    [PND_DTYPE_I64] = {"I64", 64},
    [PND_DTYPE_U64] = {"U64", 64},
    [PND_DTYPE_C64] = {"C64", 64},
    [PND_DTYPE_F32] = {"F32", 32},
    [PND_DTYPE_I32] = {"I32", 32},
    [PND_DTYPE_U32] = {"U32", 32},
    [PND_DTYPE_F16] = {"F16", 16},
    [PND_DTYPE_BF16] = {"BF16", 16},
    [PND_DTYPE_I16] = {"I16", 16},
    [PND_DTYPE_U16] = {"U16", 16},
    [PND_DTYPE_F8_E4M3] = {"F8_E4M3", 8},
    [PND_DTYPE_F8_E5M2] = {"F8_E5M2", 8},
    [PND_DTYPE_F8_E8M0] = {"F8_E8M0", 8},
    [PND_DTYPE_F8_E4M3FNUZ] = {"F8_E4M3FNUZ", 8},
    [PND_DTYPE_F8_E5M2FNUZ] = {"F8_E5M2FNUZ", 8},
    [PND_DTYPE_I8] = {"I8", 8},
    [PND_DTYPE_U8] = {"U8", 8},
    [PND_DTYPE_BOOL] = {"BOOL", 8},
    [PND_DTYPE_F6_E2M3] = {"F6_E2M3", 6},
    [PND_DTYPE_F6_E3M2] = {"F6_E3M2", 6},
    [PND_DTYPE_F4] = {"F4", 4},
};

enum { N_DTYPES = sizeof dtypes / sizeof *dtypes };

const char *pnd_dtype_name(pnd_dtype dtype)
{
    return (unsigned)dtype < N_DTYPES ? dtypes[dtype].name : "unknown";
}

int32_t pnd_dtype_bits(pnd_dtype dtype)
{
    return (unsigned)dtype < N_DTYPES ? dtypes[dtype].bits : 0;
}

bool pnd_dtype_from_name(pnd_dtype *out, const char *name)
{
    for (int i = 0; i < N_DTYPES; i++)
        if (strcmp(dtypes[i].name, name) == 0) {
            *out = (pnd_dtype)i;
            return true;
        }
    return false;
}

/* Sides multiply in any order: one that is 0 makes the array empty, however large the others. */
static bool multiply(uint64_t *bits, const pnd_safetensor *tensor)
{
    for (int32_t i = 0; i < tensor->rank; i++)
        if (tensor->shape[i] == 0) {
            *bits = 0;
            return true;
        }
    for (int32_t i = 0; i < tensor->rank; i++)
        if (__builtin_mul_overflow(*bits, (uint64_t)tensor->shape[i], bits))
            return false;
    return *bits <= INT64_MAX;
}

pnd_status pnd_safetensor_bytes(size_t *bytes, const pnd_safetensor *tensor, const char *file,
                                pnd_error *err)
{
    uint64_t bits = (uint64_t)pnd_dtype_bits(tensor->dtype);
    if (!multiply(&bits, tensor))
        return pnd_fail(err, PND_ELIMIT, "%s: tensor \"%s\": its shape overflows", file,
                        tensor->name);
    if (bits % 8 != 0)
        return pnd_fail(err, PND_EFORMAT,
                        "%s: tensor \"%s\": its %s elements do not fill whole bytes", file,
                        tensor->name, pnd_dtype_name(tensor->dtype));
    *bytes = (size_t)(bits / 8);
    return PND_OK;
}

pnd_status pnd_safetensors_check_host(const char *file, pnd_error *err)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    (void)file;
    (void)err;
    return PND_OK;
#else
    return pnd_fail(err, PND_EUNSUPPORTED,
                    "%s: safetensors are little endian, which this machine is not", file);
#endif
}
