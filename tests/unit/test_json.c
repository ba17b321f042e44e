/* SPDX-License-Identifier: Apache-2.0 */
/* The getters' messages, and the writer's bytes. */
#include "pnd_test.h"

#include <panodepth/json.h>

#include <cjson/cJSON.h>
#include <pthread.h>

static const char document[] =
    "{\"annotations\": [{\"id\": 7.0, \"name\": \"road\", \"x\": 1.5, \"none\": null, \"on\": "
    "true},"
    " {\"ids\": [1, \"7\"], \"big\": 1e300, \"negative\": -1, \"exact\": 9007199254740993}]}";

typedef struct fixture {
    struct cJSON *json;
    pnd_json_at root, list, first, second;
} fixture;

static fixture open_document(void)
{
    pnd_error err = {0};
    fixture f;
    pnd_assert_ok(pnd_json_parse(&f.json, document, strlen(document), "f.json", &err));
    return f;
}

/* The places point at each other, so they are set where they stay. */
static void place(fixture *f)
{
    pnd_error err = {0};
    f->root = pnd_json_root(f->json, "f.json");
    pnd_assert_ok(pnd_json_get_array(&f->list, &f->root, "annotations", &err));
    f->first = pnd_json_element(&f->list, f->list.value->child, 0);
    f->second = pnd_json_element(&f->list, f->list.value->child->next, 1);
}

static void getters_deliver_typed_values(void **state)
{
    (void)state;
    pnd_error err = {0};
    fixture f = open_document();
    place(&f);
    int64_t id = 0;
    double x = 0;
    const char *name = NULL;
    pnd_assert_ok(pnd_json_get_int(&id, &f.first, "id", 0, 10, &err));
    pnd_assert_ok(pnd_json_get_double(&x, &f.first, "x", &err));
    pnd_assert_ok(pnd_json_get_string(&name, &f.first, "name", &err));
    assert_int_equal(id, 7);
    pnd_assert_close(x, 1.5, 0.0);
    assert_string_equal(name, "road");
    assert_true(pnd_json_has(&f.first, "none"));
    assert_false(pnd_json_has(&f.first, "ID")); /* case matters */
    pnd_json_free(f.json);
}

static void failures_name_the_json_path_and_what_was_found(void **state)
{
    (void)state;
    pnd_error err = {0};
    fixture f = open_document();
    place(&f);
    int64_t id = 0;
    double x = 0;
    const char *name = NULL;
    pnd_json_at at;
    pnd_assert_fails(pnd_json_get_int(&id, &f.first, "x", 0, 9, &err), PND_EFORMAT,
                     "f.json: annotations[0].x: expected an integer from 0 to 9, found 1.5");
    pnd_assert_fails(pnd_json_get_int(&id, &f.first, "name", 0, 9, &err), PND_EFORMAT,
                     "annotations[0].name: expected an integer from 0 to 9, found the string "
                     "\"road\"");
    pnd_assert_fails(pnd_json_get_int(&id, &f.first, "id", 8, 9, &err), PND_EFORMAT,
                     "from 8 to 9, found 7");
    pnd_assert_fails(pnd_json_get_int(&id, &f.second, "negative", 0, 9, &err), PND_EFORMAT,
                     "annotations[1].negative: expected an integer from 0 to 9, found -1");
    pnd_assert_fails(pnd_json_get_int(&id, &f.second, "big", 0, INT64_MAX, &err), PND_EFORMAT,
                     "found 1e+300");
    pnd_assert_fails(pnd_json_get_int(&id, &f.first, "none", 0, 9, &err), PND_EFORMAT,
                     "annotations[0].none: is null");
    pnd_assert_fails(pnd_json_get_double(&x, &f.first, "on", &err), PND_EFORMAT,
                     "expected a number, found true");
    pnd_assert_fails(pnd_json_get_string(&name, &f.second, "ids", &err), PND_EFORMAT,
                     "expected a string, found an array");
    pnd_assert_fails(pnd_json_get_array(&at, &f.first, "id", &err), PND_EFORMAT,
                     "expected an array, found 7");
    pnd_assert_fails(pnd_json_member(&at, &f.first, "gone", &err), PND_EFORMAT,
                     "f.json: annotations[0]: key \"gone\" is missing");
    pnd_assert_fails(pnd_json_member(&at, &f.root, "gone", &err), PND_EFORMAT,
                     "f.json: key \"gone\" is missing");
    pnd_assert_fails(pnd_json_member(&at, &f.list, "x", &err), PND_EFORMAT,
                     "annotations: expected an object, found an array");
    assert_int_equal(id, 0);
    pnd_json_free(f.json);
}

static void *parse_often(void *failures)
{
    for (int i = 0; i < 200; i++) {
        struct cJSON *json = NULL;
        const bool valid = i % 2 == 0;
        const pnd_status status = pnd_json_parse(&json, valid ? document : "[1,",
                                                 valid ? strlen(document) : 3, "t", NULL);
        if ((status == PND_OK) != valid)
            ++*(int *)failures;
        pnd_json_free(json);
    }
    return NULL;
}

static void threads_may_parse_at_the_same_time(void **state)
{
    (void)state;
    pthread_t threads[4];
    int failures[4] = {0};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, parse_often, &failures[i]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(failures[i], 0);
    }
}

/* ---- the writer; every expected text below is what Python 3.11's json module prints */

static void write_sample(pnd_json_writer *w)
{
    pnd_json_begin_object(w);
    pnd_json_key(w, "a");
    pnd_json_begin_array(w);
    pnd_json_end_array(w);
    pnd_json_key(w, "b");
    pnd_json_begin_object(w);
    pnd_json_end_object(w);
    pnd_json_key(w, "c");
    pnd_json_begin_array(w);
    pnd_json_int(w, 1);
    pnd_json_begin_array(w);
    pnd_json_begin_object(w);
    pnd_json_key(w, "d");
    pnd_json_null(w);
    pnd_json_end_object(w);
    pnd_json_begin_array(w);
    pnd_json_end_array(w);
    pnd_json_end_array(w);
    pnd_json_bool(w, true);
    pnd_json_bool(w, false);
    pnd_json_end_array(w);
    pnd_json_key(w, "e");
    pnd_json_string(w, "x");
    pnd_json_end_object(w);
}

static void indented_text_equals_json_dump(void **state)
{
    (void)state;
    pnd_buffer out = {0};
    pnd_json_writer w = {.out = &out, .indent = 4};
    write_sample(&w);
    /* json.dumps({'a': [], 'b': {}, 'c': [1, [{'d': None}, []], True, False], 'e': 'x'}, indent=4)
     */
    assert_string_equal(pnd_buffer_text(&out), "{\n"
                                               "    \"a\": [],\n"
                                               "    \"b\": {},\n"
                                               "    \"c\": [\n"
                                               "        1,\n"
                                               "        [\n"
                                               "            {\n"
                                               "                \"d\": null\n"
                                               "            },\n"
                                               "            []\n"
                                               "        ],\n"
                                               "        true,\n"
                                               "        false\n"
                                               "    ],\n"
                                               "    \"e\": \"x\"\n"
                                               "}");
    pnd_buffer_clear(&out);
}

static void one_line_text_equals_json_dumps(void **state)
{
    (void)state;
    pnd_buffer out = {0};
    pnd_json_writer w = {.out = &out};
    write_sample(&w);
    assert_string_equal(pnd_buffer_text(&out),
                        "{\"a\": [], \"b\": {}, \"c\": [1, [{\"d\": null}, []], true, false], "
                        "\"e\": \"x\"}");
    pnd_buffer_clear(&out);
}

static void assert_string_written(const char *text, const char *expected)
{
    pnd_buffer out = {0};
    pnd_json_writer w = {.out = &out, .indent = 4};
    pnd_json_string(&w, text);
    assert_string_equal(pnd_buffer_text(&out), expected);
    pnd_buffer_clear(&out);
}

static void strings_are_escaped_to_ascii(void **state)
{
    (void)state;
    assert_string_written("", "\"\"");
    assert_string_written("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    assert_string_written("\b\f\n\r\t\x01\x1f\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"");
    assert_string_written("M\xc3\xbcnster", "\"M\\u00fcnster\"");
    assert_string_written("\xe2\x82\xac\xef\xbf\xbf", "\"\\u20ac\\uffff\"");
    assert_string_written("\xf0\x9d\x84\x9e\xf4\x8f\xbf\xbf", "\"\\ud834\\udd1e\\udbff\\udfff\"");
    assert_string_written("a\xff\xc3", "\"a\\ufffd\\ufffd\"");
}

static void numbers_are_written_as_repr(void **state)
{
    (void)state;
    pnd_buffer out = {0};
    pnd_json_writer w = {.out = &out};
    pnd_json_begin_array(&w);
    pnd_json_double(&w, 0.1 + 0.2);
    pnd_json_double(&w, 3);
    pnd_json_double(&w, -0.0);
    pnd_json_double(&w, 1e16);
    pnd_json_double(&w, 1e-7);
    pnd_json_double(&w, 5e-324);
    pnd_json_double(&w, 1.7976931348623157e308);
    pnd_json_double(&w, (double)NAN);
    pnd_json_double(&w, (double)-INFINITY);
    pnd_json_int(&w, INT64_MIN);
    pnd_json_end_array(&w);
    assert_string_equal(pnd_buffer_text(&out),
                        "[0.30000000000000004, 3.0, -0.0, 1e+16, 1e-07, 5e-324, "
                        "1.7976931348623157e+308, null, null, -9223372036854775808]");
    pnd_buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(getters_deliver_typed_values),
        cmocka_unit_test(failures_name_the_json_path_and_what_was_found),
        cmocka_unit_test(threads_may_parse_at_the_same_time),
        cmocka_unit_test(indented_text_equals_json_dump),
        cmocka_unit_test(one_line_text_equals_json_dumps),
        cmocka_unit_test(strings_are_escaped_to_ascii),
        cmocka_unit_test(numbers_are_written_as_repr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
