/* SPDX-License-Identifier: Apache-2.0 */
/* What the strict JSON reader accepts and refuses: RFC 8259, plus unique keys and finite numbers.
 */
#include "pnd_test.h"

#include <panodepth/json.h>

#include <cjson/cJSON.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static pnd_status parse_bytes(const char *text, size_t size, pnd_error *err)
{
    struct cJSON *json = NULL;
    const pnd_status status = pnd_json_parse(&json, text, size, "t.json", err);
    if (status != PND_OK)
        assert_null(json);
    pnd_json_free(json);
    return status;
}

static pnd_status parse(const char *text, pnd_error *err)
{
    return parse_bytes(text, strlen(text), err);
}

static void valid_documents_are_accepted(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "{}",
        "[]",
        " \t\r\n[ ] \n",
        "0",
        "-0",
        "-0.0e-0",
        "1E+2",
        "0.5",
        "1e-999",
        "1e308",
        "1.7976931348623157e308",
        "0.00000000000000000000000000000000000000001e340",
        "1234567890123456789012345678901234567890123456789012345678901234567890",
        "true",
        "false",
        "null",
        "\"\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\uD834\\uDd1e\"",
        "\"\x7f \xc2\x80 \xe2\x82\xac \xf0\x9d\x84\x9e \xf4\x8f\xbf\xbf \xef\xbf\xbf\"",
        "{\"\": {\"\": [[], {}, [1, 2, {\"a\": null}]]}}",
        "{\"a\": 1, \"A\": 2, \"\\u0062\": 3, \"c\": 4, \"\xc3\xa9\": 5}",
        "[{\"a\": 1}, {\"a\": 1}]",
        "\xef\xbb\xbf{\"with\": \"a byte-order mark\"}",
    };
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        pnd_error err = {0};
        pnd_assert_ok(parse(valid[i], &err));
    }
}

static void everything_else_is_refused_with_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "t.json:1:1: empty file"},
        {"\xef\xbb\xbf", "empty file"},
        {"  \n ", "2:2: expected a value, found the end of the file"},
        {"{", "1:2: expected a key"},
        {"{\"a\"", "1:5: expected ':' after a key, found the end"},
        {"{\"a\" 1}", "1:6: expected ':' after a key, found '1'"},
        {"{\"a\":", "1:6: expected a value, found the end"},
        {"{\"a\": 1", "1:8: expected ',' or '}', found the end"},
        {"{\"a\": 1]", "1:8: expected ',' or '}', found ']'"},
        {"{\"a\": 1,}", "1:9: expected a key in double quotes, found '}'"},
        {"{\"a\": 1 \"b\": 2}", "1:9: expected ',' or '}'"},
        {"{'a': 1}", "1:2: expected a key in double quotes, found '''"},
        {"{a: 1}", "expected a key"},
        {"{1: 1}", "expected a key"},
        {"{\"a\"::1}", "expected a value, found ':'"},
        {"{null: 1}", "expected a key"},
        {"[", "expected a value"},
        {"[1", "expected ',' or ']', found the end"},
        {"[1,]", "1:4: expected a value, found ']'"},
        {"[,1]", "1:2: expected a value, found ','"},
        {"[1,,2]", "expected a value, found ','"},
        {"[1 2]", "expected ',' or ']', found '2'"},
        {"[1}", "expected ',' or ']', found '}'"},
        {"]", "expected a value, found ']'"},
        {"[1]]", "1:4: text after the end"},
        {"[1] x", "text after the end"},
        {"{} {}", "1:4: text after the end"},
        {"[1]\n\n// comment", "3:1: text after the end"},
        {"/* comment */ []", "expected a value, found '/'"},
        {"[\n  1,\n  tru\n]", "t.json:3:3: expected a value, found 't'"},
        {"True", "expected a value, found 'T'"},
        {"nul", "expected a value"},
        {"nulll", "text after the end"},
        {"undefined", "expected a value"},
        {"[NaN]", "1:2: NaN is not JSON"},
        {"[nan]", "nan is not JSON"},
        {"{\"area\": Infinity}", "1:10: Infinity is not JSON"},
        {"[-Infinity]", "1:2: -Infinity is not JSON"},
        {"[-NaN]", "expected a digit, found 'N'"},
        {"1e999", "1e999 does not fit a double"},
        {"[-1e309]", "1:2: -1e309 does not fit a double"},
        {"1e99999999999999999999999999", "does not fit a double"},
        {"1.7976931348623159e308", "does not fit a double"},
        {"012", "must not begin with a zero"},
        {"-012", "must not begin with a zero"},
        {"00", "must not begin with a zero"},
        {"1.", "expected a digit after the decimal point, found the end"},
        {"[1.]", "expected a digit after the decimal point, found ']'"},
        {".5", "expected a value, found '.'"},
        {"+1", "expected a value, found '+'"},
        {"-", "expected a digit"},
        {"- 1", "expected a digit, found byte 0x20"},
        {"--1", "expected a digit"},
        {"1e", "expected a digit in the exponent"},
        {"1e+", "expected a digit in the exponent"},
        {"1.e5", "after the decimal point"},
        {"0x10", "text after the end"},
        {"1_000", "text after the end"},
        {"[1e1.5]", "expected ',' or ']'"},
        {"\"abc", "1:1: string without an end"},
        {"\"abc\\\"", "1:1: string without an end"},
        {"\"a\\", "unknown escape"},
        {"\"\\x41\"", "unknown escape"},
        {"\"\\'\"", "unknown escape"},
        {"\"\\U0041\"", "unknown escape"},
        {"\"\\u12\"", "four hexadecimal digits"},
        {"\"\\u12g4\"", "four hexadecimal digits"},
        {"\"\\u+123\"", "four hexadecimal digits"},
        {"\"\\u0000\"", "\\u0000"},
        {"\"\\ud800\"", "\\ud800 is half of a surrogate pair"},
        {"\"\\ud834x\"", "half of a surrogate pair"},
        {"\"\\ud834\\n\"", "half of a surrogate pair"},
        {"\"\\ud834\\ud834\"", "half of a surrogate pair"},
        {"\"\\udc00\\ud800\"", "half of a surrogate pair"},
        {"\"a\nb\"", "1:3: control character 0x0a"},
        {"\"a\tb\"", "control character 0x09"},
        {"\"a\x1f\"", "control character 0x1f"},
        {"\"\x80\"", "byte 0x80 is not UTF-8"},
        {"\"\xc0\xaf\"", "byte 0xc0 is not UTF-8"},
        {"\"\xc1\xbf\"", "byte 0xc1 is not UTF-8"},
        {"\"\xe0\x80\xaf\"", "byte 0xe0 is not UTF-8"},
        {"\"\xf0\x80\x80\xaf\"", "byte 0xf0 is not UTF-8"},
        {"\"\xed\xa0\x80\"", "byte 0xed is not UTF-8"},
        {"\"\xf4\x90\x80\x80\"", "byte 0xf4 is not UTF-8"},
        {"\"\xf8\x88\x80\x80\x80\"", "byte 0xf8 is not UTF-8"},
        {"\"\xe2\x82\"", "byte 0xe2 is not UTF-8"},
        {"\"\xe2\x82", "byte 0xe2 is not UTF-8"},
        {"[\xc2\xa0]", "expected a value, found byte 0xc2"},
        {"\"\xc3\xa9\xc3\xa9\" x", "1:6: text after the end"},
        {"\xff\xfe[\n", "UTF-16"},
        {"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"},
        {"<!DOCTYPE html>", "HTML"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pnd_error err = {0};
        pnd_assert_fails(parse(bad[i].text, &err), PND_EFORMAT, bad[i].message);
    }
}

static void a_nul_byte_is_no_space_and_no_end(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_assert_fails(parse_bytes("[]\0", 3, &err), PND_EFORMAT, "1:3: text after the end");
    pnd_assert_fails(parse_bytes("\"a\0b\"", 5, &err), PND_EFORMAT, "control character 0x00");
    pnd_assert_fails(parse_bytes("\"\\\0\"", 4, &err), PND_EFORMAT, "unknown escape");
}

/* The text ends where `size` says, whatever follows in memory. */
static void nothing_behind_the_given_size_is_read(void **state)
{
    (void)state;
    pnd_error err = {0};
    static const char text[] = "[12345, \"abc\", true]";
    for (size_t size = 0; size < sizeof text - 1; size++) {
        char *exact = malloc(size > 0 ? size : 1);
        assert_non_null(exact);
        memcpy(exact, text, size);
        pnd_assert_fails(parse_bytes(exact, size, &err), PND_EFORMAT, "t.json:1:");
        free(exact);
    }
    pnd_assert_ok(parse_bytes("[1]]]", 3, (err = (pnd_error){0}, &err)));
}

static void duplicate_keys_are_refused_however_they_are_spelt(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_assert_fails(parse("{\"annotations\": [],\n \"annotations\": []}", &err), PND_EFORMAT,
                     "t.json:2:2: duplicate key \"annotations\"");
    pnd_assert_fails(parse("{\"a\": 1, \"\\u0061\": 2}", &err), PND_EFORMAT, "duplicate key");
    pnd_assert_fails(parse("{\"\\ud834\\udd1e\": 1, \"\xf0\x9d\x84\x9e\": 2}", &err), PND_EFORMAT,
                     "duplicate key");
    pnd_assert_fails(parse("{\"\": 1, \"\": 2}", &err), PND_EFORMAT, "duplicate key \"\"");
    pnd_assert_fails(parse("{\"b\": {\"a\": 1, \"c\": {\"a\": 1}, \"a\": 1}}", &err), PND_EFORMAT,
                     "duplicate key \"a\"");
}

static void a_large_object_is_checked_for_duplicates_too(void **state)
{
    (void)state;
    enum { N = 100000 };
    pnd_error err = {0};
    pnd_buffer text = {0};
    pnd_buffer_puts(&text, "{");
    for (int i = 0; i < N; i++)
        pnd_buffer_printf(&text, "\"key %d\": %d,\n", i, i);
    const size_t size = text.size;
    pnd_buffer_puts(&text, "\"last\": 0}");
    pnd_assert_ok(parse_bytes(pnd_buffer_text(&text), text.size, &err));
    text.size = size;
    pnd_buffer_puts(&text, "\"key 77\": 0}");
    pnd_assert_fails(parse_bytes(pnd_buffer_text(&text), text.size, &err), PND_EFORMAT,
                     "t.json:100001:1: duplicate key \"key 77\"");
    pnd_buffer_clear(&text);
}

static void nesting_is_limited_to_64_levels(void **state)
{
    (void)state;
    pnd_error err = {0};
    enum { DEEP = 1000000 };
    char *text = malloc(DEEP + 1);
    assert_non_null(text);
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    pnd_assert_ok(parse_bytes(text, 128, &err));
    memset(text, '[', DEEP);
    pnd_assert_fails(parse_bytes(text, DEEP, &err), PND_ELIMIT, "1:65: nested deeper than 64");
    free(text);
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL && setlocale(LC_ALL, "fr_FR.UTF-8") == NULL)
        skip(); /* no locale with a decimal comma is installed */
    pnd_error err = {0};
    struct cJSON *json = NULL;
    const pnd_status status = pnd_json_parse(&json, "[2262.52]", 9, "t.json", &err);
    const double value = status == PND_OK ? json->child->valuedouble : 0;
    pnd_json_free(json);
    setlocale(LC_ALL, "C");
    pnd_assert_close(value, 2262.52, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_documents_are_accepted),
        cmocka_unit_test(everything_else_is_refused_with_line_and_column),
        cmocka_unit_test(a_nul_byte_is_no_space_and_no_end),
        cmocka_unit_test(nothing_behind_the_given_size_is_read),
        cmocka_unit_test(duplicate_keys_are_refused_however_they_are_spelt),
        cmocka_unit_test(a_large_object_is_checked_for_duplicates_too),
        cmocka_unit_test(nesting_is_limited_to_64_levels),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
