/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PNG readers must survive any bytes: every decoder, strict and with everything tolerated. Each
 * input is tried as it is and with its CRCs put right, or hardly any would get as far as the
 * pixels.
 */
#include "fuzz.h"

#include <panodepth/png.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Large planes only slow the fuzzer down: the limits have tests of their own. */
enum { MAX_FUZZ_PIXELS = 1 << 16 };

static void decode_all(const uint8_t *data, size_t size, const pnd_png_options *options)
{
    pnd_png_notes notes;
    pnd_plane_u8 u8 = {0};
    pnd_plane_u16 u16 = {0};
    pnd_plane_u32 u32 = {0};
    pnd_plane_rgb8 rgb = {0};
    pnd_error err = {0};
    (void)(pnd_png_decode_u8(&u8, data, size, "fuzz", options, &notes, &err) == PND_OK);
    (void)(pnd_png_decode_u16(&u16, data, size, "fuzz", options, &notes, &err) == PND_OK);
    (void)(pnd_png_decode_ids(&u32, data, size, "fuzz", options, &notes, &err) == PND_OK);
    (void)(pnd_png_decode_rgb8(&rgb, data, size, "fuzz", options, &notes, &err) == PND_OK);
    pnd_plane_u8_clear(&u8);
    pnd_plane_u16_clear(&u16);
    pnd_plane_u32_clear(&u32);
    pnd_plane_rgb8_clear(&rgb);
}

static void try_bytes(const uint8_t *data, size_t size)
{
    const pnd_png_options tolerant = {.struct_size = sizeof tolerant,
                                      .palette_as_index = true,
                                      .allow_alpha = true,
                                      .lenient = true};
    pnd_png_info info;
    if (pnd_png_read_info(&info, data, size, "fuzz", NULL) == PND_OK &&
        (int64_t)info.width * info.height > MAX_FUZZ_PIXELS)
        return;
    decode_all(data, size, NULL);
    decode_all(data, size, &tolerant);
}

static uint32_t read_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void repair_crcs(uint8_t *data, size_t size)
{
    size_t offset = 8;
    while (size > offset && size - offset >= 12) {
        const size_t length = read_be32(data + offset);
        if (length > size - offset - 12)
            return;
        uint8_t *p = data + offset + 4;
        const uint32_t crc = (uint32_t)crc32_z(0, p, length + 4);
        for (int i = 0; i < 4; i++)
            p[length + 4 + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
        offset += length + 12;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *repaired = malloc(size > 0 ? size : 1);
    try_bytes(data, size);
    if (repaired != NULL && size > 0) {
        memcpy(repaired, data, size);
        repair_crcs(repaired, size);
        try_bytes(repaired, size);
    }
    free(repaired);
    return 0;
}
