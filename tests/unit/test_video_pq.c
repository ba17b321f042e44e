/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DVPQ worked out by hand.
 *
 * The sequence: six frames of one row of eight pixels. Ground truth in every frame: four pixels of
 * road, four of one car. The prediction has the same pixels, but its car is tube 1 in frames 0 to 2
 * and tube 2 in frames 3 to 5. Ground truth depth is 1000/256 m; pixel 0 has none. Predicted depth
 * is 1000, but
 *
 *     frame 0, pixel 0 (road)     0  no ground truth here: stays at every threshold
 *     frame 0, pixel 1 (road)   500  |p-g|/g = .5 exactly; p - g = -500 is 65036 in 16 bits
 *     frame 1, pixel 4 (car)   1100  .1 exactly
 *     frame 1, pixel 5 (car)   1101  above .1
 *     frame 2, pixel 6 (car)   1251  above .25
 *     frame 4, pixel 7 (car)      0  1, above all
 *
 * so that these pixels of the prediction become void (> is strict):
 *
 *     lambda .5    frame 4: a car pixel
 *     lambda .25   also frame 0: a road pixel; frame 2: a car pixel
 *     lambda .1    also frame 1: a car pixel
 *
 * A void pixel is missing from the intersection and the predicted area, the union stays. Car, by
 * window [first frame], with t1, t2 the two predicted tubes; "no" is an IoU of .5 or less: the tube
 * of the ground truth is missed (fn), both predicted ones are false (fp 2); else the other one is.
 *
 *     no test   k=2  [0] 1  [1] 1  [2] t1, t2 4/8: no  [3] 1  [4] 1     4 / (4 + 2/2 + 1/2)
 *               k=3  [0] 1  [1] t1 8/12  [2] t2 8/12  [3] 1             10/3 / (4 + 2/2)
 *               k=4  [0] t1 12/16  [1] 8/16: no  [2] t2 12/16           1.5 / (2 + 4/2 + 1/2)
 *     .5        k=1  frame 4: 3/4                                       5.75 / 6
 *               k=2  1, 1, no, 7/8, 7/8                                 3.75 / 5.5
 *               k=3  1, 8/12, 7/12, 11/12                               38/12 / 5
 *               k=4  12/16, no, 11/16                                   23/16 / 4.5
 *     .25       k=1  frames 2, 4: 3/4                                   5.5 / 6
 *               k=2  1, 7/8, no, 7/8, 7/8                               3.625 / 5.5
 *               k=3  11/12, 7/12, 7/12, 11/12                           3 / 5
 *               k=4  11/16, 7/16: no, 11/16                             22/16 / 4.5
 *     .1        k=1  frames 1, 2, 4: 3/4                                5.25 / 6
 *               k=2  7/8, 6/8, no, 7/8, 7/8                             27/8 / 5.5
 *               k=3  10/12, 6/12: no, 7/12, 11/12                       28/12 / (3 + 3/2 + 1/2)
 *               k=4  10/16, 7/16: no, 11/16                             21/16 / 4.5
 *
 * Road is whole, except that frame 0 has 3 of 4 pixels at .25 and .1:
 *
 *     k=1 (5 + 3/4) / 6   k=2 (4 + 7/8) / 5   k=3 (3 + 11/12) / 4   k=4 (2 + 15/16) / 3
 */
#include "pnd_test.h"

#include <panodepth/alloc.h>
#include <panodepth/video_pq.h>

#include <stdlib.h>

enum { WIDTH = 8, FRAMES = 6, CLASSES = 19, ROAD = 0, CAR = 13 };

static const double lambdas[] = {0.1, 0.25, 0.5};

static pnd_view_u32 ids_of(const uint32_t *row, int32_t width)
{
    return (pnd_view_u32){row, width, 1, (size_t)width * sizeof *row};
}

static pnd_view_u16 depths_of(const uint16_t *row, int32_t width)
{
    return (pnd_view_u16){row, width, 1, (size_t)width * sizeof *row};
}

typedef struct one_frame {
    uint32_t gt[WIDTH], pred[WIDTH];
    uint16_t gt_depth[WIDTH], pred_depth[WIDTH];
} one_frame;

static void fill(one_frame *frame, int f)
{
    for (int x = 0; x < WIDTH; x++) {
        frame->gt[x] = x < 4 ? pnd_video_id(ROAD, 0) : pnd_video_id(CAR, 1);
        frame->pred[x] = x < 4 ? pnd_video_id(ROAD, 0) : pnd_video_id(CAR, f < 3 ? 1 : 2);
        frame->gt_depth[x] = x == 0 ? 0 : 1000;
        frame->pred_depth[x] = 1000;
    }
    if (f == 0)
        frame->pred_depth[0] = 0, frame->pred_depth[1] = 500;
    if (f == 1)
        frame->pred_depth[4] = 1100, frame->pred_depth[5] = 1101;
    if (f == 2)
        frame->pred_depth[6] = 1251;
    if (f == 4)
        frame->pred_depth[7] = 0;
}

static pnd_video_frame view(const one_frame *frame)
{
    return (pnd_video_frame){ids_of(frame->gt, WIDTH), ids_of(frame->pred, WIDTH),
                             depths_of(frame->gt_depth, WIDTH),
                             depths_of(frame->pred_depth, WIDTH)};
}

static void count_sequence(pnd_video_table tables[FRAMES])
{
    pnd_error err = {0};
    pnd_video_counter *counter = NULL;
    pnd_assert_ok(pnd_video_counter_create(&counter, CLASSES, lambdas, 3, &err));
    for (int f = 0; f < FRAMES; f++) {
        one_frame frame;
        fill(&frame, f);
        const pnd_video_frame seen = view(&frame);
        pnd_assert_ok(pnd_video_count(&tables[f], counter, &seen, "frame", &err));
    }
    pnd_video_counter_free(counter);
}

static void score(pnd_pq_count total[CLASSES], const pnd_video_table *tables, size_t n, size_t k,
                  int32_t lambda)
{
    pnd_error err = {0};
    pnd_video_matcher *matcher = NULL;
    pnd_pq_image window;
    memset(total, 0, CLASSES * sizeof *total);
    pnd_assert_ok(pnd_video_matcher_create(&matcher, CLASSES, &err));
    for (size_t first = 0; first + k <= n; first++) {
        pnd_assert_ok(pnd_video_match(&window, matcher, tables + first, k, lambda, &err));
        pnd_pq_add(total, &window);
    }
    pnd_video_matcher_free(matcher);
}

static void six_frames_give_the_values_worked_out_by_hand(void **state)
{
    static const double car[4][4] = {
        {1, 4 / 5.5, (10.0 / 3) / 5, 1.5 / 4.5},
        {5.25 / 6, 27.0 / 8 / 5.5, 28.0 / 12 / 5, 21.0 / 16 / 4.5},
        {5.5 / 6, 3.625 / 5.5, 3.0 / 5, 22.0 / 16 / 4.5},
        {5.75 / 6, 3.75 / 5.5, 38.0 / 12 / 5, 23.0 / 16 / 4.5},
    };
    static const double cut_road[4] = {5.75 / 6, 4.875 / 5, (3 + 11.0 / 12) / 4,
                                       (2 + 15.0 / 16) / 3};
    pnd_video_table tables[FRAMES] = {0};
    pnd_pq_count total[CLASSES];
    (void)state;
    count_sequence(tables);
    for (int32_t lambda = PND_VIDEO_ANY_DEPTH; lambda < 3; lambda++)
        for (size_t k = 1; k <= 4; k++) {
            score(total, tables, FRAMES, k, lambda);
            pnd_assert_close(pnd_pq_category_score(&total[CAR]).pq, car[lambda + 1][k - 1], 1e-14);
            pnd_assert_close(pnd_pq_category_score(&total[ROAD]).pq,
                             lambda == 0 || lambda == 1 ? cut_road[k - 1] : 1, 1e-14);
            assert_int_equal(total[ROAD].fp + total[ROAD].fn, 0);
        }
    score(total, tables, FRAMES, 3, 0); /* lambda .1 */
    assert_int_equal(total[CAR].tp, 3);
    assert_int_equal(total[CAR].fp, 3);
    assert_int_equal(total[CAR].fn, 1);
    for (int f = 0; f < FRAMES; f++)
        pnd_video_table_clear(&tables[f]);
}

/* Ratios of the same frames: 7 pixels with depth in each. Outliers at 1.25 are 500 (2.0), 1251
 * and 0; at 1.1 also 1101, while 1100 / 1000 = 1.1 exactly is in. */
static void inliers_are_within_the_ratio_or_equal_to_it(void **state)
{
    pnd_video_table tables[FRAMES] = {0};
    int64_t pixels = 0, wide = 0, tight = 0;
    (void)state;
    count_sequence(tables);
    for (int f = 0; f < FRAMES; f++) {
        pixels += tables[f].depth_pixels;
        wide += tables[f].inliers[0];
        tight += tables[f].inliers[1];
        pnd_video_table_clear(&tables[f]);
    }
    assert_int_equal(pixels, 42);
    assert_int_equal(wide, 39);
    assert_int_equal(tight, 38);
}

static void count_row(pnd_video_table *table, const uint32_t *gt, const uint32_t *pred, int32_t n)
{
    pnd_error err = {0};
    pnd_video_counter *counter = NULL;
    const pnd_video_frame frame = {.gt = ids_of(gt, n), .pred = ids_of(pred, n)};
    pnd_assert_ok(pnd_video_counter_create(&counter, CLASSES, NULL, 0, &err));
    pnd_assert_ok(pnd_video_count(table, counter, &frame, "row", &err));
    pnd_video_counter_free(counter);
}

/* Car of 3 pixels, prediction of 5: on the car 3, on void 2. Instance 0 of void leaves the union:
 * 3 / (3 + 5 - 3 - 2) = 1. Instance 7 of void does not: 3/5. */
static void only_instance_0_of_void_leaves_the_union(void **state)
{
    const uint32_t car = pnd_video_id(CAR, 1);
    const uint32_t pred[5] = {car, car, car, car, car};
    (void)state;
    for (uint32_t instance = 0; instance <= 7; instance += 7) {
        const uint32_t nothing = pnd_video_id(CLASSES, instance);
        const uint32_t gt[5] = {car, car, car, nothing, nothing};
        pnd_video_table table = {0};
        pnd_pq_count total[CLASSES];
        count_row(&table, gt, pred, 5);
        score(total, &table, 1, 1, PND_VIDEO_ANY_DEPTH);
        assert_int_equal(total[CAR].tp, 1);
        pnd_assert_close(total[CAR].iou_sum, instance == 0 ? 1.0 : 0.6, 1e-15);
        pnd_video_table_clear(&table);
    }
}

/* A predicted car of 4 pixels on road 1, void/0 1 and void/5 2: 3/4 on ids of the void class. With
 * road 2 and void 2 it is just one half: a false positive. */
static void more_than_half_on_any_void_excuses_a_prediction(void **state)
{
    const uint32_t car = pnd_video_id(CAR, 1), road = pnd_video_id(ROAD, 0);
    const uint32_t a = pnd_video_id(CLASSES, 0), b = pnd_video_id(CLASSES, 5);
    const uint32_t pred[4] = {car, car, car, car};
    const uint32_t excused[4] = {road, a, b, b}, false_one[4] = {road, road, a, b};
    pnd_video_table table = {0};
    pnd_pq_count total[CLASSES];
    (void)state;
    count_row(&table, excused, pred, 4);
    score(total, &table, 1, 1, PND_VIDEO_ANY_DEPTH);
    assert_int_equal(total[CAR].fp, 0);
    assert_int_equal(total[ROAD].fn, 1);
    count_row(&table, false_one, pred, 4);
    score(total, &table, 1, 1, PND_VIDEO_ANY_DEPTH);
    assert_int_equal(total[CAR].fp, 1);
    pnd_video_table_clear(&table);
}

static void predicted_void_is_no_segment(void **state)
{
    const uint32_t nothing = pnd_video_id(CLASSES, 0), road = pnd_video_id(ROAD, 0);
    const uint32_t gt[3] = {road, nothing, nothing}, pred[3] = {nothing, nothing, nothing};
    pnd_video_table table = {0};
    pnd_pq_count total[CLASSES];
    (void)state;
    count_row(&table, gt, pred, 3);
    score(total, &table, 1, 1, PND_VIDEO_ANY_DEPTH);
    assert_int_equal(total[ROAD].fn, 1);
    for (int c = 0; c < CLASSES; c++)
        assert_int_equal(total[c].tp + total[c].fp, 0);
    pnd_video_table_clear(&table);
}

/* Three classes: PQ 1, PQ 1/2 and never seen. */
static void an_unseen_class_is_left_out_or_counts_0(void **state)
{
    static const pnd_category classes[3] = {{0, false}, {1, false}, {2, true}};
    const pnd_pq_count counts[3] = {{1, 1, 0, 0}, {1, 1, 1, 1}, {0, 0, 0, 0}};
    (void)state;
    pnd_pq_score all = pnd_video_average(counts, classes, 3, PND_PQ_ALL, false);
    pnd_assert_close(all.pq, 0.75, 1e-15);
    assert_int_equal(all.n_categories, 2);
    all = pnd_video_average(counts, classes, 3, PND_PQ_ALL, true);
    pnd_assert_close(all.pq, 0.5, 1e-15);
    assert_int_equal(all.n_categories, 3);
    pnd_assert_close(pnd_video_average(counts, classes, 3, PND_PQ_THINGS, false).pq, (double)NAN,
                     0);
    const pnd_pq_score things = pnd_video_average(counts, classes, 3, PND_PQ_THINGS, true);
    assert_true(things.pq == 0 && things.n_categories == 1);
}

static void unusable_input_is_refused(void **state)
{
    static const double falling[] = {0.5, 0.1}, negative[] = {-1, 0.5};
    const uint32_t gt[2] = {0, 0}, big[2] = {0, pnd_video_id(20, 0)};
    const uint32_t huge[2] = {0, UINT32_MAX};
    const uint16_t depth[3] = {1, 1, 1};
    pnd_error err = {0};
    pnd_video_counter *counter = NULL;
    pnd_video_table table = {0};
    (void)state;
    pnd_assert_fails(pnd_video_counter_create(&counter, CLASSES, falling, 2, &err), PND_EINVAL,
                     "smallest first");
    pnd_assert_fails(pnd_video_counter_create(&counter, CLASSES, negative, 2, &err), PND_EINVAL,
                     "above 0");
    pnd_assert_fails(pnd_video_counter_create(&counter, 65, NULL, 0, &err), PND_EINVAL, "1 to 64");
    pnd_assert_ok(pnd_video_counter_create(&counter, CLASSES, NULL, 0, &err));
    pnd_video_frame frame = {.gt = ids_of(gt, 2), .pred = ids_of(gt, 1)};
    pnd_assert_fails(pnd_video_count(&table, counter, &frame, "f", &err), PND_EMISMATCH,
                     "prediction is 1x1, ground truth 2x1");
    frame.pred = ids_of(big, 2);
    pnd_assert_fails(pnd_video_count(&table, counter, &frame, "f", &err), PND_EINVAL, "class 20");
    frame.pred = ids_of(huge, 2);
    pnd_assert_fails(pnd_video_count(&table, counter, &frame, "f", &err), PND_EINVAL, "class");
    frame.pred = ids_of(gt, 2);
    frame.gt_depth = depths_of(depth, 2);
    frame.pred_depth = depths_of(depth, 3);
    pnd_assert_fails(pnd_video_count(&table, counter, &frame, "f", &err), PND_EMISMATCH,
                     "predicted depth is 3x1");
    assert_null(table.pairs);
    pnd_video_counter_free(counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_frames_give_the_values_worked_out_by_hand),
        cmocka_unit_test(inliers_are_within_the_ratio_or_equal_to_it),
        cmocka_unit_test(only_instance_0_of_void_leaves_the_union),
        cmocka_unit_test(more_than_half_on_any_void_excuses_a_prediction),
        cmocka_unit_test(predicted_void_is_no_segment),
        cmocka_unit_test(an_unseen_class_is_left_out_or_counts_0),
        cmocka_unit_test(unusable_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
