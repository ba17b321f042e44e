/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STQ and DSTQ against the numbers of deeplab2 (google-research/deeplab2, Apache-2.0,
 * evaluation/depth_aware_segmentation_and_tracking_quality_test.py): three frames of 8 x 8, classes
 * sky 0, vegetation 1, cars 2, depths in metres. A pixel is written as 10 * class + instance.
 */
#include "pnd_test.h"

#include <panodepth/stq.h>

enum { SIDE = 8, FRAMES = 3 };

/* clang-format off */
static const int ground_truth[FRAMES][SIDE][SIDE] = {
    {
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 22, 0, 10, 10, 10},
     {0, 22, 22, 22, 22, 10, 10, 10},
     {22, 22, 22, 22, 22, 22, 10, 10},
     {22, 22, 22, 22, 22, 22, 22, 10},
     {22, 22, 22, 22, 22, 22, 22, 10},
     {22, 22, 22, 22, 22, 22, 10, 10}},
    {
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 22, 0, 0, 10, 10, 0, 0},
     {22, 22, 22, 10, 10, 10, 10, 0},
     {22, 22, 22, 22, 10, 10, 10, 10},
     {22, 22, 22, 22, 22, 10, 10, 10},
     {22, 22, 22, 22, 22, 10, 10, 10},
     {22, 22, 22, 22, 10, 10, 10, 10}},
    {
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 0, 0, 0},
     {22, 0, 10, 10, 10, 0, 0, 0},
     {22, 22, 10, 10, 10, 10, 0, 0},
     {22, 22, 22, 10, 10, 10, 10, 0},
     {22, 22, 22, 10, 10, 10, 10, 10},
     {22, 22, 22, 10, 10, 10, 10, 10}}};
static const int prediction[FRAMES][SIDE][SIDE] = {
    {
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 10, 0, 0},
     {0, 0, 0, 22, 22, 10, 10, 10},
     {0, 22, 22, 22, 22, 21, 10, 10},
     {22, 22, 22, 22, 22, 21, 21, 10},
     {22, 22, 22, 22, 21, 21, 21, 10},
     {22, 22, 22, 22, 21, 21, 21, 10}},
    {
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 10, 10, 0, 0},
     {0, 22, 22, 22, 10, 10, 10, 10},
     {22, 22, 22, 22, 10, 10, 10, 10},
     {22, 22, 22, 22, 22, 10, 10, 10},
     {22, 22, 22, 22, 21, 21, 10, 10},
     {22, 22, 22, 22, 21, 10, 10, 10}},
    {
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 10, 0, 0, 0},
     {0, 0, 10, 10, 10, 10, 0, 0},
     {22, 22, 22, 10, 10, 10, 0, 0},
     {22, 22, 22, 10, 10, 10, 10, 10},
     {22, 22, 22, 22, 10, 10, 10, 10},
     {22, 22, 22, 22, 10, 10, 10, 10}}};
static const double gt_metres[SIDE][SIDE] = {
     {56.1, 50.9, 54.0, 63.6, 68.6, 50.9, 50.9, 58.1},
     {62.6, 52.1, 0.0, 60.9, 62.4, 52.6, 56.3, 63.4},
     {57.1, 61.2, 63.8, 63.1, 52.3, 54.3, 52.1, 51.4},
     {65.8, 50.5, 58.9, 54.3, 0.0, 65.4, 63.8, 56.8},
     {50.6, 56.5, 53.0, 66.9, 51.8, 58.6, 65.9, 66.4},
     {53.5, 56.2, 53.6, 50.6, 64.6, 51.1, 68.7, 50.3},
     {69.0, 65.3, 66.4, 51.9, 68.3, 50.5, 0.0, 67.4},
     {59.7, 51.3, 50.1, 67.2, 68.8, 62.8, 64.9, 59.5}};
static const double pred_metres[SIDE][SIDE] = {
     {67.5, 36.9, 65.7, 77.9, 75.0, 45.1, 68.2, 63.3},
     {43.8, 63.0, 79.4, 78.1, 82.2, 36.9, 59.2, 83.2},
     {70.6, 73.2, 77.8, 71.3, 41.3, 47.5, 58.8, 64.8},
     {60.5, 51.7, 72.2, 49.8, 56.1, 60.7, 72.2, 73.0},
     {34.5, 55.7, 46.7, 47.4, 69.6, 43.5, 82.3, 84.8},
     {46.9, 39.5, 35.4, 61.3, 79.4, 42.2, 48.9, 56.3},
     {57.0, 75.0, 84.2, 46.3, 67.4, 55.5, 46.9, 70.0},
     {62.3, 58.3, 59.4, 74.5, 70.6, 54.6, 78.6, 48.1}};
/* clang-format on */

static const pnd_category classes[] = {{0, false}, {1, false}, {2, true}};

static uint32_t id_of(int value)
{
    return pnd_video_id(value / 10, (uint32_t)value % 10);
}

/* No ratio of these depths is so near a threshold that rounding to 1/256 m moves it over. */
static void count_frame(pnd_video_table *table, int f, bool with_depth)
{
    uint32_t gt[SIDE * SIDE], pred[SIDE * SIDE];
    uint16_t gt_depth[SIDE * SIDE], pred_depth[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        gt[i] = id_of(ground_truth[f][i / SIDE][i % SIDE]);
        pred[i] = id_of(prediction[f][i / SIDE][i % SIDE]);
        gt_depth[i] = (uint16_t)(with_depth ? gt_metres[i / SIDE][i % SIDE] * 256 + 0.5 : 0);
        pred_depth[i] = (uint16_t)(pred_metres[i / SIDE][i % SIDE] * 256 + 0.5);
    }
    const size_t stride = SIDE * sizeof *gt, depth_stride = SIDE * sizeof *gt_depth;
    const pnd_video_frame frame = {{gt, SIDE, SIDE, stride},
                                   {pred, SIDE, SIDE, stride},
                                   {gt_depth, SIDE, SIDE, depth_stride},
                                   {pred_depth, SIDE, SIDE, depth_stride}};
    pnd_error err = {0};
    pnd_video_counter *counter = NULL;
    pnd_assert_ok(pnd_video_counter_create(&counter, 3, NULL, 0, &err));
    pnd_assert_ok(pnd_video_count(table, counter, &frame, "frame", &err));
    pnd_video_counter_free(counter);
}

static pnd_stq_score score_three_frames(bool with_depth)
{
    pnd_error err = {0};
    pnd_stq *stq = NULL;
    pnd_stq_score sequence;
    pnd_video_table tables[FRAMES] = {0};
    pnd_assert_ok(pnd_stq_create(&stq, classes, 3, &err));
    for (int f = 0; f < FRAMES; f++)
        count_frame(&tables[f], f, with_depth);
    pnd_assert_ok(pnd_stq_add(&sequence, stq, tables, FRAMES, &err));
    const pnd_stq_score total = pnd_stq_total(stq);
    assert_true(sequence.stq == total.stq && sequence.dstq == total.dstq);
    for (int f = 0; f < FRAMES; f++)
        pnd_video_table_clear(&tables[f]);
    pnd_stq_free(stq);
    return total;
}

static void the_numbers_are_those_of_deeplab2(void **state)
{
    (void)state;
    const pnd_stq_score score = score_three_frames(true);
    pnd_assert_close(score.stq, 0.66841773352, 1e-9);
    pnd_assert_close(score.aq, 0.55366581415, 1e-9);
    pnd_assert_close(score.iou, 0.8069529580309542, 1e-9);
    pnd_assert_close(score.dq_at[0], 0.6885245901639344, 1e-9);
    pnd_assert_close(score.dq_at[1], 0.21311475409836064, 1e-9);
    pnd_assert_close(score.dq, 0.3830597195261614, 1e-9);
    pnd_assert_close(score.dstq, 0.5552059833215103, 1e-9);
    pnd_assert_close(score.dstq_at[0], 0.67505392, 1e-7);
    pnd_assert_close(score.dstq_at[1], 0.45663565, 1e-7);
    assert_int_equal(score.n_tubes, 1);
}

static void without_ground_truth_depth_only_depth_quality_is_0(void **state)
{
    (void)state;
    const pnd_stq_score score = score_three_frames(false);
    pnd_assert_close(score.stq, 0.66841773352, 1e-9);
    assert_true(score.dq == 0 && score.dstq == 0 && score.dstq_at[0] == 0);
    assert_int_equal(score.n_depth_pixels, 0);
}

static pnd_stq_score score_row(const uint32_t *gt, const uint32_t *pred, int32_t n)
{
    const pnd_video_frame frame = {.gt = {gt, n, 1, (size_t)n * 4},
                                   .pred = {pred, n, 1, (size_t)n * 4}};
    pnd_error err = {0};
    pnd_video_counter *counter = NULL;
    pnd_video_table table = {0};
    pnd_stq *stq = NULL;
    pnd_stq_score score;
    pnd_assert_ok(pnd_video_counter_create(&counter, 3, NULL, 0, &err));
    pnd_assert_ok(pnd_video_count(&table, counter, &frame, "row", &err));
    pnd_assert_ok(pnd_stq_create(&stq, classes, 3, &err));
    pnd_assert_ok(pnd_stq_add(&score, stq, &table, 1, &err));
    pnd_stq_free(stq);
    pnd_video_table_clear(&table);
    pnd_video_counter_free(counter);
    return score;
}

/* Ground truth: car 1 (4 px), crowd of cars (2), void (2). Predicted: car 5 on car 1 (3), on the
 * crowd (2) and on void (2); void on the last pixel of car 1.
 * Tube 1: TPA 3, |p| = 7 - 2 (crowd) = 5, |g| = 4: AQ = 3/4 * 3/(5+4-3) = .375.
 * IoU of cars: TP 3 + 2 = 5, FN 1, no FP (void has no row): 5/6; void is a class with IoU 0 for the
 * pixel of car 1: mean 5/12. */
static void crowds_and_void_count_as_in_deeplab2(void **state)
{
    const uint32_t c = pnd_video_id(2, 1), crowd = pnd_video_id(2, 0), v = pnd_video_id(3, 0);
    const uint32_t p = pnd_video_id(2, 5);
    const uint32_t gt[8] = {c, c, c, c, crowd, crowd, v, v};
    const uint32_t pred[8] = {p, p, p, v, p, p, p, p};
    (void)state;
    const pnd_stq_score score = score_row(gt, pred, 8);
    pnd_assert_close(score.aq, 0.375, 1e-15);
    pnd_assert_close(score.iou, 5.0 / 12, 1e-15);
    pnd_assert_close(score.stq, sqrt(0.375 * 5 / 12), 1e-15);
}

static void without_a_tube_aq_is_0_and_without_a_class_iou_is_undefined(void **state)
{
    const uint32_t sky[2] = {0, 0}, nothing[2] = {pnd_video_id(3, 0), pnd_video_id(3, 0)};
    (void)state;
    pnd_stq_score score = score_row(sky, sky, 2);
    assert_true(score.aq == 0 && score.stq == 0 && score.n_tubes == 0);
    pnd_assert_close(score.iou, 1, 1e-15);
    score = score_row(nothing, sky, 2);
    assert_true(isnan(score.iou) && isnan(score.stq));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_are_those_of_deeplab2),
        cmocka_unit_test(without_ground_truth_depth_only_depth_quality_is_0),
        cmocka_unit_test(crowds_and_void_count_as_in_deeplab2),
        cmocka_unit_test(without_a_tube_aq_is_0_and_without_a_class_iou_is_undefined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
