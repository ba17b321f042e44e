/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/semantic.h>

#include <stdlib.h>

/*
 * Void 0; stuff 1 and 2 of category 1; things 3 and 4 of category 2, of which 4 is ignored (as
 * caravan is); thing 5 of category 3, which also has stuff 6 and therefore no iIoU.
 */
enum { N = 7, WIDTH = 6, HEIGHT = 2 };
static const pnd_semantic_class rows[N] = {
    {0, true, false, 0}, {1, false, false, 0}, {1, false, false, 0}, {2, false, true, 8},
    {2, true, true, 10}, {3, false, true, 5},  {3, false, false, 0},
};
static const pnd_semantic_table table = {rows, N, 4};

static pnd_view_u8 view8(const uint8_t *data, int32_t width, int32_t height)
{
    return (pnd_view_u8){data, width, height, (size_t)width};
}

static pnd_view_u16 view16(const uint16_t *data, int32_t width, int32_t height)
{
    return (pnd_view_u16){data, width, height, (size_t)width * sizeof *data};
}

static pnd_semantic_counter *create(double boundary_ratio)
{
    pnd_semantic_counter *counter = NULL;
    pnd_error err = {0};
    pnd_assert_ok(pnd_semantic_counter_create(&counter, &table, boundary_ratio, &err));
    return counter;
}

static const uint8_t gt[WIDTH * HEIGHT] = {
    1, 1, 2, 3, 3, 0, /* */
    1, 2, 2, 3, 3, 5,
};
static const uint8_t pred[WIDTH * HEIGHT] = {
    1, 2, 2, 3, 4, 3, /* */
    1, 0, 2, 1, 4, 4,
};
static const uint16_t instances[WIDTH * HEIGHT] = {
    1, 1, 2, 3001, 3001, 0, /* */
    1, 2, 2, 3001, 3002, 5001,
};

static void count_scene(pnd_semantic_sums *sums, int repeats)
{
    pnd_semantic_counter *const counter = create(0);
    memset(sums, 0, sizeof *sums);
    for (int i = 0; i < repeats; i++) {
        pnd_semantic_image image;
        pnd_error err = {0};
        pnd_assert_ok(pnd_semantic_count(&image, counter, view8(gt, WIDTH, HEIGHT),
                                         view8(pred, WIDTH, HEIGHT),
                                         view16(instances, WIDTH, HEIGHT), "g", "p", "i", &err));
        assert_int_equal(image.n_instances, 3);
        pnd_semantic_add(sums, &table, &image);
    }
    pnd_semantic_counter_free(counter);
}

/*
 * Class 1: ground truth 3 pixels, 2 found; one wrong (of class 3): 2 / (2 + 1 + 1).
 * Class 2: 3 pixels, 2 found, 1 predicted void, which is a miss; one wrong: 2 / 4.
 * Class 3: 4 pixels, 1 found; predicted once on void, which does not count: 1 / 4.
 * Class 5: 1 pixel, not found: 0. Class 6: never met.
 */
static void iou_follows_the_definition(void **state)
{
    (void)state;
    pnd_semantic_sums sums;
    pnd_semantic_scores s;
    count_scene(&sums, 2);
    pnd_semantic_score(&s, &sums, &table);
    pnd_assert_close(s.class_iou[1], 0.5, 0);
    pnd_assert_close(s.class_iou[2], 0.5, 0);
    pnd_assert_close(s.class_iou[3], 0.25, 0);
    pnd_assert_close(s.class_iou[5], 0.0, 0);
    assert_true(isnan(s.class_iou[0]) && isnan(s.class_iou[4]) && isnan(s.class_iou[6]));
    pnd_assert_close(s.mean_class_iou, 1.25 / 4, 0);
    pnd_assert_close(s.prior[3], 4.0 / 12, 0);
    assert_true(isnan(s.boundary_iou[1]));
}

/*
 * Category 1: the block {1, 2} x {1, 2} holds 5 of 6 pixels; one more on class 3: 5 / (6 + 1).
 * Category 2: class 3 alone, as 4 is ignored: 1 of 4 found; column 3 has nothing on evaluated
 * ground truth of another category: 1 / 4. Category 3: 0 of 1.
 */
static void category_iou_leaves_out_ignored_classes(void **state)
{
    (void)state;
    pnd_semantic_sums sums;
    pnd_semantic_scores s;
    count_scene(&sums, 1);
    pnd_semantic_score(&s, &sums, &table);
    pnd_assert_close(s.category_iou[1], 5.0 / 7, 0);
    pnd_assert_close(s.category_iou[2], 0.25, 0);
    pnd_assert_close(s.category_iou[3], 0, 0);
    assert_true(isnan(s.category_iou[0]));
}

/*
 * Instance 3001: 3 pixels, 1 found, weight 8/3; 3002: 1 pixel, 0 found, weight 8; no false
 * positive: (8/3) / (8 + 8) = 1/6.
 * By category the ignored class 4 is a hit: 3001 has 2 of 3 (the third is class 1), 3002 1 of 1:
 * TP 16/3 + 8, FN 8/3. And its column is a false positive: class 5 is predicted as 4 once.
 * (40/3) / (16 + 1) = 40/51.
 */
static void category_iiou_counts_ignored_columns_as_the_reference_does(void **state)
{
    (void)state;
    pnd_semantic_sums sums;
    pnd_semantic_scores s;
    count_scene(&sums, 1);
    pnd_semantic_score(&s, &sums, &table);
    pnd_assert_close(s.class_iiou[3], 1.0 / 6, 1e-15);
    pnd_assert_close(s.category_iiou[2], 40.0 / 51, 1e-15);
    assert_true(isnan(s.class_iiou[1]) && isnan(s.category_iiou[1]));
    assert_true(isnan(s.category_iiou[3])); /* not all of its classes have instances */
    pnd_assert_close(s.class_iiou[5], 0, 0);
    pnd_assert_close(s.mean_class_iiou, 1.0 / 12, 1e-15);
}

static void without_instances_there_is_no_iiou(void **state)
{
    (void)state;
    pnd_semantic_counter *const counter = create(0);
    pnd_semantic_sums sums = {0};
    pnd_semantic_scores s;
    pnd_semantic_image image;
    pnd_error err = {0};
    pnd_assert_ok(pnd_semantic_count(&image, counter, view8(gt, WIDTH, HEIGHT),
                                     view8(pred, WIDTH, HEIGHT), (pnd_view_u16){0}, "g", "p", NULL,
                                     &err));
    pnd_semantic_add(&sums, &table, &image);
    pnd_semantic_score(&s, &sums, &table);
    assert_true(isnan(s.class_iiou[3]) && isnan(s.mean_class_iiou) && isnan(s.mean_category_iiou));
    pnd_assert_close(s.class_iou[3], 0.25, 0);
    pnd_semantic_counter_free(counter);
}

static void nothing_counted_is_nan_everywhere(void **state)
{
    (void)state;
    const pnd_semantic_sums sums = {0};
    pnd_semantic_scores s;
    pnd_semantic_score(&s, &sums, &table);
    assert_true(isnan(s.mean_class_iou) && isnan(s.mean_category_iou) && isnan(s.prior[0]));
}

static void values_that_are_no_class_are_named_with_their_pixel(void **state)
{
    (void)state;
    pnd_semantic_counter *const counter = create(0);
    pnd_semantic_image image;
    pnd_error err = {0};
    const uint8_t odd[3] = {1, 7, 255};
    const uint8_t fine[3] = {1, 2, 3};
    const uint16_t far[3] = {1, 2, 7001}, stuff[3] = {1, 2001, 3};
    const pnd_view_u16 none = {0};
    pnd_assert_fails(pnd_semantic_count(&image, counter, view8(fine, 3, 1), view8(odd, 3, 1), none,
                                        "g", "p", "i", &err),
                     PND_EINVAL, "p: pixel (1, 0) has the value 7, expected a class id of 0 to 6");
    pnd_assert_fails(pnd_semantic_count(&image, counter, view8(odd, 1, 3), view8(fine, 1, 3), none,
                                        "g", "p", "i", &err),
                     PND_EINVAL, "g: pixel (0, 1) has the value 7");
    pnd_assert_fails(pnd_semantic_count(&image, counter, view8(fine, 3, 1), view8(fine, 3, 1),
                                        view16(far, 3, 1), "g", "p", "i", &err),
                     PND_EINVAL, "i: pixel (2, 0) has the value 7001: class 7");
    pnd_assert_fails(pnd_semantic_count(&image, counter, view8(fine, 3, 1), view8(fine, 3, 1),
                                        view16(stuff, 3, 1), "g", "p", "i", &err),
                     PND_EINVAL, "i: pixel (1, 0) has the value 2001: class 2 has no instances");
    pnd_assert_fails(pnd_semantic_count(&image, counter, view8(fine, 3, 1), view8(fine, 1, 3), none,
                                        "g", "p", "i", &err),
                     PND_EMISMATCH, "p: 1x3 pixels, the ground truth g has 3x1");
    assert_null(image.confusion);
    /* The counter is as good as new. */
    pnd_assert_ok(pnd_semantic_count(&image, counter, view8(fine, 3, 1), view8(fine, 3, 1), none,
                                     "g", "p", "i", &err));
    assert_int_equal(image.confusion[N * 3 + 3], 1);
    assert_int_equal(image.n_instances, 0);
    pnd_semantic_counter_free(counter);
}

/* The reference asks for more than 1000; class 1 has no instances, so 1001 would be an error. */
static void the_value_1000_is_no_instance(void **state)
{
    (void)state;
    pnd_semantic_counter *const counter = create(0);
    pnd_semantic_image image;
    pnd_error err = {0};
    const uint8_t labels[2] = {1, 3};
    const uint16_t ids[2] = {1000, 3000};
    pnd_assert_ok(pnd_semantic_count(&image, counter, view8(labels, 2, 1), view8(labels, 2, 1),
                                     view16(ids, 2, 1), "g", "p", "i", &err));
    assert_int_equal(image.n_instances, 1);
    pnd_semantic_counter_free(counter);
}

static void rows_may_be_padded(void **state)
{
    (void)state;
    pnd_semantic_counter *const counter = create(0.02);
    pnd_semantic_image image;
    pnd_error err = {0};
    const uint8_t wide[2][4] = {{1, 2, 99, 99}, {3, 3, 99, 99}};
    const uint16_t ids[2][3] = {{1, 2, 65000}, {3001, 3001, 65000}};
    const pnd_view_u8 labels = {wide[0], 2, 2, sizeof wide[0]};
    const pnd_view_u16 numbers = {ids[0], 2, 2, sizeof ids[0]};
    pnd_assert_ok(
        pnd_semantic_count(&image, counter, labels, labels, numbers, "g", "p", "i", &err));
    assert_int_equal(image.confusion[N * 3 + 3], 2);
    assert_int_equal(image.instances[0].size, 2);
    assert_int_equal(image.boundary[3].both, 2);
    pnd_semantic_counter_free(counter);
}

static void a_table_out_of_range_is_refused(void **state)
{
    (void)state;
    pnd_semantic_counter *counter = NULL;
    pnd_error err = {0};
    const pnd_semantic_table bad = {rows, N, 3}; /* class 5 is of category 3 */
    const pnd_semantic_table many = {rows, PND_SEMANTIC_MAX_CLASSES + 1, 4};
    pnd_assert_fails(pnd_semantic_counter_create(&counter, &bad, 0, &err), PND_EINVAL, "class 5");
    pnd_assert_fails(pnd_semantic_counter_create(&counter, &many, 0, &err), PND_EINVAL, "65");
    assert_null(counter);
}

/* ---- boundary */

/* Round half to even as Python does: 0.02 x 125 = 2.5 -> 2. sqrt(75^2 + 100^2) = 125. */
static void the_band_is_at_least_a_pixel_and_2_percent_of_the_diagonal(void **state)
{
    (void)state;
    assert_int_equal(pnd_boundary_width(1, 1, 0.02), 1);
    assert_int_equal(pnd_boundary_width(75, 100, 0.02), 2);
    assert_int_equal(pnd_boundary_width(2048, 1024, 0.02), 46); /* 45.79 */
}

static void assert_band(const uint8_t *labels, const char *const *expected, int32_t width,
                        int32_t height, int32_t distance)
{
    pnd_plane_u8 band = {0};
    pnd_error err = {0};
    int32_t runs[64];
    pnd_assert_ok(pnd_boundary_band(&band, view8(labels, width, height), distance, runs, &err));
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            if (pnd_plane_u8_row(&band, y)[x] != (expected[y][x] == '#'))
                fail_msg("pixel (%d, %d), distance %d", (int)x, (int)y, (int)distance);
    pnd_plane_u8_clear(&band);
}

/* The outside of the image is another region, and diagonal neighbours count. */
static void the_band_is_what_3x3_erosions_remove(void **state)
{
    (void)state;
    static const uint8_t one[5 * 5] = {0};
    static const uint8_t corner[5 * 5] = {[6] = 1}; /* (1, 1) */
    static const uint8_t halves[7 * 3] = {
        0, 0, 0, 1, 1, 1, 1, /* */
        0, 0, 0, 1, 1, 1, 1, /* */
        0, 0, 0, 1, 1, 1, 1,
    };
    static const char *const ring[] = {"#####", "#...#", "#...#", "#...#", "#####"};
    static const char *const ring2[] = {"#####", "#####", "##.##", "#####", "#####"};
    static const char *const all[] = {"#####", "#####", "#####", "#####", "#####"};
    static const char *const near_corner[] = {"#####", "###.#", "###.#", "#...#", "#####"};
    static const char *const both[] = {"#######", "#.##..#", "#######"};
    assert_band(one, ring, 5, 5, 1);
    assert_band(one, ring2, 5, 5, 2);
    assert_band(one, all, 5, 5, 3);
    assert_band(one, all, 5, 5, 16384);
    assert_band(one, all, 1, 5, 1);
    assert_band(one, all, 5, 1, 1);
    assert_band(halves, both, 7, 3, 1);
    assert_band(corner, near_corner, 5, 5, 1);
}

/* One erosion after the other, by the definition. */
static void erode(uint8_t *out, const uint8_t *in, int32_t width, int32_t height)
{
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            uint8_t all = 1;
            for (int32_t v = y - 1; v <= y + 1; v++)
                for (int32_t u = x - 1; u <= x + 1; u++)
                    all &= u >= 0 && v >= 0 && u < width && v < height && in[v * width + u];
            out[y * width + x] = all;
        }
}

static void the_band_equals_repeated_erosions_of_every_mask(void **state)
{
    (void)state;
    enum { W = 23, H = 17, CLASSES = 3 };
    uint8_t labels[W * H], mask[W * H], eroded[W * H];
    int32_t runs[2 * W];
    uint32_t seed = 5;
    for (int32_t distance = 1; distance <= 4; distance++) {
        pnd_plane_u8 band = {0};
        pnd_error err = {0};
        for (int32_t i = 0; i < W * H; i++) {
            seed = seed * 1664525u + 1013904223u;
            labels[i] = i > 0 ? labels[i - 1] : 0;
            if (seed >> 24 < 4)
                labels[i] = (uint8_t)((seed >> 20) % CLASSES);
            if (i >= W && (seed >> 16) % 8 != 0)
                labels[i] = labels[i - W];
        }
        pnd_assert_ok(pnd_boundary_band(&band, view8(labels, W, H), distance, runs, &err));
        for (uint8_t c = 0; c < CLASSES; c++) {
            for (int32_t i = 0; i < W * H; i++)
                mask[i] = labels[i] == c;
            for (int32_t k = 0; k < distance; k++) {
                erode(eroded, mask, W, H);
                memcpy(mask, eroded, sizeof mask);
            }
            for (int32_t i = 0; i < W * H; i++)
                if (labels[i] == c)
                    assert_int_equal(band.data[i], !mask[i]);
        }
        pnd_plane_u8_clear(&band);
    }
}

/*
 * 5x3, band of one pixel. Ground truth: class 1, but void 0 in the last column. Predicted: class 1
 * everywhere. Inside of the ground truth's class 1: (1, 1), (2, 1); of the prediction's: (1, 1) to
 * (3, 1). On the 12 evaluated pixels: band of the ground truth 10, of the prediction 9, both 9.
 */
static void boundary_iou_leaves_out_ignored_ground_truth(void **state)
{
    (void)state;
    static const uint8_t g[15] = {1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0};
    static const uint8_t p[15] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    pnd_semantic_counter *const counter = create(0.02);
    pnd_semantic_sums sums = {0};
    pnd_semantic_scores s;
    pnd_semantic_image image;
    pnd_error err = {0};
    pnd_assert_ok(pnd_semantic_count(&image, counter, view8(g, 5, 3), view8(p, 5, 3),
                                     (pnd_view_u16){0}, "g", "p", NULL, &err));
    assert_int_equal(image.boundary[1].gt, 10);
    assert_int_equal(image.boundary[1].pred, 9);
    assert_int_equal(image.boundary[1].both, 9);
    pnd_semantic_add(&sums, &table, &image);
    pnd_semantic_score(&s, &sums, &table);
    pnd_assert_close(s.mean_boundary_iou, 0.9, 0);
    pnd_semantic_counter_free(counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iou_follows_the_definition),
        cmocka_unit_test(category_iou_leaves_out_ignored_classes),
        cmocka_unit_test(category_iiou_counts_ignored_columns_as_the_reference_does),
        cmocka_unit_test(without_instances_there_is_no_iiou),
        cmocka_unit_test(nothing_counted_is_nan_everywhere),
        cmocka_unit_test(values_that_are_no_class_are_named_with_their_pixel),
        cmocka_unit_test(the_value_1000_is_no_instance),
        cmocka_unit_test(rows_may_be_padded),
        cmocka_unit_test(a_table_out_of_range_is_refused),
        cmocka_unit_test(the_band_is_at_least_a_pixel_and_2_percent_of_the_diagonal),
        cmocka_unit_test(the_band_is_what_3x3_erosions_remove),
        cmocka_unit_test(the_band_equals_repeated_erosions_of_every_mask),
        cmocka_unit_test(boundary_iou_leaves_out_ignored_ground_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
