/* SPDX-License-Identifier: Apache-2.0 */
#include "png_craft.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void put_be32(pnd_buffer *out, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};
    pnd_buffer_append(out, bytes, sizeof bytes);
    if (out->failed)
        abort();
}

void craft_chunk_head(pnd_buffer *out, const char *type, uint32_t length)
{
    put_be32(out, length);
    pnd_buffer_append(out, type, 4);
}

void craft_chunk(pnd_buffer *out, const char *type, const void *data, size_t size)
{
    craft_chunk_head(out, type, (uint32_t)size);
    pnd_buffer_append(out, data, size);
    put_be32(out, (uint32_t)crc32_z(0, out->data + out->size - size - 4, size + 4));
}

void craft_begin(pnd_buffer *out, craft_header header)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    pnd_buffer ihdr = {0};
    put_be32(&ihdr, header.width);
    put_be32(&ihdr, header.height);
    const uint8_t rest[5] = {header.bit_depth, header.color_type, 0, 0, header.interlace};
    pnd_buffer_append(&ihdr, rest, sizeof rest);
    pnd_buffer_append(out, signature, sizeof signature);
    craft_chunk(out, "IHDR", ihdr.data, ihdr.size);
    pnd_buffer_clear(&ihdr);
}

void craft_deflate(pnd_buffer *out, const void *filtered, size_t size)
{
    uLongf packed_size = compressBound(size);
    Bytef *packed = malloc(packed_size);
    if (packed == NULL || compress2(packed, &packed_size, filtered, size, 6) != Z_OK)
        abort();
    pnd_buffer_append(out, packed, packed_size);
    free(packed);
}

void craft_pixels(pnd_buffer *out, const void *filtered, size_t size)
{
    pnd_buffer stream = {0};
    craft_deflate(&stream, filtered, size);
    craft_chunk(out, "IDAT", stream.data, stream.size);
    pnd_buffer_clear(&stream);
}

void craft_end(pnd_buffer *out)
{
    craft_chunk(out, "IEND", NULL, 0);
}

static void put_row(pnd_buffer *filtered, const void *row, size_t size)
{
    pnd_buffer_append(filtered, "\0", 1); /* filter type 0 */
    pnd_buffer_append(filtered, row, size);
}

static void finish_file(pnd_buffer *out, craft_header header, pnd_buffer *filtered)
{
    pnd_buffer_reset(out);
    craft_begin(out, header);
    if (header.color_type == 3) {
        uint8_t palette[768];
        memset(palette, 0x55, sizeof palette);
        craft_chunk(out, "PLTE", palette, (size_t)3 << header.bit_depth);
    }
    craft_pixels(out, filtered->data, filtered->size);
    craft_end(out);
    pnd_buffer_clear(filtered);
}

void craft_file(pnd_buffer *out, craft_header header, const void *rows, size_t row_size)
{
    pnd_buffer filtered = {0};
    for (uint32_t y = 0; y < header.height; y++)
        put_row(&filtered, (const uint8_t *)rows + y * row_size, row_size);
    finish_file(out, header, &filtered);
}

void craft_adam7_file(pnd_buffer *out, craft_header header, const void *rows, size_t row_size)
{
    /* first column, first row, column step, row step of each pass */
    static const uint32_t passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                          {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
    const size_t pixel_size = row_size / header.width;
    pnd_buffer filtered = {0};
    pnd_buffer row = {0};
    for (int pass = 0; pass < 7; pass++) {
        const uint32_t *p = passes[pass];
        for (uint32_t y = p[1]; y < header.height && p[0] < header.width; y += p[3]) {
            pnd_buffer_reset(&row);
            for (uint32_t x = p[0]; x < header.width; x += p[2])
                pnd_buffer_append(&row, (const uint8_t *)rows + y * row_size + x * pixel_size,
                                  pixel_size);
            put_row(&filtered, row.data, row.size);
        }
    }
    pnd_buffer_clear(&row);
    header.interlace = 1;
    finish_file(out, header, &filtered);
}
