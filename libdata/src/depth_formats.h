/* SPDX-License-Identifier: Apache-2.0 */
/* The float formats behind depth_file.h. All are little endian unless the file says otherwise. */
#ifndef PND_DEPTH_FORMATS_H
#define PND_DEPTH_FORMATS_H

#include <panodepth/depth_file.h>

#include <string.h>

static inline void pnd_store_f32le(uint8_t *bytes, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(bits >> (8 * i));
}

/* `size` bytes, least significant first. */
static inline uint64_t pnd_load_le(const uint8_t *bytes, size_t size)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits |= (uint64_t)bytes[i] << (8 * i);
    return bits;
}

static inline float pnd_float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void pnd_npy_append(pnd_buffer *out, pnd_view_f32 depth_m, bool nan_for_invalid);
pnd_status pnd_npy_decode(pnd_depth_map *out, const uint8_t *bytes, size_t size, const char *name,
                          pnd_error *err);

void pnd_pfm_append(pnd_buffer *out, pnd_view_f32 depth_m);
pnd_status pnd_pfm_decode(pnd_depth_map *out, const uint8_t *bytes, size_t size, const char *name,
                          pnd_error *err);

#endif
