/* SPDX-License-Identifier: Apache-2.0 */
/* Class and instance in the channels of a pixel. */
#include <panodepth/panoptic_pairs.h>
#include <panodepth/png.h>

#include <inttypes.h>

enum { CITYSCAPES_DIVISOR = 1000, MAX_CLASS = 255, MAX_SAMPLE = 65535 };

static pnd_status check_layout(pnd_pairs_layout layout, pnd_error *err)
{
    if (layout.form > PND_PAIRS_DIVISOR || layout.void_class < 0 || layout.void_class > MAX_CLASS)
        return pnd_fail(err, PND_EINVAL, "void class %" PRId32 ": expected 0 to %d",
                        layout.void_class, MAX_CLASS);
    if (layout.form == PND_PAIRS_DIVISOR && (layout.divisor < 2 || layout.divisor > MAX_SAMPLE))
        return pnd_fail(err, PND_EINVAL, "divisor %" PRId32 ": expected 2 to %d", layout.divisor,
                        MAX_SAMPLE);
    return PND_OK;
}

static uint32_t pair_of_sample(uint32_t v, pnd_pairs_layout layout)
{
    if (layout.form == PND_PAIRS_DIVISOR)
        return pnd_pair(v / (uint32_t)layout.divisor, v % (uint32_t)layout.divisor);
    return v < CITYSCAPES_DIVISOR ? pnd_pair(v, 0)
                                  : pnd_pair(v / CITYSCAPES_DIVISOR, v % CITYSCAPES_DIVISOR + 1);
}

static uint32_t voided(uint32_t pair, pnd_pairs_layout layout)
{
    return pnd_pair_class(pair) == (uint32_t)layout.void_class ? PND_PAIR_VOID : pair;
}

static pnd_status decode_channels(pnd_plane_u32 *out, pnd_pairs_layout layout, const void *bytes,
                                  size_t size, const char *name, const pnd_png_options *options,
                                  pnd_png_notes *notes, pnd_error *err)
{
    const bool two = layout.form == PND_PAIRS_TWO_CHANNEL;
    const pnd_status status = pnd_png_decode_ids(out, bytes, size, name, options, notes, err);
    for (int32_t y = 0; status == PND_OK && y < out->height; y++) {
        uint32_t *row = pnd_plane_u32_row(out, y);
        for (int32_t x = 0; x < out->width; x++) {
            const uint32_t r = row[x] & 255, g = row[x] >> 8 & 255, b = row[x] >> 16;
            if (two && b != 0)
                return pnd_fail_hint(err, PND_EFORMAT, "is it a three-channel or a COCO PNG?",
                                     "%s: pixel (%" PRId32 ", %" PRId32 ") has %" PRIu32
                                     " in its third channel, expected 0",
                                     name, x, y, b);
            row[x] = voided(pnd_pair(r, two ? g : g << 8 | b), layout);
        }
    }
    return status;
}

static pnd_status decode_samples(pnd_plane_u32 *out, pnd_pairs_layout layout, const void *bytes,
                                 size_t size, const char *name, const pnd_png_options *options,
                                 pnd_png_notes *notes, pnd_error *err)
{
    pnd_plane_u16 samples = {0};
    pnd_status status = pnd_png_decode_u16(&samples, bytes, size, name, options, notes, err);
    if (status == PND_OK)
        status = pnd_plane_u32_resize(out, samples.width, samples.height, err);
    for (int32_t y = 0; status == PND_OK && y < out->height; y++) {
        const uint16_t *from = pnd_plane_u16_row(&samples, y);
        uint32_t *to = pnd_plane_u32_row(out, y);
        for (int32_t x = 0; x < out->width; x++)
            to[x] = voided(pair_of_sample(from[x], layout), layout);
    }
    pnd_plane_u16_clear(&samples);
    return status;
}

pnd_status pnd_pairs_decode(pnd_plane_u32 *out, pnd_pairs_layout layout, const void *bytes,
                            size_t size, const char *name, const pnd_png_options *options,
                            pnd_png_notes *notes, pnd_error *err)
{
    const pnd_status status = check_layout(layout, err);
    if (status != PND_OK)
        return status;
    return layout.form <= PND_PAIRS_THREE_CHANNEL
               ? decode_channels(out, layout, bytes, size, name, options, notes, err)
               : decode_samples(out, layout, bytes, size, name, options, notes, err);
}

/* ---- writing */

/* Largest instance a form holds. */
static uint32_t max_instance(pnd_pairs_layout layout)
{
    switch (layout.form) {
    case PND_PAIRS_TWO_CHANNEL:
        return 255;
    case PND_PAIRS_THREE_CHANNEL:
        return 65535;
    case PND_PAIRS_INSTANCE_IDS:
        return CITYSCAPES_DIVISOR;
    default:
        return (uint32_t)layout.divisor - 1;
    }
}

/* What a form makes of a pair: an id as pnd_png_encode_ids() takes it, or a 16-bit sample. */
static uint64_t sample_of_pair(uint32_t pair, pnd_pairs_layout layout)
{
    const uint64_t c = pnd_pair_class(pair), n = pnd_pair_instance(pair);
    switch (layout.form) {
    case PND_PAIRS_TWO_CHANNEL:
        return c | n << 8;
    case PND_PAIRS_THREE_CHANNEL:
        return c | n >> 8 << 8 | (n & 255) << 16;
    case PND_PAIRS_INSTANCE_IDS:
        return n == 0 ? c : c * CITYSCAPES_DIVISOR + n - 1;
    default:
        return c * (uint64_t)layout.divisor + n;
    }
}

static pnd_status fail_pair(uint32_t pair, pnd_pairs_layout layout, const char *name, int32_t x,
                            int32_t y, pnd_error *err)
{
    const uint32_t c = pnd_pair_class(pair), n = pnd_pair_instance(pair);
    if (c == (uint32_t)layout.void_class)
        return pnd_fail(err, PND_ELIMIT,
                        "%s: pixel (%" PRId32 ", %" PRId32 ") is of class %" PRIu32
                        ", which is written for void",
                        name, x, y, c);
    if (n > max_instance(layout))
        return pnd_fail_hint(err, PND_ELIMIT, "three channels hold 65535",
                             "%s: instance %" PRIu32 " of class %" PRIu32 " at (%" PRId32
                             ", %" PRId32 "): this form holds %" PRIu32,
                             name, n, c, x, y, max_instance(layout));
    return pnd_fail(err, PND_ELIMIT,
                    "%s: class %" PRIu32 " with instance %" PRIu32 " at (%" PRId32 ", %" PRId32
                    ") does not fit %s",
                    name, c, n, x, y,
                    layout.form <= PND_PAIRS_THREE_CHANNEL ? "8 bits" : "16 bits");
}

static bool fits(uint32_t pair, pnd_pairs_layout layout)
{
    const uint32_t c = pnd_pair_class(pair);
    if (c == (uint32_t)layout.void_class || pnd_pair_instance(pair) > max_instance(layout))
        return false;
    if (layout.form <= PND_PAIRS_THREE_CHANNEL)
        return c <= MAX_CLASS;
    const bool plain = layout.form == PND_PAIRS_INSTANCE_IDS && pnd_pair_instance(pair) == 0;
    return plain ? c < CITYSCAPES_DIVISOR : sample_of_pair(pair, layout) <= MAX_SAMPLE;
}

static uint32_t void_sample(pnd_pairs_layout layout)
{
    return (uint32_t)sample_of_pair(pnd_pair((uint32_t)layout.void_class, 0), layout);
}

static pnd_status encode_channels(pnd_buffer *out, const pnd_plane_u32 *samples, pnd_error *err)
{
    return pnd_png_encode_ids(out, pnd_plane_u32_view(samples), err);
}

static pnd_status encode_samples(pnd_buffer *out, const pnd_plane_u32 *samples, pnd_error *err)
{
    pnd_plane_u16 narrow = {0};
    pnd_status status = pnd_plane_u16_resize(&narrow, samples->width, samples->height, err);
    for (int32_t y = 0; status == PND_OK && y < samples->height; y++) {
        const uint32_t *from = pnd_plane_u32_row(samples, y);
        uint16_t *to = pnd_plane_u16_row(&narrow, y);
        for (int32_t x = 0; x < samples->width; x++)
            to[x] = (uint16_t)from[x];
    }
    if (status == PND_OK)
        status = pnd_png_encode_u16(out, pnd_plane_u16_view(&narrow), PND_PNG_LABELS, err);
    pnd_plane_u16_clear(&narrow);
    return status;
}

static pnd_status fill_samples(pnd_plane_u32 *samples, pnd_pairs_layout layout, pnd_view_u32 pairs,
                               const char *name, pnd_error *err)
{
    for (int32_t y = 0; y < pairs.height; y++) {
        const uint32_t *from = pnd_view_u32_row(pairs, y);
        uint32_t *to = pnd_plane_u32_row(samples, y);
        for (int32_t x = 0; x < pairs.width; x++) {
            if (from[x] == PND_PAIR_VOID)
                to[x] = void_sample(layout);
            else if (fits(from[x], layout))
                to[x] = (uint32_t)sample_of_pair(from[x], layout);
            else
                return fail_pair(from[x], layout, name, x, y, err);
        }
    }
    return PND_OK;
}

pnd_status pnd_pairs_encode(pnd_buffer *out, pnd_pairs_layout layout, pnd_view_u32 pairs,
                            const char *name, pnd_error *err)
{
    pnd_plane_u32 samples = {0};
    pnd_buffer_reset(out);
    pnd_status status = check_layout(layout, err);
    if (status == PND_OK && layout.form == PND_PAIRS_DIVISOR && void_sample(layout) > MAX_SAMPLE)
        status = pnd_fail_hint(err, PND_ELIMIT, "choose another class for void, or another divisor",
                               "%s: void class %" PRId32 " times %" PRId32 " does not fit 16 bits",
                               name, layout.void_class, layout.divisor);
    if (status == PND_OK)
        status = pnd_plane_u32_resize(&samples, pairs.width, pairs.height, err);
    if (status == PND_OK)
        status = fill_samples(&samples, layout, pairs, name, err);
    if (status == PND_OK)
        status = layout.form <= PND_PAIRS_THREE_CHANNEL ? encode_channels(out, &samples, err)
                                                        : encode_samples(out, &samples, err);
    pnd_plane_u32_clear(&samples);
    return status;
}
