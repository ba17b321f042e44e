/* SPDX-License-Identifier: Apache-2.0 */
/* Pixels through our encoders and back. Files of others: test_png_kinds. */
#include "pnd_test.h"

#include <panodepth/png.h>

#include <stdlib.h>

typedef struct size {
    int32_t width, height;
} size;

static const size sizes[] = {{1, 1},           {1, 7},   {7, 1},    {3, 2},
                             {257, 3},         {64, 33}, {1025, 2}, {PND_MAX_SIDE, 2},
                             {1, PND_MAX_SIDE}};
enum { N_SIZES = sizeof sizes / sizeof *sizes, PADDING = 24 };

/* A small generator, so that every run sees the same pixels. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void labels_of_odd_sizes_survive_the_round_trip(void **state)
{
    pnd_error err = {0};
    pnd_buffer png = {0};
    pnd_plane_u8 back = {0};
    (void)state;
    for (int k = 0; k < N_SIZES; k++) {
        const size s = sizes[k];
        const size_t stride = (size_t)s.width + PADDING;
        uint8_t *pixels = calloc(stride, (size_t)s.height);
        uint32_t seed = 1;
        for (size_t i = 0; i < stride * (size_t)s.height; i++)
            pixels[i] = (uint8_t)next_random(&seed);
        const pnd_view_u8 view = {pixels, s.width, s.height, stride};
        pnd_assert_ok(pnd_png_encode_u8(&png, view, &err));
        pnd_assert_ok(pnd_png_decode_u8(&back, png.data, png.size, "u8", NULL, NULL, &err));
        assert_int_equal(back.width, s.width);
        assert_int_equal(back.height, s.height);
        for (int32_t y = 0; y < s.height; y++)
            assert_memory_equal(pnd_plane_u8_row(&back, y), pnd_view_u8_row(view, y),
                                (size_t)s.width);
        free(pixels);
    }
    pnd_plane_u8_clear(&back);
    pnd_buffer_clear(&png);
}

static void check_u16_round_trip(size s, pnd_png_content content)
{
    static const uint16_t corners[] = {0, 1, 256, 65535, 255, 257, 32768};
    pnd_error err = {0};
    pnd_buffer png = {0};
    pnd_plane_u16 back = {0};
    const size_t samples = (size_t)s.width + PADDING / 2;
    uint16_t *pixels = calloc(samples * (size_t)s.height, sizeof *pixels);
    uint32_t seed = 2;
    for (size_t i = 0; i < samples * (size_t)s.height; i++)
        pixels[i] = i % 3 == 0 ? corners[i / 3 % 7] : (uint16_t)next_random(&seed);
    const pnd_view_u16 view = {pixels, s.width, s.height, samples * sizeof *pixels};
    pnd_assert_ok(pnd_png_encode_u16(&png, view, content, &err));
    pnd_assert_ok(pnd_png_decode_u16(&back, png.data, png.size, "u16", NULL, NULL, &err));
    assert_int_equal(back.width, s.width);
    assert_int_equal(back.height, s.height);
    for (int32_t y = 0; y < s.height; y++)
        assert_memory_equal(pnd_plane_u16_row(&back, y), pnd_view_u16_row(view, y),
                            (size_t)s.width * sizeof *pixels);
    free(pixels);
    pnd_plane_u16_clear(&back);
    pnd_buffer_clear(&png);
}

static void sixteen_bit_images_survive_the_round_trip(void **state)
{
    (void)state;
    for (int k = 0; k < N_SIZES; k++) {
        check_u16_round_trip(sizes[k], PND_PNG_LABELS);
        check_u16_round_trip(sizes[k], PND_PNG_DEPTH);
    }
}

static void pictures_survive_the_round_trip(void **state)
{
    pnd_error err = {0};
    pnd_buffer png = {0};
    pnd_plane_rgb8 back = {0};
    (void)state;
    for (int k = 0; k < N_SIZES; k++) {
        const size s = sizes[k];
        const size_t stride = 3 * (size_t)s.width + PADDING;
        uint8_t *pixels = calloc(stride, (size_t)s.height);
        uint32_t seed = 3;
        for (size_t i = 0; i < stride * (size_t)s.height; i++)
            pixels[i] = (uint8_t)next_random(&seed);
        const pnd_view_rgb8 view = {pixels, s.width, s.height, stride};
        pnd_assert_ok(pnd_png_encode_rgb8(&png, view, &err));
        pnd_assert_ok(pnd_png_decode_rgb8(&back, png.data, png.size, "rgb", NULL, NULL, &err));
        for (int32_t y = 0; y < s.height; y++)
            assert_memory_equal(pnd_plane_rgb8_row(&back, y), pnd_view_rgb8_row(view, y),
                                3 * (size_t)s.width);
        free(pixels);
    }
    pnd_plane_rgb8_clear(&back);
    pnd_buffer_clear(&png);
}

static void ids_up_to_24_bits_survive_the_round_trip(void **state)
{
    static const uint32_t corners[] = {0, 1, 255, 256, 65535, 65536, 0xfffffe, 0xffffff};
    pnd_error err = {0};
    pnd_buffer png = {0};
    pnd_plane_u32 back = {0};
    (void)state;
    for (int k = 0; k < N_SIZES; k++) {
        const size s = sizes[k];
        const size_t samples = (size_t)s.width + PADDING / 4;
        uint32_t *pixels = calloc(samples * (size_t)s.height, sizeof *pixels);
        uint32_t seed = 4;
        for (size_t i = 0; i < samples * (size_t)s.height; i++)
            pixels[i] = i % 3 == 0 ? corners[i / 3 % 8] : next_random(&seed) & 0xffffff;
        const pnd_view_u32 view = {pixels, s.width, s.height, samples * sizeof *pixels};
        pnd_assert_ok(pnd_png_encode_ids(&png, view, &err));
        pnd_assert_ok(pnd_png_decode_ids(&back, png.data, png.size, "ids", NULL, NULL, &err));
        for (int32_t y = 0; y < s.height; y++)
            assert_memory_equal(pnd_plane_u32_row(&back, y), pnd_view_u32_row(view, y),
                                (size_t)s.width * sizeof *pixels);
        free(pixels);
    }
    pnd_plane_u32_clear(&back);
    pnd_buffer_clear(&png);
}

static void an_id_above_24_bits_is_refused_and_located(void **state)
{
    const uint32_t pixels[6] = {1, 2, 3, 4, 5, 0x1000000};
    const pnd_view_u32 view = {pixels, 3, 2, 12};
    pnd_error err = {0};
    pnd_buffer png = {0};
    (void)state;
    pnd_assert_fails(pnd_png_encode_ids(&png, view, &err), PND_EINVAL,
                     "segment id 16777216 at pixel (2, 1)");
    assert_int_equal(png.size, 0);
    pnd_buffer_clear(&png);
}

static void a_view_without_pixels_is_refused(void **state)
{
    pnd_error err = {0};
    pnd_buffer png = {0};
    (void)state;
    pnd_assert_fails(pnd_png_encode_u8(&png, (pnd_view_u8){0}, &err), PND_EINVAL, "0x0");
    pnd_assert_fails(
        pnd_png_encode_u16(&png, (pnd_view_u16){NULL, 20000, 1, 40000}, PND_PNG_DEPTH, &err),
        PND_ELIMIT, "20000x1");
    pnd_buffer_clear(&png);
}

static void the_same_pixels_give_the_same_bytes(void **state)
{
    uint16_t pixels[64 * 16];
    pnd_error err = {0};
    pnd_buffer a = {0};
    pnd_buffer b = {0};
    uint32_t seed = 5;
    (void)state;
    for (int i = 0; i < 64 * 16; i++)
        pixels[i] = (uint16_t)next_random(&seed);
    const pnd_view_u16 view = {pixels, 64, 16, 128};
    pnd_assert_ok(pnd_png_encode_u16(&a, view, PND_PNG_DEPTH, &err));
    pnd_assert_ok(pnd_png_encode_u16(&b, view, PND_PNG_DEPTH, &err));
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    pnd_buffer_clear(&a);
    pnd_buffer_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_of_odd_sizes_survive_the_round_trip),
        cmocka_unit_test(sixteen_bit_images_survive_the_round_trip),
        cmocka_unit_test(pictures_survive_the_round_trip),
        cmocka_unit_test(ids_up_to_24_bits_survive_the_round_trip),
        cmocka_unit_test(an_id_above_24_bits_is_refused_and_located),
        cmocka_unit_test(a_view_without_pixels_is_refused),
        cmocka_unit_test(the_same_pixels_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
