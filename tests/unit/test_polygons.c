/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of polygons.json and the drawing rules of json2instanceImg. */
#include "pnd_test.h"

#include <panodepth/polygons.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pnd_status parse(pnd_polygons *out, const char *text, pnd_error *err)
{
    return pnd_polygons_parse(out, text, strlen(text), "p.json", err);
}

/* The objects of an annotation of 8x2 pixels. */
static pnd_status parse_objects(pnd_polygons *out, const char *objects, pnd_error *err)
{
    char text[4096];
    (void)snprintf(text, sizeof text, "{\"imgHeight\": 2, \"imgWidth\": 8, \"objects\": [%s]}",
                   objects);
    return parse(out, text, err);
}

#define SQUARE "\"polygon\": [[0, 0], [1, 0], [1, 1], [0, 1]]"

static void an_annotation_is_read_in_list_order(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_polygons p;
    pnd_assert_ok(parse_objects(
        &p,
        "{\"label\": \"road\", \"polygon\": [[0, 0], [7, 0], [7, 1]], \"id\": 3, \"user\": \"a\"},"
        "{\"label\": \"car\", \"polygon\": [[-3, 40], [1.9, -1.9]], \"deleted\": 0}",
        &err));
    assert_int_equal(p.width, 8);
    assert_int_equal(p.height, 2);
    assert_int_equal(p.n_objects, 2);
    assert_string_equal(p.objects[0].label->name, "road");
    assert_int_equal(p.objects[0].n_points, 3);
    assert_int_equal(p.objects[0].points[2].x, 7);
    assert_int_equal(p.objects[0].instance, -1);
    assert_int_equal(p.objects[1].instance, 0);
    assert_int_equal(p.objects[1].points[0].x, -3);
    assert_int_equal(p.objects[1].points[0].y, 40);
    /* Fractions are cut toward zero: 1.9 -> 1, -1.9 -> -1. */
    assert_int_equal(p.objects[1].points[1].x, 1);
    assert_int_equal(p.objects[1].points[1].y, -1);
    pnd_polygons_clear(&p);
}

/* "polegroup" (18) is a label; "cargroup" is none, "car" without its suffix is. */
static void a_group_is_a_name_that_is_a_label_without_its_suffix(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_polygons p;
    pnd_assert_ok(parse_objects(&p,
                                "{\"label\": \"polegroup\", " SQUARE "},"
                                "{\"label\": \"cargroup\", " SQUARE "},"
                                "{\"label\": \"car\", " SQUARE "}",
                                &err));
    assert_int_equal(p.objects[0].label->id, 18);
    assert_false(p.objects[0].is_group);
    assert_int_equal(p.objects[1].label->id, 26);
    assert_true(p.objects[1].is_group);
    assert_int_equal(p.objects[1].instance, -1);
    assert_int_equal(p.objects[2].instance, 0);
    pnd_polygons_clear(&p);
}

/* The official tool looks at the label of a deleted object as little as at its points. */
static void deleted_objects_are_left_out_whatever_their_label(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_polygons p;
    pnd_assert_ok(parse_objects(&p,
                                "{\"label\": \"car\", \"deleted\": 1, " SQUARE "},"
                                "{\"label\": \"spaceship\", \"deleted\": true, \"polygon\": []},"
                                "{\"label\": \"car\", \"deleted\": false, " SQUARE "}",
                                &err));
    assert_int_equal(p.n_objects, 1);
    assert_int_equal(p.n_deleted, 2);
    assert_int_equal(p.objects[0].instance, 0); /* a deleted car is not counted */
    pnd_polygons_clear(&p);
}

static void an_annotation_without_objects_is_empty(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_polygons p;
    pnd_assert_ok(parse_objects(&p, "", &err));
    assert_int_equal(p.n_objects, 0);
    pnd_polygons_clear(&p);
}

static void bad_objects_are_named(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_polygons p;
    static const struct {
        const char *objects, *message;
    } cases[] = {
        {"{\"label\": \"car\", " SQUARE "}, {\"label\": \"spaceship\", " SQUARE "}",
         "p.json: objects[1]: \"spaceship\" is no Cityscapes label"},
        {"{\"label\": \"group\", " SQUARE "}", "objects[0]: \"group\" is no Cityscapes label"},
        {"{\"label\": \"Car\", " SQUARE "}", "objects[0]: \"Car\" is no Cityscapes label"},
        {"{\"label\": 26, " SQUARE "}", "objects[0].label: expected a string, found 26"},
        {"{" SQUARE "}", "objects[0]: key \"label\" is missing"},
        {"{\"label\": \"car\"}", "objects[0]: key \"polygon\" is missing"},
        {"{\"label\": \"car\", \"polygon\": []}",
         "objects[0]: a polygon of 0 points, expected 2 or more"},
        {"{\"label\": \"car\", \"polygon\": [[1, 1]]}",
         "objects[0]: a polygon of 1 points, expected 2 or more"},
        {"{\"label\": \"car\", \"polygon\": {\"x\": 1}}", "objects[0].polygon: expected an array"},
        {"{\"label\": \"car\", \"polygon\": [[0, 0], 7]}",
         "objects[0].polygon[1]: expected two numbers [x, y]"},
        {"{\"label\": \"car\", \"polygon\": [[0, 0], [1]]}",
         "objects[0].polygon[1]: expected two numbers [x, y]"},
        {"{\"label\": \"car\", \"polygon\": [[0, 0], [1, 2, 3]]}",
         "objects[0].polygon[1]: expected two numbers [x, y]"},
        {"{\"label\": \"car\", \"polygon\": [[0, 0], [1, \"2\"]]}",
         "objects[0].polygon[1]: expected two numbers [x, y]"},
        {"{\"label\": \"car\", \"polygon\": [[0, 0], [1, 1e9]]}",
         "objects[0].polygon[1]: coordinate 1000000000.0 is farther out than 1000000"},
        {"{\"label\": \"car\", \"deleted\": \"no\", " SQUARE "}",
         "objects[0].deleted: expected 0, 1, true or false"},
        {"7", "objects[0]: expected an object, found 7"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pnd_assert_fails(parse_objects(&p, cases[i].objects, &err), PND_EFORMAT, cases[i].message);
        assert_null(p.objects);
        assert_null(p.points);
    }
}

static void sizes_are_checked(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_polygons p;
    pnd_assert_fails(parse(&p, "{\"imgHeight\": 0, \"imgWidth\": 8, \"objects\": []}", &err),
                     PND_EFORMAT, "p.json: imgHeight: expected an integer");
    pnd_assert_fails(parse(&p, "{\"imgHeight\": 2, \"imgWidth\": 8.5, \"objects\": []}", &err),
                     PND_EFORMAT, "imgWidth: expected an integer");
    pnd_assert_fails(parse(&p, "{\"imgHeight\": 2, \"imgWidth\": 20000, \"objects\": []}", &err),
                     PND_ELIMIT, "p.json");
    pnd_assert_fails(parse(&p, "{\"imgHeight\": 2, \"imgWidth\": 8}", &err), PND_EFORMAT,
                     "key \"objects\" is missing");
    pnd_assert_fails(parse(&p, "[]", &err), PND_EFORMAT, "expected an object");
    assert_int_equal(p.width, 0);
}

/* 26000 + 1000 would be the first truck. */
static void more_instances_than_the_encoding_holds_are_refused(void **state)
{
    (void)state;
    enum { N = 1001 };
    static const char object[] = ", {\"label\": \"car\", \"polygon\": [[0, 0], [1, 1]]}";
    char *text = malloc(N * sizeof object + 200);
    assert_non_null(text);
    int n = sprintf(text, "{\"imgHeight\": 2, \"imgWidth\": 8, \"objects\": [%s", object + 2);
    for (int i = 1; i < N; i++)
        n += sprintf(text + n, "%s", object);
    (void)sprintf(text + n, "]}");
    pnd_error err = {0};
    pnd_polygons p;
    pnd_assert_fails(parse(&p, text, &err), PND_ELIMIT,
                     "objects[1000] is instance 1001 of \"car\"");
    free(text);
}

static void more_points_than_the_limit_are_refused(void **state)
{
    (void)state;
    const size_t n = PND_MAX_POLYGON_POINTS + 1;
    char *text = malloc(n * 6 + 200);
    assert_non_null(text);
    char *end = text + sprintf(text, "{\"imgHeight\": 2, \"imgWidth\": 8, \"objects\": "
                                     "[{\"label\": \"car\", \"polygon\": [[0,0]");
    for (size_t i = 1; i < n; i++)
        end += sprintf(end, ",[0,%d]", (int)(i % 2));
    (void)sprintf(end, "]}]}");
    pnd_error err = {0};
    pnd_polygons p;
    pnd_assert_fails(parse(&p, text, &err), PND_ELIMIT,
                     "objects[0]: a polygon of 16385 points, 16385 so far; the limits are 16384 "
                     "and 262144");
    free(text);
}

/*
 * One row is enough: lines along row 0, which the later fillers paint from end to end.
 *   road 0-7, car 0-3 (26000), car 2-2 (26001) covered by the group 2-3 (26), car 5-5 (26002),
 *   caravan 6-6 (29000), license plate 7-7 (not drawn), a deleted sky over everything.
 */
static const char street[] = "{\"label\": \"road\", \"polygon\": [[0, 0], [7, 0]]},"
                             "{\"label\": \"car\", \"polygon\": [[0, 0], [3, 0]]},"
                             "{\"label\": \"car\", \"polygon\": [[2, 0], [2, 0]]},"
                             "{\"label\": \"cargroup\", \"polygon\": [[2, 0], [3, 0]]},"
                             "{\"label\": \"car\", \"polygon\": [[5, 0], [5, 0]]},"
                             "{\"label\": \"caravan\", \"polygon\": [[6, 0], [6, 0]]},"
                             "{\"label\": \"license plate\", \"polygon\": [[7, 0], [7, 0]]},"
                             "{\"label\": \"sky\", \"polygon\": [[0, 0], [7, 0]], \"deleted\": 1}";

static void instances_are_numbered_in_list_order_even_when_they_end_up_covered(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_polygons p;
    pnd_plane_u16 ids = {0};
    pnd_polygon_scratch scratch = {0};
    static const uint16_t expected[16] = {26000, 26000, 26, 26, 7, 26002, 29000, 7};
    pnd_assert_ok(parse_objects(&p, street, &err));
    pnd_assert_ok(pnd_polygons_draw(&ids, &p, PND_FILL_PILLOW12, &scratch, &err));
    assert_int_equal(ids.width, 8);
    assert_int_equal(ids.height, 2);
    assert_memory_equal(ids.data, expected, sizeof expected);
    /* Horizontal lines are nothing to the classic filler: what a reused plane held is gone. */
    pnd_assert_ok(pnd_polygons_draw(&ids, &p, PND_FILL_CLASSIC, &scratch, &err));
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(ids.data[i], 0);
    pnd_polygon_scratch_clear(&scratch);
    pnd_plane_u16_clear(&ids);
    pnd_polygons_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_annotation_is_read_in_list_order),
        cmocka_unit_test(a_group_is_a_name_that_is_a_label_without_its_suffix),
        cmocka_unit_test(deleted_objects_are_left_out_whatever_their_label),
        cmocka_unit_test(an_annotation_without_objects_is_empty),
        cmocka_unit_test(bad_objects_are_named),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(more_instances_than_the_encoding_holds_are_refused),
        cmocka_unit_test(more_points_than_the_limit_are_refused),
        cmocka_unit_test(instances_are_numbered_in_list_order_even_when_they_end_up_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
