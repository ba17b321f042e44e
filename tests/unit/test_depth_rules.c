/* SPDX-License-Identifier: Apache-2.0 */
/* What protocols do besides masks and caps: precision, scaling, predictions of 0, sequences. */
#include "depth_test.h"

static pnd_depth_image score_scaled(pnd_depth_scaling scaling, const double *g, const double *p,
                                    int32_t n)
{
    pnd_depth_protocol protocol = protocol_named("eigen80");
    protocol.scaling = scaling;
    return score_with(&protocol, g, p, n, 1, no_mask);
}

/* s = (4 10 + 12 20) / (4^2 + 12^2) = 280 / 160 = 1.75: p becomes {7, 21}. */
static void least_squares_scaling_minimises_the_squared_error(void **state)
{
    (void)state;
    const double g[2] = {10, 20}, p[2] = {4, 12};
    const pnd_depth_image image = score_scaled(PND_DEPTH_SCALE_LEAST_SQUARES, g, p, 2);
    pnd_assert_close(image.scale, 1.75, 1e-15);
    pnd_assert_close(image.stats.abs_m, 3 + 1, 1e-14);
    pnd_assert_close(image.stats.sq_m2, 9 + 1, 1e-14);
}

/* 1/p = {.5, .25, 1}, 1/g = {.25, .2, .35} = .2/p + .15: an exact fit. */
static void scale_and_shift_are_fitted_to_inverse_depth(void **state)
{
    (void)state;
    const double g[3] = {4, 5, 1 / 0.35}, p[3] = {2, 4, 1};
    const pnd_depth_image image = score_scaled(PND_DEPTH_SCALE_SHIFT, g, p, 3);
    pnd_assert_close(image.scale, 0.2, 1e-14);
    pnd_assert_close(image.shift, 0.15, 1e-14);
    pnd_assert_close(image.stats.abs_m, 0, 1e-13);
}

/* 1/p = {1, .5, .25}, 1/g = {.5, .02, .02}: mean x = 7/12, mean y = .18, sum xx = 7/24,
 * sum xy = .2, so s = 24/35 and s/p + t = .4657, .1229, -.0486. The last lies behind infinity and
 * becomes 80 m: |80 - 50|. */
static void an_inverse_depth_below_that_of_the_largest_depth_becomes_it(void **state)
{
    (void)state;
    const double g[3] = {2, 50, 50}, p[3] = {1, 2, 4};
    const pnd_depth_image image = score_scaled(PND_DEPTH_SCALE_SHIFT, g, p, 3);
    const double t = 0.18 - 24.0 / 35 * 7 / 12, first = 24.0 / 35 + t, second = 12.0 / 35 + t;
    pnd_assert_close(image.scale, 24.0 / 35, 1e-14);
    pnd_assert_close(image.shift, t, 1e-14);
    pnd_assert_close(image.stats.abs_m, fabs(1 / first - 2) + fabs(1 / second - 50) + 30, 1e-12);
}

/* Predictions of one depth have no slope: s = 0, t = mean 1/g = (1/4 + 1/16) / 2 = 1/6.4. */
static void scale_and_shift_of_a_constant_prediction_is_the_mean_inverse(void **state)
{
    (void)state;
    const double g[2] = {4, 16}, p[2] = {7, 7};
    const pnd_depth_image image = score_scaled(PND_DEPTH_SCALE_SHIFT, g, p, 2);
    pnd_assert_close(image.scale, 0, 0);
    pnd_assert_close(image.stats.abs_m, 2.4 + 9.6, 1e-14);
}

/* 1 + 2^-30 is 1 in single precision, and 80 - 1e-9 is 80, which MGNet does not score. */
static void single_precision_rounds_both_depths_before_the_range_rule(void **state)
{
    (void)state;
    const double g[2] = {1 + 0x1p-30, 80 - 1e-9}, p[2] = {1, 80};
    const pnd_depth_image mgnet = score("mgnet", g, p, 2, 1);
    assert_int_equal(mgnet.stats.n, 1);
    assert_true(mgnet.stats.abs_m <= 0);
    assert_int_equal(score("eigen80", g, p, 2, 1).stats.n, 2);
    assert_int_equal(score("deeplab2", g, p, 2, 1).stats.n, 2);
}

/* In 1/256 m, fractions dropped: g = {256.9, 20489.6, 0.9} -> {1 m, 80.03 m and so 80 m, none};
 * p = {512.5, 70000} -> {2 m, 65535/256 m = 255.99609375 m}. */
static void dvps_compares_16_bit_samples_of_a_256th_metre(void **state)
{
    (void)state;
    const double g[3] = {256.9 / 256, 20489.6 / 256, 0.9 / 256};
    const double p[3] = {512.5 / 256, 70000.0 / 256, 1};
    const pnd_depth_image image = score("dvps", g, p, 3, 1);
    assert_int_equal(image.tally.gt_invalid, 1);
    assert_int_equal(image.tally.capped, 1);
    pnd_assert_close(image.stats.abs_m, 1 + (255.99609375 - 80), 1e-15);
    pnd_assert_close(image.stats.abs_rel, 1 + (255.99609375 - 80) / 80, 1e-15);
}

/* g = {10, 20}, p = {0, 25}: |p - g| / g = {1, .25}; ratios infinite and 1.25. */
static void a_prediction_of_zero_is_compared_as_zero_metres(void **state)
{
    (void)state;
    const double g[2] = {10, 20}, p[2] = {0, 25};
    const char *const names[2] = {"deeplab2", "dvps"};
    for (int i = 0; i < 2; i++) {
        const pnd_depth_image image = score(names[i], g, p, 2, 1);
        const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&image.stats);
        pnd_assert_close(m.n, 2, 0);
        pnd_assert_close(m.abs_rel, 0.625, 1e-15);
        pnd_assert_close(m.sq_rel_u, 1.0625 / 2, 1e-15);
        pnd_assert_close(m.sq_rel_m, (10 + 1.25) / 2, 1e-15);
        pnd_assert_close(m.mae, 7.5, 1e-15);
        pnd_assert_close(m.rmse, 7.905694150420949, 1e-15); /* sqrt 62.5 */
        pnd_assert_close(m.rse, 125.0 / 50, 1e-15);
        pnd_assert_close(m.d1, 0, 0);
        pnd_assert_close(m.d2, 0.5, 0);
        assert_true(isnan(m.silog) && isnan(m.rmse_log) && isnan(m.log_mae) && isnan(m.irmse));
        assert_int_equal(image.tally.pred_missing, 1);
    }
    const double only_zeros[2] = {0, 0};
    pnd_assert_close(metrics("dvps", g, only_zeros, 2, 1).abs_rel, 1, 0);
}

static void predictions_that_are_negative_or_nan_are_refused_where_zero_is_not(void **state)
{
    (void)state;
    pnd_error err = {0};
    const pnd_depth_protocol protocol = protocol_named("dvps");
    const double g[1] = {10}, bad[2] = {-1, (double)NAN};
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    for (int i = 0; i < 2; i++) {
        const pnd_depth_samples gt = doubles(g, 1, 1), pred = doubles(&bad[i], 1, 1);
        pnd_assert_fails(pnd_depth_score(&image, scorer, &gt, &pred, no_mask, &err), PND_EFORMAT,
                         "without a usable prediction: 1");
    }
    pnd_depth_scorer_free(scorer);
}

static pnd_depth_metrics merged(const pnd_depth_image *images, size_t n)
{
    const pnd_depth_stats stats = pnd_depth_stats_merged(&images->stats, n, sizeof *images);
    return pnd_depth_metrics_from_stats(&stats);
}

/* Errors {.2} and {.5, 0}: pooled .7 / 3, mean over images .225. */
static void merged_images_are_one_set_of_pixels(void **state)
{
    (void)state;
    const double g[2] = {10, 20}, near[1] = {12}, far[2] = {15, 20};
    const pnd_depth_image images[2] = {score("dvps", g, near, 1, 1), score("dvps", g, far, 2, 1)};
    const pnd_depth_metrics m = merged(images, 2);
    pnd_assert_close(m.abs_rel, 0.7 / 3, 1e-15);
    pnd_assert_close(m.n, 3, 0);
    assert_true(isnan(m.rae));
    assert_true(isnan(merged(images, 0).abs_rel));
    const pnd_depth_metrics sets[3] = {m, merged(images, 0), merged(images, 1)};
    pnd_assert_close(pnd_depth_metrics_average(sets, 3).abs_rel, (0.7 / 3 + 0.2) / 2, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_squares_scaling_minimises_the_squared_error),
        cmocka_unit_test(scale_and_shift_are_fitted_to_inverse_depth),
        cmocka_unit_test(an_inverse_depth_below_that_of_the_largest_depth_becomes_it),
        cmocka_unit_test(scale_and_shift_of_a_constant_prediction_is_the_mean_inverse),
        cmocka_unit_test(single_precision_rounds_both_depths_before_the_range_rule),
        cmocka_unit_test(dvps_compares_16_bit_samples_of_a_256th_metre),
        cmocka_unit_test(a_prediction_of_zero_is_compared_as_zero_metres),
        cmocka_unit_test(predictions_that_are_negative_or_nan_are_refused_where_zero_is_not),
        cmocka_unit_test(merged_images_are_one_set_of_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
