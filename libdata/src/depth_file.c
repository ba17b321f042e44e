/* SPDX-License-Identifier: Apache-2.0 */
/* Depth files: choosing the format, and KITTI's 16-bit samples. */
#include "depth_formats.h"

#include <panodepth/npz.h>
#include <panodepth/png.h>

#include <math.h>

#define UNITS_PER_METRE 256.0
#define MAX_SAMPLE      65535.0

const char *pnd_depth_format_name(pnd_depth_format format)
{
    static const char *const names[] = {"png16", "npy", "pfm"};
    return names[format];
}

const char *pnd_depth_format_extension(pnd_depth_format format)
{
    static const char *const extensions[] = {".png", ".npy", ".pfm"};
    return extensions[format];
}

static uint16_t to_sample(float depth_m, pnd_depth_rounding rounding, int64_t *saturated)
{
    if (!(depth_m > 0.0f))
        return 0;
    const double units = (double)depth_m * UNITS_PER_METRE;
    if (units > MAX_SAMPLE) {
        ++*saturated;
        return 65535;
    }
    const double rounded = floor(units + (rounding == PND_ROUND_HALF_UP ? 0.5 : 0.0));
    return rounded < 1.0 ? 1 : (uint16_t)rounded;
}

static pnd_status encode_png16(pnd_buffer *out, int64_t *saturated, pnd_view_f32 depth_m,
                               pnd_depth_rounding rounding, pnd_error *err)
{
    pnd_plane_u16 samples = {0};
    pnd_status status = pnd_plane_u16_resize(&samples, depth_m.width, depth_m.height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < depth_m.height; y++) {
        const float *row = pnd_view_f32_row(depth_m, y);
        uint16_t *to = pnd_plane_u16_row(&samples, y);
        for (int32_t x = 0; x < depth_m.width; x++)
            to[x] = to_sample(row[x], rounding, saturated);
    }
    status = pnd_png_encode_u16(out, pnd_plane_u16_view(&samples), PND_PNG_DEPTH, err);
    pnd_plane_u16_clear(&samples);
    return status;
}

pnd_status pnd_depth_encode(pnd_buffer *out, int64_t *saturated, pnd_view_f32 depth_m,
                            pnd_depth_format format, pnd_depth_rounding rounding,
                            bool nan_for_invalid, pnd_error *err)
{
    int64_t n_saturated = 0;
    pnd_buffer_reset(out);
    if (saturated != NULL)
        *saturated = 0;
    pnd_status status = pnd_check_size(depth_m.width, depth_m.height, "depth map", err);
    if (status != PND_OK)
        return status;
    if (format == PND_DEPTH_PNG16) {
        status = encode_png16(out, &n_saturated, depth_m, rounding, err);
    } else {
        if (format == PND_DEPTH_NPY)
            pnd_npy_append(out, depth_m, nan_for_invalid);
        else
            pnd_pfm_append(out, depth_m);
        status = pnd_buffer_status(out, err);
    }
    if (status == PND_OK && saturated != NULL)
        *saturated = n_saturated;
    return status;
}

void pnd_depth_map_clear(pnd_depth_map *map)
{
    pnd_plane_u16_clear(&map->samples);
    pnd_plane_f32_clear(&map->f32);
    pnd_plane_f64_clear(&map->f64);
    *map = (pnd_depth_map){0};
}

static bool ends_with(const char *text, const char *tail)
{
    const size_t n = strlen(text), k = strlen(tail);
    return n >= k && strcmp(text + n - k, tail) == 0;
}

static pnd_status decode_png16(pnd_depth_map *out, const void *bytes, size_t size, const char *name,
                               pnd_error *err)
{
    const pnd_status status = pnd_png_decode_u16(&out->samples, bytes, size, name, NULL, NULL, err);
    if (status != PND_OK)
        return status;
    out->kind = PND_DEPTH_MAP_U16;
    out->width = out->samples.width;
    out->height = out->samples.height;
    return PND_OK;
}

pnd_status pnd_depth_decode_npz(pnd_depth_map *out, const void *bytes, size_t size,
                                const char *member, const char *name, pnd_error *err)
{
    pnd_buffer npy = {0};
    out->width = out->height = 0;
    pnd_status status = pnd_npz_extract(&npy, bytes, size, member, name, err);
    if (status == PND_OK && (npy.size < 6 || memcmp(npy.data, "\x93NUMPY", 6) != 0))
        status = pnd_fail(err, PND_EFORMAT, "%s: its member is not a NumPy file", name);
    if (status == PND_OK)
        status = pnd_npy_decode(out, npy.data, npy.size, name, err);
    pnd_buffer_clear(&npy);
    return status;
}

pnd_status pnd_depth_decode(pnd_depth_map *out, const void *bytes, size_t size, const char *name,
                            pnd_error *err)
{
    const uint8_t *const b = bytes;
    out->width = out->height = 0;
    if (size >= 6 && memcmp(b, "\x93NUMPY", 6) == 0)
        return pnd_npy_decode(out, b, size, name, err);
    if (size >= 4 && memcmp(b, "PK\3\4", 4) == 0)
        return pnd_depth_decode_npz(out, bytes, size, NULL, name, err);
    if (size >= 2 && b[0] == 'P' && (b[1] == 'f' || b[1] == 'F'))
        return pnd_pfm_decode(out, b, size, name, err);
    if (ends_with(name, ".npy"))
        return pnd_fail(err, PND_EFORMAT, "%s: not a NumPy file: no \"\\x93NUMPY\" at its start",
                        name);
    if (ends_with(name, ".pfm"))
        return pnd_fail(err, PND_EFORMAT, "%s: not a PFM file: no \"Pf\" at its start", name);
    return decode_png16(out, bytes, size, name, err);
}

static void metres_row(float *to, const pnd_depth_map *map, int32_t y)
{
    switch (map->kind) {
    case PND_DEPTH_MAP_U16: {
        const uint16_t *row = pnd_plane_u16_row(&map->samples, y);
        for (int32_t x = 0; x < map->width; x++)
            to[x] = (float)row[x] / (float)UNITS_PER_METRE;
        break;
    }
    case PND_DEPTH_MAP_F32:
        memcpy(to, pnd_plane_f32_row(&map->f32, y), (size_t)map->width * sizeof *to);
        break;
    case PND_DEPTH_MAP_F64: {
        const double *row = pnd_plane_f64_row(&map->f64, y);
        for (int32_t x = 0; x < map->width; x++)
            to[x] = (float)row[x];
        break;
    }
    }
}

pnd_status pnd_depth_map_metres(pnd_plane_f32 *out, const pnd_depth_map *map, pnd_error *err)
{
    const pnd_status status = pnd_plane_f32_resize(out, map->width, map->height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < map->height; y++)
        metres_row(pnd_plane_f32_row(out, y), map, y);
    return PND_OK;
}
