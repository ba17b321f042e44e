/* SPDX-License-Identifier: Apache-2.0 */
/* Files written by hand, by our writer and by the safetensors package (tests/data/safetensors),
 * and every way in which a file can break a rule. */
#include "pnd_test.h"
#include "scratch.h"

#include <panodepth/file.h>
#include <panodepth/safetensors.h>

#include <stdio.h>
#include <stdlib.h>

/* Length, header and `data_size` bytes 0, 1, 2 ... */
static void craft(pnd_buffer *out, const char *header, size_t data_size)
{
    const uint64_t length = strlen(header);
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(length >> (8 * i));
    pnd_buffer_reset(out);
    pnd_buffer_append(out, bytes, 8);
    pnd_buffer_puts(out, header);
    for (size_t i = 0; i < data_size; i++)
        pnd_buffer_append(out, &(uint8_t){(uint8_t)i}, 1);
}

/* Open a copy of exactly this size, so that a sanitizer sees the first byte read beyond it. */
static pnd_status open_exact(const void *bytes, size_t size, pnd_error *err)
{
    pnd_safetensors *file = NULL;
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (size > 0)
        memcpy(exact, bytes, size);
    const pnd_status status = pnd_safetensors_open_memory(&file, exact, size, "w", err);
    assert_true((status == PND_OK) == (file != NULL));
    pnd_safetensors_close(file);
    free(exact);
    return status;
}

static void a_small_file_is_read_in_the_order_of_its_data(void **state)
{
    (void)state;
    pnd_buffer bytes = {0};
    pnd_safetensors *file = NULL;
    pnd_error err = {0};
    craft(&bytes,
          "{\"b\":{\"dtype\":\"U8\",\"shape\":[3,1],\"data_offsets\":[4,7]},"
          "\"__metadata__\":{\"depth\":\"l1\",\"x\":\"\"},"
          "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
          "\"none\":{\"shape\":[2,0],\"data_offsets\":[4,4],\"dtype\":\"F64\"}}  ",
          7);
    pnd_assert_ok(pnd_safetensors_open_memory(&file, bytes.data, bytes.size, "w", &err));
    assert_int_equal(pnd_safetensors_count(file), 3);
    assert_string_equal(pnd_safetensors_at(file, 0)->name, "a");
    assert_string_equal(pnd_safetensors_at(file, 1)->name, "none");
    assert_string_equal(pnd_safetensors_at(file, 2)->name, "b");
    assert_null(pnd_safetensors_at(file, 3));
    const pnd_safetensor *a = pnd_safetensors_find(file, "a");
    assert_true(a->rank == 0 && a->size == 4 && a->dtype == PND_DTYPE_F32 && a->shape[0] == 1);
    assert_int_equal((uintptr_t)a->data % 4, 0); /* copied: the header has no such length */
    assert_memory_equal(a->data, "\0\1\2\3", 4);
    const pnd_safetensor *b = pnd_safetensors_find(file, "b");
    assert_true(b->rank == 2 && b->shape[0] == 3 && b->shape[1] == 1 && b->size == 3);
    assert_memory_equal(b->data, "\4\5\6", 3);
    assert_int_equal(pnd_safetensors_find(file, "none")->size, 0);
    assert_null(pnd_safetensors_find(file, "c"));
    assert_int_equal(pnd_safetensors_metadata_count(file), 2);
    assert_string_equal(pnd_safetensors_metadata_at(file, 0).key, "depth");
    assert_null(pnd_safetensors_metadata_at(file, 2).key);
    assert_string_equal(pnd_safetensors_metadata(file, "depth"), "l1");
    assert_string_equal(pnd_safetensors_metadata(file, "x"), "");
    assert_null(pnd_safetensors_metadata(file, "y"));
    pnd_safetensors_close(file);
    pnd_buffer_clear(&bytes);
}

static void no_tensors_are_legal(void **state)
{
    (void)state;
    pnd_buffer bytes = {0};
    pnd_error err = {0};
    craft(&bytes, "{}", 0);
    pnd_assert_ok(open_exact(bytes.data, bytes.size, &err));
    craft(&bytes, "{\"__metadata__\":{}}      ", 0);
    pnd_assert_ok(open_exact(bytes.data, bytes.size, &err));
    pnd_buffer_clear(&bytes);
}

#define T(name, dtype, shape, begin, end)                                                          \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end   \
    "]}"

/* The data are 8 bytes. */
static void every_broken_rule_is_named_with_its_tensor(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        pnd_status status;
        const char *text;
    } cases[] = {
        {"{" T("a", "F32", "[2]", "0", "8") "}", PND_OK, NULL},
        {"{" T("a", "F32", "[1]", "0", "4") "}", PND_EFORMAT, "4 bytes behind the last tensor"},
        {"{}", PND_EFORMAT, "8 bytes behind the last"},
        {"{" T("a", "F32", "[1]", "4", "8") "}", PND_EFORMAT, "4 bytes before tensor \"a\""},
        {"{" T("a", "U8", "[3]", "0", "3") "," T("b", "U8", "[4]", "4", "8") "}", PND_EFORMAT,
         "1 bytes before tensor \"b\""},
        {"{" T("a", "U8", "[5]", "0", "5") "," T("b", "U8", "[4]", "4", "8") "}", PND_EFORMAT,
         "tensors \"a\" and \"b\" overlap"},
        {"{" T("a", "F64", "[1]", "0", "8") "," T("b", "F64", "[1]", "0", "8") "}", PND_EFORMAT,
         "overlap"},
        {"{" T("a", "F64", "[1]", "0", "8") "," T("e", "U8", "[0]", "3", "3") "}", PND_EFORMAT,
         "overlap"},
        {"{" T("a", "F64", "[1]", "0", "8") "," T("a", "F64", "[1]", "0", "8") "}", PND_EFORMAT,
         "duplicate key"},
        {"{" T("a", "F64", "[2]", "0", "16") "}", PND_EFORMAT, "truncated"},
        {"{" T("a", "F64", "[2]", "0", "8") "}", PND_EFORMAT, "its F64 shape needs 16"},
        {"{" T("a", "U8", "[8]", "8", "0") "}", PND_EFORMAT, "end before they begin"},
        {"{" T("a", "U8", "[8]", "0", "-8") "}", PND_EFORMAT, "not two byte positions"},
        {"{" T("a", "U8", "[8]", "0", "8.5") "}", PND_EFORMAT, "not two byte positions"},
        {"{" T("a", "U8", "[8]", "0", "1e300") "}", PND_EFORMAT, "not two byte positions"},
        {"{" T("a", "U8", "[8]", "0", "18446744073709551616") "}", PND_EFORMAT, "not two byte"},
        {"{" T("a", "U8", "[8]", "0", "4,8") "}", PND_EFORMAT, "not two byte positions"},
        {"{" T("a", "U8", "[8]", "0", "\"8\"") "}", PND_EFORMAT, "not two byte positions"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":8}}", PND_EFORMAT,
         "not two byte positions"},
        {"{" T("a", "U8", "[-8]", "0", "8") "}", PND_EFORMAT, "a side of its shape is no count"},
        {"{" T("a", "U8", "[0.5]", "0", "8") "}", PND_EFORMAT, "a side of its shape"},
        {"{" T("a", "U8", "[null]", "0", "8") "}", PND_EFORMAT, "a side of its shape"},
        {"{" T("a", "U8", "8", "0", "8") "}", PND_EFORMAT, "\"shape\" is no array"},
        {"{" T("a", "F32", "[4294967296,4294967296]", "0", "8") "}", PND_ELIMIT, "overflows"},
        {"{" T("a", "F32", "[2305843009213693953,4,2]", "0", "8") "}", PND_EFORMAT, "a side of"},
        {"{" T("a", "U8", "[4503599627370496,4503599627370496,0]", "0", "0") "}", PND_EFORMAT,
         "8 bytes behind"},
        {"{" T("a", "U8", "[8,1,1,1,1,1,1,1,1]", "0", "8") "}", PND_ELIMIT, "more than 8 sides"},
        {"{" T("a", "F31", "[8]", "0", "8") "}", PND_EFORMAT, "dtype \"F31\" is unknown"},
        {"{" T("a", "f32", "[2]", "0", "8") "}", PND_EFORMAT, "unknown"},
        {"{" T("a", "F4", "[16]", "0", "8") "}", PND_OK, NULL},
        {"{" T("a", "F4", "[15]", "0", "8") "}", PND_EFORMAT, "whole bytes"},
        {"{\"a\":{\"dtype\":7,\"shape\":[8],\"data_offsets\":[0,8]}}", PND_EFORMAT, "is no string"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[8]}}", PND_EFORMAT, "expected dtype, shape and"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8],\"x\":1}}", PND_EFORMAT,
         "unknown key \"x\""},
        {"{\"a\":[]}", PND_EFORMAT, "tensor \"a\": is no object"},
        {"{\"__metadata__\":{\"k\":1}," T("a", "U8", "[8]", "0", "8") "}", PND_EFORMAT,
         "__metadata__ \"k\" is no string"},
        {"{\"__metadata__\":null," T("a", "U8", "[8]", "0", "8") "}", PND_EFORMAT, "is no object"},
        {"{" T("a", "U8", "[8]", "0", "8") "}\n", PND_EFORMAT, "ends in byte 0x0a"},
        {" {" T("a", "U8", "[8]", "0", "8") "}", PND_EFORMAT, "does not begin with '{'"},
        {"\xef\xbb\xbf{" T("a", "U8", "[8]", "0", "8") "}", PND_EFORMAT, "does not begin"},
        {"{" T("a", "U8", "[8]", "0", "8") "}}", PND_EFORMAT, "w:1:"},
        {"{" T("a", "U8", "[8]", "0", "NaN") "}", PND_EFORMAT, "w:1:"},
        {"{" T("a\\u0000", "U8", "[8]", "0", "8") "}", PND_EFORMAT, "w:1:"},
        {"{" T("a\xff", "U8", "[8]", "0", "8") "}", PND_EFORMAT, "w:1:"},
        {"[]", PND_EFORMAT, "does not begin"},
        {"{", PND_EFORMAT, "does not begin"},
        {"", PND_EFORMAT, "does not begin"},
    };
    pnd_buffer bytes = {0};
    pnd_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        craft(&bytes, cases[i].header, 8);
        if (cases[i].status == PND_OK)
            pnd_assert_ok(open_exact(bytes.data, bytes.size, &err));
        else
            pnd_assert_fails(open_exact(bytes.data, bytes.size, &err), cases[i].status,
                             cases[i].text);
    }
    pnd_buffer_clear(&bytes);
}

static void a_header_is_bounded_before_it_is_parsed(void **state)
{
    (void)state;
    pnd_buffer bytes = {0};
    pnd_error err = {0};
    craft(&bytes, "{}", 0);
    memset(bytes.data, 0xff, 8); /* 2^64 - 1 bytes of header */
    pnd_assert_fails(open_exact(bytes.data, bytes.size, &err), PND_EFORMAT,
                     "a header of 18446744073709551615 bytes");
    pnd_buffer_reset(&bytes);
    pnd_buffer_append(&bytes, "\x01\xe1\xf5\x05\0\0\0\0{", 9); /* 100,000,001 */
    pnd_assert_ok(pnd_buffer_reserve(&bytes, 100000000));
    memset(bytes.data + bytes.size, ' ', 100000000);
    pnd_safetensors *file = NULL;
    pnd_assert_fails(
        pnd_safetensors_open_memory(&file, bytes.data, bytes.size + 100000000, "w", &err),
        PND_ELIMIT, "at most 100000000");
    char *many = malloc(2200000); /* a million commas */
    size_t n = (size_t)sprintf(many, "{\"a\":[0");
    for (int i = 0; i < 1048577; i++) {
        many[n++] = ',';
        many[n++] = '0';
    }
    memcpy(many + n, "]}", 3);
    craft(&bytes, many, 0);
    pnd_assert_fails(open_exact(bytes.data, bytes.size, &err), PND_ELIMIT, "more than 1048576");
    free(many);
    pnd_buffer_clear(&bytes);
}

static void what_it_is_instead_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *what;
        const char *hint;
    } cases[] = {
        {"\x80\x02}q\x00X\x05\x00\x00\x00model", 15, "Python pickle", "convert_weights.py"},
        {"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}", 12, "Python pickle",
         "convert_weights.py"},
        {"PK\3\4\x14\0\0\0\0\0\0\0", 12, "zip archive", "convert_weights.py"},
        {"version https://git-lfs.github.com/spec/v1\n", 43, "Git LFS pointer", "git lfs pull"},
        {"<!DOCTYPE html><html>", 21, "an HTML page", "login"},
        {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, "a PNG image", ""},
        {"abc", 3, "too short", "complete"},
        {"", 0, "empty file", ""},
    };
    pnd_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pnd_assert_fails(open_exact(cases[i].bytes, cases[i].size, &err), PND_EFORMAT,
                         cases[i].what);
        assert_non_null(strstr(err.hint, cases[i].hint));
    }
}

static void no_prefix_of_a_file_passes(void **state)
{
    (void)state;
    pnd_buffer bytes = {0};
    pnd_error err = {0};
    craft(&bytes, "{" T("a", "F32", "[2]", "0", "8") "," T("b", "U8", "[2]", "8", "10") "}  ", 10);
    pnd_assert_ok(open_exact(bytes.data, bytes.size, &err));
    for (size_t size = 0; size < bytes.size; size++)
        pnd_assert_fails(open_exact(bytes.data, size, &err), PND_EFORMAT, "w: ");
    pnd_buffer_clear(&bytes);
}

/* ---- the writer */

static const float weights[6] = {1, -2, 3.5F, 0, 1e-30F, 7};
static const uint16_t halves[3] = {1, 2, 3};
static const double scale = 0.1;

static const pnd_safetensor written[] = {
    {"z.weight", PND_DTYPE_F32, 2, {2, 3}, weights, sizeof weights},
    {"half", PND_DTYPE_F16, 1, {3}, halves, sizeof halves},
    {"scale", PND_DTYPE_F64, 0, {0}, &scale, sizeof scale},
    {"a \"quoted\" n\xc3\xa4me", PND_DTYPE_F32, 1, {1}, weights + 5, 4},
    {"empty", PND_DTYPE_U8, 2, {4, 0}, NULL, 0},
};
enum { N_WRITTEN = sizeof written / sizeof *written };

static void what_is_written_is_read_back_aligned(void **state)
{
    (void)state;
    static const pnd_safetensors_string metadata[] = {{"variant", "r52"}, {"mean", "1, 2"}};
    static const char *const order[] = {"scale", "a \"quoted\" n\xc3\xa4me", "z.weight", "half",
                                        "empty"};
    pnd_buffer bytes = {0}, again = {0};
    pnd_safetensors *file = NULL;
    pnd_error err = {0};
    pnd_assert_ok(pnd_safetensors_encode(&bytes, written, N_WRITTEN, metadata, 2, &err));
    const size_t header = bytes.data[0] + 256u * bytes.data[1];
    assert_int_equal((8 + header) % 64, 0);
    assert_int_equal(bytes.size, 8 + header + 8 + 4 + 24 + 6);

    static const char path[] = "w.safetensors";
    pnd_assert_ok(pnd_file_write(path, bytes.data, bytes.size, PND_WRITE_NO_FSYNC, &err));
    pnd_assert_ok(pnd_safetensors_open(&file, path, &err));
    for (size_t i = 0; i < N_WRITTEN; i++) {
        const pnd_safetensor *w = &written[i];
        const pnd_safetensor *t = pnd_safetensors_find(file, w->name);
        assert_string_equal(pnd_safetensors_at(file, i)->name, order[i]);
        assert_true(t->dtype == w->dtype && t->rank == w->rank && t->size == w->size);
        if (w->rank > 0)
            assert_memory_equal(t->shape, w->shape, (size_t)w->rank * sizeof *w->shape);
        if (w->size > 0)
            assert_memory_equal(t->data, w->data, w->size);
    }
    assert_string_equal(pnd_safetensors_metadata(file, "mean"), "1, 2");
    pnd_safetensors_close(file);

    pnd_safetensor reversed[N_WRITTEN];
    for (size_t i = 0; i < N_WRITTEN; i++)
        reversed[i] = written[N_WRITTEN - 1 - i];
    pnd_assert_ok(pnd_safetensors_encode(&again, reversed, N_WRITTEN, metadata, 2, &err));
    assert_int_equal(again.size, bytes.size);
    assert_memory_equal(again.data, bytes.data, bytes.size);
    pnd_buffer_clear(&bytes);
    pnd_buffer_clear(&again);
}

static void the_writer_checks_its_input(void **state)
{
    (void)state;
    static const struct {
        pnd_safetensor tensor;
        const char *text;
    } cases[] = {
        {{"", PND_DTYPE_U8, 1, {3}, halves, 3}, "name"},
        {{"__metadata__", PND_DTYPE_U8, 1, {3}, halves, 3}, "name"},
        {{"a", PND_DTYPE_U8, 1, {3}, halves, 4}, "its shape needs 3"},
        {{"a", PND_DTYPE_U8, 1, {3}, NULL, 3}, "3 bytes"},
        {{"a", PND_DTYPE_U8, 9, {3}, halves, 3}, "rank 9"},
        {{"a", PND_DTYPE_U8, 1, {-3}, halves, 3}, "negative"},
        {{"a", (pnd_dtype)99, 1, {3}, halves, 3}, "unknown"},
        {{"half", PND_DTYPE_U8, 1, {3}, halves, 3}, "given twice"},
    };
    pnd_buffer bytes = {0};
    pnd_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const pnd_safetensor both[2] = {written[1], cases[i].tensor};
        pnd_assert_fails(pnd_safetensors_encode(&bytes, both, 2, NULL, 0, &err), PND_EINVAL,
                         cases[i].text);
        assert_int_equal(bytes.size, 0);
    }
    pnd_buffer_clear(&bytes);
}

/* Written by the safetensors package of PyPI (tests/data/safetensors/make.py). */
static void files_of_the_reference_package_are_read(void **state)
{
    (void)state;
    pnd_safetensors *file = NULL;
    pnd_error err = {0};
    pnd_assert_ok(
        pnd_safetensors_open(&file, PND_TEST_DATA "/safetensors/package.safetensors", &err));
    assert_int_equal(pnd_safetensors_count(file), 6);
    assert_string_equal(pnd_safetensors_metadata(file, "variant"), "r52");
    const pnd_safetensor *w = pnd_safetensors_find(file, "conv.weight");
    assert_true(w->rank == 4 && w->shape[0] == 2 && w->shape[1] == 3 && w->shape[3] == 1);
    for (int i = 0; i < 6; i++)
        pnd_assert_close((double)((const float *)w->data)[i], i / 4.0, 0);
    const pnd_safetensor *n = pnd_safetensors_find(file, "n");
    assert_true(n->dtype == PND_DTYPE_I64 && n->rank == 0 && *(const int64_t *)n->data == -5);
    assert_int_equal(pnd_safetensors_find(file, "none")->size, 0);
    assert_int_equal(pnd_safetensors_find(file, "half")->dtype, PND_DTYPE_F16);
    pnd_safetensors_close(file);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    pnd_safetensors *file = NULL;
    pnd_error err = {0};
    pnd_assert_fails(pnd_safetensors_open(&file, "/dev/null", &err), PND_EIO, "not a regular");
    pnd_assert_fails(pnd_safetensors_open(&file, PND_TEST_DATA, &err), PND_EIO, "not a regular");
    pnd_assert_fails(pnd_safetensors_open(&file, PND_TEST_DATA "/nothing", &err), PND_EIO,
                     "No such file");
    assert_null(file);
    pnd_safetensors_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_file_is_read_in_the_order_of_its_data),
        cmocka_unit_test(no_tensors_are_legal),
        cmocka_unit_test(every_broken_rule_is_named_with_its_tensor),
        cmocka_unit_test(a_header_is_bounded_before_it_is_parsed),
        cmocka_unit_test(what_it_is_instead_is_said),
        cmocka_unit_test(no_prefix_of_a_file_passes),
        IN_SCRATCH(what_is_written_is_read_back_aligned),
        cmocka_unit_test(the_writer_checks_its_input),
        cmocka_unit_test(files_of_the_reference_package_are_read),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
