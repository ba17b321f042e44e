/* SPDX-License-Identifier: Apache-2.0 */
/* Class and instance in pixels: values by hand from the formulas of panoptic_pairs.h. */
#include "pnd_test.h"

#include <panodepth/panoptic_pairs.h>
#include <panodepth/png.h>

#include <stdlib.h>

enum { N = 4 };

static const pnd_pairs_layout two = {PND_PAIRS_TWO_CHANNEL, .void_class = 255};
static const pnd_pairs_layout three = {PND_PAIRS_THREE_CHANNEL, .void_class = 255};
static const pnd_pairs_layout cityscapes = {PND_PAIRS_INSTANCE_IDS, .void_class = 0};
static const pnd_pairs_layout by_2000 = {PND_PAIRS_DIVISOR, .divisor = 2000, .void_class = 32};

static pnd_view_u32 view_of(const uint32_t *pixels, int32_t n)
{
    return (pnd_view_u32){pixels, n, 1, (size_t)n * sizeof *pixels};
}

/* Read an image of 8-bit RGB ids (r + 256 g + 65536 b). */
static void expect_rgb(pnd_pairs_layout layout, const uint32_t ids[N], const uint32_t pairs[N])
{
    pnd_buffer png = {0}, again = {0};
    pnd_plane_u32 out = {0};
    pnd_error err = {0};
    pnd_assert_ok(pnd_png_encode_ids(&png, view_of(ids, N), &err));
    pnd_assert_ok(pnd_pairs_decode(&out, layout, png.data, png.size, "p.png", NULL, NULL, &err));
    assert_memory_equal(out.data, pairs, N * sizeof *pairs);
    pnd_assert_ok(pnd_pairs_encode(&again, layout, pnd_plane_u32_view(&out), "p.png", &err));
    assert_int_equal(again.size, png.size);
    assert_memory_equal(again.data, png.data, png.size);
    pnd_plane_u32_clear(&out);
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&again);
}

static void expect_grey(pnd_pairs_layout layout, const uint16_t samples[N], const uint32_t pairs[N])
{
    pnd_buffer png = {0}, again = {0};
    pnd_plane_u32 out = {0};
    pnd_error err = {0};
    const pnd_view_u16 view = {samples, N, 1, N * sizeof *samples};
    pnd_assert_ok(pnd_png_encode_u16(&png, view, PND_PNG_LABELS, &err));
    pnd_assert_ok(pnd_pairs_decode(&out, layout, png.data, png.size, "p.png", NULL, NULL, &err));
    assert_memory_equal(out.data, pairs, N * sizeof *pairs);
    pnd_assert_ok(pnd_pairs_encode(&again, layout, pnd_plane_u32_view(&out), "p.png", &err));
    assert_memory_equal(again.data, png.data, png.size);
    pnd_plane_u32_clear(&out);
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&again);
}

static void two_channels_are_class_and_instance(void **state)
{
    (void)state;
    const uint32_t ids[N] = {7, 13 | 1 << 8, 13 | 255 << 8, 255};
    const uint32_t pairs[N] = {7u << 16, 13u << 16 | 1, 13u << 16 | 255, PND_PAIR_VOID};
    expect_rgb(two, ids, pairs);
}

static void three_channels_hold_the_high_byte_first(void **state)
{
    (void)state;
    /* instance 258 = 1 * 256 + 2; 65535 = 255 * 256 + 255 */
    const uint32_t ids[N] = {7, 13 | 1 << 8 | 2 << 16, 18u | 255u << 8 | 255u << 16, 255};
    const uint32_t pairs[N] = {7u << 16, 13u << 16 | 258, 18u << 16 | 65535, PND_PAIR_VOID};
    expect_rgb(three, ids, pairs);
}

static void instance_ids_count_from_0_and_pairs_from_1(void **state)
{
    (void)state;
    const uint16_t samples[N] = {26, 26000, 26999, 0};
    const uint32_t pairs[N] = {26u << 16, 26u << 16 | 1, 26u << 16 | 1000, PND_PAIR_VOID};
    expect_grey(cityscapes, samples, pairs);
}

static void a_divisor_separates_class_and_instance(void **state)
{
    (void)state;
    /* 13 * 2000 + 1999 = 27999; void class 32 * 2000 = 64000 */
    const uint16_t samples[N] = {0, 26000, 27999, 64000};
    const uint32_t pairs[N] = {0, 13u << 16, 13u << 16 | 1999, PND_PAIR_VOID};
    expect_grey(by_2000, samples, pairs);
}

static void expect_refused(pnd_pairs_layout layout, uint32_t pair, const char *text)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    const uint32_t pixels[2] = {PND_PAIR_VOID, pair};
    pnd_assert_fails(pnd_pairs_encode(&png, layout, view_of(pixels, 2), "p.png", &err), PND_ELIMIT,
                     text);
    assert_int_equal(png.size, 0);
    pnd_buffer_clear(&png);
}

static void what_does_not_fit_is_refused_with_its_place(void **state)
{
    (void)state;
    expect_refused(two, pnd_pair(13, 256),
                   "instance 256 of class 13 at (1, 0): this form holds 255");
    expect_refused(cityscapes, pnd_pair(26, 1001), "this form holds 1000");
    expect_refused(cityscapes, pnd_pair(66, 1), "does not fit 16 bits");
    expect_refused(by_2000, pnd_pair(32, 1), "which is written for void");
    expect_refused(by_2000, pnd_pair(33, 0), "does not fit 16 bits");
    expect_refused(two, pnd_pair(255, 0), "which is written for void");
    expect_refused(three, pnd_pair(256, 0), "does not fit 8 bits");
    const pnd_pairs_layout high = {PND_PAIRS_DIVISOR, .divisor = 1000, .void_class = 255};
    expect_refused(high, 0, "void class 255 times 1000 does not fit");
}

static void a_third_channel_is_not_dropped(void **state)
{
    (void)state;
    pnd_buffer png = {0};
    pnd_plane_u32 out = {0};
    pnd_error err = {0};
    const uint32_t ids[2] = {13, 13 | 1 << 8 | 2 << 16};
    pnd_assert_ok(pnd_png_encode_ids(&png, view_of(ids, 2), &err));
    pnd_assert_fails(pnd_pairs_decode(&out, two, png.data, png.size, "p.png", NULL, NULL, &err),
                     PND_EFORMAT, "pixel (1, 0) has 2 in its third channel");
    pnd_assert_fails(
        pnd_pairs_decode(&out, cityscapes, png.data, png.size, "p.png", NULL, NULL, &err),
        PND_EUNSUPPORTED, "16-bit grey");
    pnd_plane_u32_clear(&out);
    pnd_buffer_clear(&png);
}

static void a_layout_out_of_range_is_refused(void **state)
{
    (void)state;
    static const pnd_pairs_layout bad[] = {{PND_PAIRS_TWO_CHANNEL, .void_class = 256},
                                           {PND_PAIRS_TWO_CHANNEL, .void_class = -1},
                                           {PND_PAIRS_DIVISOR, .divisor = 1},
                                           {PND_PAIRS_DIVISOR, .divisor = 65536}};
    pnd_plane_u32 out = {0};
    pnd_error err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        pnd_assert_fails(pnd_pairs_decode(&out, bad[i], "", 0, "p.png", NULL, NULL, &err),
                         PND_EINVAL, "expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_channels_are_class_and_instance),
        cmocka_unit_test(three_channels_hold_the_high_byte_first),
        cmocka_unit_test(instance_ids_count_from_0_and_pairs_from_1),
        cmocka_unit_test(a_divisor_separates_class_and_instance),
        cmocka_unit_test(what_does_not_fit_is_refused_with_its_place),
        cmocka_unit_test(a_third_channel_is_not_dropped),
        cmocka_unit_test(a_layout_out_of_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
