/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NumPy's .npy (numpy/lib/format.py, "NEP 1"): magic, version, header length, a Python dict literal
 *
 *     {'descr': '<f4', 'fortran_order': False, 'shape': (1024, 2048), }
 *
 * padded with blanks and ended by a newline, then the samples. NumPy evaluates the header as Python
 * and may unpickle the data; here the header is read by the small parser below, which knows
 * strings, True, False and tuples of integers and nothing else.
 */
#include "depth_formats.h"

#include <math.h>
#include <stdio.h>

enum { MAGIC_SIZE = 6, PREFIX_SIZE = 10, ALIGNMENT = 64, MAX_HEADER = 65536, MAX_DIMENSIONS = 4 };

/* A header being read. Its text is not terminated: every step compares with end. */
typedef struct npy_header {
    const char *at, *end;
    const char *name; /* of the file */
    char descr[16];
    bool fortran_order;
    int64_t shape[MAX_DIMENSIONS];
    int n_dimensions;
    bool has_descr, has_order, has_shape;
} npy_header;

/* Magic, version and header of a '<f4' array. */
static void append_header(pnd_buffer *out, const char *shape)
{
    char dict[160];
    const int length = snprintf(dict, sizeof dict,
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape);
    const size_t used = PREFIX_SIZE + (size_t)length + 1; /* with the newline */
    const size_t total = (used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    const size_t header = total - PREFIX_SIZE;
    const uint8_t prefix[PREFIX_SIZE] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)(header & 0xff), (uint8_t)(header >> 8)};
    pnd_buffer_append(out, prefix, sizeof prefix);
    pnd_buffer_printf(out, "%s%*s\n", dict, (int)(total - used), "");
}

pnd_status pnd_npy_encode_maps(pnd_buffer *out, const float *maps, int32_t channels, int32_t height,
                               int32_t width, pnd_error *err)
{
    char shape[64];
    const size_t n = (size_t)channels * (size_t)height * (size_t)width;
    pnd_buffer_reset(out);
    (void)snprintf(shape, sizeof shape, "%d, %d, %d", channels, height, width);
    append_header(out, shape);
    if (pnd_buffer_reserve(out, n * sizeof *maps) == PND_OK)
        for (size_t i = 0; i < n; i++, out->size += sizeof *maps)
            pnd_store_f32le(out->data + out->size, maps[i]);
    const pnd_status status = pnd_buffer_status(out, err);
    if (status != PND_OK)
        pnd_buffer_reset(out);
    return status;
}

void pnd_npy_append(pnd_buffer *out, pnd_view_f32 depth_m, bool nan_for_invalid)
{
    char shape[64];
    (void)snprintf(shape, sizeof shape, "%d, %d", depth_m.height, depth_m.width);
    append_header(out, shape);
    const size_t row_bytes = (size_t)depth_m.width * sizeof(float);
    if (pnd_buffer_reserve(out, row_bytes * (size_t)depth_m.height) != PND_OK)
        return;
    for (int32_t y = 0; y < depth_m.height; y++) {
        const float *row = pnd_view_f32_row(depth_m, y);
        for (int32_t x = 0; x < depth_m.width; x++) {
            const bool invalid = row[x] == 0.0f || isnan(row[x]);
            pnd_store_f32le(out->data + out->size,
                            invalid ? (nan_for_invalid ? (float)NAN : 0.0f) : row[x]);
            out->size += sizeof(float);
        }
    }
    out->data[out->size] = 0;
}

static pnd_status bad_header(const npy_header *header, const char *what, pnd_error *err)
{
    return pnd_fail(err, PND_EFORMAT, "%s: npy header: %s", header->name, what);
}

static void skip_blanks(npy_header *header)
{
    while (header->at < header->end &&
           (*header->at == ' ' || *header->at == '\n' || *header->at == '\t'))
        header->at++;
}

/* Skip blanks, then take `c` if it comes next. */
static bool take(npy_header *header, char c)
{
    skip_blanks(header);
    if (header->at == header->end || *header->at != c)
        return false;
    header->at++;
    return true;
}

static bool take_word(npy_header *header, const char *word)
{
    const size_t n = strlen(word);
    skip_blanks(header);
    if ((size_t)(header->end - header->at) < n || memcmp(header->at, word, n) != 0)
        return false;
    header->at += n;
    return true;
}

/* A quoted string without escapes that fits `out`. */
static bool take_string(npy_header *header, char *out, size_t out_size)
{
    const char quote = take(header, '\'') ? '\'' : take(header, '"') ? '"' : '\0';
    size_t n = 0;
    if (quote == '\0')
        return false;
    for (; header->at < header->end && *header->at != quote; header->at++) {
        const unsigned char c = (unsigned char)*header->at;
        if (n + 1 == out_size || c == '\\' || c < 0x20 || c > 0x7e)
            return false;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return take(header, quote);
}

/* Digits only. A number too large for any image becomes INT64_MAX, which no limit lets pass. */
static bool take_dimension(npy_header *header, int64_t *out)
{
    skip_blanks(header);
    const char *const begin = header->at;
    int64_t value = 0;
    for (; header->at < header->end && *header->at >= '0' && *header->at <= '9'; header->at++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *header->at - '0', &value))
            value = INT64_MAX;
    *out = value;
    return header->at > begin;
}

static pnd_status take_shape(npy_header *header, pnd_error *err)
{
    if (!take(header, '('))
        return bad_header(header, "'shape' is not a tuple of integers", err);
    while (!take(header, ')')) {
        if (header->n_dimensions == MAX_DIMENSIONS)
            return pnd_fail(err, PND_EUNSUPPORTED,
                            "%s: more than %d dimensions: expected (height, width)", header->name,
                            MAX_DIMENSIONS);
        if (!take_dimension(header, &header->shape[header->n_dimensions++]))
            return bad_header(header, "'shape' is not a tuple of integers", err);
        if (!take(header, ',')) {
            if (!take(header, ')'))
                return bad_header(header, "'shape' does not end", err);
            break;
        }
    }
    header->has_shape = true;
    return PND_OK;
}

static pnd_status take_descr(npy_header *header, pnd_error *err)
{
    skip_blanks(header);
    if (header->at < header->end && *header->at == '[')
        return pnd_fail(err, PND_EUNSUPPORTED,
                        "%s: a structured array: expected <f4, <f8, <f2 or <u2", header->name);
    if (!take_string(header, header->descr, sizeof header->descr))
        return bad_header(header, "'descr' is not a type string", err);
    header->has_descr = true;
    return PND_OK;
}

static pnd_status take_order(npy_header *header, pnd_error *err)
{
    header->fortran_order = take_word(header, "True");
    if (!header->fortran_order && !take_word(header, "False"))
        return bad_header(header, "'fortran_order' is neither True nor False", err);
    header->has_order = true;
    return PND_OK;
}

static pnd_status take_member(npy_header *header, pnd_error *err)
{
    char key[32];
    if (!take_string(header, key, sizeof key) || !take(header, ':'))
        return bad_header(header, "not a dict with string keys", err);
    if (strcmp(key, "descr") == 0 && !header->has_descr)
        return take_descr(header, err);
    if (strcmp(key, "fortran_order") == 0 && !header->has_order)
        return take_order(header, err);
    if (strcmp(key, "shape") == 0 && !header->has_shape)
        return take_shape(header, err);
    return pnd_fail(err, PND_EFORMAT, "%s: npy header: key '%s' is unknown or given twice",
                    header->name, key);
}

static pnd_status parse_header(npy_header *header, pnd_error *err)
{
    if (!take(header, '{'))
        return bad_header(header, "not a dict", err);
    while (!take(header, '}')) {
        const pnd_status status = take_member(header, err);
        if (status != PND_OK)
            return status;
        if (!take(header, ',')) {
            if (!take(header, '}'))
                return bad_header(header, "the dict does not end", err);
            break;
        }
    }
    skip_blanks(header);
    if (header->at != header->end)
        return bad_header(header, "text after the dict", err);
    if (!header->has_descr || !header->has_order || !header->has_shape)
        return bad_header(header, "'descr', 'fortran_order' or 'shape' is missing", err);
    return PND_OK;
}

/* Find the header's text and step *bytes and *size past it. */
static pnd_status open_header(npy_header *header, const uint8_t **bytes, size_t *size,
                              pnd_error *err)
{
    const uint8_t *b = *bytes;
    if (*size < PREFIX_SIZE)
        return bad_header(header, "truncated", err);
    const int major = b[MAGIC_SIZE], minor = b[MAGIC_SIZE + 1];
    if (major < 1 || major > 3 || minor != 0)
        return pnd_fail(err, PND_EUNSUPPORTED, "%s: npy version %d.%d: expected 1.0, 2.0 or 3.0",
                        header->name, major, minor);
    const size_t width = major == 1 ? 2 : 4;
    if (*size < MAGIC_SIZE + 2 + width)
        return bad_header(header, "truncated", err);
    const uint64_t length = pnd_load_le(b + MAGIC_SIZE + 2, width);
    const size_t begin = MAGIC_SIZE + 2 + width;
    if (length > MAX_HEADER)
        return pnd_fail(err, PND_ELIMIT, "%s: npy header of %llu bytes: at most %d are accepted",
                        header->name, (unsigned long long)length, MAX_HEADER);
    if (length > *size - begin)
        return bad_header(header, "truncated", err);
    header->at = (const char *)b + begin;
    header->end = header->at + length;
    *bytes = b + begin + length;
    *size -= begin + length;
    return PND_OK;
}

static pnd_status check_type(const npy_header *header, size_t *sample_size, pnd_error *err)
{
    const char *const d = header->descr;
    if (strchr(d, 'O') != NULL)
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "save it with a numeric type",
                             "%s: an object array holds pickled Python, which is never read",
                             header->name);
    if (d[0] == '>')
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "save it with .astype('<f4')",
                             "%s: big-endian samples '%s'", header->name, d);
    if (header->fortran_order)
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "save it with numpy.ascontiguousarray()",
                             "%s: Fortran order: expected C order", header->name);
    if (strcmp(d, "<f4") != 0 && strcmp(d, "<f8") != 0 && strcmp(d, "<f2") != 0 &&
        strcmp(d, "<u2") != 0)
        return pnd_fail(err, PND_EUNSUPPORTED,
                        "%s: samples of type '%s': expected <f4, <f8, <f2 or <u2", header->name, d);
    *sample_size = (size_t)(d[2] - '0');
    return PND_OK;
}

static pnd_status check_shape(const npy_header *header, int32_t *width, int32_t *height,
                              pnd_error *err)
{
    const int n = header->n_dimensions;
    if (n != 2 && !(n == 3 && header->shape[0] == 1))
        return pnd_fail(err, PND_EUNSUPPORTED,
                        "%s: %d dimensions: expected (height, width) or (1, height, width)",
                        header->name, n);
    const int64_t h = header->shape[n - 2], w = header->shape[n - 1];
    if (w < 1 || h < 1)
        return pnd_fail(err, PND_EFORMAT, "%s: an empty array", header->name);
    const bool fits = w <= PND_MAX_SIDE && h <= PND_MAX_SIDE;
    const pnd_status status =
        pnd_check_size(fits ? w : INT32_MAX, fits ? h : INT32_MAX, header->name, err);
    *width = (int32_t)(fits ? w : 0);
    *height = (int32_t)(fits ? h : 0);
    return status;
}

/* IEEE half to float: exact, subnormals and NaN too. */
static float float_of_half(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t exponent = (half >> 10) & 31u, fraction = half & 0x3ffu;
    if (exponent == 31)
        return pnd_float_of_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent == 0) {
        const float magnitude = ldexpf((float)fraction, -24);
        return sign != 0 ? -magnitude : magnitude;
    }
    return pnd_float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

static double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The planes made here have no padding, so the samples are one run. */
static pnd_status read_samples(pnd_depth_map *out, const npy_header *header, const uint8_t *bytes,
                               int32_t width, int32_t height, pnd_error *err)
{
    const size_t n = (size_t)width * (size_t)height;
    const char type = header->descr[1], size = header->descr[2];
    pnd_status status = PND_OK;
    if (type == 'u') {
        status = pnd_plane_u16_resize(&out->samples, width, height, err);
        for (size_t i = 0; i < n && status == PND_OK; i++)
            out->samples.data[i] = (uint16_t)pnd_load_le(bytes + 2 * i, 2);
        out->kind = PND_DEPTH_MAP_U16;
    } else if (size == '8') {
        status = pnd_plane_f64_resize(&out->f64, width, height, err);
        for (size_t i = 0; i < n && status == PND_OK; i++)
            out->f64.data[i] = double_of_bits(pnd_load_le(bytes + 8 * i, 8));
        out->kind = PND_DEPTH_MAP_F64;
    } else {
        status = pnd_plane_f32_resize(&out->f32, width, height, err);
        for (size_t i = 0; i < n && status == PND_OK; i++)
            out->f32.data[i] = size == '4'
                                   ? pnd_float_of_bits((uint32_t)pnd_load_le(bytes + 4 * i, 4))
                                   : float_of_half((uint16_t)pnd_load_le(bytes + 2 * i, 2));
        out->kind = PND_DEPTH_MAP_F32;
    }
    return status;
}

pnd_status pnd_npy_decode(pnd_depth_map *out, const uint8_t *bytes, size_t size, const char *name,
                          pnd_error *err)
{
    npy_header header = {.name = name};
    size_t sample_size = 0;
    int32_t width = 0, height = 0;
    pnd_status status = open_header(&header, &bytes, &size, err);
    if (status == PND_OK)
        status = parse_header(&header, err);
    if (status == PND_OK)
        status = check_type(&header, &sample_size, err);
    if (status == PND_OK)
        status = check_shape(&header, &width, &height, err);
    if (status != PND_OK)
        return status;
    const size_t expected = (size_t)width * (size_t)height * sample_size;
    if (size != expected)
        return pnd_fail(err, PND_EFORMAT, "%s: %zu bytes of samples: expected %zu for %dx%d '%s'",
                        name, size, expected, width, height, header.descr);
    status = read_samples(out, &header, bytes, width, height, err);
    if (status != PND_OK)
        return status;
    out->width = width;
    out->height = height;
    return PND_OK;
}
