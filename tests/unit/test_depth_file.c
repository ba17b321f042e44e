/* SPDX-License-Identifier: Apache-2.0 */
/* Depth files. The .npy fixtures were written by NumPy itself: tests/data/depth/make.py. */
#include "pnd_test.h"

#include <panodepth/depth_file.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdio.h>
#include <stdlib.h>

static void read_fixture(pnd_buffer *out, const char *name)
{
    char path[1024];
    pnd_error err = {0};
    (void)snprintf(path, sizeof path, PND_TEST_DATA "/depth/%s", name);
    pnd_assert_ok(pnd_file_read(out, path, 4096, &err));
}

static pnd_status decode_fixture(pnd_depth_map *map, const char *name, pnd_error *err)
{
    pnd_buffer bytes = {0};
    read_fixture(&bytes, name);
    const pnd_status status = pnd_depth_decode(map, bytes.data, bytes.size, name, err);
    pnd_buffer_clear(&bytes);
    return status;
}

/* The array of make.py. */
static const double expected[2][3] = {{0.5, 1.25, -2.0}, {0.0, (double)NAN, 300.0}};

static void assert_expected(double actual, int32_t y, int32_t x)
{
    if (isnan(expected[y][x]))
        assert_true(isnan(actual));
    else
        assert_true(actual == expected[y][x]);
}

static void float_arrays_of_every_version_are_read(void **state)
{
    const char *const names[] = {"f4_v1.npy", "f4_v2.npy", "f4_v3.npy", "f2.npy", "one_by_hw.npy"};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pnd_assert_ok(decode_fixture(&map, names[i], &err));
        assert_int_equal(map.kind, PND_DEPTH_MAP_F32);
        assert_int_equal(map.width, 3);
        assert_int_equal(map.height, 2);
        for (int32_t y = 0; y < 2; y++)
            for (int32_t x = 0; x < 3; x++)
                assert_expected((double)pnd_plane_f32_row(&map.f32, y)[x], y, x);
    }
    pnd_depth_map_clear(&map);
    assert_null(map.f32.data);
}

static void doubles_and_samples_keep_their_type(void **state)
{
    const uint16_t samples[6] = {0, 1, 256, 257, 32257, 65535};
    pnd_plane_f32 metres = {0};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(decode_fixture(&map, "f8.npy", &err));
    assert_int_equal(map.kind, PND_DEPTH_MAP_F64);
    for (int32_t i = 0; i < 6; i++)
        assert_expected(map.f64.data[i], i / 3, i % 3);
    pnd_assert_ok(decode_fixture(&map, "u2.npy", &err));
    assert_int_equal(map.kind, PND_DEPTH_MAP_U16);
    assert_memory_equal(map.samples.data, samples, sizeof samples);
    pnd_assert_ok(pnd_depth_map_metres(&metres, &map, &err));
    assert_true(metres.data[2] == 1.0f && metres.data[5] == 255.99609375f);
    pnd_plane_f32_clear(&metres);
    pnd_depth_map_clear(&map);
}

static void half_floats_convert_exactly(void **state)
{
    /* numpy.frombuffer(these bytes, '<f2'): smallest subnormal, smallest normal, largest, inf,
     * and -0.333251953125 */
    char file[128 + 10];
    const uint8_t halves[10] = {0x01, 0x00, 0x00, 0x04, 0xff, 0x7b, 0x00, 0x7c, 0x55, 0xb5};
    const double values[5] = {5.960464477539063e-08, 6.103515625e-05, 65504.0, (double)INFINITY,
                              -0.333251953125};
    const char *const dict = "{'descr': '<f2', 'fortran_order': False, 'shape': (1, 5), }";
    pnd_depth_map map = {0};
    pnd_error err = {0};
    (void)state;
    memset(file, ' ', sizeof file);
    memcpy(file, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(file + 10, dict, strlen(dict));
    file[127] = '\n';
    memcpy(file + 128, halves, sizeof halves);
    pnd_assert_ok(pnd_depth_decode(&map, file, sizeof file, "half", &err));
    for (int i = 0; i < 5; i++)
        assert_true((double)map.f32.data[i] == values[i]);
    pnd_depth_map_clear(&map);
}

/* faults.md row 69 */
static void arrays_that_are_no_depth_map_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *name;
        pnd_status status;
        const char *text;
    } cases[] = {{"fortran.npy", PND_EUNSUPPORTED, "Fortran"},
                 {"big_endian.npy", PND_EUNSUPPORTED, "big-endian"},
                 {"int32.npy", PND_EUNSUPPORTED, "'<i4'"},
                 {"object.npy", PND_EUNSUPPORTED, "pickled"},
                 {"structured.npy", PND_EUNSUPPORTED, "structured"},
                 {"three_planes.npy", PND_EUNSUPPORTED, "3 dimensions"},
                 {"scalar.npy", PND_EUNSUPPORTED, "0 dimensions"},
                 {"empty.npy", PND_EFORMAT, "empty"}};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pnd_assert_fails(decode_fixture(&map, cases[i].name, &err), cases[i].status, cases[i].text);
        assert_non_null(strstr(err.message, cases[i].name));
        assert_int_equal(map.width, 0);
    }
    pnd_depth_map_clear(&map);
}

/* A v1 header with this dict and `n` bytes of zeros behind it. */
static pnd_status decode_dict(const char *dict, size_t n, pnd_error *err)
{
    pnd_buffer file = {0};
    pnd_depth_map map = {0};
    const size_t length = strlen(dict);
    const uint8_t prefix[10] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)length, (uint8_t)(length >> 8)};
    const char zeros[64] = {0};
    pnd_buffer_append(&file, prefix, sizeof prefix);
    pnd_buffer_puts(&file, dict);
    pnd_buffer_append(&file, zeros, n);
    const pnd_status status = pnd_depth_decode(&map, file.data, file.size, "x.npy", err);
    pnd_depth_map_clear(&map);
    pnd_buffer_clear(&file);
    return status;
}

static void a_header_is_a_dict_of_three_keys_and_nothing_else(void **state)
{
    static const struct {
        const char *dict;
        pnd_status status;
        const char *text;
    } cases[] = {
        {"", PND_EFORMAT, "not a dict"},
        {"__import__('os').system('true')", PND_EFORMAT, "not a dict"},
        {"{'descr': '<f4', 'fortran_order': False}", PND_EFORMAT, "missing"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)} x", PND_EFORMAT, "after"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 2)}", PND_EFORMAT, "True nor False"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}", PND_EFORMAT,
         "twice"},
        {"{'descr': '<f4', 'evil': '<f4', 'fortran_order': False, 'shape': (2, 2)}", PND_EFORMAT,
         "'evil'"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, -2)}", PND_EFORMAT, "integers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': [2, 2]}", PND_EFORMAT, "tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2", PND_EFORMAT, "end"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)", PND_EFORMAT, "end"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,2,2)}", PND_EUNSUPPORTED,
         "dimensions"},
        {"{'descr': '<\\x66", PND_EFORMAT, "type string"},
        {"{'descr': '<f4", PND_EFORMAT, "type string"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (16385, 1)}", PND_ELIMIT, "limit"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (16384, 16384)}", PND_ELIMIT, "limit"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808, 2)}", PND_ELIMIT,
         "limit"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551617, 1)}", PND_ELIMIT,
         "limit"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4)}", PND_EFORMAT, "16 bytes"},
    };
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        pnd_assert_fails(decode_dict(cases[i].dict, 16, &err), cases[i].status, cases[i].text);
    pnd_assert_ok(
        (err = (pnd_error){0},
         decode_dict("{ 'shape':(2,2),\n \"descr\":'<f4','fortran_order':False}", 16, &err)));
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    const char *const names[] = {"f4_v1.npy", "f4_v2.npy", "f8.npy"};
    pnd_buffer bytes = {0};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        read_fixture(&bytes, names[i]);
        for (size_t size = 0; size < bytes.size; size++) {
            uint8_t *exact = malloc(size + 1); /* a sanitizer sees a read past the end */
            assert_non_null(exact);
            memcpy(exact, bytes.data, size);
            exact = realloc(exact, size > 0 ? size : 1);
            err = (pnd_error){0};
            assert_int_equal(pnd_depth_decode(&map, exact, size, names[i], &err), PND_EFORMAT);
            free(exact);
        }
        pnd_buffer_append(&bytes, "", 1);
        pnd_assert_fails(pnd_depth_decode(&map, bytes.data, bytes.size, names[i], &err),
                         PND_EFORMAT, "expected");
    }
    pnd_depth_map_clear(&map);
    pnd_buffer_clear(&bytes);
}

static void unknown_versions_and_huge_headers_are_refused(void **state)
{
    uint8_t bytes[16] = {0x93, 'N', 'U', 'M', 'P', 'Y', 4, 0, 2, 0, '{', '}'};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    (void)state;
    pnd_assert_fails(pnd_depth_decode(&map, bytes, sizeof bytes, "x.npy", &err), PND_EUNSUPPORTED,
                     "version 4.0");
    memcpy(bytes + 6, "\x02\x00\x01\x00\x01\x00", 6); /* 65537 bytes of header */
    pnd_assert_fails(pnd_depth_decode(&map, bytes, sizeof bytes, "x.npy", &err), PND_ELIMIT,
                     "65537");
}

static pnd_view_f32 view_of(const float *data, int32_t width, int32_t height, size_t stride)
{
    return (pnd_view_f32){data, width, height, stride};
}

static void npy_bytes_equal_numpys(void **state)
{
    /* Row stride of four floats: the padding must not be written. */
    const float depth_m[8] = {0.5f, 1.25f, -2.0f, 99.0f, 0.0f, (float)NAN, 300.0f, 99.0f};
    pnd_buffer ours = {0}, numpys = {0};
    pnd_error err = {0};
    (void)state;
    read_fixture(&numpys, "f4_v1.npy");
    const pnd_view_f32 view = view_of(depth_m, 3, 2, 16);
    pnd_assert_ok(
        pnd_depth_encode(&ours, NULL, view, PND_DEPTH_NPY, PND_ROUND_HALF_UP, false, &err));
    memset(numpys.data + 128 + 16, 0, 4); /* our "no depth" is 0, not NaN */
    assert_int_equal(ours.size, numpys.size);
    assert_memory_equal(ours.data, numpys.data, ours.size);
    pnd_assert_ok(
        pnd_depth_encode(&ours, NULL, view, PND_DEPTH_NPY, PND_ROUND_HALF_UP, true, &err));
    assert_memory_equal(ours.data + 128 + 12, "\x00\x00\xc0\x7f\x00\x00\xc0\x7f", 8);
    pnd_buffer_clear(&ours);
    pnd_buffer_clear(&numpys);
}

static void pfm_is_bottom_up_little_endian_and_marks_holes_as_infinite(void **state)
{
    /* 0.5 = 3f000000, 2.0 = 40000000, inf = 7f800000, 1.25 = 3fa00000 */
    static const char expected_bytes[] = "Pf\n2 2\n-1.0\n"
                                         "\x00\x00\x80\x7f\x00\x00\xa0\x3f"
                                         "\x00\x00\x00\x3f\x00\x00\x00\x40";
    const float depth_m[4] = {0.5f, 2.0f, (float)NAN, 1.25f};
    pnd_depth_map map = {0};
    pnd_buffer out = {0};
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_depth_encode(&out, NULL, view_of(depth_m, 2, 2, 8), PND_DEPTH_PFM,
                                   PND_ROUND_HALF_UP, false, &err));
    assert_int_equal(out.size, sizeof expected_bytes - 1);
    assert_memory_equal(out.data, expected_bytes, out.size);
    pnd_assert_ok(pnd_depth_decode(&map, out.data, out.size, "x", &err));
    assert_true(map.f32.data[0] == 0.5f && map.f32.data[1] == 2.0f && map.f32.data[2] == 0.0f &&
                map.f32.data[3] == 1.25f);
    pnd_depth_map_clear(&map);
    pnd_buffer_clear(&out);
}

static void a_big_endian_pfm_is_read_and_its_scale_not_applied(void **state)
{
    static const char file[] = "Pf\n1 2\n0.003922\n\x3f\x00\x00\x00\xff\x80\x00\x00";
    pnd_depth_map map = {0};
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_depth_decode(&map, file, sizeof file - 1, "x", &err));
    assert_int_equal(map.height, 2);
    assert_true(map.f32.data[1] == 0.5f && map.f32.data[0] == 0.0f); /* -inf: no depth */
    pnd_depth_map_clear(&map);
}

/* faults.md row 70 */
static void malformed_pfm_headers_are_refused(void **state)
{
    static const struct {
        const char *head;
        pnd_status status;
        const char *text;
    } cases[] = {{"Pf", PND_EFORMAT, "three lines"},
                 {"Pf\n", PND_EFORMAT, "three lines"},
                 {"Pf\n1 1\n", PND_EFORMAT, "three lines"},
                 {"Pf\n1 1\n-1.0", PND_EFORMAT, "three lines"},
                 {"Pf\r\n1 1\r\n-1.0\r\n....", PND_EFORMAT, "CR LF"},
                 {"Pf\n1 1\n-1.0\r\n....", PND_EFORMAT, "CR LF"},
                 {"Pf\n1 1\n0\n....", PND_EFORMAT, "byte order"},
                 {"Pf\n1 1\n-0.0\n....", PND_EFORMAT, "byte order"},
                 {"Pf\n1 1\nnan\n....", PND_EFORMAT, "byte order"},
                 {"Pf\n1 1\n1,0\n....", PND_EFORMAT, "byte order"},
                 {"Pf\n0 1\n-1.0\n....", PND_EFORMAT, "'0'"},
                 {"Pf\n-1 1\n-1.0\n....", PND_EFORMAT, "'-1'"},
                 {"Pf\n1 99999999999\n-1.0\n....", PND_EFORMAT, "size"},
                 {"Pf\n16385 1\n-1.0\n....", PND_ELIMIT, "limit"},
                 {"Pf\n1 1\n-1.0\n...", PND_EFORMAT, "expected 4"},
                 {"Pf\n1 1\n-1.0\n.....", PND_EFORMAT, "expected 4"},
                 {"PF\n1 1\n-1.0\n....", PND_EUNSUPPORTED, "colour"},
                 {"Pfx\n1 1\n-1.0\n....", PND_EFORMAT, "Pfx"},
                 {"Pf\n111111111111111111111111111111111111 1\n-1.0\n", PND_EFORMAT, "header"}};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        pnd_assert_fails(
            pnd_depth_decode(&map, cases[i].head, strlen(cases[i].head), "x.pfm", &err),
            cases[i].status, cases[i].text);
    pnd_depth_map_clear(&map);
}

/* By hand: 256 z is 0.25 (kept as 1), 128, 128.5, 65535, 65535.25, 65536. */
static void metres_become_kitti_samples(void **state)
{
    const float depth_m[10] = {0.0009765625f, 0.5f, 0.501953125f, 255.99609375f, 255.9970703125f,
                               256.0f,        0.0f, -1.0f,        (float)NAN,    (float)INFINITY};
    const uint16_t half_up[10] = {1, 128, 129, 65535, 65535, 65535, 0, 0, 0, 65535};
    const uint16_t truncated[10] = {1, 128, 128, 65535, 65535, 65535, 0, 0, 0, 65535};
    pnd_plane_u16 samples = {0};
    pnd_buffer out = {0};
    pnd_error err = {0};
    int64_t saturated = -1;
    (void)state;
    for (int truncate = 0; truncate < 2; truncate++) {
        pnd_assert_ok(
            pnd_depth_encode(&out, &saturated, view_of(depth_m, 10, 1, 40), PND_DEPTH_PNG16,
                             truncate ? PND_ROUND_TRUNCATE : PND_ROUND_HALF_UP, false, &err));
        assert_int_equal(saturated, 3); /* 255.997, 256 and infinity */
        pnd_assert_ok(pnd_png_decode_u16(&samples, out.data, out.size, "x", NULL, NULL, &err));
        assert_memory_equal(samples.data, truncate ? truncated : half_up, sizeof half_up);
    }
    pnd_plane_u16_clear(&samples);
    pnd_buffer_clear(&out);
}

static void a_depth_png_comes_back_as_its_samples(void **state)
{
    const uint16_t samples[3] = {0, 300, 65535};
    pnd_depth_map map = {0};
    pnd_buffer out = {0};
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_png_encode_u16(&out, (pnd_view_u16){samples, 1, 3, 2}, PND_PNG_DEPTH, &err));
    pnd_assert_ok(pnd_depth_decode(&map, out.data, out.size, "x", &err));
    assert_int_equal(map.kind, PND_DEPTH_MAP_U16);
    assert_memory_equal(map.samples.data, samples, sizeof samples);
    assert_int_equal(map.height, 3);
    pnd_depth_map_clear(&map);
    pnd_buffer_clear(&out);
}

static void other_contents_are_named(void **state)
{
    pnd_depth_map map = {0};
    pnd_buffer out = {0};
    pnd_error err = {0};
    const float depth_m = 1.0f;
    (void)state;
    pnd_assert_fails(pnd_depth_decode(&map, "hello", 5, "a.npy", &err), PND_EFORMAT, "NumPy");
    pnd_assert_fails(pnd_depth_decode(&map, "hello", 5, "a.pfm", &err), PND_EFORMAT, "PFM");
    pnd_assert_fails(pnd_depth_decode(&map, "hello", 5, "a.png", &err), PND_EFORMAT, "PNG");
    pnd_assert_fails(pnd_depth_decode(&map, "", 0, "a.png", &err), PND_EFORMAT, "empty");
    pnd_assert_fails(pnd_depth_encode(&out, NULL, view_of(&depth_m, 0, 1, 4), PND_DEPTH_NPY,
                                      PND_ROUND_HALF_UP, false, &err),
                     PND_EINVAL, "0x1");
    assert_string_equal(pnd_depth_format_name(PND_DEPTH_PFM), "pfm");
    assert_string_equal(pnd_depth_format_extension(PND_DEPTH_PNG16), ".png");
    pnd_depth_map_clear(&map);
    pnd_buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float_arrays_of_every_version_are_read),
        cmocka_unit_test(doubles_and_samples_keep_their_type),
        cmocka_unit_test(half_floats_convert_exactly),
        cmocka_unit_test(arrays_that_are_no_depth_map_are_refused_with_the_reason),
        cmocka_unit_test(a_header_is_a_dict_of_three_keys_and_nothing_else),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(unknown_versions_and_huge_headers_are_refused),
        cmocka_unit_test(npy_bytes_equal_numpys),
        cmocka_unit_test(pfm_is_bottom_up_little_endian_and_marks_holes_as_infinite),
        cmocka_unit_test(a_big_endian_pfm_is_read_and_its_scale_not_applied),
        cmocka_unit_test(malformed_pfm_headers_are_refused),
        cmocka_unit_test(metres_become_kitti_samples),
        cmocka_unit_test(a_depth_png_comes_back_as_its_samples),
        cmocka_unit_test(other_contents_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
