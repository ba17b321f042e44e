/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three polygon fillers on shapes worked out by hand from their rules: classic samples a row at
 * y + 0.5 and rounds to ceil(x - 0.5) .. floor(x + 0.5); the others sample at y, both ends
 * included. tests/parity/polygon_parity.py compares them with Pillow itself.
 */
#include "pnd_test.h"

#include <panodepth/polygons.h>

#include <string.h>

enum { WIDTH = 8, HEIGHT = 6, VALUE = 26001 };

#define POINTS(...)                                                                                \
    (const pnd_point[]){__VA_ARGS__}, sizeof((const pnd_point[]){__VA_ARGS__}) / sizeof(pnd_point)

static pnd_plane_u16 new_canvas(int32_t width, int32_t height)
{
    pnd_plane_u16 canvas = {0};
    pnd_error err = {0};
    pnd_assert_ok(pnd_plane_u16_resize(&canvas, width, height, &err));
    memset(canvas.data, 0, (size_t)width * (size_t)height * sizeof *canvas.data);
    return canvas;
}

static pnd_plane_u16 fill(int32_t width, int32_t height, pnd_fill_rule rule,
                          const pnd_point *points, size_t n)
{
    pnd_polygon_scratch scratch = {0};
    pnd_error err = {0};
    pnd_plane_u16 canvas = new_canvas(width, height);
    pnd_assert_ok(pnd_polygon_fill(&canvas, points, n, VALUE, rule, &scratch, &err));
    pnd_polygon_scratch_clear(&scratch);
    return canvas;
}

/* `expected`: HEIGHT rows of WIDTH characters, '#' where the polygon is. */
static void check(pnd_fill_rule rule, const char *expected, const pnd_point *points, size_t n)
{
    pnd_plane_u16 canvas = fill(WIDTH, HEIGHT, rule, points, n);
    char drawn[WIDTH * HEIGHT + 1];
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        assert_true(canvas.data[i] == 0 || canvas.data[i] == VALUE);
        drawn[i] = canvas.data[i] != 0 ? '#' : '.';
    }
    drawn[WIDTH * HEIGHT] = '\0';
    assert_string_equal(drawn, expected);
    pnd_plane_u16_clear(&canvas);
}

static void check_later(const char *expected, const pnd_point *points, size_t n)
{
    check(PND_FILL_PILLOW7, expected, points, n);
    check(PND_FILL_PILLOW12, expected, points, n);
}

static const char nothing[] = "........"
                              "........"
                              "........"
                              "........"
                              "........"
                              "........";

static void the_classic_filler_leaves_the_bottom_row_of_a_rectangle_free(void **state)
{
    (void)state;
    check(PND_FILL_CLASSIC,
          "........"
          ".#####.."
          ".#####.."
          ".#####.."
          "........"
          "........",
          POINTS({1, 1}, {5, 1}, {5, 4}, {1, 4}));
    check_later("........"
                ".#####.."
                ".#####.."
                ".#####.."
                ".#####.."
                "........",
                POINTS({1, 1}, {5, 1}, {5, 4}, {1, 4}));
}

/* Right side 4 - (y + 0.5) = 3.5, 2.5, 1.5, 0.5: up to column floor(x + 0.5) = 4, 3, 2, 1. */
static void a_triangle_is_filled_up_to_its_slope(void **state)
{
    (void)state;
    check(PND_FILL_CLASSIC,
          "#####..."
          "####...."
          "###....."
          "##......"
          "........"
          "........",
          POINTS({0, 0}, {4, 0}, {0, 4}));
    check_later("#####..."
                "####...."
                "###....."
                "##......"
                "#......."
                "........",
                POINTS({0, 0}, {4, 0}, {0, 4}));
}

static void horizontal_lines_and_single_points_are_drawn_by_the_later_fillers_only(void **state)
{
    (void)state;
    check(PND_FILL_CLASSIC, nothing, POINTS({1, 2}, {5, 2}));
    check(PND_FILL_CLASSIC, nothing, POINTS({3, 3}, {3, 3}));
    check_later("........"
                "........"
                ".#####.."
                "........"
                "........"
                "........",
                POINTS({1, 2}, {5, 2}));
    check_later("........"
                "........"
                "........"
                "...#...."
                "........"
                "........",
                POINTS({3, 3}, {3, 3}));
}

static void a_vertical_line_is_one_column(void **state)
{
    (void)state;
    check(PND_FILL_CLASSIC,
          "........"
          "...#...."
          "...#...."
          "...#...."
          "........"
          "........",
          POINTS({3, 1}, {3, 4}));
    check_later("........"
                "...#...."
                "...#...."
                "...#...."
                "...#...."
                "........",
                POINTS({3, 1}, {3, 4}));
}

/*
 * The diagonals x = 1.5 y and x = 6 - 1.5 y. Classic: 0.75, 2.25, 3.75, 5.25 against 5.25, 3.75,
 * 2.25, 0.75. Later, rows 1 and 3: the pairs (0, 1.5) and (4.5, 6); 1.5 as an end is 1, 4.5 as a
 * start is 5.
 */
static void a_bow_tie_is_two_triangles(void **state)
{
    (void)state;
    check(PND_FILL_CLASSIC,
          "##...##."
          "###.###."
          "###.###."
          "##...##."
          "........"
          "........",
          POINTS({0, 0}, {6, 4}, {6, 0}, {0, 4}));
    check_later("#.....#."
                "##...##."
                "#######."
                "##...##."
                "#.....#."
                "........",
                POINTS({0, 0}, {6, 4}, {6, 0}, {0, 4}));
}

/*
 * Both edges of the corner (6, 0) run left: row 1 holds columns 3 (x = 6 - 3) to 4 (x = 6 - 2).
 * Pillow 7 leaves column 6 of row 0 alone; Pillow 12 moves one crossing to round(max(3, 4)) + 1.
 */
static void only_the_newest_filler_joins_a_flat_corner(void **state)
{
    (void)state;
    check(PND_FILL_PILLOW7,
          "......#."
          "...##..."
          "###....."
          "........"
          "........"
          "........",
          POINTS({6, 0}, {0, 2}, {2, 2}));
    check(PND_FILL_PILLOW12,
          ".....##."
          "...##..."
          "###....."
          "........"
          "........"
          "........",
          POINTS({6, 0}, {0, 2}, {2, 2}));
}

/*
 * There and back on one line: row 1 crosses at 2.5 twice, a run from 3 to 2. Pillow 7 swaps the
 * ends, Pillow 12 drops the run, and joins the corners: row 0 from 0 to round(2.5) - 1 = 2, row 2
 * from round(2.5) + 1 = 4 to 5. Classic: 1.25 -> 1..1 and 3.75 -> 4..4.
 */
static void a_line_shows_what_becomes_of_reversed_runs(void **state)
{
    (void)state;
    check(PND_FILL_CLASSIC,
          ".#......"
          "....#..."
          "........"
          "........"
          "........"
          "........",
          POINTS({0, 0}, {5, 2}));
    check(PND_FILL_PILLOW7,
          "#......."
          "..##...."
          ".....#.."
          "........"
          "........"
          "........",
          POINTS({0, 0}, {5, 2}));
    check(PND_FILL_PILLOW12,
          "###....."
          "........"
          "....##.."
          "........"
          "........"
          "........",
          POINTS({0, 0}, {5, 2}));
}

static void the_direction_and_a_repeated_first_point_change_nothing_here(void **state)
{
    (void)state;
    static const char classic[] = "#####..."
                                  "####...."
                                  "###....."
                                  "##......"
                                  "........"
                                  "........";
    check(PND_FILL_CLASSIC, classic, POINTS({0, 4}, {4, 0}, {0, 0}));
    check(PND_FILL_CLASSIC, classic, POINTS({0, 0}, {4, 0}, {0, 4}, {0, 0}));
    check_later("#####..."
                "####...."
                "###....."
                "##......"
                "#......."
                "........",
                POINTS({0, 4}, {4, 0}, {0, 0}, {0, 4}));
}

static void what_lies_outside_the_image_is_cut_off(void **state)
{
    (void)state;
    static const char all[] = "########"
                              "########"
                              "########"
                              "########"
                              "########"
                              "########";
    for (pnd_fill_rule rule = PND_FILL_CLASSIC; rule <= PND_FILL_PILLOW12; rule++) {
        check(rule, all, POINTS({-3, -2}, {20, -2}, {20, 50}, {-3, 50}));
        check(rule, all,
              POINTS({-1000000, -1000000}, {1000000, -1000000}, {1000000, 1000000},
                     {-1000000, 1000000}));
        check(rule, nothing, POINTS({-9, 1}, {-2, 1}, {-2, 4}, {-9, 4}));
        check(rule, nothing, POINTS({1, 6}, {5, 6}, {5, 9}, {1, 9}));
        check(rule, nothing, POINTS({1, -9}, {5, -9}, {5, -2}, {1, -2}));
    }
}

/*
 * Row 5, the image's last one: the left side has a corner at (1, 5). Its upper edge ends there and
 * counts twice, for the shape goes on below the image: crossings 1, 1, 1, 4. Counted once, the 4
 * would be left over and the row empty but for column 1.
 */
static void a_shape_that_leaves_the_image_has_its_last_row_below_it(void **state)
{
    (void)state;
    check_later(".####..."
                ".####..."
                ".####..."
                ".####..."
                ".####..."
                ".####...",
                POINTS({1, 0}, {4, 0}, {4, 9}, {0, 9}, {1, 5}));
}

/* There and back: row 1 crosses at -0.5 twice. A start rounds to -1, an end to 0: halves are
 * mirrored around zero. */
static void a_crossing_half_a_pixel_left_of_the_image_reaches_into_it(void **state)
{
    (void)state;
    check_later("#......."
                "#......."
                "........"
                "........"
                "........"
                "........",
                POINTS({0, 0}, {-1, 2}));
}

static void an_image_of_one_pixel_can_be_filled(void **state)
{
    (void)state;
    for (pnd_fill_rule rule = PND_FILL_CLASSIC; rule <= PND_FILL_PILLOW12; rule++) {
        pnd_plane_u16 canvas = fill(1, 1, rule, POINTS({0, 0}, {1, 0}, {1, 1}, {0, 1}));
        assert_int_equal(canvas.data[0], VALUE);
        pnd_plane_u16_clear(&canvas);
    }
}

/* Rows of column 1000 that the ring covers, from the top. */
static int32_t ring_height(pnd_fill_rule rule, int32_t *left, int32_t *right, int32_t *bottom)
{
    pnd_plane_u16 canvas = fill(2048, 1024, rule,
                                POINTS({0, 0}, {2048, 0}, {2048, 1024}, {0, 1024}, {0, 0}, {5, 5},
                                       {5, 1019}, {2043, 1019}, {2043, 5}, {5, 5}));
    int32_t top = 0;
    *left = *right = *bottom = 0;
    while (pnd_plane_u16_row(&canvas, top)[1000] != 0)
        top++;
    while (pnd_plane_u16_row(&canvas, 1023 - *bottom)[1000] != 0)
        (*bottom)++;
    while (pnd_plane_u16_row(&canvas, 500)[*left] != 0)
        (*left)++;
    while (pnd_plane_u16_row(&canvas, 500)[2047 - *right] != 0)
        (*right)++;
    pnd_plane_u16_clear(&canvas);
    return top;
}

/*
 * The mark of the released gtFine: its "out of roi" ring covers rows 0-4 and 1019-1023, columns 0-5
 * and 2043-2047. Of a ring 5 pixels wide only the classic filler makes that; the others paint
 * row 5.
 */
static void only_the_classic_filler_draws_the_ring_of_the_released_images(void **state)
{
    (void)state;
    int32_t left = 0, right = 0, bottom = 0;
    assert_int_equal(ring_height(PND_FILL_CLASSIC, &left, &right, &bottom), 5);
    assert_int_equal(bottom, 5);
    assert_int_equal(left, 6);
    assert_int_equal(right, 5);
    assert_int_equal(ring_height(PND_FILL_PILLOW7, &left, &right, &bottom), 6);
    assert_int_equal(ring_height(PND_FILL_PILLOW12, &left, &right, &bottom), 6);
}

static void unusable_polygons_leave_the_canvas_alone(void **state)
{
    (void)state;
    pnd_polygon_scratch scratch = {0};
    pnd_error err = {0};
    pnd_plane_u16 canvas = new_canvas(2, 2);
    const pnd_point one = {0, 0};
    const pnd_point far[] = {{0, 0}, {1, 0}, {1, 1000001}};
    pnd_assert_fails(pnd_polygon_fill(&canvas, &one, 1, VALUE, PND_FILL_PILLOW7, &scratch, &err),
                     PND_EINVAL, "a polygon of 1 points, expected 2 or more");
    pnd_assert_fails(pnd_polygon_fill(&canvas, far, 3, VALUE, PND_FILL_PILLOW7, &scratch, &err),
                     PND_ELIMIT, "a point at 1, 1000001, the limit is 1000000");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(canvas.data[i], 0);
    pnd_polygon_scratch_clear(&scratch);
    pnd_plane_u16_clear(&canvas);
}

static void the_fillers_have_names(void **state)
{
    (void)state;
    assert_string_equal(pnd_fill_rule_name(PND_FILL_CLASSIC), "classic");
    assert_string_equal(pnd_fill_rule_name(PND_FILL_PILLOW7), "pillow7");
    assert_string_equal(pnd_fill_rule_name(PND_FILL_PILLOW12), "pillow12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_classic_filler_leaves_the_bottom_row_of_a_rectangle_free),
        cmocka_unit_test(a_triangle_is_filled_up_to_its_slope),
        cmocka_unit_test(horizontal_lines_and_single_points_are_drawn_by_the_later_fillers_only),
        cmocka_unit_test(a_vertical_line_is_one_column),
        cmocka_unit_test(a_bow_tie_is_two_triangles),
        cmocka_unit_test(only_the_newest_filler_joins_a_flat_corner),
        cmocka_unit_test(a_line_shows_what_becomes_of_reversed_runs),
        cmocka_unit_test(the_direction_and_a_repeated_first_point_change_nothing_here),
        cmocka_unit_test(what_lies_outside_the_image_is_cut_off),
        cmocka_unit_test(a_shape_that_leaves_the_image_has_its_last_row_below_it),
        cmocka_unit_test(a_crossing_half_a_pixel_left_of_the_image_reaches_into_it),
        cmocka_unit_test(an_image_of_one_pixel_can_be_filled),
        cmocka_unit_test(only_the_classic_filler_draws_the_ring_of_the_released_images),
        cmocka_unit_test(unusable_polygons_leave_the_canvas_alone),
        cmocka_unit_test(the_fillers_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
