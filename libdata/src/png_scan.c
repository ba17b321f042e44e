/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a PNG apart without decoding it (PNG specification, 3rd edition, sections 5 and 11).
 *
 * One pass over the chunk list checks the order, the lengths against what is left of the file, and
 * every CRC, once: libpng is told not to repeat them. It costs about 1 % of decoding and buys
 * messages with a chunk name and an offset, and a decoder that sees only the chunks it needs.
 */
#include "png_internal.h"

#include <panodepth/file.h>

#include <inttypes.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE_SIZE = 8, IHDR_SIZE = 13, CHUNK_OVERHEAD = 12 };

static const uint8_t signature[SIGNATURE_SIZE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static pnd_status fail_signature(const pnd_png_file *file, pnd_error *err)
{
    if (file->size == 0)
        return pnd_fail(err, PND_EFORMAT, "%s: empty file", file->name);
    if (file->size < SIGNATURE_SIZE && memcmp(file->bytes, signature, file->size) == 0)
        return pnd_fail(err, PND_EFORMAT, "%s: truncated header: %zu bytes", file->name,
                        file->size);
    const pnd_file_kind *kind = pnd_file_kind_of(file->bytes, file->size);
    if (kind != NULL)
        return pnd_fail_hint(err, PND_EFORMAT, kind->hint, "%s: %s, not a PNG", file->name,
                             kind->what);
    return pnd_fail(err, PND_EFORMAT, "%s: not a PNG", file->name);
}

typedef struct chunk {
    size_t offset; /* of the length field */
    size_t length; /* of the data */
    const uint8_t *data;
    char type[5];
} chunk;

static bool is_type(const chunk *c, const char *type)
{
    return memcmp(c->type, type, 4) == 0;
}

static bool is_critical(const chunk *c)
{
    return (c->type[0] & 0x20) == 0;
}

/* The head of the chunk at `offset`: needs 8 bytes there. */
static pnd_status read_chunk_head(chunk *c, const pnd_png_file *file, size_t offset, pnd_error *err)
{
    const uint8_t *p = file->bytes + offset;
    const uint32_t length = pnd_png_read_be32(p);
    *c = (chunk){.offset = offset, .length = length, .data = p + 8};
    memcpy(c->type, p + 4, 4);
    for (int i = 0; i < 4; i++)
        if (!((c->type[i] >= 'A' && c->type[i] <= 'Z') || (c->type[i] >= 'a' && c->type[i] <= 'z')))
            return pnd_fail(err, PND_EFORMAT,
                            "%s: no chunk at offset %zu: its name is 0x%08" PRIx32, file->name,
                            offset, pnd_png_read_be32(p + 4));
    if (length > INT32_MAX)
        return pnd_fail(err, PND_EFORMAT,
                        "%s: chunk %s at offset %zu: length %" PRIu32 " is out of range",
                        file->name, c->type, offset, length);
    return PND_OK;
}

static pnd_status check_crc(const chunk *c, const pnd_png_file *file, pnd_error *err)
{
    const uint32_t stored = pnd_png_read_be32(c->data + c->length);
    const uint32_t actual = (uint32_t)crc32_z(0, c->data - 4, c->length + 4);
    if (stored == actual)
        return PND_OK;
    return pnd_fail_hint(err, PND_EFORMAT, "the file is damaged: fetch or write it again",
                         "%s: CRC error in %s at offset %zu", file->name, c->type, c->offset);
}

static pnd_status fail_truncated(const chunk *c, const pnd_png_file *file, pnd_error *err)
{
    return pnd_fail(err, PND_EFORMAT,
                    "%s: truncated: chunk %s at offset %zu announces %zu bytes, the file has %zu",
                    file->name, c->type, c->offset, c->length, file->size - c->offset - 8);
}

static bool is_complete(const chunk *c, const pnd_png_file *file)
{
    return file->size - c->offset >= c->length + CHUNK_OVERHEAD;
}

static bool depth_is_legal(int color_type, int bit_depth)
{
    switch (color_type) {
    case PND_PNG_GREY:
        return bit_depth == 1 || bit_depth == 2 || bit_depth == 4 || bit_depth == 8 ||
               bit_depth == 16;
    case PND_PNG_PALETTE:
        return bit_depth == 1 || bit_depth == 2 || bit_depth == 4 || bit_depth == 8;
    case PND_PNG_RGB:
    case PND_PNG_GREY_ALPHA:
    case PND_PNG_RGBA:
        return bit_depth == 8 || bit_depth == 16;
    default:
        return false;
    }
}

static pnd_status check_methods(const uint8_t *ihdr, const pnd_png_file *file, pnd_error *err)
{
    if (!depth_is_legal(ihdr[9], ihdr[8]))
        return pnd_fail(err, PND_EFORMAT, "%s: bit depth %d with colour type %d is not PNG",
                        file->name, ihdr[8], ihdr[9]);
    if (ihdr[10] != 0 || ihdr[11] != 0 || ihdr[12] > 1)
        return pnd_fail(err, PND_EFORMAT,
                        "%s: unknown compression %d, filter %d or interlace method %d", file->name,
                        ihdr[10], ihdr[11], ihdr[12]);
    return PND_OK;
}

static pnd_status read_ihdr(pnd_png_file *file, const chunk *c, pnd_error *err)
{
    const uint8_t *ihdr = c->data;
    const uint32_t width = pnd_png_read_be32(ihdr);
    const uint32_t height = pnd_png_read_be32(ihdr + 4);
    if (width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX)
        return pnd_fail(err, PND_EFORMAT,
                        "%s: width %" PRIu32 " or height %" PRIu32 " is out of range", file->name,
                        width, height);
    pnd_status status = check_methods(ihdr, file, err);
    if (status == PND_OK)
        status = pnd_check_size(width, height, file->name, err);
    if (status == PND_OK)
        file->info = (pnd_png_info){.width = (int32_t)width,
                                    .height = (int32_t)height,
                                    .bit_depth = ihdr[8],
                                    .color_type = ihdr[9],
                                    .interlaced = ihdr[12] == 1};
    return status;
}

pnd_status pnd_png_scan_header(pnd_png_file *out, const void *bytes, size_t size, const char *name,
                               pnd_error *err)
{
    chunk c;
    *out = (pnd_png_file){.bytes = bytes, .size = size, .name = name};
    if (size > INT32_MAX)
        return pnd_fail(err, PND_ELIMIT, "%s: %zu bytes exceed the limit of %d", name, size,
                        INT32_MAX);
    out->truncated = size < SIGNATURE_SIZE + IHDR_SIZE + CHUNK_OVERHEAD;
    if (size < SIGNATURE_SIZE || memcmp(bytes, signature, SIGNATURE_SIZE) != 0)
        return fail_signature(out, err);
    if (size < SIGNATURE_SIZE + 8)
        return pnd_fail(err, PND_EFORMAT, "%s: truncated header: %zu bytes", name, size);
    pnd_status status = read_chunk_head(&c, out, SIGNATURE_SIZE, err);
    if (status != PND_OK)
        return status;
    if (!is_type(&c, "IHDR") || c.length != IHDR_SIZE)
        return pnd_fail(err, PND_EFORMAT,
                        "%s: the first chunk is %s of %zu bytes, expected IHDR of 13", name, c.type,
                        c.length);
    if (!is_complete(&c, out))
        return pnd_fail(err, PND_EFORMAT, "%s: truncated header: %zu bytes", name, size);
    status = check_crc(&c, out, err);
    if (status == PND_OK)
        status = read_ihdr(out, &c, err);
    out->header.size = SIGNATURE_SIZE + IHDR_SIZE + CHUNK_OVERHEAD;
    return status;
}

static pnd_status take_palette(pnd_png_file *file, const chunk *c, pnd_error *err)
{
    if (file->info.color_type != PND_PNG_PALETTE)
        return PND_OK; /* a mere suggestion for 8-bit displays */
    const size_t most = (size_t)1 << file->info.bit_depth;
    if (file->palette.size > 0 || file->data.size > 0)
        return pnd_fail(err, PND_EFORMAT, "%s: second or late PLTE at offset %zu", file->name,
                        c->offset);
    if (c->length == 0 || c->length % 3 != 0 || c->length / 3 > most)
        return pnd_fail(err, PND_EFORMAT, "%s: PLTE of %zu bytes, expected 3 x 1..%zu", file->name,
                        c->length, most);
    file->palette = (pnd_png_span){c->offset, c->length + CHUNK_OVERHEAD};
    file->n_colors = (int32_t)(c->length / 3);
    return PND_OK;
}

static pnd_status take_data(pnd_png_file *file, const chunk *c, pnd_error *err)
{
    const size_t left = file->size - c->offset;
    const size_t wanted = c->length + CHUNK_OVERHEAD;
    if (file->info.color_type == PND_PNG_PALETTE && file->palette.size == 0)
        return pnd_fail(err, PND_EFORMAT, "%s: no PLTE before the pixels", file->name);
    if (file->data.size == 0)
        file->data.offset = c->offset;
    else if (file->data.offset + file->data.size != c->offset)
        return pnd_fail(err, PND_EFORMAT, "%s: IDAT at offset %zu does not follow the others",
                        file->name, c->offset);
    if (wanted > left)
        file->missing_bytes = wanted - left;
    file->data.size += wanted > left ? left : wanted;
    file->data_bytes += c->length < left - 8 ? c->length : left - 8;
    return PND_OK;
}

static pnd_status take_chunk(pnd_png_file *file, const chunk *c, pnd_error *err)
{
    if (is_type(c, "IDAT"))
        return take_data(file, c, err);
    if (is_type(c, "PLTE"))
        return take_palette(file, c, err);
    if (is_type(c, "IHDR"))
        return pnd_fail(err, PND_EFORMAT, "%s: second IHDR at offset %zu", file->name, c->offset);
    if (is_type(c, "IEND")) {
        file->has_end = true;
        if (c->length > 0)
            return pnd_fail(err, PND_EFORMAT, "%s: IEND of %zu bytes, expected 0", file->name,
                            c->length);
        if (file->data.size == 0)
            return pnd_fail(err, PND_EFORMAT, "%s: no IDAT chunk: no pixels", file->name);
    } else if (is_critical(c)) {
        return pnd_fail(err, PND_EFORMAT, "%s: unknown critical chunk %s at offset %zu", file->name,
                        c->type, c->offset);
    }
    return PND_OK;
}

/* The file ends where a chunk should begin or within one. Once pixels were seen that is for the
 * decoder to judge. */
static pnd_status end_early(pnd_png_file *file, size_t offset, pnd_error *err)
{
    file->truncated = true;
    if (file->data.size > 0)
        return PND_OK;
    return pnd_fail(err, PND_EFORMAT, "%s: truncated before the pixels, at offset %zu", file->name,
                    offset);
}

pnd_status pnd_png_scan(pnd_png_file *out, const void *bytes, size_t size, const char *name,
                        pnd_error *err)
{
    pnd_status status = pnd_png_scan_header(out, bytes, size, name, err);
    size_t offset = out->header.size;
    while (status == PND_OK && !out->has_end) {
        chunk c;
        if (size - offset < 8)
            return end_early(out, offset, err);
        status = read_chunk_head(&c, out, offset, err);
        if (status != PND_OK)
            return status;
        const bool complete = is_complete(&c, out);
        out->truncated = !complete;
        if (!complete && !is_type(&c, "IDAT"))
            return out->data.size > 0 ? PND_OK : fail_truncated(&c, out, err);
        status = complete ? check_crc(&c, out, err) : PND_OK;
        if (status == PND_OK)
            status = take_chunk(out, &c, err);
        if (!complete)
            return status;
        offset += c.length + CHUNK_OVERHEAD;
    }
    out->trailing_bytes = status == PND_OK && offset < size;
    return status;
}

size_t pnd_png_row_bytes(const pnd_png_info *info)
{
    static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};
    const size_t bits = (size_t)info->width * channels[info->color_type] * (size_t)info->bit_depth;
    return (bits + 7) / 8;
}
