/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFM, the portable float map: "Pf\n", "width height\n", "scale\n", then rows from the bottom up.
 * A negative scale says little endian. Its magnitude is not applied: Middlebury's disparity files
 * carry -0.003922 with disparities in pixels, and its readers ignore it too.
 */
#include "depth_formats.h"

#include <math.h>

enum { MAX_TOKEN = 32 };

void pnd_pfm_append(pnd_buffer *out, pnd_view_f32 depth_m)
{
    pnd_buffer_printf(out, "Pf\n%d %d\n-1.0\n", depth_m.width, depth_m.height);
    const size_t row_bytes = (size_t)depth_m.width * sizeof(float);
    if (pnd_buffer_reserve(out, row_bytes * (size_t)depth_m.height) != PND_OK)
        return;
    for (int32_t y = depth_m.height - 1; y >= 0; y--) {
        const float *row = pnd_view_f32_row(depth_m, y);
        for (int32_t x = 0; x < depth_m.width; x++) {
            const bool invalid = row[x] == 0.0f || isnan(row[x]);
            pnd_store_f32le(out->data + out->size, invalid ? (float)INFINITY : row[x]);
            out->size += sizeof(float);
        }
    }
    out->data[out->size] = 0;
}

/* One word of the header and the single separator behind it, which must be one of `separators`.
 * A carriage return is refused: behind the scale it could as well be the first sample's byte. */
static pnd_status take_token(char token[MAX_TOKEN], const uint8_t *bytes, size_t size, size_t *at,
                             const char *separators, const char *name, pnd_error *err)
{
    size_t n = 0;
    while (*at < size && n + 1 < MAX_TOKEN && bytes[*at] > ' ' && bytes[*at] < 0x7f)
        token[n++] = (char)bytes[(*at)++];
    token[n] = '\0';
    if (*at < size && bytes[*at] == '\r')
        return pnd_fail_hint(err, PND_EFORMAT, "the file went through a text-mode conversion",
                             "%s: PFM header with CR LF line ends", name);
    if (n == 0 || *at == size || bytes[*at] == '\0' || strchr(separators, bytes[*at]) == NULL)
        return pnd_fail(err, PND_EFORMAT,
                        "%s: PFM header: expected \"Pf\", width, height and scale"
                        " on three lines",
                        name);
    (*at)++;
    return PND_OK;
}

static pnd_status take_side(int64_t *side, const uint8_t *bytes, size_t size, size_t *at,
                            const char *separators, const char *name, pnd_error *err)
{
    char token[MAX_TOKEN];
    const pnd_status status = take_token(token, bytes, size, at, separators, name, err);
    if (status != PND_OK)
        return status;
    if (!pnd_parse_int(side, token, 1, INT32_MAX))
        return pnd_fail(err, PND_EFORMAT, "%s: PFM header: '%s' is no image size", name, token);
    return PND_OK;
}

static pnd_status take_scale(double *scale, const uint8_t *bytes, size_t size, size_t *at,
                             const char *name, pnd_error *err)
{
    char token[MAX_TOKEN];
    const pnd_status status = take_token(token, bytes, size, at, "\n", name, err);
    if (status != PND_OK)
        return status;
    if (!pnd_parse_double(scale, token) || *scale == 0.0)
        return pnd_fail(err, PND_EFORMAT, "%s: PFM header: scale '%s' says no byte order", name,
                        token);
    return PND_OK;
}

static float sample_of(const uint8_t *bytes, bool little_endian)
{
    const uint8_t swapped[4] = {bytes[3], bytes[2], bytes[1], bytes[0]};
    const float value =
        pnd_float_of_bits((uint32_t)pnd_load_le(little_endian ? bytes : swapped, 4));
    return isfinite(value) ? value : 0.0f;
}

pnd_status pnd_pfm_decode(pnd_depth_map *out, const uint8_t *bytes, size_t size, const char *name,
                          pnd_error *err)
{
    char magic[MAX_TOKEN];
    int64_t width = 0, height = 0;
    double scale = 0;
    size_t at = 0;
    pnd_status status = take_token(magic, bytes, size, &at, "\n ", name, err);
    if (status == PND_OK && strcmp(magic, "PF") == 0)
        return pnd_fail(err, PND_EUNSUPPORTED, "%s: a colour PFM: expected one channel (\"Pf\")",
                        name);
    if (status == PND_OK && strcmp(magic, "Pf") != 0)
        return pnd_fail(err, PND_EFORMAT, "%s: not a PFM file: it begins with '%s'", name, magic);
    if (status == PND_OK)
        status = take_side(&width, bytes, size, &at, " ", name, err);
    if (status == PND_OK)
        status = take_side(&height, bytes, size, &at, "\n", name, err);
    if (status == PND_OK)
        status = take_scale(&scale, bytes, size, &at, name, err);
    if (status == PND_OK)
        status = pnd_check_size(width, height, name, err);
    if (status != PND_OK)
        return status;
    const size_t expected = (size_t)width * (size_t)height * sizeof(float);
    if (size - at != expected)
        return pnd_fail(err, PND_EFORMAT, "%s: %zu bytes of samples: expected %zu for %dx%d", name,
                        size - at, expected, (int)width, (int)height);
    status = pnd_plane_f32_resize(&out->f32, (int32_t)width, (int32_t)height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = (int32_t)height - 1; y >= 0; y--) {
        float *row = pnd_plane_f32_row(&out->f32, y);
        for (int32_t x = 0; x < width; x++, at += sizeof(float))
            row[x] = sample_of(bytes + at, scale < 0.0);
    }
    out->kind = PND_DEPTH_MAP_F32;
    out->width = (int32_t)width;
    out->height = (int32_t)height;
    return PND_OK;
}
