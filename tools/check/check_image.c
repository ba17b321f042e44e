/* SPDX-License-Identifier: Apache-2.0 */
/* One image file: what it is, and with --deep what its pixels say. */
#include "check.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/labels.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading */

static check_code code_of_kind(const pnd_file_kind *kind)
{
    const check_code code = check_code_by_name(kind->code);
    return code == CHECK_N_CODES ? CHECK_FOREIGN_TYPE : code; /* "png": not what was expected */
}

/* Depth files are told apart by their reader. */
static bool is_expected(const pnd_file_kind *kind, check_container container)
{
    if (kind == NULL)
        return true;
    if (container == CHECK_A_DEPTH)
        return strcmp(kind->code, "png") == 0 || strstr(kind->what, "NumPy") != NULL ||
               strstr(kind->what, "PFM") != NULL || strstr(kind->what, "zip file") != NULL;
    return container == CHECK_A_PNG && strcmp(kind->code, "png") == 0;
}

pnd_status check_read(bool *good, pnd_buffer *bytes, check_problems *problems, const char *beneath,
                      const char *path, const char *shown, check_container container,
                      pnd_error *err)
{
    pnd_error found = {0};
    const int64_t limit = container == CHECK_A_TEXT ? PND_MAX_JSON_BYTES : PND_MAX_IMAGE_BYTES;
    *good = false;
    const pnd_status status = beneath != NULL
                                  ? pnd_file_read_beneath(bytes, beneath, path, limit, &found)
                                  : pnd_file_read(bytes, path, limit, &found);
    if (status != PND_OK)
        return check_add_error(problems,
                               status == PND_ELIMIT   ? CHECK_TOO_LARGE
                               : status == PND_EINVAL ? CHECK_UNSAFE_NAME
                                                      : CHECK_UNREADABLE,
                               shown, &found, err);
    if (bytes->size == 0)
        return check_add(problems, CHECK_EMPTY_FILE, shown, err, "empty file");
    const pnd_file_kind *kind = pnd_file_kind_of(bytes->data, bytes->size);
    if (kind != NULL && !is_expected(kind, container)) {
        (void)pnd_fail_hint(&found, PND_EFORMAT, kind->hint, "%s: %s", shown, kind->what);
        return check_add_error(problems, code_of_kind(kind), shown, &found, err);
    }
    *good = true;
    return PND_OK;
}

/* ---- container and kind */

typedef struct wanted_kind {
    int bit_depth, color_type;
    const char *text;
} wanted_kind;

static wanted_kind wanted_of(check_kind kind)
{
    switch (kind) {
    case CHECK_IS_RGB8:
    case CHECK_IS_COLOR:
        return (wanted_kind){8, 2, "8-bit RGB"};
    case CHECK_IS_RGB16:
        return (wanted_kind){16, 2, "16-bit RGB"};
    case CHECK_IS_LABELS:
    case CHECK_IS_TRAIN_LABELS:
        return (wanted_kind){8, 0, "8-bit grey"};
    case CHECK_IS_INSTANCES:
    case CHECK_IS_TRAIN_INSTANCES:
    case CHECK_IS_DISPARITY:
        return (wanted_kind){16, 0, "16-bit grey"};
    default:
        return (wanted_kind){0, 0, ""};
    }
}

static pnd_status check_pixel_kind(const pnd_png_info *info, bool *good, check_kind kind,
                                   check_problems *problems, const char *path, pnd_error *err)
{
    static const char *const names[] = {"grey", "",    "RGB", "palette", "grey with alpha",
                                        "",     "RGBA"};
    const wanted_kind wanted = wanted_of(kind);
    const bool rgba = kind == CHECK_IS_COLOR && info->color_type == 6;
    if (wanted.bit_depth == 0 ||
        (info->bit_depth == wanted.bit_depth && (info->color_type == wanted.color_type || rgba)))
        return PND_OK;
    *good = false;
    const check_code code = info->color_type == wanted.color_type || rgba ? CHECK_WRONG_BIT_DEPTH
                                                                          : CHECK_WRONG_COLOR_TYPE;
    const bool lost = wanted.bit_depth == 16 && info->bit_depth == 8;
    return check_add(problems, code, path, err, "%d-bit %s, expected %s%s", info->bit_depth,
                     names[info->color_type], wanted.text,
                     lost ? ": was it saved again by an 8-bit tool?" : "");
}

pnd_status check_png(pnd_png_info *info, bool *good, check_kind kind, check_unit *unit,
                     const char *path, const pnd_buffer *bytes, pnd_error *err)
{
    pnd_error found = {0};
    bool truncated, trailing;
    const pnd_status status =
        pnd_png_check(info, &truncated, &trailing, bytes->data, bytes->size, path, &found);
    *good = status == PND_OK;
    pnd_status added = PND_OK;
    if (!*good)
        added = check_add_error(&unit->problems,
                                truncated              ? CHECK_TRUNCATED
                                : status == PND_ELIMIT ? CHECK_TOO_LARGE
                                                       : CHECK_CORRUPT,
                                path, &found, err);
    else if (trailing)
        added = check_add(&unit->problems, CHECK_TRAILING_BYTES, path, err,
                          "bytes follow the end of the image");
    if (added == PND_OK && info->width > 0)
        added = check_pixel_kind(info, good, kind, &unit->problems, path, err);
    return added;
}

/* ---- pixels */

static bool is_multiple(const int64_t *histogram, int32_t of)
{
    for (int32_t v = 0; v < 65536; v++)
        if (histogram[v] > 0 && v % of != 0)
            return false;
    return true;
}

/* What the values of a disparity map say of it. */
static pnd_status judge_disparity(check_unit *unit, const char *path, const int64_t *histogram,
                                  int32_t max, int32_t n_values, pnd_error *err)
{
    check_problems *problems = &unit->problems;
    if (max == 0)
        return check_add(problems, CHECK_DISPARITY_INVALID, path, err, "every pixel is 0");
    if (n_values == 1)
        return check_add(problems, CHECK_DISPARITY_CONSTANT, path, err, "every pixel is %d", max);
    if (max == 1)
        return check_add(problems, CHECK_DISPARITY_INFINITE, path, err, "every pixel is 0 or 1");
    if (max <= 255)
        return check_add(problems, CHECK_DISPARITY_8BIT, path, err,
                         "the largest value is %d, a disparity below one pixel", max);
    if (is_multiple(histogram, 256) || is_multiple(histogram, 257))
        return check_add(problems, CHECK_DISPARITY_8BIT, path, err,
                         "all values are multiples of %d: 8 bits were stretched to 16",
                         is_multiple(histogram, 257) ? 257 : 256);
    return PND_OK;
}

static pnd_status check_disparity_pixels(check_unit *unit, const char *path,
                                         const pnd_plane_u16 *image, pnd_error *err)
{
    int64_t *histogram = pnd_calloc_array(65536, sizeof *histogram);
    int32_t max = 0, n_values = 0;
    check_disparity *d = &unit->disparity;
    if (histogram == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (int32_t y = 0; y < image->height; y++) {
        const uint16_t *row = pnd_plane_u16_row(image, y);
        for (int32_t x = 0; x < image->width; x++)
            histogram[row[x]]++;
    }
    for (int32_t v = 0; v < 65536; v++)
        if (histogram[v] > 0) {
            max = v;
            n_values++;
        }
    d->images++;
    d->invalid += histogram[0];
    d->infinite += histogram[1];
    d->finite += (int64_t)image->width * image->height - histogram[0] - histogram[1];
    d->max = max > d->max ? (uint16_t)max : d->max;
    const pnd_status status = judge_disparity(unit, path, histogram, max, n_values, err);
    free(histogram);
    return status;
}

/* Value, count and first place of pixels that break a rule. */
typedef struct offence {
    int64_t n;
    int32_t x, y;
    uint32_t value;
} offence;

static void offend(offence *o, int32_t x, int32_t y, uint32_t value)
{
    if (o->n++ == 0)
        *o = (offence){1, x, y, value};
}

static pnd_status report_offence(check_problems *problems, check_code code, const char *path,
                                 const offence *o, const char *what, pnd_error *err)
{
    if (o->n == 0)
        return PND_OK;
    return check_add(problems, code, path, err,
                     "%" PRId64 " pixels %s, the first at (%d, %d) with %" PRIu32, o->n, what, o->x,
                     o->y, o->value);
}

static bool is_known_label(uint8_t v, bool train_ids)
{
    if (train_ids)
        return v == 255 || pnd_label_by_train_id(v) != NULL;
    return pnd_label_by_id(v) != NULL;
}

static pnd_status check_label_pixels(check_unit *unit, const check_file *file,
                                     const pnd_plane_u8 *image, pnd_error *err)
{
    offence unknown = {0};
    const bool train_ids = file->kind == CHECK_IS_TRAIN_LABELS;
    for (int32_t y = 0; y < image->height; y++) {
        const uint8_t *row = pnd_plane_u8_row(image, y);
        for (int32_t x = 0; x < image->width; x++)
            if (!is_known_label(row[x], train_ids))
                offend(&unknown, x, y, row[x]);
    }
    return report_offence(&unit->problems, CHECK_UNKNOWN_CLASS, file->path, &unknown,
                          train_ids ? "of no trainId" : "of no class", err);
}

static pnd_status check_instance_pixels(check_unit *unit, const check_file *file,
                                        const pnd_plane_u16 *image, pnd_error *err)
{
    offence unknown = {0}, stuff = {0};
    const bool train_ids = file->kind == CHECK_IS_TRAIN_INSTANCES;
    for (int32_t y = 0; y < image->height; y++) {
        const uint16_t *row = pnd_plane_u16_row(image, y);
        for (int32_t x = 0; x < image->width; x++) {
            const int32_t id = pnd_instance_class(row[x]);
            const pnd_label *label = train_ids ? pnd_label_by_train_id(id) : pnd_label_by_id(id);
            if (label == NULL && !(train_ids && row[x] == 255))
                offend(&unknown, x, y, row[x]);
            else if (label != NULL && row[x] >= 1000 && !label->has_instances)
                offend(&stuff, x, y, row[x]);
        }
    }
    pnd_status status = report_offence(&unit->problems, CHECK_UNKNOWN_CLASS, file->path, &unknown,
                                       "of no class", err);
    if (status == PND_OK)
        status = report_offence(&unit->problems, CHECK_INSTANCE_OF_STUFF, file->path, &stuff,
                                "are instances of a class without", err);
    return status;
}

static bool is_grey16(const pnd_png_info *info)
{
    return info->color_type == 0 && info->bit_depth == 16;
}

/* Decoding proves that the pixels are whole; some kinds are then looked at. */
static pnd_status decode(const check_file *file, check_scratch *s, pnd_error *found)
{
    const pnd_buffer *b = &s->bytes;
    const pnd_png_options options = {
        .struct_size = sizeof options, .allow_alpha = true, .palette_as_index = true};
    switch (file->info.color_type) {
    case 0:
        if (is_grey16(&file->info))
            return pnd_png_decode_u16(file->kind == CHECK_IS_INSTANCES ? &s->instances
                                                                       : &s->samples,
                                      b->data, b->size, file->path, NULL, NULL, found);
        return file->info.bit_depth == 8
                   ? pnd_png_decode_u8(&s->labels, b->data, b->size, file->path, NULL, NULL, found)
                   : PND_OK;
    case 2:
    case 6:
        return file->info.bit_depth == 8 ? pnd_png_decode_rgb8(&s->rgb, b->data, b->size,
                                                               file->path, &options, NULL, found)
                                         : PND_OK;
    default:
        return PND_OK;
    }
}

static pnd_status check_pixels(check_unit *unit, const check_file *file, const check_scratch *s,
                               pnd_error *err)
{
    switch (file->kind) {
    case CHECK_IS_LABELS:
    case CHECK_IS_TRAIN_LABELS:
        return check_label_pixels(unit, file, &s->labels, err);
    case CHECK_IS_INSTANCES:
        return check_instance_pixels(unit, file, &s->instances, err);
    case CHECK_IS_TRAIN_INSTANCES:
        return check_instance_pixels(unit, file, &s->samples, err);
    case CHECK_IS_DISPARITY:
        return check_disparity_pixels(unit, file->path, &s->samples, err);
    default:
        return PND_OK;
    }
}

/* A prediction of 16-bit grey is depth or instance ids; only the extremes are suspicious. */
static pnd_status check_samples(check_unit *unit, const char *path, const pnd_plane_u16 *image,
                                pnd_error *err)
{
    int64_t zero = 0, full = 0;
    for (int32_t y = 0; y < image->height; y++) {
        const uint16_t *row = pnd_plane_u16_row(image, y);
        for (int32_t x = 0; x < image->width; x++) {
            zero += row[x] == 0;
            full += row[x] == 65535;
        }
    }
    if (zero == (int64_t)image->width * image->height)
        return check_add(&unit->problems, CHECK_DEPTH_EMPTY, path, err, "every pixel is 0");
    if (full > 0)
        return check_add(&unit->problems, CHECK_DEPTH_SATURATED, path, err,
                         "%" PRId64 " pixels are 65535", full);
    return PND_OK;
}

pnd_status check_image(const check_run *run, check_unit *unit, check_file *file, check_scratch *s,
                       bool *decoded, pnd_error *err)
{
    bool good = false;
    pnd_error found = {0};
    *decoded = false;
    pnd_status status = check_png(&file->info, &good, file->kind, unit, file->path, &s->bytes, err);
    if (status != PND_OK || !good || !run->args->deep)
        return status;
    status = decode(file, s, &found);
    if (status != PND_OK)
        return check_add_error(&unit->problems, CHECK_CORRUPT, file->path, &found, err);
    *decoded = true;
    if (file->kind == CHECK_IS_PNG && is_grey16(&file->info))
        return check_samples(unit, file->path, &s->samples, err);
    return check_pixels(unit, file, s, err);
}
