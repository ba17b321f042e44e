/* SPDX-License-Identifier: Apache-2.0 */
/* Analyses of tiny images, each worked out in its comment. */
#include "depth_test.h"

#include <panodepth/depth_analysis.h>

#include <string.h>

static const pnd_depth_scene no_scene = {{0}, 0, 0};

static pnd_depth_analysis analyse(const char *name, const double *g, const double *p, int32_t width,
                                  int32_t height, const pnd_depth_scene *scene,
                                  const pnd_depth_analysis_options *options)
{
    pnd_error err = {0};
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    pnd_depth_analysis analysis;
    const pnd_depth_protocol protocol = protocol_named(name);
    const pnd_depth_samples gt = doubles(g, width, height), pred = doubles(p, width, height);
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    pnd_assert_ok(
        pnd_depth_analyse(&image, &analysis, scorer, &gt, &pred, no_mask, scene, options, &err));
    assert_int_equal(image.stats.n, analysis.n);
    pnd_depth_scorer_free(scorer);
    return analysis;
}

static pnd_depth_analysis_options asking(unsigned parts)
{
    pnd_depth_analysis_options options = pnd_depth_analysis_defaults();
    options.parts = parts;
    return options;
}

static double score_named(const pnd_depth_analysis *analysis, const char *key)
{
    double scores[PND_DEPTH_N_SCORES];
    pnd_depth_analysis_scores(scores, analysis);
    for (int i = 0; i < PND_DEPTH_N_SCORES; i++)
        if (strcmp(pnd_depth_score_infos()[i].key, key) == 0)
            return scores[i];
    fail_msg("no score %s", key);
    return 0;
}

static double abs_rel_of(const pnd_depth_stats *stats)
{
    return pnd_depth_metrics_from_stats(stats).abs_rel;
}

/* An edge belongs to the bin above it. Errors .2, 0, .2, .5. */
static void distance_bins_hold_their_lower_edge(void **state)
{
    (void)state;
    const double g[4] = {5, 10, 25, 80}, p[4] = {6, 10, 20, 120};
    const pnd_depth_analysis_options options = asking(PND_DEPTH_BY_DISTANCE);
    const pnd_depth_analysis a = analyse("kitti", g, p, 2, 2, &no_scene, &options);
    const double expected[5] = {0.2, 0, 0.2, (double)NAN, 0.5};
    for (int k = 0; k < 5; k++) {
        assert_int_equal(a.distance[k].n, k == 3 ? 0 : 1);
        if (k == 3)
            assert_true(isnan(abs_rel_of(&a.distance[k])));
        else
            pnd_assert_close(abs_rel_of(&a.distance[k]), expected[k], 1e-15);
    }
    assert_true(isnan(pnd_depth_metrics_from_stats(&a.distance[0]).rse));
}

/* Under paper-eq 100 m counts as 80 m, and is in the bin from 80 m. */
static void depths_beyond_an_included_cap_are_in_the_bin_of_the_cap(void **state)
{
    (void)state;
    const double g[1] = {100}, p[1] = {60};
    const pnd_depth_analysis_options options = asking(PND_DEPTH_BY_DISTANCE);
    const pnd_depth_analysis a = analyse("paper-eq", g, p, 1, 1, &no_scene, &options);
    pnd_assert_close(abs_rel_of(&a.distance[4]), 0.25, 1e-15);
}

/* Classes road, none, road, bicycle: errors .1 and .3 of road, .4 of bicycle. */
static void classes_take_their_pixels_and_void_takes_none(void **state)
{
    (void)state;
    const double g[4] = {10, 10, 10, 10}, p[4] = {11, 12, 13, 14};
    const uint8_t ids[4] = {0, 255, 0, 18};
    const pnd_depth_scene scene = {.train_ids = {ids, 4, 1, 4}};
    const pnd_depth_analysis_options options = asking(PND_DEPTH_BY_CLASS);
    const pnd_depth_analysis a = analyse("kitti", g, p, 4, 1, &scene, &options);
    pnd_assert_close(abs_rel_of(&a.class_[0]), 0.2, 1e-15);
    pnd_assert_close(abs_rel_of(&a.class_[18]), 0.4, 1e-15);
    int64_t n = 0;
    for (int k = 0; k < PND_DEPTH_N_CLASSES; k++)
        n += a.class_[k].n;
    assert_int_equal(n, 3);
}

/* 3 x / 4 of x = 0..3 is 0 0 1 2, 3 y / 2 of y = 0, 1 is 0 1. The pixel at (3, 1) is invalid. */
static void regions_are_thirds_rounded_down(void **state)
{
    (void)state;
    const double g[8] = {9, 9, 9, 9, 9, 9, 9, 0}, p[8] = {9, 9, 9, 9, 9, 9, 9, 9};
    const int64_t expected[PND_DEPTH_N_REGIONS] = {2, 1, 1, 2, 1, 0, 0, 0, 0};
    const pnd_depth_analysis_options options = asking(PND_DEPTH_BY_REGION);
    const pnd_depth_analysis a = analyse("kitti", g, p, 4, 2, &no_scene, &options);
    for (int k = 0; k < PND_DEPTH_N_REGIONS; k++)
        assert_int_equal(a.region[k].n, expected[k]);
}

/* Errors .1 .2 .3 .4: median .25; the 90th percentile is at rank .9 * 3 = 2.7: .3 + .7 * .1. */
static void the_median_and_the_90th_percentile_are_exact(void **state)
{
    (void)state;
    const double g[4] = {10, 10, 10, 10}, p[4] = {13, 11, 14, 12}, one = 12;
    const pnd_depth_analysis_options options = asking(PND_DEPTH_ERRORS);
    pnd_depth_analysis a = analyse("kitti", g, p, 4, 1, &no_scene, &options);
    pnd_assert_close(a.abs_rel_median, 0.25, 1e-15);
    pnd_assert_close(a.abs_rel_p90, 0.37, 1e-15);
    a = analyse("kitti", g, &one, 1, 1, &no_scene, &options);
    pnd_assert_close(a.abs_rel_median, 0.2, 0);
    pnd_assert_close(a.abs_rel_p90, 0.2, 0);
    const double none = 0;
    a = analyse("kitti", &none, &one, 1, 1, &no_scene, &options);
    assert_true(isnan(a.abs_rel_median) && isnan(a.abs_rel_p90));
    assert_true(isnan(score_named(&a, "d_105")));
}

/* Ratios 1.05, 1.1 and 1.04: exactly the threshold is not within it. */
static void small_thresholds_are_strict(void **state)
{
    (void)state;
    const double g[3] = {20, 11, 100}, p[3] = {21, 10, 104};
    const pnd_depth_analysis_options options = asking(PND_DEPTH_ERRORS);
    const pnd_depth_analysis a = analyse("kitti", g, p, 3, 1, &no_scene, &options);
    pnd_assert_close(score_named(&a, "d_105"), 1.0 / 3, 1e-15);
    pnd_assert_close(score_named(&a, "d_110"), 2.0 / 3, 1e-15);
}

/* fx * baseline = 500. Disparities 50 and 40: 10 px and 20 %, an outlier. 100 and 96.15: 3.85 px
 * but 3.85 %. 10 and 5: 5 px, 50 %, an outlier. 5 and 2.5: 50 % but 2.5 px. */
static void disparity_outliers_exceed_both_limits(void **state)
{
    (void)state;
    const double g[4] = {10, 5, 50, 100}, p[4] = {12.5, 5.2, 100, 200};
    const pnd_depth_scene scene = {.fx_baseline = 500};
    const pnd_depth_analysis_options options = asking(PND_DEPTH_DISPARITY);
    pnd_depth_analysis a = analyse("kitti", g, p, 4, 1, &scene, &options);
    pnd_assert_close(score_named(&a, "disparity_outliers"), 0.5, 0);
    a = analyse("kitti", g, p, 4, 1, &no_scene, &options);
    assert_true(isnan(score_named(&a, "disparity_outliers")));
}

/* Two pixels: every pair drawn is these two. 10.3 / 10 = 1.03 is an order for delta .02 only. */
static void the_order_of_pairs_is_compared_up_to_a_ratio(void **state)
{
    (void)state;
    const double g[2] = {10, 20}, swapped[2] = {20, 10}, scaled[2] = {1, 1.5};
    const double near[2] = {10, 10.3}, flat[2] = {10, 10};
    const pnd_depth_analysis_options options = asking(PND_DEPTH_ORDER);
    pnd_depth_analysis a = analyse("kitti", g, swapped, 2, 1, &no_scene, &options);
    assert_int_equal(a.pairs, 10000);
    pnd_assert_close(score_named(&a, "whdr_10"), 1, 0);
    a = analyse("kitti", g, scaled, 2, 1, &no_scene, &options);
    pnd_assert_close(score_named(&a, "whdr_02"), 0, 0);
    a = analyse("kitti", near, flat, 2, 1, &no_scene, &options);
    pnd_assert_close(score_named(&a, "whdr_02"), 1, 0);
    pnd_assert_close(score_named(&a, "whdr_05"), 0, 0);
    a = analyse("kitti", g, swapped, 1, 1, &no_scene, &options);
    assert_true(isnan(score_named(&a, "whdr_02")));
}

/* A near pixel among far ones has an edge on each of its four sides. A prediction whose ratio is
 * 1.15 has them for t = 1.05 + k .2/9, k = 0 to 4, only: sum of these t over the sum of all,
 * (5 * 1.05 + 10 * .2/9) / (10 * 1.15). */
static void edges_are_found_by_ratio_and_direction(void **state)
{
    (void)state;
    const double g[9] = {20, 20, 20, 20, 10, 20, 20, 20, 20};
    const double faint[9] = {23, 23, 23, 23, 20, 23, 23, 23, 23};
    const double flat[9] = {9, 9, 9, 9, 9, 9, 9, 9, 9}, hole[9] = {20, 20, 20, 20, 0, 20, 20, 20};
    const double expected = (5 * 1.05 + 10 * 0.2 / 9) / (10 * 1.15);
    const pnd_depth_analysis_options options = asking(PND_DEPTH_BOUNDARY);
    pnd_depth_analysis a = analyse("kitti", g, g, 3, 3, &no_scene, &options);
    pnd_assert_close(score_named(&a, "boundary_f1"), 1, 1e-15);
    a = analyse("kitti", g, faint, 3, 3, &no_scene, &options);
    pnd_assert_close(score_named(&a, "boundary_f1"), expected, 1e-14);
    pnd_assert_close(score_named(&a, "boundary_recall"), expected, 1e-14);
    a = analyse("kitti", g, flat, 3, 3, &no_scene, &options);
    pnd_assert_close(score_named(&a, "boundary_f1"), 0, 0);
    a = analyse("kitti", flat, flat, 3, 3, &no_scene, &options);
    assert_true(isnan(score_named(&a, "boundary_f1")));
    a = analyse("kitti", hole, g, 3, 3, &no_scene, &options);
    assert_true(isnan(score_named(&a, "boundary_f1")));
}

/* Only the last of 10 10 20 is farther than its left neighbour. The other three directions have no
 * edge and count as 0, as in the source: a perfect prediction scores a quarter. */
static void directions_without_an_edge_count_as_zero(void **state)
{
    (void)state;
    const double g[3] = {10, 10, 20};
    const pnd_depth_analysis_options options = asking(PND_DEPTH_BOUNDARY);
    const pnd_depth_analysis a = analyse("kitti", g, g, 3, 1, &no_scene, &options);
    assert_int_equal(a.edges[1][10][10], 1);
    pnd_assert_close(score_named(&a, "boundary_f1"), 0.25, 1e-15);
    pnd_depth_analysis total = {0};
    pnd_depth_analysis_add(&total, &a);
    pnd_depth_analysis_add(&total, &a);
    assert_int_equal(total.edges[1][10][10], 2);
    assert_int_equal(total.n, 6);
    assert_true(isnan(total.abs_rel_median));
}

/* Under dvps: errors 1 and 0 in one bin; no logarithm of 0. */
static void a_prediction_of_zero_is_in_its_groups(void **state)
{
    (void)state;
    const double g[2] = {5, 6}, p[2] = {0, 6};
    const pnd_depth_analysis_options options = asking(~0U);
    const pnd_depth_analysis a = analyse("dvps", g, p, 2, 1, &no_scene, &options);
    pnd_assert_close(abs_rel_of(&a.distance[0]), 0.5, 1e-15);
    assert_true(isnan(a.distance[0].log_mean));
    pnd_assert_close(a.abs_rel_median, 0.5, 1e-15);
    pnd_assert_close(score_named(&a, "d_110"), 0.5, 0);
}

/* 10 is skipped, and the analysis sees what the score sees. */
static void skipped_predictions_are_not_analysed(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_depth_protocol protocol = protocol_named("paper-eq");
    protocol.bad_rule = PND_DEPTH_BAD_SKIP;
    const double g[4] = {10, 10, 30, 40}, p[4] = {(double)NAN, 11, 33, 44};
    const pnd_depth_samples gt = doubles(g, 2, 2), pred = doubles(p, 2, 2);
    const pnd_depth_analysis_options options = asking(~0U);
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    pnd_depth_analysis a;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    pnd_assert_ok(
        pnd_depth_analyse(&image, &a, scorer, &gt, &pred, no_mask, &no_scene, &options, &err));
    assert_int_equal(a.n, 3);
    pnd_assert_close(a.abs_rel_median, 0.1, 1e-15);
    pnd_depth_scorer_free(scorer);
}

static void unusable_requests_are_refused_and_leave_zeros(void **state)
{
    (void)state;
    pnd_error err = {0};
    const pnd_depth_protocol protocol = protocol_named("kitti");
    const double g[2] = {10, 20};
    const uint8_t ids[3] = {0, 0, 0};
    const pnd_depth_samples map = doubles(g, 2, 1);
    pnd_depth_analysis_options options = asking(~0U);
    const pnd_depth_scene other_size = {.train_ids = {ids, 3, 1, 3}};
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    pnd_depth_analysis a;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    pnd_assert_fails(
        pnd_depth_analyse(&image, &a, scorer, &map, &map, no_mask, &other_size, &options, &err),
        PND_EMISMATCH, "label image is 3x1, ground truth 2x1");
    assert_int_equal(a.n, 0);
    options.edges_m[1] = 5;
    pnd_assert_fails(
        pnd_depth_analyse(&image, &a, scorer, &map, &map, no_mask, &no_scene, &options, &err),
        PND_EINVAL, "5 m does not come after 10 m");
    pnd_depth_scorer_free(scorer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_bins_hold_their_lower_edge),
        cmocka_unit_test(depths_beyond_an_included_cap_are_in_the_bin_of_the_cap),
        cmocka_unit_test(classes_take_their_pixels_and_void_takes_none),
        cmocka_unit_test(regions_are_thirds_rounded_down),
        cmocka_unit_test(the_median_and_the_90th_percentile_are_exact),
        cmocka_unit_test(small_thresholds_are_strict),
        cmocka_unit_test(disparity_outliers_exceed_both_limits),
        cmocka_unit_test(the_order_of_pairs_is_compared_up_to_a_ratio),
        cmocka_unit_test(edges_are_found_by_ratio_and_direction),
        cmocka_unit_test(directions_without_an_edge_count_as_zero),
        cmocka_unit_test(a_prediction_of_zero_is_in_its_groups),
        cmocka_unit_test(skipped_predictions_are_not_analysed),
        cmocka_unit_test(unusable_requests_are_refused_and_leave_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
