/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/alloc.h>
#include <panodepth/buffer.h>
#include <panodepth/image.h>

#include <locale.h>
#include <stdlib.h>

static void the_first_failure_is_kept(void **state)
{
    pnd_error err = {0};
    (void)state;
    assert_int_equal(pnd_fail_hint(&err, PND_EIO, "mend it", "a%d", 1), PND_EIO);
    assert_int_equal(pnd_fail(&err, PND_ENOMEM, "b"), PND_ENOMEM);
    assert_int_equal(err.status, PND_EIO);
    assert_string_equal(err.message, "a1");
    assert_string_equal(err.hint, "mend it");
    assert_int_equal(pnd_fail(NULL, PND_EINVAL, "nobody reads it"), PND_EINVAL);
}

static void control_characters_in_a_message_are_visible(void **state)
{
    pnd_error err = {0};
    (void)state;
    (void)pnd_fail(&err, PND_EIO, "a\nb\x1b[31m");
    assert_string_equal(err.message, "a\\x0ab\\x1b[31m");
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(pnd_status_name(PND_OK), "ok");
    assert_string_equal(pnd_status_name(PND_EINTERNAL), "internal");
    assert_string_equal(pnd_status_name((pnd_status)99), "unknown");
}

static void a_product_that_overflows_is_no_memory(void **state)
{
    (void)state;
    assert_null(pnd_alloc_array(SIZE_MAX / 2, 3));
    assert_null(pnd_calloc_array(SIZE_MAX, 2));
    assert_null(pnd_realloc_array(NULL, SIZE_MAX, SIZE_MAX));
    void *empty = pnd_alloc_array(0, 8);
    assert_non_null(empty);
    free(empty);
}

static void a_buffer_grows_and_stays_terminated(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    assert_string_equal(pnd_buffer_text(&b), "");
    for (int i = 0; i < 1000; i++)
        pnd_buffer_printf(&b, "%d,", i);
    pnd_assert_ok(pnd_buffer_status(&b, &err));
    assert_int_equal(b.size, 10 * 2 + 90 * 3 + 900 * 4);
    assert_int_equal(strlen(pnd_buffer_text(&b)), b.size);
    pnd_buffer_reset(&b);
    assert_string_equal(pnd_buffer_text(&b), "");
    assert_int_equal(pnd_buffer_reserve(&b, SIZE_MAX - 1), PND_ENOMEM);
    pnd_assert_fails(pnd_buffer_status(&b, &err), PND_ENOMEM, "memory");
    pnd_buffer_clear(&b);
}

/* Python 3.11: repr() of the same values. */
static void doubles_print_as_python_prints_them(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.0, "0.0"},
                 {-0.0, "-0.0"},
                 {1.0, "1.0"},
                 {0.1, "0.1"},
                 {1.0 / 3, "0.3333333333333333"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {123456789.0, "123456789.0"},
                 {1e15, "1000000000000000.0"},
                 {1e16, "1e+16"},
                 {1.5e16, "1.5e+16"},
                 {0.0001, "0.0001"},
                 {0.00001, "1e-05"},
                 {0.00001234, "1.234e-05"},
                 {5e-324, "5e-324"},
                 {1.7976931348623157e308, "1.7976931348623157e+308"},
                 {.38763436792963474, "0.38763436792963474"},
                 {-473.57484876, "-473.57484876"},
                 {(double)INFINITY, "inf"},
                 {-(double)INFINITY, "-inf"},
                 {(double)NAN, "nan"}};
    char text[PND_NUMBER_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(pnd_format_double(text, cases[i].value), cases[i].text);
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
    char text[PND_NUMBER_SIZE];
    double value = 0;
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
        print_message("SKIPPED: locale de_DE.UTF-8 is not installed\n");
        skip();
    }
    assert_string_equal(pnd_format_double(text, 0.5), "0.5");
    assert_true(pnd_parse_double(&value, "2262.52"));
    assert_true(value == 2262.52);
    assert_false(pnd_parse_double(&value, "2262,52"));
    (void)setlocale(LC_ALL, "C");
}

static void only_whole_numbers_are_numbers(void **state)
{
    double value = 7;
    int64_t n = 7;
    (void)state;
    assert_true(pnd_parse_double(&value, "-1.5e3") && value == -1500);
    const char *const bad[] = {"",    " 1",    "1 ", "1x", "0x10", "nan",
                               "inf", "1e999", "-",  ".",  "1,5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(pnd_parse_double(&value, bad[i]));
    assert_true(pnd_parse_int(&n, "-12", -12, 3) && n == -12);
    const char *const bad_int[] = {"", "-", "1.0", "4", "-13", "99999999999999999999", "0x1", "1 "};
    for (size_t i = 0; i < sizeof bad_int / sizeof *bad_int; i++)
        assert_false(pnd_parse_int(&n, bad_int[i], -12, 3));
    assert_int_equal(n, -12);
}

static void a_plane_reuses_its_memory(void **state)
{
    pnd_plane_u16 plane = {0};
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_plane_u16_resize(&plane, 257, 3, &err));
    const void *data = plane.data;
    pnd_assert_ok(pnd_plane_u16_resize(&plane, 3, 257, &err));
    assert_ptr_equal(data, plane.data);
    assert_int_equal(plane.stride, 6);
    pnd_plane_u16_row(&plane, 256)[2] = 9;
    assert_int_equal(pnd_view_u16_row(pnd_plane_u16_view(&plane), 256)[2], 9);
    pnd_assert_fails(pnd_plane_u16_resize(&plane, 0, 1, &err), PND_EINVAL, "0x1");
    pnd_assert_fails(pnd_plane_u16_resize(&plane, 16385, 1, &err), PND_ELIMIT, "16385x1");
    pnd_assert_fails(pnd_plane_u16_resize(&plane, 16384, 16384, &err), PND_ELIMIT, "limit");
    assert_int_equal(plane.width, 3);
    pnd_plane_u16_clear(&plane);
    assert_null(plane.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_failure_is_kept),
        cmocka_unit_test(control_characters_in_a_message_are_visible),
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(a_product_that_overflows_is_no_memory),
        cmocka_unit_test(a_buffer_grows_and_stays_terminated),
        cmocka_unit_test(doubles_print_as_python_prints_them),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(only_whole_numbers_are_numbers),
        cmocka_unit_test(a_plane_reuses_its_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
