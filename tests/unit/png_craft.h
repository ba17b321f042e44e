/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PNG files put together chunk by chunk, right or wrong, without our encoder and without libpng.
 * Everything is appended to a buffer; running out of memory ends the test.
 */
#ifndef PND_PNG_CRAFT_H
#define PND_PNG_CRAFT_H

#include <panodepth/buffer.h>

typedef struct craft_header {
    uint32_t width, height;
    uint8_t bit_depth, color_type, interlace;
} craft_header;

/* The signature and IHDR. */
void craft_begin(pnd_buffer *out, craft_header header);

/* A chunk with its right CRC. */
void craft_chunk(pnd_buffer *out, const char *type, const void *data, size_t size);

/* Length and type only: what follows is up to the caller. */
void craft_chunk_head(pnd_buffer *out, const char *type, uint32_t length);

/* zlib stream of filtered rows, appended to `out` as bytes. */
void craft_deflate(pnd_buffer *out, const void *filtered, size_t size);

/* One IDAT chunk with the zlib stream of filtered rows. */
void craft_pixels(pnd_buffer *out, const void *filtered, size_t size);

void craft_end(pnd_buffer *out);

/* A whole file: each row of `rows` (row_size bytes, big-endian samples) with filter type 0. */
void craft_file(pnd_buffer *out, craft_header header, const void *rows, size_t row_size);

/* The same pixels in Adam7 order (PNG specification, section 8), for samples of whole bytes. */
void craft_adam7_file(pnd_buffer *out, craft_header header, const void *rows, size_t row_size);

#endif
