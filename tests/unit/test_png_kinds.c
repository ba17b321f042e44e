/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which kinds of PNG each decoder takes, and the pixels of files that other programs wrote
 * (tests/data/png/make.py: Pillow, and Python with zlib). The formulas are the script's.
 */
#include "pnd_test.h"
#include "png_craft.h"

#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdio.h>

enum { W = 13, H = 9 };

static int label_at(int x, int y)
{
    return (x * x + 7 * y) % 256;
}

static int value_at(int x, int y)
{
    return (4096 * x + 257 * y + 1) % 65536;
}

static uint32_t id_at(int x, int y)
{
    const int r = (16 * x + y) % 256;
    const int g = (x + 31 * y) % 256;
    const int b = x * y % 256;
    return (uint32_t)(r + 256 * g + 65536 * b);
}

/* Open one of the committed files; the name comes out as the decoder's. */
static void load(pnd_buffer *out, const char *name)
{
    pnd_error err = {0};
    pnd_assert_ok(pnd_file_read_beneath(out, PND_TEST_DATA "/png", name, 100000, &err));
}

static void grey_files_of_others_hold_the_labels(void **state)
{
    static const char *const names[] = {"pillow_grey8.png", "filters_grey8.png", "adam7_grey8.png"};
    pnd_buffer png = {0};
    pnd_plane_u8 plane = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        load(&png, names[i]);
        pnd_assert_ok(pnd_png_decode_u8(&plane, png.data, png.size, names[i], NULL, NULL, &err));
        assert_int_equal(plane.width, W);
        assert_int_equal(plane.height, H);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                assert_int_equal(pnd_plane_u8_row(&plane, y)[x], label_at(x, y));
    }
    pnd_plane_u8_clear(&plane);
    pnd_buffer_clear(&png);
}

static void sixteen_bit_files_of_others_hold_the_values(void **state)
{
    static const char *const names[] = {"pillow_grey16.png", "filters_grey16.png",
                                        "adam7_grey16.png", "ancillary_grey16.png"};
    pnd_buffer png = {0};
    pnd_plane_u16 plane = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        load(&png, names[i]);
        pnd_assert_ok(pnd_png_decode_u16(&plane, png.data, png.size, names[i], NULL, NULL, &err));
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                assert_int_equal(pnd_plane_u16_row(&plane, y)[x], value_at(x, y));
    }
    pnd_plane_u16_clear(&plane);
    pnd_buffer_clear(&png);
}

static void colour_files_of_others_hold_the_ids(void **state)
{
    static const char *const names[] = {"pillow_rgb8.png", "filters_rgb8.png", "adam7_rgb8.png"};
    pnd_buffer png = {0};
    pnd_plane_u32 ids = {0};
    pnd_plane_rgb8 rgb = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        load(&png, names[i]);
        pnd_assert_ok(pnd_png_decode_ids(&ids, png.data, png.size, names[i], NULL, NULL, &err));
        pnd_assert_ok(pnd_png_decode_rgb8(&rgb, png.data, png.size, names[i], NULL, NULL, &err));
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const uint8_t *p = pnd_plane_rgb8_row(&rgb, y) + 3 * x;
                assert_int_equal(pnd_plane_u32_row(&ids, y)[x], id_at(x, y));
                assert_int_equal(p[0] + 256 * p[1] + 65536 * p[2], id_at(x, y));
            }
    }
    pnd_plane_u32_clear(&ids);
    pnd_plane_rgb8_clear(&rgb);
    pnd_buffer_clear(&png);
}

static void alpha_is_dropped_only_on_request_and_noted(void **state)
{
    const pnd_png_options options = {.struct_size = sizeof options, .allow_alpha = true};
    pnd_png_notes notes = {0};
    pnd_buffer png = {0};
    pnd_plane_u32 ids = {0};
    pnd_plane_rgb8 rgb = {0};
    pnd_error err = {0};
    (void)state;
    load(&png, "pillow_rgba8.png");
    pnd_assert_fails(pnd_png_decode_ids(&ids, png.data, png.size, "f.png", NULL, &notes, &err),
                     PND_EUNSUPPORTED, "f.png: 8-bit RGBA, expected 8-bit RGB");
    pnd_assert_fails(pnd_png_decode_rgb8(&rgb, png.data, png.size, "f.png", NULL, &notes, &err),
                     PND_EUNSUPPORTED, "save it without alpha");
    err = (pnd_error){0};
    pnd_assert_ok(pnd_png_decode_ids(&ids, png.data, png.size, "f.png", &options, &notes, &err));
    assert_true(notes.alpha_dropped);
    notes = (pnd_png_notes){0};
    pnd_assert_ok(pnd_png_decode_rgb8(&rgb, png.data, png.size, "f.png", &options, &notes, &err));
    assert_true(notes.alpha_dropped);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const uint8_t *p = pnd_plane_rgb8_row(&rgb, y) + 3 * x;
            assert_int_equal(pnd_plane_u32_row(&ids, y)[x], id_at(x, y));
            assert_int_equal(p[0] + 256 * p[1] + 65536 * p[2], id_at(x, y));
        }
    pnd_plane_u32_clear(&ids);
    pnd_plane_rgb8_clear(&rgb);
    pnd_buffer_clear(&png);
}

static void palette_indices_are_labels_only_on_request(void **state)
{
    static const struct {
        const char *name;
        int colors;
    } files[] = {{"pillow_palette1.png", 2},
                 {"pillow_palette2.png", 4},
                 {"pillow_palette4.png", 16},
                 {"pillow_palette8.png", 20},
                 {"adam7_palette2.png", 4}};
    const pnd_png_options options = {.struct_size = sizeof options, .palette_as_index = true};
    pnd_buffer png = {0};
    pnd_plane_u8 plane = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        load(&png, files[i].name);
        pnd_assert_fails(
            pnd_png_decode_u8(&plane, png.data, png.size, files[i].name, NULL, NULL, &err),
            PND_EUNSUPPORTED, "-bit palette, expected 8-bit grey");
        assert_string_equal(
            err.hint, "save it as 8-bit grey: its indices are the labels, the colours are not");
        err = (pnd_error){0};
        pnd_assert_ok(
            pnd_png_decode_u8(&plane, png.data, png.size, files[i].name, &options, NULL, &err));
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                assert_int_equal(pnd_plane_u8_row(&plane, y)[x], (x + y) % files[i].colors);
    }
    load(&png, "palette8_out_of_range.png");
    pnd_assert_fails(pnd_png_decode_u8(&plane, png.data, png.size, "f.png", &options, NULL, &err),
                     PND_EFORMAT, "f.png: pixel (6, 4) has palette index 20, the palette has 20");
    pnd_plane_u8_clear(&plane);
    pnd_buffer_clear(&png);
}

static void a_bad_palette_is_refused(void **state)
{
    static const struct {
        size_t size;
        const char *message;
    } cases[] = {{0, "PLTE of 0 bytes"}, {4, "PLTE of 4 bytes"}, {15, "expected 3 x 1..4"}};
    const pnd_png_options options = {.struct_size = sizeof options, .palette_as_index = true};
    const craft_header header = {4, 1, 2, 3, 0};
    pnd_buffer png = {0};
    pnd_plane_u8 plane = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pnd_buffer_reset(&png);
        craft_begin(&png, header);
        craft_chunk(&png, "PLTE", "0123456789abcde", cases[i].size);
        craft_pixels(&png, "\0\x1b", 2);
        craft_end(&png);
        pnd_assert_fails(pnd_png_decode_u8(&plane, png.data, png.size, "f", &options, NULL, &err),
                         PND_EFORMAT, cases[i].message);
    }
    pnd_buffer_reset(&png);
    craft_begin(&png, header);
    craft_pixels(&png, "\0\x1b", 2);
    craft_end(&png);
    pnd_assert_fails(pnd_png_decode_u8(&plane, png.data, png.size, "f", &options, NULL, &err),
                     PND_EFORMAT, "f: no PLTE before the pixels");
    pnd_plane_u8_clear(&plane);
    pnd_buffer_clear(&png);
}

/* Every legal colour type and depth against every decoder: the right one takes it, each other one
 * names what it found and what it wanted. */
typedef struct kind {
    uint8_t color_type, bit_depth, channels;
    const char *name;
} kind;

static const kind kinds[] = {
    {0, 1, 1, "1-bit grey"},
    {0, 2, 1, "2-bit grey"},
    {0, 4, 1, "4-bit grey"},
    {0, 8, 1, "8-bit grey"},
    {0, 16, 1, "16-bit grey"},
    {2, 8, 3, "8-bit RGB"},
    {2, 16, 3, "16-bit RGB"},
    {3, 1, 1, "1-bit palette"},
    {3, 2, 1, "2-bit palette"},
    {3, 4, 1, "4-bit palette"},
    {3, 8, 1, "8-bit palette"},
    {4, 8, 2, "8-bit grey with alpha"},
    {4, 16, 2, "16-bit grey with alpha"},
    {6, 8, 4, "8-bit RGBA"},
    {6, 16, 4, "16-bit RGBA"},
};

static void craft_kind(pnd_buffer *out, const kind *k)
{
    static const uint8_t rows[5 * 3 * 8];
    const craft_header header = {5, 3, k->bit_depth, k->color_type, 0};
    craft_file(out, header, rows, ((size_t)5 * k->channels * k->bit_depth + 7) / 8);
}

static void check_verdict(pnd_status status, const kind *k, const char *wanted,
                          const pnd_error *err)
{
    char message[128];
    (void)snprintf(message, sizeof message, "f.png: %s, expected %s", k->name, wanted);
    if (strcmp(k->name, wanted) == 0) {
        assert_int_equal(status, PND_OK);
    } else {
        assert_int_equal(status, PND_EUNSUPPORTED);
        assert_string_equal(err->message, message);
    }
}

static void every_decoder_takes_exactly_its_kind(void **state)
{
    pnd_buffer png = {0};
    pnd_plane_u8 u8 = {0};
    pnd_plane_u16 u16 = {0};
    pnd_plane_u32 u32 = {0};
    pnd_plane_rgb8 rgb = {0};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        pnd_error e[4] = {{0}};
        pnd_png_info info;
        craft_kind(&png, &kinds[i]);
        const void *bytes = png.data;
        const size_t size = png.size;
        assert_int_equal(pnd_png_read_info(&info, bytes, size, "f.png", NULL), PND_OK);
        assert_int_equal(info.color_type, kinds[i].color_type);
        assert_int_equal(info.bit_depth, kinds[i].bit_depth);
        check_verdict(pnd_png_decode_u8(&u8, bytes, size, "f.png", NULL, NULL, &e[0]), &kinds[i],
                      "8-bit grey", &e[0]);
        check_verdict(pnd_png_decode_u16(&u16, bytes, size, "f.png", NULL, NULL, &e[1]), &kinds[i],
                      "16-bit grey", &e[1]);
        check_verdict(pnd_png_decode_ids(&u32, bytes, size, "f.png", NULL, NULL, &e[2]), &kinds[i],
                      "8-bit RGB", &e[2]);
        check_verdict(pnd_png_decode_rgb8(&rgb, bytes, size, "f.png", NULL, NULL, &e[3]), &kinds[i],
                      "8-bit RGB", &e[3]);
    }
    pnd_plane_u8_clear(&u8);
    pnd_plane_u16_clear(&u16);
    pnd_plane_u32_clear(&u32);
    pnd_plane_rgb8_clear(&rgb);
    pnd_buffer_clear(&png);
}

static void the_hint_guesses_what_happened(void **state)
{
    const kind grey8 = {0, 8, 1, ""};
    const kind grey16 = {0, 16, 1, ""};
    const kind rgb8 = {2, 8, 3, ""};
    pnd_buffer png = {0};
    pnd_plane_u8 u8 = {0};
    pnd_plane_u16 u16 = {0};
    pnd_plane_u32 u32 = {0};
    pnd_error err = {0};
    (void)state;
    craft_kind(&png, &grey8);
    pnd_assert_fails(pnd_png_decode_u16(&u16, png.data, png.size, "f", NULL, NULL, &err),
                     PND_EUNSUPPORTED, "was it re-saved by an 8-bit tool?");
    pnd_assert_fails(pnd_png_decode_ids(&u32, png.data, png.size, "f", NULL, NULL, &err),
                     PND_EUNSUPPORTED, "looks like labelIds");
    craft_kind(&png, &grey16);
    pnd_assert_fails(pnd_png_decode_u8(&u8, png.data, png.size, "f", NULL, NULL, &err),
                     PND_EUNSUPPORTED, "looks like instanceIds, disparity or depth");
    pnd_assert_fails(pnd_png_decode_ids(&u32, png.data, png.size, "f", NULL, NULL, &err),
                     PND_EUNSUPPORTED, "looks like instanceIds");
    craft_kind(&png, &rgb8);
    pnd_assert_fails(pnd_png_decode_u8(&u8, png.data, png.size, "f", NULL, NULL, &err),
                     PND_EUNSUPPORTED, "looks like a colour picture of the labels");
    pnd_assert_fails(pnd_png_decode_u16(&u16, png.data, png.size, "f", NULL, NULL, &err),
                     PND_EUNSUPPORTED, "looks like a picture");
    pnd_buffer_clear(&png);
}

static void adam7_gives_the_pixels_of_the_plain_file(void **state)
{
    static const uint32_t sizes[][2] = {{1, 1}, {2, 1}, {1, 9}, {4, 4}, {5, 8}, {8, 8}, {257, 3}};
    static uint8_t rows[257 * 9 * 3];
    pnd_buffer plain = {0};
    pnd_buffer adam7 = {0};
    pnd_plane_u32 a = {0};
    pnd_plane_u32 b = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = (uint8_t)(i * i * 31 + i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const uint32_t width = sizes[i][0];
        const craft_header header = {width, sizes[i][1], 8, 2, 0};
        craft_file(&plain, header, rows, 3 * (size_t)width);
        craft_adam7_file(&adam7, header, rows, 3 * (size_t)width);
        pnd_assert_ok(pnd_png_decode_ids(&a, plain.data, plain.size, "plain", NULL, NULL, &err));
        pnd_assert_ok(pnd_png_decode_ids(&b, adam7.data, adam7.size, "adam7", NULL, NULL, &err));
        assert_memory_equal(a.data, b.data, a.stride * (size_t)a.height);
    }
    pnd_plane_u32_clear(&a);
    pnd_plane_u32_clear(&b);
    pnd_buffer_clear(&plain);
    pnd_buffer_clear(&adam7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_files_of_others_hold_the_labels),
        cmocka_unit_test(sixteen_bit_files_of_others_hold_the_values),
        cmocka_unit_test(colour_files_of_others_hold_the_ids),
        cmocka_unit_test(alpha_is_dropped_only_on_request_and_noted),
        cmocka_unit_test(palette_indices_are_labels_only_on_request),
        cmocka_unit_test(a_bad_palette_is_refused),
        cmocka_unit_test(every_decoder_takes_exactly_its_kind),
        cmocka_unit_test(the_hint_guesses_what_happened),
        cmocka_unit_test(adam7_gives_the_pixels_of_the_plain_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
