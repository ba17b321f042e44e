/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include "label_place.h"

#include <stdlib.h>

static pnd_error err;

/* Regions of a picture drawn with one digit per pixel. */
static void find(view_regions *out, const char *drawing, int32_t width, int32_t height)
{
    uint32_t *index = malloc((size_t)width * (size_t)height * sizeof(*index));
    assert_non_null(index);
    for (int32_t i = 0; i < width * height; i++)
        index[i] = (uint32_t)(drawing[i] - '0');
    pnd_assert_ok(view_regions_find(
        out, (pnd_view_u32){index, width, height, (size_t)width * sizeof(*index)}, &err));
    free(index);
}

static void one_pixel_is_its_own_anchor(void **state)
{
    (void)state;
    view_regions regions = {0};
    find(&regions, "3", 1, 1);
    assert_int_equal(regions.n, 1);
    assert_int_equal(regions.regions[0].index, 3);
    assert_int_equal(regions.regions[0].area_px, 1);
    assert_int_equal(regions.regions[0].x, 0);
    assert_int_equal(regions.regions[0].y, 0);
    assert_int_equal(regions.regions[0].reach, 1);
    find(&regions, "0", 1, 1);
    assert_int_equal(regions.n, 0);
    view_regions_clear(&regions);
}

static void the_anchor_of_a_ring_lies_on_the_ring(void **state)
{
    (void)state;
    static const char drawing[] = "1111111"
                                  "1111111"
                                  "1100011"
                                  "1100011"
                                  "1111111"
                                  "1111111"
                                  "1111111"; /* thicker below: centre of gravity in the hole */
    view_regions regions = {0};
    find(&regions, drawing, 7, 7);
    assert_int_equal(regions.n, 1);
    const view_region ring = regions.regions[0];
    assert_int_equal(drawing[ring.y * 7 + ring.x], '1');
    assert_int_equal(ring.y, 5); /* the middle of the three rows below */
    assert_int_equal(ring.x, 3); /* of equals the one nearest to the centroid */
    assert_int_equal(ring.area_px, 43);
    assert_int_equal(ring.right - ring.left, 6);
    view_regions_clear(&regions);
}

/* In a line of height 1 the border above is one vertical step (cost 2) away: reach 2 except at the
 * ends. The anchor is the middle. */
static void the_anchor_of_a_line_is_its_middle(void **state)
{
    (void)state;
    view_regions regions = {0};
    find(&regions, "222222222", 9, 1);
    assert_int_equal(regions.regions[0].x, 4);
    assert_int_equal(regions.regions[0].reach, 2);
    find(&regions, "222222222", 1, 9);
    assert_int_equal(regions.regions[0].y, 4);
    assert_int_equal(regions.regions[0].reach, 1);
    view_regions_clear(&regions);
}

static void parts_that_touch_at_a_corner_are_two_regions(void **state)
{
    (void)state;
    view_regions regions = {0};
    find(&regions,
         "1102"
         "0012"
         "3322",
         4, 3);
    assert_int_equal(regions.n, 4);
    const uint32_t index[4] = {1, 2, 1, 3};
    const int64_t area[4] = {2, 4, 1, 2};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(regions.regions[i].index, index[i]);
        assert_int_equal(regions.regions[i].area_px, area[i]);
    }
    assert_int_equal(regions.number.data[0], 1);
    assert_int_equal(regions.number.data[2], 0);
    assert_int_equal(regions.number.data[6], 3);
    view_regions_clear(&regions);
}

/* A spiral joins late: its arms get different provisional numbers. */
static void a_spiral_is_one_region(void **state)
{
    (void)state;
    view_regions regions = {0};
    find(&regions,
         "1111111"
         "0000001"
         "1111101"
         "1000101"
         "1011101"
         "1000001"
         "1111111",
         7, 7);
    assert_int_equal(regions.n, 1);
    assert_int_equal(regions.regions[0].area_px, 7 + 1 + 6 + 3 + 5 + 2 + 7);
    view_regions_clear(&regions);
}

/* Every character is half as wide as high. */
static double half_em(void *context, const char *text, double size_px)
{
    (void)context;
    return 0.5 * size_px * (double)strlen(text);
}

static void a_big_region_gets_the_largest_text_on_its_anchor(void **state)
{
    (void)state;
    uint32_t index[100][200];
    for (int i = 0; i < 100 * 200; i++)
        index[i / 200][i % 200] = 1;
    view_regions regions = {0};
    view_layout layout;
    pnd_assert_ok(view_regions_find(&regions, (pnd_view_u32){index[0], 200, 100, 800}, &err));
    pnd_assert_ok(view_layout_init(&layout, 200, 100, 8, half_em, NULL, &err));
    const view_label_request request = {&regions.regions[0], "car", "9.0 m", 8, 20, 1.0};
    const view_label first = view_layout_place(&layout, &regions, request);
    assert_int_equal(first.n_lines, 2);
    pnd_assert_close(first.size_px, 20.0, 0);
    assert_true(fabs(first.x - 100) <= 1 && fabs(first.y - 50) <= 1);

    const view_label second = view_layout_place(&layout, &regions, request);
    assert_int_equal(second.n_lines, 2);
    assert_true(fabs(second.x - first.x) >= 50 || fabs(second.y - first.y) >= 2 * 20);
    view_layout_clear(&layout);
    view_regions_clear(&regions);
}

/* 40 x 12 pixels hold "9.0 m" (5 x 4 = 20 wide, 9.28 high at 8 px) but not two lines (18.56). */
static void a_small_region_gets_the_value_alone_and_a_tiny_one_nothing(void **state)
{
    (void)state;
    uint32_t index[12][40];
    for (int i = 0; i < 12 * 40; i++)
        index[i / 40][i % 40] = i % 40 < 34 ? 1 : 2;
    view_regions regions = {0};
    view_layout layout;
    pnd_assert_ok(view_regions_find(&regions, (pnd_view_u32){index[0], 40, 12, 160}, &err));
    pnd_assert_ok(view_layout_init(&layout, 40, 12, 8, half_em, NULL, &err));
    const view_label small = view_layout_place(
        &layout, &regions, (view_label_request){&regions.regions[0], "car", "9.0 m", 8, 20, 1.0});
    assert_int_equal(small.n_lines, 1);
    assert_string_equal(small.line[0], "9.0 m");
    const view_label tiny = view_layout_place(
        &layout, &regions, (view_label_request){&regions.regions[1], "car", "9.0 m", 8, 20, 1.0});
    assert_int_equal(tiny.n_lines, 0);
    view_layout_clear(&layout);
    view_regions_clear(&regions);
}

static void labels_stay_inside_the_picture_and_off_blocked_ground(void **state)
{
    (void)state;
    uint32_t index[60][100];
    for (int i = 0; i < 60 * 100; i++)
        index[i / 100][i % 100] = i % 100 < 12 ? 1 : 2;
    view_regions regions = {0};
    view_layout layout;
    pnd_assert_ok(view_regions_find(&regions, (pnd_view_u32){index[0], 100, 60, 400}, &err));
    pnd_assert_ok(view_layout_init(&layout, 100, 60, 3, half_em, NULL, &err));
    const view_label at_edge = view_layout_place(
        &layout, &regions, (view_label_request){&regions.regions[0], "bicycle", NULL, 8, 8, 3.0});
    assert_int_equal(at_edge.n_lines, 1);
    assert_true(at_edge.x >= 14.0); /* 7 x 4 = 28 wide */

    view_layout_block(&layout, (view_rect){0, 0, 100, 60});
    const view_label blocked = view_layout_place(
        &layout, &regions, (view_label_request){&regions.regions[1], "road", NULL, 8, 8, 1.0});
    assert_int_equal(blocked.n_lines, 0);
    view_layout_clear(&layout);
    view_regions_clear(&regions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pixel_is_its_own_anchor),
        cmocka_unit_test(the_anchor_of_a_ring_lies_on_the_ring),
        cmocka_unit_test(the_anchor_of_a_line_is_its_middle),
        cmocka_unit_test(parts_that_touch_at_a_corner_are_two_regions),
        cmocka_unit_test(a_spiral_is_one_region),
        cmocka_unit_test(a_big_region_gets_the_largest_text_on_its_anchor),
        cmocka_unit_test(a_small_region_gets_the_value_alone_and_a_tiny_one_nothing),
        cmocka_unit_test(labels_stay_inside_the_picture_and_off_blocked_ground),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
