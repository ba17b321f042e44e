/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_test.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

/* ---- which pixels ---- */

/* One row of six: none, at infinity, 10 m, 80 m, 100 m, 10 m masked. */
static void pixels_are_counted_by_state(void **state)
{
    (void)state;
    const double g[6] = {0, (double)INFINITY, 10, 80, 100, 10}, p[6] = {1, 1, 10, 80, 100, 10};
    const uint8_t mask[6] = {0, 0, 0, 0, 0, 9};
    const pnd_view_u8 view = {mask, 6, 1, 6};
    const pnd_depth_protocol include = protocol_named("paper-eq");
    pnd_depth_image image = score_with(&include, g, p, 6, 1, view);
    assert_int_equal(image.tally.gt_invalid, 1);
    assert_int_equal(image.tally.gt_infinite, 1);
    assert_int_equal(image.tally.masked, 1);
    assert_int_equal(image.tally.gt_valid, 3);
    assert_int_equal(image.tally.capped, 1);
    assert_int_equal(image.tally.scored, 3);
    const pnd_depth_protocol exclude = protocol_named("eigen80");
    image = score_with(&exclude, g, p, 6, 1, view);
    assert_int_equal(image.tally.masked, 3); /* 80 is not below 80 */
    assert_int_equal(image.tally.gt_valid, 1);
    assert_int_equal(image.tally.capped, 0);
}

/* g = {100, 40}, p = {200, 90}. paper-eq: g {80, 40}, p {80, 80}: abs_rel (0 + 1) / 2.
 * eigen80: only the second, p clamped to 80: 1. kitti: (1 + 1.25) / 2. */
static void the_cap_includes_or_excludes(void **state)
{
    (void)state;
    const double g[2] = {100, 40}, p[2] = {200, 90};
    pnd_assert_close(metrics("paper-eq", g, p, 2, 1).abs_rel, 0.5, 1e-15);
    pnd_assert_close(metrics("eigen80", g, p, 2, 1).abs_rel, 1, 1e-15);
    pnd_assert_close(metrics("kitti", g, p, 2, 1).abs_rel, 1.125, 1e-15);
}

static void ground_truth_just_above_the_cap_is_the_cap(void **state)
{
    (void)state;
    const double g[3] = {80, nextafter(80, 100), 80.5}, p[3] = {80, 80, 80};
    const pnd_depth_image image = score("paper-eq", g, p, 3, 1);
    assert_int_equal(image.tally.capped, 2);
    pnd_assert_close(image.stats.abs_m, 0, 0);
}

static void another_cap_moves_the_clamp_that_belongs_to_it(void **state)
{
    (void)state;
    pnd_error err = {0};
    const double g[2] = {100, 40}, p[2] = {200, 90};
    pnd_depth_protocol protocol = protocol_named("paper-eq");
    pnd_assert_ok(pnd_depth_protocol_set_cap(&protocol, 50, &err)); /* g {50, 40}, p {50, 50} */
    const pnd_depth_image image = score_with(&protocol, g, p, 2, 1, no_mask);
    pnd_assert_close(pnd_depth_metrics_from_stats(&image.stats).abs_rel, 0.125, 1e-15);
    protocol = protocol_named("kitti");
    pnd_assert_fails(pnd_depth_protocol_set_cap(&protocol, 50, &err), PND_EINVAL, "no cap");
    protocol = protocol_named("paper-eq");
    pnd_assert_fails(pnd_depth_protocol_set_cap(&protocol, 0, &err), PND_EINVAL, "0 m");
    pnd_assert_fails(pnd_depth_protocol_set_cap(&protocol, (double)NAN, &err), PND_EINVAL, "nan");
}

/* 92 x 181: the rule covers columns 0..89 of row 0, and all of rows 1..180. Ground truth 41 m
 * everywhere leaves columns 90 and 91 of row 0; 40 m is kept everywhere. */
static void far_depth_near_the_border_is_invalid_in_the_authors_protocol(void **state)
{
    (void)state;
    enum { W = 92, H = 181 };
    double *g = pnd_alloc_array(W * H, sizeof *g);
    assert_non_null(g);
    for (int i = 0; i < W * H; i++)
        g[i] = 41;
    assert_int_equal(score("paper-repo", g, g, W, H).tally.scored, 2);
    for (int i = 0; i < W * H; i++)
        g[i] = 40;
    assert_int_equal(score("paper-repo", g, g, W, H).tally.scored, W * H);
    free(g);
}

/* Whole metres: 0.99 -> 0 -> 0.1, -3.2 -> 0.1, 1.999 -> 1, 400 -> 255 (not capped at 80), NaN ->
 * .1. Ground truth 1, 1, 1, 100 -> 80, 1: |d| = .9 + .9 + 0 + 175 + .9 = 177.7; mean g = 16.8, sum
 * |g - mean g| = 4 * 15.8 + 63.2 = 126.4. */
static void the_authors_protocol_truncates_to_whole_metres(void **state)
{
    (void)state;
    const double g[5] = {1, 1, 1, 100, 1}, p[5] = {0.99, -3.2, 1.999, 400, (double)NAN};
    pnd_depth_protocol protocol = protocol_named("paper-repo");
    protocol.border.left_columns = protocol.border.bottom_rows = 0;
    const pnd_depth_image image = score_with(&protocol, g, p, 5, 1, no_mask);
    const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&image.stats);
    pnd_assert_close(m.rae, 177.7 / 126.4, 1e-14);
    assert_int_equal(image.tally.capped, 1);
    assert_int_equal(image.tally.pred_nonpositive, 1);
    assert_int_equal(image.tally.pred_nonfinite, 1);
    pnd_assert_close(pnd_depth_coverage(&image.tally), 0.6, 1e-15);
}

/* The crop of a 16 x 8 image is rows 2..5 and columns 1..13 (1.5 -> 1; 14.5 -> 14, the end). */
static void the_crop_keeps_whole_pixels_inside_it(void **state)
{
    (void)state;
    double g[16 * 8];
    for (int i = 0; i < 16 * 8; i++)
        g[i] = 10;
    const pnd_depth_image image = score("manydepth", g, g, 16, 8);
    assert_int_equal(image.tally.scored, 4 * 13);
    assert_int_equal(image.tally.masked, 16 * 8 - 4 * 13);
}

/* Scored g = {2, 4, 6, 8}: median 5; p = {1, 1, 3, 9}: median 2; factor 2.5 and then the clamp. */
static void median_scaling_takes_the_mean_of_the_middle_two(void **state)
{
    (void)state;
    const double g[4] = {2, 4, 6, 8}, p[4] = {1, 1, 3, 9};
    pnd_depth_protocol protocol = protocol_named("manydepth");
    protocol.crop = (pnd_depth_crop){0, 1, 0, 1};
    const pnd_depth_image image = score_with(&protocol, g, p, 4, 1, no_mask);
    pnd_assert_close(image.scale, 2.5, 0);
    /* p = {2.5, 2.5, 7.5, 22.5}: |d| = .5 + 1.5 + 1.5 + 14.5 = 18 */
    pnd_assert_close(pnd_depth_metrics_from_stats(&image.stats).mae, 4.5, 1e-15);
}

/* ---- predictions that are no depth ---- */

static void bad_predictions_are_counted_by_kind_and_refused(void **state)
{
    (void)state;
    pnd_error err = {0};
    const double g[6] = {10, 10, 10, 10, 0, 10};
    const double p[6] = {10, (double)NAN, -1, 0, (double)NAN, (double)INFINITY};
    const pnd_depth_samples gt = doubles(g, 3, 2);
    pnd_depth_samples pred = doubles(p, 3, 2);
    pred.name = "x_depth.npy";
    const pnd_depth_protocol protocol = protocol_named("paper-eq");
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    pnd_assert_fails(pnd_depth_score(&image, scorer, &gt, &pred, no_mask, &err), PND_EFORMAT,
                     "x_depth.npy: scored pixels without a usable prediction: 4 (2 NaN or "
                     "infinite, 1 negative, 1 zero); first at row 0, column 1: nan");
    assert_int_equal(image.tally.pred_nonfinite, 2);
    assert_int_equal(image.tally.pred_nonpositive, 1);
    assert_int_equal(image.tally.pred_missing, 1);
    assert_int_equal(image.stats.n, 0);
    pnd_depth_scorer_free(scorer);
}

static void a_clip_accepts_all_but_nan(void **state)
{
    (void)state;
    pnd_error err = {0};
    const double g[3] = {10, 10, 10}, p[3] = {-1, 0, (double)INFINITY};
    pnd_depth_protocol protocol = protocol_named("paper-eq");
    pnd_assert_ok(pnd_depth_protocol_set_clip(&protocol, 5, 200, &err)); /* {5, 5, 80} */
    const pnd_depth_image image = score_with(&protocol, g, p, 3, 1, no_mask);
    pnd_assert_close(image.stats.abs_m, 5 + 5 + 70, 1e-15);
    const double nan_pred[3] = {1, (double)NAN, 1};
    const pnd_depth_samples gt = doubles(g, 3, 1), pred = doubles(nan_pred, 3, 1);
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image out;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    pnd_assert_fails(pnd_depth_score(&out, scorer, &gt, &pred, no_mask, &err), PND_EFORMAT,
                     "prediction: 1 (1 NaN");
    pnd_depth_scorer_free(scorer);
    pnd_assert_fails(pnd_depth_protocol_set_clip(&protocol, 0, 5, &err), PND_EINVAL, "[0, 5]");
    pnd_assert_fails(pnd_depth_protocol_set_clip(&protocol, 100, 200, &err), PND_EINVAL, "outside");
}

static void skipping_bad_predictions_lowers_the_coverage(void **state)
{
    (void)state;
    const double g[4] = {10, 20, 30, 40}, p[4] = {11, (double)NAN, 33, 44};
    pnd_depth_protocol protocol = protocol_named("paper-eq");
    protocol.bad_rule = PND_DEPTH_BAD_SKIP;
    const pnd_depth_image image = score_with(&protocol, g, p, 4, 1, no_mask);
    assert_int_equal(image.tally.scored, 3);
    assert_int_equal(image.tally.gt_valid, 4);
    pnd_assert_close(pnd_depth_coverage(&image.tally), 0.75, 0);
    pnd_assert_close(image.stats.gt_mean, 80.0 / 3, 1e-15);
}

/* Rows:  . . . .      -> copy of row 1
 *        . 4 . 2      -> 4 4 2 2   (the gap takes the nearer neighbour)
 *        9 . . 5      -> 9 5 5 5
 *        . . . .      -> copy of row 2 */
static void kitti_fills_gaps_along_rows_and_then_columns(void **state)
{
    (void)state;
    const double p[16] = {0, -1, 0, (double)NAN, 0, 4, 0, 2, 9, 0, 0, 5, 0, 0, 0, 0};
    const double filled[16] = {4, 4, 2, 2, 4, 4, 2, 2, 9, 5, 5, 5, 9, 5, 5, 5};
    const pnd_depth_image image = score("kitti", filled, p, 4, 4);
    pnd_assert_close(image.stats.abs_m, 0, 0);
    assert_int_equal(image.stats.n, 16);
    assert_int_equal(image.tally.pred_missing, 10);
    assert_int_equal(image.tally.pred_nonpositive, 1);
    assert_int_equal(image.tally.pred_nonfinite, 1);
    pnd_assert_close(pnd_depth_coverage(&image.tally), 0.25, 0);
}

static void an_empty_row_in_the_middle_cannot_be_filled(void **state)
{
    (void)state;
    pnd_error err = {0};
    const double g[6] = {1, 1, 1, 1, 1, 1}, p[6] = {1, 1, 0, 0, 1, 1}, none[6] = {0};
    const pnd_depth_samples gt = doubles(g, 2, 3), gap = doubles(p, 2, 3),
                            all = doubles(none, 2, 3);
    const pnd_depth_protocol protocol = protocol_named("kitti");
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    pnd_assert_fails(pnd_depth_score(&image, scorer, &gt, &gap, no_mask, &err), PND_EFORMAT,
                     "prediction after filling: 2 (0 NaN or infinite, 0 negative, 2 zero)");
    pnd_assert_fails(pnd_depth_score(&image, scorer, &gt, &all, no_mask, &err), PND_EFORMAT,
                     "filling: 6 (");
    pnd_depth_scorer_free(scorer);
}

static void a_wrong_unit_is_guessed_from_the_median_ratio(void **state)
{
    (void)state;
    const double factors[5] = {1, 1000, 256, 0.01, 10};
    const char *const words[5] = {NULL, "millimetres read as metres", "KITTI", "centimetres",
                                  "inverse depth"};
    double g[9], p[9];
    for (int k = 0; k < 5; k++) {
        for (int i = 0; i < 9; i++) {
            g[i] = 5 + i;
            p[i] = factors[k] * g[i];
        }
        const pnd_depth_image image = score("paper-eq", g, p, 3, 3);
        const char *text = pnd_depth_unit_suspicion(&image.tally);
        assert_true(words[k] == NULL ? text == NULL : strstr(text, words[k]) != NULL);
    }
    const pnd_depth_tally nothing = {0};
    assert_null(pnd_depth_unit_suspicion(&nothing));
}

/* Every protocol by its name; unusable ones are refused before any pixel. */
static void protocols_are_found_by_name_and_checked(void **state)
{
    (void)state;
    pnd_error err = {0};
    size_t n = 0;
    const pnd_depth_protocol *all = pnd_depth_protocols(&n);
    assert_int_equal(n, 10);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(pnd_depth_protocol_find(all[i].name), &all[i]);
        pnd_depth_scorer *scorer = NULL;
        pnd_assert_ok(pnd_depth_scorer_create(&scorer, &all[i], &err));
        pnd_depth_scorer_free(scorer);
    }
    assert_null(pnd_depth_protocol_find("Paper-EQ"));
    pnd_depth_protocol empty = all[0];
    empty.crop.right = empty.crop.left;
    pnd_depth_scorer *scorer = NULL;
    pnd_assert_fails(pnd_depth_scorer_create(&scorer, &empty, &err), PND_EINVAL, "crop");
    assert_null(scorer);
    pnd_depth_protocol endless = *pnd_depth_protocol_find("kitti");
    endless.scaling = PND_DEPTH_SCALE_SHIFT;
    pnd_assert_fails(pnd_depth_scorer_create(&scorer, &endless, &err), PND_EINVAL,
                     "largest prediction");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_counted_by_state),
        cmocka_unit_test(the_cap_includes_or_excludes),
        cmocka_unit_test(ground_truth_just_above_the_cap_is_the_cap),
        cmocka_unit_test(another_cap_moves_the_clamp_that_belongs_to_it),
        cmocka_unit_test(far_depth_near_the_border_is_invalid_in_the_authors_protocol),
        cmocka_unit_test(the_authors_protocol_truncates_to_whole_metres),
        cmocka_unit_test(the_crop_keeps_whole_pixels_inside_it),
        cmocka_unit_test(median_scaling_takes_the_mean_of_the_middle_two),
        cmocka_unit_test(bad_predictions_are_counted_by_kind_and_refused),
        cmocka_unit_test(a_clip_accepts_all_but_nan),
        cmocka_unit_test(skipping_bad_predictions_lowers_the_coverage),
        cmocka_unit_test(kitti_fills_gaps_along_rows_and_then_columns),
        cmocka_unit_test(an_empty_row_in_the_middle_cannot_be_filled),
        cmocka_unit_test(a_wrong_unit_is_guessed_from_the_median_ratio),
        cmocka_unit_test(protocols_are_found_by_name_and_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
