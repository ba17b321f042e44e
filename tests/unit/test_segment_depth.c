/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/segment_depth.h>

/* Measured on all of 100 pixels. */
static pnd_segment_match pair(double gt_m, double pred_m)
{
    return (pnd_segment_match){.iou = 0.8,
                               .gt_m = gt_m,
                               .pred_m = pred_m,
                               .gt_area = 100,
                               .gt_valid = 100,
                               .pred_area = 100,
                               .pred_valid = 50};
}

/* 10 m seen at 12 m (+2, .2) and 40 m seen at 30 m (-10, .25). */
static void errors_are_means_over_segments(void **state)
{
    const pnd_segment_match near_one = pair(10, 12), far_one = pair(40, 30);
    pnd_segment_error sum = {0};
    (void)state;
    pnd_segment_error_add(&sum, &near_one);
    pnd_segment_error_add(&sum, &far_one);
    const pnd_segment_error mean = pnd_segment_error_mean(&sum);
    assert_int_equal(mean.n, 2);
    pnd_assert_close(mean.abs, 6, 1e-15);
    pnd_assert_close(mean.rel, 0.225, 1e-15);
    pnd_assert_close(mean.signed_m, -4, 1e-15);
    pnd_assert_close(mean.signed_rel, -0.025, 1e-14);
    pnd_assert_close(mean.gt_coverage, 1, 1e-15);
    pnd_assert_close(mean.pred_coverage, 0.5, 1e-15);
}

static void no_segment_has_no_error(void **state)
{
    const pnd_segment_error sum = {0};
    (void)state;
    assert_true(isnan(pnd_segment_error_mean(&sum).rel));
}

static void too_little_ground_truth_is_not_judged(void **state)
{
    pnd_segment_match match = pair(10, 20);
    (void)state;
    match.gt_valid = 50;
    assert_int_equal(pnd_segment_judge(&match), PND_SEGMENT_JUDGED);
    match.gt_valid = 49; /* below 50 px */
    assert_int_equal(pnd_segment_judge(&match), PND_SEGMENT_UNMEASURED);
    match.gt_area = 1000;
    match.gt_valid = 200; /* 0.2 exactly */
    assert_int_equal(pnd_segment_judge(&match), PND_SEGMENT_JUDGED);
    match.gt_valid = 199;
    assert_int_equal(pnd_segment_judge(&match), PND_SEGMENT_UNMEASURED);
    match = pair((double)NAN, 20);
    assert_int_equal(pnd_segment_judge(&match), PND_SEGMENT_UNMEASURED);
    match = pair(10, (double)NAN);
    assert_int_equal(pnd_segment_judge(&match), PND_SEGMENT_NO_DEPTH);
}

static void left_out_pairs_are_counted(void **state)
{
    pnd_segment_match thin = pair(10, 20);
    const pnd_segment_match blind = pair(10, (double)NAN);
    pnd_segment_error sum = {0};
    (void)state;
    thin.gt_valid = 10;
    pnd_segment_error_add(&sum, &thin);
    pnd_segment_error_add(&sum, &blind);
    assert_int_equal(sum.n, 0);
    assert_int_equal(sum.unmeasured, 1);
    assert_int_equal(sum.no_depth, 1);
}

/* 10 m seen at 11 m is within .1 (equal), 11.01 m is not; an unmeasured pair counts as in PQ. */
static void pqd_keeps_the_iou_of_what_is_near_enough(void **state)
{
    const pnd_segment_match equal = pair(10, 11), beyond = pair(10, 11.01);
    const pnd_segment_match blind = pair(10, (double)NAN), unknown = pair((double)NAN, 3);
    (void)state;
    pnd_assert_close(pnd_segment_pqd_iou(&equal, 0.1), 0.8, 1e-15);
    assert_true(pnd_segment_pqd_iou(&beyond, 0.1) == 0);
    pnd_assert_close(pnd_segment_pqd_iou(&beyond, 0.25), 0.8, 1e-15);
    assert_true(pnd_segment_pqd_iou(&blind, 0.5) == 0);
    pnd_assert_close(pnd_segment_pqd_iou(&unknown, 0.1), 0.8, 1e-15);
}

static void bins_hold_their_lower_end(void **state)
{
    static const double metres[] = {0.5, 9.99, 10, 20, 39.9, 40, 79.9, 80, 500};
    static const int expected[] = {0, 0, 1, 2, 2, 3, 3, 4, 4};
    (void)state;
    for (size_t i = 0; i < sizeof metres / sizeof *metres; i++) {
        const pnd_segment_match match = pair(metres[i], 1);
        assert_int_equal(pnd_segment_bin(&match), expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_means_over_segments),
        cmocka_unit_test(no_segment_has_no_error),
        cmocka_unit_test(too_little_ground_truth_is_not_judged),
        cmocka_unit_test(left_out_pairs_are_counted),
        cmocka_unit_test(pqd_keeps_the_iou_of_what_is_near_enough),
        cmocka_unit_test(bins_hold_their_lower_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
