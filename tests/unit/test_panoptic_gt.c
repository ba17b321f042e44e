/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/panoptic_set.h>

#include <stdlib.h>

typedef struct ground_truth {
    pnd_plane_u32 ids;
    pnd_segment_info *segments;
    size_t n;
} ground_truth;

static void build(ground_truth *out, pnd_view_u16 image, bool train_ids)
{
    pnd_error err = {0};
    *out = (ground_truth){0};
    pnd_assert_ok(pnd_panoptic_from_instance_ids(&out->ids, &out->segments, &out->n, image,
                                                 train_ids, "f.png", &err));
}

static void ground_truth_clear(ground_truth *truth)
{
    pnd_plane_u32_clear(&truth->ids);
    free(truth->segments);
}

static pnd_view_u16 view(const uint16_t *data, int32_t width, int32_t height)
{
    return (pnd_view_u16){data, width, height, (size_t)width * sizeof *data};
}

static void assert_segment(const pnd_segment_info *s, uint32_t id, int32_t category_id,
                           int64_t area, int32_t x, int32_t y, int32_t width, int32_t height,
                           bool is_crowd)
{
    assert_int_equal(s->id, id);
    assert_int_equal(s->category_id, category_id);
    assert_int_equal(s->area, area);
    assert_int_equal(s->bbox[0], x);
    assert_int_equal(s->bbox[1], y);
    assert_int_equal(s->bbox[2], width);
    assert_int_equal(s->bbox[3], height);
    assert_int_equal(s->is_crowd, is_crowd);
    assert_true(isnan(s->depth_m) && isnan(s->score));
}

/* Rules of panoptic.md b.5: 3 and 29001 are ignored in evaluation, 26 is a group of cars (crowd),
 * 23 is stuff (never crowd), order is by value. */
static void segments_follow_the_official_rules(void **state)
{
    (void)state;
    static const uint16_t image[] = {
        23,    23, 23,    3,     29001, /* */
        26001, 26, 26001, 29001, 29001, /* */
        7,     26, 26001, 7,     26,
    };
    static const uint32_t expected[] = {
        23,    23, 23,    0, 0, /* */
        26001, 26, 26001, 0, 0, /* */
        7,     26, 26001, 7, 26,
    };
    ground_truth truth;
    build(&truth, view(image, 5, 3), false);
    assert_int_equal(truth.n, 4);
    assert_segment(&truth.segments[0], 7, 7, 2, 0, 2, 4, 1, false);
    assert_segment(&truth.segments[1], 23, 23, 3, 0, 0, 3, 1, false);
    assert_segment(&truth.segments[2], 26, 26, 3, 1, 1, 4, 2, true);
    assert_segment(&truth.segments[3], 26001, 26, 3, 0, 1, 3, 2, false);
    assert_memory_equal(truth.ids.data, expected, sizeof expected);
    ground_truth_clear(&truth);
}

static void train_ids_change_the_categories_and_not_the_segment_ids(void **state)
{
    (void)state;
    static const uint16_t image[] = {7, 26001, 33};
    ground_truth truth;
    build(&truth, view(image, 3, 1), true);
    assert_int_equal(truth.n, 3);
    assert_segment(&truth.segments[0], 7, 0, 1, 0, 0, 1, 1, false);
    assert_segment(&truth.segments[1], 33, 18, 1, 2, 0, 1, 1, true);
    assert_segment(&truth.segments[2], 26001, 13, 1, 1, 0, 1, 1, false);
    ground_truth_clear(&truth);
}

static void an_image_of_void_alone_has_no_segments(void **state)
{
    (void)state;
    static const uint16_t image[] = {0, 1, 2, 3, 3, 2};
    ground_truth truth;
    build(&truth, view(image, 2, 3), false);
    assert_int_equal(truth.n, 0);
    for (int i = 0; i < 6; i++)
        assert_int_equal(truth.ids.data[i], 0);
    ground_truth_clear(&truth);
}

/* Every width from 1 to 40 with padding behind the rows that must not be read as pixels, against
 * the definition: count each value pixel by pixel. */
static void runs_of_any_length_and_padded_rows_are_counted_exactly(void **state)
{
    (void)state;
    enum { STRIDE = 48, HEIGHT = 3 };
    static const uint16_t values[] = {7, 8, 26001};
    uint16_t image[STRIDE * HEIGHT];
    uint32_t random = 1;
    for (int32_t width = 1; width <= 40; width++) {
        int64_t area[3] = {0};
        uint16_t value = 7;
        for (int32_t i = 0; i < STRIDE * HEIGHT; i++) {
            random = random * 1664525 + 1013904223;
            if (random >> 29 == 0) /* a new value is drawn every 8 pixels on average */
                value = values[(random >> 20) % 3];
            image[i] = i % STRIDE < width ? value : 65535;
            for (int k = 0; k < 3; k++)
                area[k] += image[i] == values[k];
        }
        ground_truth truth;
        build(&truth, (pnd_view_u16){image, width, HEIGHT, STRIDE * sizeof *image}, false);
        size_t n = 0;
        for (int k = 0; k < 3; k++)
            if (area[k] > 0) {
                assert_int_equal(truth.segments[n].id, values[k]);
                assert_int_equal(truth.segments[n++].area, area[k]);
            }
        assert_int_equal(truth.n, n);
        for (int32_t y = 0; y < HEIGHT; y++)
            for (int32_t x = 0; x < width; x++)
                assert_int_equal(pnd_plane_u32_row(&truth.ids, y)[x], image[y * STRIDE + x]);
        ground_truth_clear(&truth);
    }
}

static void an_unknown_class_names_file_value_and_pixel(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_segment_info *segments = NULL;
    size_t n = 9;
    static const uint16_t image[] = {7, 7, 7, 7, 34001, 7};
    pnd_assert_fails(pnd_panoptic_from_instance_ids(NULL, &segments, &n, view(image, 3, 2), false,
                                                    "f.png", &err),
                     PND_EFORMAT, "f.png: value 34001 at pixel (1, 1) is class 34");
    assert_null(segments);
    assert_int_equal(n, 0);
    static const uint16_t train_ids[] = {255};
    pnd_assert_fails(pnd_panoptic_from_instance_ids(NULL, &segments, &n, view(train_ids, 1, 1),
                                                    false, "f.png", &err),
                     PND_EFORMAT, "trainId");
}

static void the_segment_ids_may_be_left_out_and_an_empty_image_is_refused(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_segment_info *segments = NULL;
    size_t n = 0;
    static const uint16_t image[] = {7};
    pnd_assert_ok(pnd_panoptic_from_instance_ids(NULL, &segments, &n, view(image, 1, 1), false,
                                                 "f.png", &err));
    assert_int_equal(n, 1);
    free(segments);
    pnd_assert_fails(pnd_panoptic_from_instance_ids(NULL, &segments, &n, view(image, 0, 1), false,
                                                    "f.png", &err),
                     PND_EINVAL, "no pixels");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_follow_the_official_rules),
        cmocka_unit_test(train_ids_change_the_categories_and_not_the_segment_ids),
        cmocka_unit_test(an_image_of_void_alone_has_no_segments),
        cmocka_unit_test(runs_of_any_length_and_padded_rows_are_counted_exactly),
        cmocka_unit_test(an_unknown_class_names_file_value_and_pixel),
        cmocka_unit_test(the_segment_ids_may_be_left_out_and_an_empty_image_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
