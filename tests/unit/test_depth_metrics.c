/* SPDX-License-Identifier: Apache-2.0 */
#include "depth_test.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

/* ---- the metrics themselves ---- */

/* g = 10, p = 12: d = 2, d/g = 0.2, d^2/g = 0.4, 1/p - 1/g = -1/60 = -16.666.../km,
 * e = ln 1.2 = 0.1823215567939546, log10 1.2 = 0.07918124604762482, 1.2 < 1.25. */
static void one_pixel_gives_the_values_of_a_hand_calculation(void **state)
{
    (void)state;
    const double g = 10, p = 12;
    const pnd_depth_metrics m = metrics("kitti", &g, &p, 1, 1);
    pnd_assert_close(m.n, 1, 0);
    pnd_assert_close(m.abs_rel, 0.2, 1e-15);
    pnd_assert_close(m.sq_rel_u, 0.04, 1e-15);
    pnd_assert_close(m.sq_rel_m, 0.4, 1e-15);
    pnd_assert_close(m.rmse, 2, 0);
    pnd_assert_close(m.mae, 2, 0);
    pnd_assert_close(m.rmse_log, 0.1823215567939546, 1e-15);
    pnd_assert_close(m.log_mae, 0.1823215567939546, 1e-15);
    pnd_assert_close(m.log10, 0.07918124604762482, 1e-15);
    pnd_assert_close(m.irmse, 1000.0 / 60, 1e-14);
    pnd_assert_close(m.imae, 1000.0 / 60, 1e-14);
    pnd_assert_close(m.silog_var, 0, 0);
    pnd_assert_close(m.silog, 0, 0);
    pnd_assert_close(m.d1, 1, 0);
    assert_true(isnan(m.rse));
    assert_true(isnan(m.rae));
}

/* g = {10, 20}, p = {8, 25}: d = {-2, 5}, d/g = {-.2, .25}; mean g = 15, so
 * rse = (4 + 25) / (25 + 25) = .58, rae = (2 + 5) / (5 + 5) = .7;
 * e = {ln .8, ln 1.25} = {-a, a} with a = .22314355131420976: mean 0, variance a^2. */
static void signs_of_errors_do_not_cancel_where_they_must_not(void **state)
{
    (void)state;
    const double g[2] = {10, 20}, p[2] = {8, 25};
    const pnd_depth_metrics m = metrics("kitti", g, p, 2, 1);
    const double a = 0.22314355131420976;
    pnd_assert_close(m.abs_rel, 0.225, 1e-15);
    pnd_assert_close(m.sq_rel_u, (0.04 + 0.0625) / 2, 1e-15);
    pnd_assert_close(m.sq_rel_m, (0.4 + 1.25) / 2, 1e-15);
    pnd_assert_close(m.mae, 3.5, 0);
    pnd_assert_close(m.rmse, 3.8078865529319543, 1e-15); /* sqrt 14.5 */
    pnd_assert_close(m.silog_var, a * a, 1e-14);
    pnd_assert_close(m.silog, 100 * a, 1e-14);
    pnd_assert_close(m.rmse_log, a, 1e-14);
    pnd_assert_close(m.rse, 0.58, 1e-15);
    pnd_assert_close(m.rae, 0.7, 1e-15);
}

/* Both ratios, 10/8 and 25/20, are exactly 1.25 and so are not below it. */
static void a_ratio_of_exactly_the_threshold_is_not_within_it(void **state)
{
    (void)state;
    const double g[4] = {10, 20, 16, 64}, p[4] = {8, 25, 25, 125};
    const pnd_depth_metrics m = metrics("kitti", g, p, 4, 1);
    pnd_assert_close(m.d1, 0, 0);
    pnd_assert_close(m.d2, 0.5, 0);  /* 25/16 = 1.25^2 exactly: not counted */
    pnd_assert_close(m.d3, 0.75, 0); /* 125/64 = 1.25^3 exactly: not counted */
}

static void no_scored_pixel_means_undefined_and_not_zero(void **state)
{
    (void)state;
    const double g[3] = {0, (double)INFINITY, (double)NAN}, p[3] = {1, 2, 3};
    const pnd_depth_image image = score("paper-eq", g, p, 3, 1);
    const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&image.stats);
    pnd_assert_close(m.n, 0, 0);
    for (int i = 1; i < PND_DEPTH_N_METRICS; i++)
        assert_true(isnan(pnd_depth_metric(&m, i)));
    assert_int_equal(image.tally.gt_invalid, 2);
    assert_int_equal(image.tally.gt_infinite, 1);
    assert_int_equal(image.tally.gt_valid, 0);
    assert_true(isnan(pnd_depth_coverage(&image.tally)));
}

static void constant_ground_truth_has_no_rse_and_no_rae(void **state)
{
    (void)state;
    double g[7], p[7];
    for (int i = 0; i < 7; i++) {
        g[i] = 7.3; /* seven of them do not add to exactly 51.1 */
        p[i] = 5 + i;
    }
    const pnd_depth_image image = score("kitti", g, p, 7, 1);
    const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&image.stats);
    assert_true(isnan(m.rse));
    assert_true(isnan(m.rae));
    assert_true(m.mae > 0);
    pnd_assert_close(image.stats.gt_mean, 7.3, 0);
}

/* A prediction off by one factor everywhere has silog 0 by definition; naive sums give 1e-7. */
static void silog_of_a_scaled_copy_is_zero_to_machine_precision(void **state)
{
    (void)state;
    double g[1000], p[1000];
    for (int k = 1; k < 20; k++) {
        const double factor = 1 + 0.13 * k;
        for (int i = 0; i < 1000; i++) {
            g[i] = 3.7 + 0.113 * i;
            p[i] = factor * g[i];
        }
        const pnd_depth_metrics m = metrics("kitti", g, p, 100, 10);
        assert_true(m.silog < 1e-12);
        pnd_assert_close(m.rmse_log, log(factor), 1e-14);
    }
}

static void logarithms_hold_over_the_whole_range(void **state)
{
    (void)state;
    for (int i = -600; i <= 600; i += 7) {
        const double g = 1, p = ldexp(1.0 + (i + 600) / 1201.0, i);
        pnd_depth_protocol raw = protocol_named("kitti");
        const pnd_depth_image image = score_with(&raw, &g, &p, 1, 1, no_mask);
        pnd_assert_close(image.stats.log_abs, fabs(log(p)), 3e-16);
        pnd_assert_close(image.stats.log_mean, log(p), 3e-16);
    }
}

/* ---- deeplab2's vectors ---- */

/* google-research/deeplab2 evaluation/depth_metrics_test.py (Apache-2.0): inputs as in that file.
 * Of the expected values that file holds silog, sq_rel_u, abs_rel and d1, in single precision; all
 * others were computed independently with numpy from the definitions. */
static const double gt_1[12] = {5.44108091,  53.30197697, 61.06181767, 14.36723114,
                                0,           39.68081126, 58.77974067, 0,
                                40.57883826, 22.15134852, 31.46813478, 13.52603324};
static const double pred_1[12] = {4.87694111,  50.09085582, 55.74533641, 10.13579195,
                                  13.76178147, 41.62431592, 56.97362032, 81.48369608,
                                  43.12005689, 15.54622258, 24.1993478,  12.14451783};
static const double gt_2[20] = {79.56192404, 25.68145225, 0,           39.88486608, 68.91602466,
                                79.53460057, 2.55741031,  36.05057241, 68.04747416, 3.7783227,
                                0,           0,           72.47336778, 59.02611644, 66.07499008,
                                25.88578395, 58.2202574,  27.39066477, 29.83094038, 37.99239669};
static const double pred_2[20] = {83.80952145, 27.23367361, 72.52687468, 35.28400183, 72.41126444,
                                  77.62373864, 0.87004049,  32.1619225,  66.91361903, 2.60688436,
                                  15.30294603, 9.76419241,  68.61650198, 57.14559324, 66.88452603,
                                  24.54818109, 61.60855251, 31.50312052, 26.02325866, 36.4019569};
static const double gt_3[6] = {50.80100791, 0.41130084,  58.85031668,
                               29.44932853, 23.48806627, 30.17890056};
static const double pred_3[6] = {49.66563966, 0.62070026,  58.84231026,
                                 32.26735775, 28.07405648, 33.7131882};

/* Images 1, 2, 3; mean over images; pooled. In the order of pnd_depth_metric_infos(). */
static const double deeplab2[5][PND_DEPTH_N_METRICS] = {
    {10.0, 0.13191504528877548, 0.026866705295798703, 0.6060545414182947, 4.106923596075914,
     3.4869453369999994, 0.189412473392585, 0.14758005844534305, 0.0640932050217719,
     13.541423968246988, 9.338562812888599, 0.02003423270307945, 14.154233537383595, 0.7, 1.0, 1.0,
     0.047358418347015555, 0.20948986621325483},
    {17.0, 0.11324336799764903, 0.03629239852961799, 0.2765173613640215, 2.9143793354698215,
     2.615970477058823, 0.28574343947465947, 0.14208241846044084, 0.06170561031283822,
     186.188345025346, 53.14166852084101, 0.071908732638708, 26.815803668491462, 0.8823529411764706,
     0.9411764705882353, 0.9411764705882353, 0.014467193339986646, 0.12060457759700904},
    {6.0, 0.15660833627904416, 0.05344849841287785, 0.2851587023353821, 2.670728904756529,
     2.048513526666668, 0.19247867950798778, 0.1357911331477381, 0.05897333981745245,
     334.8734640302102, 139.012191049375, 0.020609854448931663, 14.356132643902278,
     0.8333333333333334, 1.0, 1.0, 0.019865672297477512, 0.13578799150029255},
    {11.0, 0.13392224985515622, 0.03886920074609818, 0.38924353503923276, 3.230677278767421,
     2.7171431135751636, 0.22254486412507743, 0.14181787001784066, 0.06159071838402086,
     178.20107767460104, 67.16414079436821, 0.037517606596906374, 18.442056616592446,
     0.8052287581699346, 0.9803921568627452, 0.9803921568627452, 0.02723042799482657,
     0.1552941451035188},
    {33.0, 0.1267859917127895, 0.03655541874056848, 0.37794826579950314, 3.2838276309518473,
     2.776728261818182, 0.24427365600561543, 0.1426044999141622, 0.06193234740729344,
     195.71150847195491, 55.480822402407064, 0.05535663465574684, 23.527990703786593,
     0.8181818181818182, 0.9696969696969697, 0.9696969696969697, 0.020913588430123507,
     0.1442391830029712},
};

static void assert_metrics(const pnd_depth_metrics *actual, const double *expected)
{
    for (int i = 0; i < PND_DEPTH_N_METRICS; i++)
        pnd_assert_close(pnd_depth_metric(actual, i), expected[i], 1e-12);
}

static void deeplab2_images_their_mean_and_their_pool_agree(void **state)
{
    (void)state;
    pnd_error err = {0};
    const pnd_depth_protocol protocol = protocol_named("kitti");
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_pool *pool = NULL;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    pnd_assert_ok(pnd_depth_pool_create(&pool, &err));
    const pnd_depth_samples gt[3] = {doubles(gt_1, 4, 3), doubles(gt_2, 5, 4), doubles(gt_3, 3, 2)};
    const pnd_depth_samples pred[3] = {doubles(pred_1, 4, 3), doubles(pred_2, 5, 4),
                                       doubles(pred_3, 3, 2)};
    pnd_depth_image images[3];
    for (int i = 0; i < 3; i++) {
        pnd_assert_ok(pnd_depth_score(&images[i], scorer, &gt[i], &pred[i], no_mask, &err));
        const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&images[i].stats);
        assert_metrics(&m, deeplab2[i]);
        pnd_depth_pool_add(pool, &images[i].stats);
    }
    const pnd_depth_metrics mean = pnd_depth_metrics_mean(images, 3);
    assert_metrics(&mean, deeplab2[3]);
    assert_true(isnan(pnd_depth_pool_metrics(pool).rae)); /* no scorer was added yet */
    pnd_depth_pool_add_scorer(pool, scorer);
    const pnd_depth_metrics pooled = pnd_depth_pool_metrics(pool);
    assert_metrics(&pooled, deeplab2[4]);
    pnd_depth_pool_free(pool);
    pnd_depth_scorer_free(scorer);
}

/* As that file expects them, under the protocol that is its own: silog, sq_rel_u, abs_rel, d1 of
 * the first image and the mean over the three. */
static void the_deeplab2_protocol_gives_the_values_of_its_test(void **state)
{
    (void)state;
    const pnd_depth_image images[3] = {score("deeplab2", gt_1, pred_1, 4, 3),
                                       score("deeplab2", gt_2, pred_2, 5, 4),
                                       score("deeplab2", gt_3, pred_3, 3, 2)};
    const pnd_depth_metrics first = pnd_depth_metrics_from_stats(&images[0].stats);
    const pnd_depth_metrics mean = pnd_depth_metrics_mean(images, 3);
    pnd_assert_close(first.silog, 14.154233, 1e-6);
    pnd_assert_close(first.sq_rel_u, 0.0268667, 1e-5);
    pnd_assert_close(first.abs_rel, 0.13191505, 1e-6);
    pnd_assert_close(first.d1, 0.7, 1e-15);
    pnd_assert_close(mean.silog, 18.442057, 1e-6);
    pnd_assert_close(mean.sq_rel_u, 0.0388692, 1e-5);
    pnd_assert_close(mean.abs_rel, 0.13392223, 1e-6);
    pnd_assert_close(mean.d1, 0.8052287, 1e-6);
}

/* ---- averages ---- */

/* Images of abs_rel .2 (g 10, p 12) and .5 (g 10, p 15), and one without a valid pixel. */
static void images_without_a_scored_pixel_do_not_enter_the_mean(void **state)
{
    (void)state;
    const double g = 10, p[2] = {12, 15}, none = 0;
    const pnd_depth_image images[3] = {score("kitti", &g, &p[0], 1, 1),
                                       score("kitti", &none, &p[0], 1, 1),
                                       score("kitti", &g, &p[1], 1, 1)};
    const pnd_depth_metrics mean = pnd_depth_metrics_mean(images, 3);
    pnd_assert_close(mean.abs_rel, 0.35, 1e-15);
    pnd_assert_close(mean.n, 1, 0);
    assert_true(isnan(mean.rse));
    assert_true(isnan(pnd_depth_metrics_mean(images + 1, 1).abs_rel));
}

static void the_metric_table_names_every_field_in_order(void **state)
{
    (void)state;
    const pnd_depth_metrics m = {.n = 1, .abs_rel = 2, .irmse = 10, .silog = 13, .rae = 18};
    const pnd_depth_metric_info *infos = pnd_depth_metric_infos();
    for (int i = 0; i < PND_DEPTH_N_METRICS; i++) {
        const double value = pnd_depth_metric(&m, i);
        assert_true(value < 1 || (int)value == i + 1);
    }
    assert_string_equal(infos[1].key, "abs_rel");
    assert_string_equal(infos[9].key, "irmse");
    assert_string_equal(infos[12].key, "silog");
    assert_string_equal(infos[17].key, "rae");
}

/* ---- sources, sizes, order ---- */

static void disparity_codes_become_depths_and_states(void **state)
{
    (void)state;
    double *lut = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *lut);
    assert_non_null(lut);
    pnd_depth_lut_disparity(lut, 473.57484876, 0);
    assert_true(lut[0] < 1 && lut[0] >= 0);
    assert_true(isinf(lut[1]));
    pnd_assert_close(lut[257], 473.57484876, 0);
    pnd_assert_close(lut[3333], 36.385102425738296, 0); /* d = 13.015625 px */
    pnd_depth_lut_disparity(lut, 100, 1.5);
    pnd_assert_close(lut[1], 100 / 1.5, 0);
    pnd_assert_close(lut[257], 40, 0);
    pnd_depth_lut_linear(lut, 256);
    pnd_assert_close(lut[65535], 255.99609375, 0);
    pnd_assert_close(lut[0], 0, 0);
    free(lut);
}

/* The same image as codes, floats and doubles, in a padded buffer, of awkward width. */
static void storage_type_and_stride_do_not_change_a_score(void **state)
{
    (void)state;
    enum { W = 257, H = 3, STRIDE = 300 };
    static uint16_t codes[STRIDE * H];
    static float f[STRIDE * H];
    static double d[STRIDE * H], lut[PND_DEPTH_LUT_SIZE];
    pnd_depth_lut_linear(lut, 256);
    for (int i = 0; i < STRIDE * H; i++) {
        codes[i] = (uint16_t)(i % STRIDE < W ? i * 37 % 20000 : 7);
        d[i] = codes[i] / 256.0;
        f[i] = (float)d[i];
    }
    const pnd_depth_samples same[3] = {
        pnd_depth_samples_u16((pnd_view_u16){codes, W, H, STRIDE * sizeof *codes}, lut, NULL),
        pnd_depth_samples_f32((pnd_view_f32){f, W, H, STRIDE * sizeof *f}, NULL),
        pnd_depth_samples_f64((pnd_view_f64){d, W, H, STRIDE * sizeof *d}, NULL)};
    static double other[W * H];
    for (int i = 0; i < W * H; i++)
        other[i] = 3 + i % 50;
    const pnd_depth_samples pred = doubles(other, W, H);
    const pnd_depth_protocol protocol = protocol_named("paper-eq");
    pnd_error err = {0};
    double expected[PND_DEPTH_N_METRICS];
    for (int k = 0; k < 3; k++) {
        pnd_depth_scorer *scorer = NULL;
        pnd_depth_image image;
        pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
        pnd_assert_ok(pnd_depth_score(&image, scorer, &same[k], &pred, no_mask, &err));
        const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&image.stats);
        for (int i = 0; i < PND_DEPTH_N_METRICS; i++) {
            if (k == 0)
                expected[i] = pnd_depth_metric(&m, i);
            pnd_assert_close(pnd_depth_metric(&m, i), expected[i], 1e-14);
        }
        pnd_depth_scorer_free(scorer);
    }
}

/* Long double sums over 257 x 301 pixels as the judge. */
static void sums_are_accurate_to_the_last_bits(void **state)
{
    (void)state;
    enum { W = 257, H = 301 };
    double *g = pnd_alloc_array(W * H, sizeof *g), *p = pnd_alloc_array(W * H, sizeof *p);
    assert_non_null(g);
    assert_non_null(p);
    long double abs_m = 0, inv_sq = 0, gt = 0;
    for (int i = 0; i < W * H; i++) {
        g[i] = 2 + fmod(i * 0.37, 400);
        p[i] = 1 + fmod(i * 0.73, 300);
        const long double x = (long double)p[i], y = (long double)g[i];
        abs_m += fabsl(x - y);
        inv_sq += (1 / x - 1 / y) * (1 / x - 1 / y);
        gt += y;
    }
    long double dev = 0;
    for (int i = 0; i < W * H; i++)
        dev += fabsl((long double)g[i] - gt / (W * H));
    const pnd_depth_image image = score("kitti", g, p, W, H);
    pnd_assert_close(image.stats.abs_m, (double)abs_m, 4e-16);
    pnd_assert_close(image.stats.inv_sq, (double)inv_sq, 1e-15);
    pnd_assert_close(image.stats.gt_mean, (double)(gt / (W * H)), 4e-16);
    pnd_assert_close(image.stats.gt_abs_dev, (double)dev, 4e-15);
    free(g);
    free(p);
}

/* 2^14 rows of one pixel with the same error: the sum is that error times 2^14, exactly. A naive
 * sum is off by 1e-13. */
static void many_rows_add_up_exactly(void **state)
{
    (void)state;
    enum { H = 16384 };
    double *g = pnd_alloc_array(H, sizeof *g), *p = pnd_alloc_array(H, sizeof *p);
    assert_non_null(g);
    assert_non_null(p);
    for (int i = 0; i < H; i++) {
        g[i] = 1;
        p[i] = 1.1;
    }
    pnd_assert_close(score("kitti", g, p, 1, H).stats.abs_m, H * (1.1 - 1), 0);
    free(g);
    free(p);
}

static void sizes_that_differ_are_named(void **state)
{
    (void)state;
    pnd_error err = {0};
    const double g[6] = {1, 1, 1, 1, 1, 1};
    const uint8_t mask[2] = {0, 0};
    const pnd_depth_samples gt = doubles(g, 3, 2), pred = doubles(g, 2, 3), row = doubles(g, 3, 1);
    const pnd_depth_protocol protocol = protocol_named("paper-eq");
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, &protocol, &err));
    pnd_assert_fails(pnd_depth_score(&image, scorer, &gt, &pred, no_mask, &err), PND_EMISMATCH,
                     "prediction is 2x3, ground truth 3x2");
    assert_string_equal(err.hint, "width and height swapped?");
    pnd_assert_fails(pnd_depth_score(&image, scorer, &gt, &row, no_mask, &err), PND_EMISMATCH,
                     "3x1");
    pnd_assert_fails(pnd_depth_score(&image, scorer, &gt, &gt, (pnd_view_u8){mask, 2, 1, 2}, &err),
                     PND_EMISMATCH, "mask is 2x1");
    pnd_depth_scorer_free(scorer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pixel_gives_the_values_of_a_hand_calculation),
        cmocka_unit_test(signs_of_errors_do_not_cancel_where_they_must_not),
        cmocka_unit_test(a_ratio_of_exactly_the_threshold_is_not_within_it),
        cmocka_unit_test(no_scored_pixel_means_undefined_and_not_zero),
        cmocka_unit_test(constant_ground_truth_has_no_rse_and_no_rae),
        cmocka_unit_test(silog_of_a_scaled_copy_is_zero_to_machine_precision),
        cmocka_unit_test(logarithms_hold_over_the_whole_range),
        cmocka_unit_test(deeplab2_images_their_mean_and_their_pool_agree),
        cmocka_unit_test(the_deeplab2_protocol_gives_the_values_of_its_test),
        cmocka_unit_test(images_without_a_scored_pixel_do_not_enter_the_mean),
        cmocka_unit_test(the_metric_table_names_every_field_in_order),
        cmocka_unit_test(disparity_codes_become_depths_and_states),
        cmocka_unit_test(storage_type_and_stride_do_not_change_a_score),
        cmocka_unit_test(sums_are_accurate_to_the_last_bits),
        cmocka_unit_test(many_rows_add_up_exactly),
        cmocka_unit_test(sizes_that_differ_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
