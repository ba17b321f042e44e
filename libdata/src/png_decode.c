/* SPDX-License-Identifier: Apache-2.0 */
/* Which kind of image was wanted, what to say when another came, and the shape of the pixels. */
#include "png_internal.h"

#include <stdio.h>
#include <string.h>

enum { KIND_SIZE = 40 };

static const char *describe(char text[KIND_SIZE], const pnd_png_info *info)
{
    static const char *const names[] = {"grey", "",    "RGB", "palette", "grey with alpha",
                                        "",     "RGBA"};
    (void)snprintf(text, KIND_SIZE, "%d-bit %s", info->bit_depth, names[info->color_type]);
    return text;
}

static pnd_status fail_kind(const pnd_png_file *file, const char *wanted, const char *hint,
                            pnd_error *err)
{
    char found[KIND_SIZE];
    return pnd_fail_hint(err, PND_EUNSUPPORTED, hint, "%s: %s, expected %s", file->name,
                         describe(found, &file->info), wanted);
}

static bool is_kind(const pnd_png_file *file, int color_type, int bit_depth)
{
    return file->info.color_type == color_type && file->info.bit_depth == bit_depth;
}

static pnd_status read_options(pnd_png_options *out, const pnd_png_options *given,
                               pnd_png_notes *notes, pnd_error *err)
{
    *out = (pnd_png_options){0};
    *notes = (pnd_png_notes){0};
    if (given == NULL)
        return PND_OK;
    if (given->struct_size < offsetof(pnd_png_options, lenient) + sizeof given->lenient)
        return pnd_fail(err, PND_EINVAL, "pnd_png_options: struct_size is not set");
    *out = *given;
    return PND_OK;
}

/* What all decoders do first. `notes` may be NULL for the caller, never after this. */
typedef struct request {
    pnd_png_file file;
    pnd_png_options options;
    pnd_png_notes notes;
} request;

static pnd_status begin(request *r, const void *bytes, size_t size, const char *name,
                        const pnd_png_options *options, pnd_error *err)
{
    const pnd_status status = read_options(&r->options, options, &r->notes, err);
    return status == PND_OK ? pnd_png_scan(&r->file, bytes, size, name, err) : status;
}

static pnd_status finish(request *r, const pnd_png_frame *frame, pnd_png_notes *notes,
                         pnd_error *err)
{
    const pnd_status status =
        pnd_png_read_pixels(frame, &r->file, r->options.lenient, &r->notes, err);
    r->notes.trailing_bytes = r->file.trailing_bytes;
    if (notes != NULL)
        *notes = status == PND_OK ? r->notes : (pnd_png_notes){0};
    return status;
}

pnd_status pnd_png_read_info(pnd_png_info *out, const void *bytes, size_t size, const char *name,
                             pnd_error *err)
{
    pnd_png_file file;
    const pnd_status status = pnd_png_scan_header(&file, bytes, size, name, err);
    *out = file.info;
    return status;
}

pnd_status pnd_png_check(pnd_png_info *out, bool *truncated, bool *trailing_bytes,
                         const void *bytes, size_t size, const char *name, pnd_error *err)
{
    pnd_png_file file;
    pnd_status status = pnd_png_scan(&file, bytes, size, name, err);
    if (status == PND_OK && file.truncated)
        status = pnd_fail(err, PND_EFORMAT, "%s: truncated: %zu bytes and no end", name, size);
    *out = file.info;
    if (truncated != NULL)
        *truncated = file.truncated;
    if (trailing_bytes != NULL)
        *trailing_bytes = file.trailing_bytes;
    return status;
}

static pnd_status check_u8_kind(const request *r, pnd_error *err)
{
    const pnd_png_file *file = &r->file;
    const char *hint = "";
    if (is_kind(file, PND_PNG_GREY, 8))
        return PND_OK;
    if (file->info.color_type == PND_PNG_PALETTE) {
        if (r->options.palette_as_index)
            return PND_OK;
        hint = "save it as 8-bit grey: its indices are the labels, the colours are not";
    } else if (is_kind(file, PND_PNG_GREY, 16)) {
        hint = "looks like instanceIds, disparity or depth; labels have 8 bits";
    } else if (file->info.color_type == PND_PNG_RGB || file->info.color_type == PND_PNG_RGBA) {
        hint = "looks like a colour picture of the labels";
    }
    return fail_kind(file, "8-bit grey", hint, err);
}

/* Indices of 1, 2 or 4 bits sit at the end of the row, so spreading them forward never overwrites
 * one before it is read: index x is in byte w - ceil(w b / 8) + floor(x b / 8) >= x. */
static void spread_indices(uint8_t *packed, const pnd_png_file *file)
{
    const int bits = file->info.bit_depth;
    const int32_t width = file->info.width;
    const int32_t per_byte = 8 / bits;
    const unsigned mask = (1u << bits) - 1;
    uint8_t *out = packed + pnd_png_row_bytes(&file->info) - width;
    for (int32_t x = 0; x < width; x++) {
        const int shift = 8 - bits * (x % per_byte + 1);
        out[x] = (uint8_t)((unsigned)packed[x / per_byte] >> shift & mask);
    }
}

static pnd_status check_indices(const pnd_plane_u8 *plane, const pnd_png_file *file, pnd_error *err)
{
    if (file->info.color_type != PND_PNG_PALETTE)
        return PND_OK;
    for (int32_t y = 0; y < plane->height; y++) {
        const uint8_t *row = pnd_plane_u8_row(plane, y);
        for (int32_t x = 0; x < plane->width; x++)
            if (row[x] >= file->n_colors)
                return pnd_fail(err, PND_EFORMAT,
                                "%s: pixel (%d, %d) has palette index %d, the palette has %d",
                                file->name, x, y, row[x], file->n_colors);
    }
    return PND_OK;
}

pnd_status pnd_png_decode_u8(pnd_plane_u8 *out, const void *bytes, size_t size, const char *name,
                             const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    request r;
    pnd_status status = begin(&r, bytes, size, name, options, err);
    if (status == PND_OK)
        status = check_u8_kind(&r, err);
    if (status == PND_OK)
        status = pnd_plane_u8_resize(out, r.file.info.width, r.file.info.height, err);
    if (status != PND_OK)
        return status;
    const bool packed = r.file.info.bit_depth < 8;
    const pnd_png_frame frame = {.rows = out->data + out->stride - pnd_png_row_bytes(&r.file.info),
                                 .stride = out->stride,
                                 .finish_row = packed ? spread_indices : NULL};
    status = finish(&r, &frame, notes, err);
    return status == PND_OK ? check_indices(out, &r.file, err) : status;
}

static pnd_status check_u16_kind(const request *r, pnd_error *err)
{
    const pnd_png_info *info = &r->file.info;
    if (is_kind(&r->file, PND_PNG_GREY, 16))
        return PND_OK;
    const char *hint = "looks like a picture, not like measurements";
    if (info->color_type == PND_PNG_GREY || info->color_type == PND_PNG_PALETTE)
        hint = "was it re-saved by an 8-bit tool?";
    return fail_kind(&r->file, "16-bit grey", hint, err);
}

pnd_status pnd_png_decode_u16(pnd_plane_u16 *out, const void *bytes, size_t size, const char *name,
                              const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    request r;
    pnd_status status = begin(&r, bytes, size, name, options, err);
    if (status == PND_OK)
        status = check_u16_kind(&r, err);
    if (status == PND_OK)
        status = pnd_plane_u16_resize(out, r.file.info.width, r.file.info.height, err);
    if (status != PND_OK)
        return status;
    const pnd_png_frame frame = {.rows = (uint8_t *)out->data, .stride = out->stride};
    return finish(&r, &frame, notes, err);
}

static pnd_status check_rgb_kind(request *r, const char *grey8_hint, const char *grey16_hint,
                                 pnd_error *err)
{
    const pnd_png_file *file = &r->file;
    const char *hint = "";
    if (is_kind(file, PND_PNG_RGB, 8))
        return PND_OK;
    if (is_kind(file, PND_PNG_RGBA, 8)) {
        r->notes.alpha_dropped = r->options.allow_alpha;
        if (r->options.allow_alpha)
            return PND_OK;
        hint = "save it without alpha: it carries no ids or colours";
    } else if (file->info.color_type == PND_PNG_GREY) {
        hint = file->info.bit_depth == 16 ? grey16_hint : grey8_hint;
    } else if (file->info.color_type == PND_PNG_PALETTE) {
        hint = "save it as RGB";
    }
    return fail_kind(file, "8-bit RGB", hint, err);
}

/* RGB or RGBA to ids within the row of ids. RGB sits at the end of the row (3 bytes a pixel in the
 * space of 4), so going forward a batch at a time never overwrites what is still to be read. The
 * copy leaves a spare byte, so that each pixel is one load of four bytes; compilers see that. */
enum { BATCH = 256 };

static uint32_t read_le24(const uint8_t *p)
{
    const uint32_t four =
        (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    return four & 0xffffff;
}

static void rgb_to_ids(uint8_t *rgb, const pnd_png_file *file)
{
    const size_t width = (size_t)file->info.width;
    uint32_t *ids = (uint32_t *)(void *)(rgb - width);
    uint8_t in[3 * BATCH + 1] = {0};
    for (size_t x = 0; x < width; x += BATCH) {
        const size_t n = width - x < BATCH ? width - x : BATCH;
        memcpy(in, rgb + 3 * x, 3 * n);
        for (size_t i = 0; i < n; i++)
            ids[x + i] = read_le24(in + 3 * i);
    }
}

static void rgba_to_ids(uint8_t *rgba, const pnd_png_file *file)
{
    uint32_t *ids = (uint32_t *)(void *)rgba;
    for (int32_t x = 0; x < file->info.width; x++)
        ids[x] = read_le24(rgba + 4 * (size_t)x);
}

static pnd_status read_ids(pnd_plane_u32 *out, request *r, pnd_png_notes *notes, pnd_error *err)
{
    const pnd_png_info *info = &r->file.info;
    const pnd_status status = pnd_plane_u32_resize(out, info->width, info->height, err);
    if (status != PND_OK)
        return status;
    const bool has_alpha = info->color_type == PND_PNG_RGBA;
    const pnd_png_frame frame = {.rows =
                                     (uint8_t *)out->data + (out->stride - pnd_png_row_bytes(info)),
                                 .stride = out->stride,
                                 .finish_row = has_alpha ? rgba_to_ids : rgb_to_ids};
    return finish(r, &frame, notes, err);
}

pnd_status pnd_png_decode_ids(pnd_plane_u32 *out, const void *bytes, size_t size, const char *name,
                              const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    request r;
    pnd_status status = begin(&r, bytes, size, name, options, err);
    if (status == PND_OK)
        status = check_rgb_kind(
            &r, "looks like labelIds, not a panoptic image",
            "looks like instanceIds; pnd-panoptic makes panoptic images of them", err);
    return status == PND_OK ? read_ids(out, &r, notes, err) : status;
}

/* The rare picture with alpha takes the way over ids, which have room for four channels. */
static pnd_status read_rgba_as_rgb(pnd_plane_rgb8 *out, request *r, pnd_png_notes *notes,
                                   pnd_error *err)
{
    pnd_plane_u32 ids = {0};
    pnd_status status = read_ids(&ids, r, notes, err);
    for (int32_t y = 0; status == PND_OK && y < ids.height; y++) {
        const uint32_t *from = pnd_plane_u32_row(&ids, y);
        uint8_t *to = pnd_plane_rgb8_row(out, y);
        for (int32_t x = 0; x < ids.width; x++)
            for (int c = 0; c < 3; c++)
                *to++ = (uint8_t)(from[x] >> 8 * c);
    }
    pnd_plane_u32_clear(&ids);
    return status;
}

pnd_status pnd_png_decode_rgb8(pnd_plane_rgb8 *out, const void *bytes, size_t size,
                               const char *name, const pnd_png_options *options,
                               pnd_png_notes *notes, pnd_error *err)
{
    request r;
    pnd_status status = begin(&r, bytes, size, name, options, err);
    if (status == PND_OK)
        status = check_rgb_kind(&r, "", "", err);
    if (status == PND_OK)
        status = pnd_plane_rgb8_resize(out, r.file.info.width, r.file.info.height, err);
    if (status != PND_OK)
        return status;
    if (r.file.info.color_type == PND_PNG_RGBA)
        return read_rgba_as_rgb(out, &r, notes, err);
    const pnd_png_frame frame = {.rows = out->data, .stride = out->stride};
    return finish(&r, &frame, notes, err);
}
