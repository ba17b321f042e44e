/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/bootstrap.h>
#include <panodepth/philox.h>
#include <panodepth/resample.h>

#include <stdlib.h>

enum { MAX_IMAGES = 64, ALL_OF_FOUR = 256 };

/* ---- statistics whose bootstrap is known: mean and variance (divisor n) of one double an image */

static void score_moments(double *scores, const void *context, const void *const *images,
                          const uint32_t *times, size_t n_images, void *scratch)
{
    double n = 0, sum = 0, squares = 0;
    (void)context, (void)scratch;
    for (size_t i = 0; i < n_images; i++) {
        const double x = *(const double *)images[i], m = times == NULL ? 1 : times[i];
        n += m;
        sum += m * x;
        squares += m * x * x;
    }
    scores[0] = sum / n;
    scores[1] = squares / n - sum / n * (sum / n);
}
static const pnd_resample_statistic moments = {.score = score_moments, .n_scores = 2};

typedef struct fixture {
    const void *images[MAX_IMAGES];
    pnd_resample_set set;
    max_align_t scratch[1024];
} fixture;

static void set_up(fixture *f, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        f->images[i] = &values[i];
    f->set = (pnd_resample_set){&moments, f->images, n};
    assert_true(pnd_resample_scratch_size(&f->set) <= sizeof f->scratch);
}

/* All 4^4 equally likely resamples: the exact bootstrap distribution. */
static void enumerate_all_of_four(double out[ALL_OF_FOUR][2], fixture *f)
{
    for (unsigned code = 0; code < ALL_OF_FOUR; code++) {
        uint32_t times[4] = {0};
        for (unsigned k = 0; k < 4; k++)
            times[code >> 2 * k & 3]++;
        score_moments(out[code], NULL, f->images, times, 4, NULL);
    }
}

/* ---- random numbers */

/* The three vectors that come with the authors' Random123 library (kat_vectors, philox4x32 10). */
static void philox_gives_the_known_answers(void **state)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        pnd_philox(out, known[i].counter, known[i].key);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void every_resample_draws_as_many_images_as_there_are(void **state)
{
    uint32_t times[MAX_IMAGES];
    (void)state;
    for (size_t n = 1; n <= MAX_IMAGES; n++)
        for (uint64_t r = 0; r < 20; r++) {
            uint32_t sum = 0;
            pnd_bootstrap_times(times, n, 7, r << 40);
            for (size_t i = 0; i < n; i++)
                sum += times[i];
            assert_int_equal(sum, n);
        }
}

/* Each ordered draw of 4 has probability 1/256, so a collection has 4! / (product of times!) / 256.
 * Chi-squared over the 35 collections: mean 34, deviation sqrt(68) = 8.2. */
static void collections_are_drawn_with_their_multinomial_probability(void **state)
{
    static const int factorial[5] = {1, 1, 2, 6, 24};
    enum { DRAWS = 64000, CODES = 5 * 5 * 5 * 5 };
    static int seen[CODES];
    double chi_squared = 0;
    int collections = 0;
    uint32_t times[4];
    (void)state;
    for (uint64_t r = 0; r < DRAWS; r++) {
        pnd_bootstrap_times(times, 4, 3, r);
        seen[((times[0] * 5 + times[1]) * 5 + times[2]) * 5 + times[3]]++;
    }
    for (int code = 0; code < CODES; code++) {
        const int a = code / 125, b = code / 25 % 5, c = code / 5 % 5, d = code % 5;
        if (a + b + c + d != 4)
            continue;
        const int ways = 24 / (factorial[a] * factorial[b] * factorial[c] * factorial[d]);
        const double expected = DRAWS * ways / 256.0, difference = seen[code] - expected;
        chi_squared += difference * difference / expected;
        collections++;
    }
    assert_int_equal(collections, 35);
    assert_true(chi_squared > 10 && chi_squared < 75);
}

/* ---- distributions */

/* Mean of the bootstrap mean: the mean. Its deviation: sqrt(sum (x - mean)^2) / n, here of
 * 1 2 4 9 with mean 4 and squares 9 + 4 + 0 + 25 = 38: sqrt(38) / 4. */
static void all_resamples_of_four_have_the_closed_form(void **state)
{
    static const double x[4] = {1, 2, 4, 9};
    double all[ALL_OF_FOUR][2], sorted[ALL_OF_FOUR];
    fixture f;
    (void)state;
    set_up(&f, x, 4);
    enumerate_all_of_four(all, &f);
    assert_int_equal(pnd_bootstrap_sort(sorted, all[0], ALL_OF_FOUR, 2), ALL_OF_FOUR);
    pnd_assert_close(pnd_bootstrap_error(sorted, ALL_OF_FOUR) * sqrt(255.0 / 256), sqrt(38.0) / 4,
                     1e-14);
}

/* Drawn resamples against all of them: a share p from B draws is within 4 sqrt(p (1 - p) / B). */
static void drawn_resamples_follow_the_exact_distribution(void **state)
{
    static const double x[4] = {1, 2, 4, 9};
    enum { DRAWS = 20000 };
    static double drawn[DRAWS][2];
    double all[ALL_OF_FOUR][2];
    fixture f;
    (void)state;
    set_up(&f, x, 4);
    enumerate_all_of_four(all, &f);
    pnd_bootstrap_scores(drawn[0], &f.set, (pnd_resample_range){0, DRAWS}, 1, f.scratch);
    for (int s = 0; s < 2; s++)
        for (double bound = 0.1; bound < 9; bound += 0.2) {
            double exact = 0, share = 0;
            for (int i = 0; i < ALL_OF_FOUR; i++)
                exact += all[i][s] < bound ? 1.0 / ALL_OF_FOUR : 0;
            for (int i = 0; i < DRAWS; i++)
                share += drawn[i][s] < bound ? 1.0 / DRAWS : 0;
            assert_true(fabs(share - exact) <= 4 * sqrt(exact * (1 - exact) / DRAWS) + 1e-9);
        }
}

/* The relative error of a deviation from B draws is about 1 / sqrt(2 B) = 0.5 %. */
static void the_error_of_a_mean_is_sigma_over_root_n(void **state)
{
    enum { N = 50, DRAWS = 20000 };
    static double drawn[DRAWS][2], sorted[DRAWS];
    double x[N], mean = 0, squares = 0;
    fixture f;
    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = sqrt(i * 7 % N);
        mean += x[i] / N;
    }
    for (int i = 0; i < N; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    set_up(&f, x, N);
    pnd_bootstrap_scores(drawn[0], &f.set, (pnd_resample_range){0, DRAWS}, 5, f.scratch);
    (void)pnd_bootstrap_sort(sorted, drawn[0], DRAWS, 2);
    pnd_assert_close(pnd_bootstrap_error(sorted, DRAWS), sqrt(squares) / N, 0.02);
}

static void a_resample_depends_on_seed_and_number_only(void **state)
{
    static const double x[5] = {0.1, 0.2, 0.4, 0.9, 3};
    double whole[30][2], part[10][2], other[30][2];
    fixture f;
    (void)state;
    set_up(&f, x, 5);
    pnd_bootstrap_scores(whole[0], &f.set, (pnd_resample_range){0, 30}, 1, f.scratch);
    pnd_bootstrap_scores(part[0], &f.set, (pnd_resample_range){13, 10}, 1, f.scratch);
    pnd_bootstrap_scores(other[0], &f.set, (pnd_resample_range){0, 30}, 2, f.scratch);
    assert_memory_equal(whole[13], part[0], sizeof part);
    assert_memory_not_equal(whole, other, sizeof whole);
}

/* ---- intervals */

static void quantiles_lie_between_order_statistics(void **state)
{
    static const double x[4] = {1, 2, 3, 5};
    (void)state; /* position share * 3 */
    pnd_assert_close(pnd_bootstrap_quantile(x, 4, 0.1), 1.3, 1e-15);
    pnd_assert_close(pnd_bootstrap_quantile(x, 4, 0.9), 4.4, 1e-15);
    assert_true(pnd_bootstrap_quantile(x, 4, 1) == 5 && pnd_bootstrap_quantile(x, 4, 0) == 1);
    assert_true(pnd_bootstrap_quantile(x, 1, 0.975) == 1);
    assert_true(isnan(pnd_bootstrap_quantile(x, 0, 0.5)));
}

/* Expected: scipy.stats._resampling._bca_interval (SciPy 1.10.1) and numpy.percentile on the same
 * 256 values. */
static void bca_intervals_are_those_of_scipy(void **state)
{
    static const double x[4] = {1, 2, 4, 9};
    static const struct {
        int score;
        double level, low, high, percentile_low, percentile_high;
    } wanted[] = {{0, 0.95, 1.75, 7.75, 1.5, 7.25},
                  {0, 0.8, 2.25, 6.5, 2, 6},
                  {1, 0.95, 1, 16, 0.1875, 14.1875},
                  {1, 0.8, 1.6875, 15.966457082786127, 0.875, 12}};
    double all[ALL_OF_FOUR][2], jackknife[4][2], estimate[2], sorted[ALL_OF_FOUR];
    fixture f;
    (void)state;
    set_up(&f, x, 4);
    enumerate_all_of_four(all, &f);
    pnd_resample_score(estimate, &f.set, f.scratch);
    pnd_jackknife_scores(jackknife[0], &f.set, (pnd_resample_range){0, 4}, f.scratch);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const int s = wanted[i].score;
        const size_t n = pnd_bootstrap_sort(sorted, &all[0][s], ALL_OF_FOUR, 2);
        const pnd_interval bca =
            pnd_bootstrap_bca(sorted, n, estimate[s], &jackknife[0][s], 4, 2, wanted[i].level);
        const pnd_interval plain = pnd_bootstrap_percentile(sorted, n, wanted[i].level);
        pnd_assert_close(bca.low, wanted[i].low, 1e-12);
        pnd_assert_close(bca.high, wanted[i].high, 1e-12);
        pnd_assert_close(plain.low, wanted[i].percentile_low, 1e-12);
        pnd_assert_close(plain.high, wanted[i].percentile_high, 1e-12);
    }
}

static void a_score_that_never_varies_is_its_own_interval(void **state)
{
    static const double same[5] = {2, 2, 2, 2, 2};
    const pnd_interval bca = pnd_bootstrap_bca(same, 5, 2, same, 5, 1, 0.95);
    (void)state;
    assert_true(bca.low == 2 && bca.high == 2);
    assert_true(pnd_bootstrap_error(same, 5) == 0);
}

static void bca_is_undefined_where_its_formula_is(void **state)
{
    static const double x[4] = {1, 2, 3, 4}, hole[3] = {1, (double)NAN, 2};
    (void)state;
    assert_true(isnan(pnd_bootstrap_bca(x, 4, 0.5, x, 4, 1, 0.95).low)); /* z0 = -inf */
    assert_true(isnan(pnd_bootstrap_bca(x, 4, 9, x, 4, 1, 0.95).high));
    assert_true(isnan(pnd_bootstrap_bca(x, 4, (double)NAN, x, 4, 1, 0.95).low));
    assert_true(isnan(pnd_bootstrap_bca(x, 4, 2.5, hole, 3, 1, 0.95).low));
    assert_true(isnan(pnd_bootstrap_bca(x, 0, 2.5, x, 4, 1, 0.95).low));
}

static void undefined_resamples_are_left_out_and_counted(void **state)
{
    static const double values[] = {3, -1, (double)NAN, -1, 1, -1, (double)NAN, -1};
    double sorted[4];
    (void)state;
    assert_int_equal(pnd_bootstrap_sort(sorted, values, 4, 2), 2);
    assert_true(sorted[0] == 1 && sorted[1] == 3);
    assert_int_equal(pnd_bootstrap_sort(sorted, values + 2, 1, 2), 0);
    assert_true(isnan(pnd_bootstrap_above_zero(sorted, 0)));
    assert_true(isnan(pnd_bootstrap_error(sorted, 1)));
}

static void a_tie_is_half_a_win(void **state)
{
    static const double differences[4] = {-1, 0, 0, 2};
    (void)state;
    pnd_assert_close(pnd_bootstrap_above_zero(differences, 4), 0.5, 0);
    pnd_assert_close(pnd_bootstrap_below_zero(differences + 1, 3), 1.0 / 3, 1e-15);
    pnd_assert_close(pnd_bootstrap_above_zero(differences + 1, 3), 2.0 / 3, 1e-15);
}

/* Tables of the normal distribution; SciPy's ndtri for the tail. */
static void the_normal_distribution_is_that_of_the_tables(void **state)
{
    (void)state;
    pnd_assert_close(pnd_normal_quantile(0.975), 1.959963984540054, 1e-14);
    pnd_assert_close(pnd_normal_quantile(0.3), -0.5244005127080409, 1e-14);
    pnd_assert_close(pnd_normal_quantile(1e-10), -6.361340902404056, 1e-14);
    assert_true(pnd_normal_quantile(0.5) == 0);
    assert_true(isinf(pnd_normal_quantile(0)) && isnan(pnd_normal_quantile(1.5)));
    pnd_assert_close(pnd_normal_cdf(1), 0.8413447460685429, 1e-15);
}

/* ---- sign flips */

/* Differences 1, 2, 3 add up to 6. The eight sums are 6 4 2 0 0 -2 -4 -6: two are as large. */
static void all_swaps_of_three_images_are_enumerated(void **state)
{
    static const double a[3] = {5, 1, 2}, b[3] = {6, 3, 5};
    double differences[8][2];
    size_t undefined = 9;
    fixture f, g;
    (void)state;
    set_up(&f, a, 3);
    set_up(&g, b, 3);
    pnd_sign_flip_differences(differences[0], &f.set, &g.set, (pnd_resample_range){0, 8}, 0, true,
                              f.scratch);
    pnd_assert_close(differences[0][0], 2, 1e-15); /* nothing swapped: the observed one */
    pnd_assert_close(differences[1][0], (-1 + 2 + 3) / 3.0, 1e-15);
    pnd_assert_close(differences[7][0], -2, 1e-15);
    pnd_assert_close(pnd_sign_flip_p(differences[0], 8, 2, 2, true, &undefined), 0.25, 0);
    assert_int_equal(undefined, 0);
    pnd_assert_close(pnd_sign_flip_p(differences[0], 8, 2, -4.0 / 3, true, NULL), 0.5, 0);
}

/* 10 images: 1024 swaps; from B random ones p is within 4 sqrt(p (1 - p) / B). */
static void random_swaps_approach_all_of_them(void **state)
{
    enum { N = 10, ALL = 1 << N, DRAWS = 20000 };
    static double all[ALL][2], drawn[DRAWS][2];
    double a[N], b[N], observed = 0;
    fixture f, g;
    (void)state;
    for (int i = 0; i < N; i++) {
        a[i] = i * 3 % 7;
        b[i] = a[i] + (i * 5 % 11 - 3) * 0.5;
        observed += (b[i] - a[i]) / N;
    }
    set_up(&f, a, N);
    set_up(&g, b, N);
    pnd_sign_flip_differences(all[0], &f.set, &g.set, (pnd_resample_range){0, ALL}, 0, true,
                              f.scratch);
    pnd_sign_flip_differences(drawn[0], &f.set, &g.set, (pnd_resample_range){0, DRAWS}, 4, false,
                              f.scratch);
    int as_large = 0; /* straight from the differences of the images, in halves */
    for (int mask = 0; mask < ALL; mask++) {
        int sum = 0, total = 0;
        for (int i = 0; i < N; i++) {
            total += i * 5 % 11 - 3;
            sum += (mask >> i & 1 ? -1 : 1) * (i * 5 % 11 - 3);
        }
        as_large += abs(sum) >= abs(total);
    }
    const double exact = (double)as_large / ALL;
    assert_true(exact > 0.01 && exact < 0.5);
    pnd_assert_close(pnd_sign_flip_p(all[0], ALL, 2, observed, true, NULL), exact, 0);
    const double p = pnd_sign_flip_p(drawn[0], DRAWS, 2, observed, false, NULL);
    assert_true(fabs(p - exact) < 4 * sqrt(exact * (1 - exact) / DRAWS) + 1e-4);
}

static void a_p_value_from_random_swaps_is_never_zero(void **state)
{
    static const double differences[4] = {0.1, (double)NAN, -0.2, 0.3};
    size_t undefined = 0;
    (void)state;
    pnd_assert_close(pnd_sign_flip_p(differences, 4, 1, 5, false, &undefined), 1.0 / 4, 0);
    assert_int_equal(undefined, 1);
    assert_true(isnan(pnd_sign_flip_p(differences, 4, 1, (double)NAN, false, NULL)));
}

/* By hand: ascending .005 .01 .03 .04 times 4 3 2 1 = .02 .03 .06 .04, and .04 rises to .06. */
static void holm_steps_down(void **state)
{
    static const double p[5] = {0.01, 0.04, (double)NAN, 0.03, 0.005};
    static const double wanted[5] = {0.03, 0.06, (double)NAN, 0.06, 0.02};
    static const double large[2] = {0.9, 0.8};
    double adjusted[5];
    (void)state;
    pnd_holm(adjusted, p, 5);
    for (int i = 0; i < 5; i++)
        pnd_assert_close(adjusted[i], wanted[i], 1e-15);
    pnd_holm(adjusted, large, 2);
    assert_true(adjusted[0] == 1 && adjusted[1] == 1);
}

/* ---- the library's scores as statistics */

enum { N_CATEGORIES = 3, N_SCORES = 3 * (3 + N_CATEGORIES) };
static const pnd_category categories[N_CATEGORIES] = {{7, false}, {24, true}, {26, true}};
static const double ious[] = {0.6, 0.7, 0.8, 0.9, 0.55};
static const pnd_pq_share first_shares[] = {{0, 1, 0, ious, 1}, {1, 0, 2, ious + 1, 2}};
static const pnd_pq_share second_shares[] = {{1, 1, 0, ious + 3, 2}};
static const pnd_pq_record records[] = {{first_shares, 2}, {second_shares, 1}};

/* Twice the first image, once the second, by hand: road 2 x .6 over 2 + 2/2; person
 * 2 (.7 + .8) + .9 + .55 over 6 + 1/2 + 4/2; car in no image. */
static void panoptic_quality_is_aggregated_and_not_averaged(void **state)
{
    static const pnd_pq_resample context = {categories, N_CATEGORIES};
    const pnd_resample_statistic statistic = pnd_pq_statistic(&context);
    const void *const images[] = {&records[0], &records[1]};
    static const uint32_t times[] = {2, 1};
    double scores[N_SCORES];
    max_align_t scratch[64];
    (void)state;
    assert_int_equal(statistic.n_scores, N_SCORES);
    assert_true(statistic.scratch_size <= sizeof scratch);
    statistic.score(scores, statistic.context, images, times, 2, scratch);
    const double road = 1.2 / 3, person = 4.45 / 8.5;
    pnd_assert_close(scores[9], road, 1e-15);
    pnd_assert_close(scores[10], 0.6, 1e-15);
    pnd_assert_close(scores[12], person, 1e-15);
    pnd_assert_close(scores[14], 6 / 8.5, 1e-15);
    assert_true(isnan(scores[15]) && isnan(scores[17]));
    pnd_assert_close(scores[0], (road + person) / 2, 1e-15); /* all */
    pnd_assert_close(scores[3], person, 1e-15);              /* things */
    pnd_assert_close(scores[6], road, 1e-15);                /* stuff */
}

/* A mean over the images that have the value: (2 x 1 + 4) / 3 and 10 x 8 / 2, and nothing. */
static void means_leave_out_undefined_images(void **state)
{
    static const double factors[3] = {1, 10, 1};
    static const bool is_square[3] = {0};
    static const pnd_pooled_value first[3] = {{1, 1}, {8, 1}, {(double)NAN, 1}};
    static const pnd_pooled_value second[3] = {{4, 1}, {(double)NAN, 1}, {(double)NAN, 1}};
    static const pnd_pooled_resample context = {3, factors, is_square};
    const pnd_resample_statistic statistic = pnd_pooled_statistic(&context);
    const void *const images[] = {first, second};
    static const uint32_t times[] = {2, 1};
    double scores[3];
    max_align_t scratch[16];
    (void)state;
    statistic.score(scores, statistic.context, images, times, 2, scratch);
    pnd_assert_close(scores[0], 2, 1e-15);
    pnd_assert_close(scores[1], 80, 1e-15);
    assert_true(isnan(scores[2]));
    statistic.score(scores, statistic.context, images, NULL, 2, scratch);
    pnd_assert_close(scores[0], 2.5, 0);
}

/* Pixels count, not images. 30 pixels of mean .2 twice, 10 of mean .6: (60 x .2 + 10 x .6) / 70; an
 * RMSE of 3 and one of 5: sqrt((60 x 9 + 10 x 25) / 70). */
static void pooled_errors_are_weighted_by_pixels(void **state)
{
    static const double factors[2] = {1, 1};
    static const bool is_square[2] = {false, true};
    static const pnd_pooled_value first[2] = {{0.2, 30}, {3, 30}}, second[2] = {{0.6, 10}, {5, 10}};
    static const pnd_pooled_value none[2] = {{(double)NAN, 0}, {(double)NAN, 0}};
    static const pnd_pooled_resample context = {2, factors, is_square};
    const pnd_resample_statistic statistic = pnd_pooled_statistic(&context);
    const void *const images[] = {first, second, none};
    static const uint32_t times[] = {2, 1, 5};
    double scores[2];
    max_align_t scratch[16];
    (void)state;
    statistic.score(scores, statistic.context, images, times, 3, scratch);
    pnd_assert_close(scores[0], 18.0 / 70, 1e-15);
    pnd_assert_close(scores[1], sqrt(790.0 / 70), 1e-15);
}

/* Classes 0 (without instances, category 0), 1 (with, category 1, average size 50) and 2 (ignored,
 * category 1). Image 1: of class 0 80 pixels hit and 20 taken for class 1, of class 1 one instance
 * of 100 pixels, 60 hit, 40 taken for class 2. Image 2: class 1, 10 hit, 30 taken for class 0, one
 * instance of 40. Image 1 twice: class 0 IoU 160 / (160 + 40 + 30), class 1 130 / (130 + 40 + 110).
 * iIoU of class 1: weights 50/100 and 50/40: TP 2 x 30 + 12.5, FN 2 x 20 + 37.5, FP 40. Category 1:
 * class 2 is no class of it for the IoU, so 130 / (130 + 40 + 110) again, and is one for the iIoU,
 * whose instances have 100 and 10 hits: TP 2 x 50 + 12.5, FN 37.5. */
static void semantic_scores_are_aggregated_with_their_instances(void **state)
{
    static const pnd_semantic_class classes[] = {
        {0, false, false, 0}, {1, false, true, 50}, {1, true, true, 70}};
    static const pnd_semantic_table table = {classes, 3, 2};
    static const pnd_semantic_cell first_cells[] = {{0, 0, 80}, {0, 1, 20}, {1, 1, 60}, {1, 2, 40}};
    static const pnd_semantic_cell second_cells[] = {{1, 0, 30}, {1, 1, 10}};
    static const pnd_semantic_instance first_found[] = {{1000, 1, 100, 60, 100}};
    static const pnd_semantic_instance second_found[] = {{1000, 1, 40, 10, 10}};
    static const pnd_semantic_record first = {first_cells, first_found, NULL, 4, 1, 0, true};
    static const pnd_semantic_record second = {second_cells, second_found, NULL, 2, 1, 0, true};
    const pnd_resample_statistic statistic = pnd_semantic_statistic(&table);
    const void *const images[] = {&first, &second};
    static const uint32_t times[] = {2, 1};
    double scores[15];
    void *const scratch = malloc(statistic.scratch_size);
    (void)state;
    assert_non_null(scratch);
    assert_int_equal(statistic.n_scores, 5 + 3 * 2 + 2 * 2);
    statistic.score(scores, statistic.context, images, times, 2, scratch);
    const double road = 160.0 / 230, car = 130.0 / 280;
    pnd_assert_close(scores[0], (road + car) / 2, 1e-15);
    pnd_assert_close(scores[1], 72.5 / (72.5 + 77.5 + 40), 1e-15);
    pnd_assert_close(scores[5], road, 1e-15);
    pnd_assert_close(scores[6], car, 1e-15);
    assert_true(isnan(scores[7]));
    pnd_assert_close(scores[8], scores[1], 0);
    assert_true(isnan(scores[4]) && isnan(scores[9]));
    pnd_assert_close(scores[11], road, 1e-15);
    pnd_assert_close(scores[12], car, 1e-15);
    assert_true(isnan(scores[13]));
    pnd_assert_close(scores[14], 112.5 / (112.5 + 37.5 + 40), 1e-15);
    pnd_assert_close(scores[3], scores[14], 0);
    free(scratch);
}

/* One class, one threshold. Image 1: a true guess at rank 2 and a false one at rank 1. Image 2: a
 * true one at rank 0, and a truth missed. Image 1 twice, image 2 once: truths 2 + 1 + 1. Points
 * from the lowest rank: (recall 3/4, precision 3/5), (2/4, 2/4), (2/4, 1), (0, 1). Half distances
 * of the neighbours' recalls: 1/8, 1/8, 1/4, 1/4. Image 2 alone: (1/2, 1), (0, 1): 1/4 + 1/4. */
static void average_precision_orders_the_verdicts_of_the_drawn_images(void **state)
{
    static pnd_instance_verdict first_items[] = {{0.9, 2, true}, {0.5, 1, false}};
    static pnd_instance_verdict second_items[] = {{0.3, 0, true}};
    static const pnd_instance_verdicts first = {first_items, 2, 1, 0, true, true};
    static const pnd_instance_verdicts second = {second_items, 1, 1, 1, true, true};
    static const pnd_instance_record both[2] = {{&first}, {&second}};
    static const size_t n_ranks[1] = {3};
    static const pnd_instance_resample context = {1, 1, 1, n_ranks};
    const pnd_resample_statistic statistic = pnd_instance_statistic(&context);
    const void *const images[] = {&both[0], &both[1]};
    static const uint32_t twice[] = {2, 1}, other[] = {0, 1}, none[] = {0, 0};
    double scores[4];
    max_align_t scratch[16];
    (void)state;
    assert_int_equal(statistic.n_scores, 4);
    assert_true(statistic.scratch_size <= sizeof scratch);
    statistic.score(scores, statistic.context, images, twice, 2, scratch);
    pnd_assert_close(scores[0], 0.6 / 8 + 0.5 / 8 + 0.25 + 0.25, 1e-15);
    pnd_assert_close(scores[3], scores[0], 0);
    statistic.score(scores, statistic.context, images, other, 2, scratch);
    pnd_assert_close(scores[0], 0.5, 1e-15);
    statistic.score(scores, statistic.context, images, none, 2, scratch);
    assert_true(isnan(scores[0]));
}

/* Stuff 0 and thing 1; row 0 is one mean, both rows are another. Sequence 1: row 0 stuff 2 TP
 * of 1.5, thing 1 TP of .8 and 1 FN; row 1 stuff 1 TP of .6 and 1 FP. Sequence 2: row 0 thing 1 FP;
 * row 1 thing 1 TP of .9. Twice and once: row 0 stuff 3/4, thing 1.6 / (2 + 1 + .5); row 1
 * stuff 1.2 / (2 + 1), thing .9. Errors: .1 of 4 segments twice, .4 of 2: (.8 + .8) / 10. */
static void joint_scores_are_aggregated_by_sequence(void **state)
{
    static const pnd_category both[] = {{0, false}, {1, true}};
    static const bool belongs[] = {true, false, true, true};
    static const pnd_pq_count first[] = {{1.5, 2, 0, 0}, {0.8, 1, 0, 1}, {0.6, 1, 1, 0}, {0}};
    static const pnd_pq_count second[] = {{0}, {0, 0, 1, 0}, {0}, {0.9, 1, 0, 0}};
    static const pnd_pooled_value first_error = {0.1, 4}, second_error = {0.4, 2};
    static const pnd_joint_record sequences[] = {{first, &first_error}, {second, &second_error}};
    pnd_joint_resample context = {both, 2, 2, 2, 1, belongs, false};
    const pnd_resample_statistic statistic = pnd_joint_statistic(&context);
    const void *const images[] = {&sequences[0], &sequences[1]};
    static const uint32_t times[] = {2, 1}, other[] = {0, 1};
    double scores[7];
    max_align_t scratch[32];
    (void)state;
    assert_int_equal(statistic.n_scores, 7);
    assert_true(statistic.scratch_size <= sizeof scratch);
    statistic.score(scores, statistic.context, images, times, 2, scratch);
    const double thing = 1.6 / 3.5;
    pnd_assert_close(scores[0], (0.75 + thing) / 2, 1e-15);
    pnd_assert_close(scores[1], thing, 1e-15);
    pnd_assert_close(scores[2], 0.75, 1e-15);
    pnd_assert_close(scores[3], ((0.75 + thing) / 2 + (0.4 + 0.9) / 2) / 2, 1e-15);
    pnd_assert_close(scores[4], (thing + 0.9) / 2, 1e-15);
    pnd_assert_close(scores[5], (0.75 + 0.4) / 2, 1e-15);
    pnd_assert_close(scores[6], 0.16, 1e-15);
    /* Without a class: left out, or 0 when filled. */
    statistic.score(scores, statistic.context, images, other, 2, scratch);
    pnd_assert_close(scores[0], 0, 0);
    assert_true(isnan(scores[2]) && isnan(scores[5]));
    pnd_assert_close(scores[3], 0.45, 1e-15);
    context.zero_fill = true;
    statistic.score(scores, statistic.context, images, other, 2, scratch);
    pnd_assert_close(scores[3], (0 + 0.45) / 2, 1e-15);
    pnd_assert_close(scores[5], 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(every_resample_draws_as_many_images_as_there_are),
        cmocka_unit_test(collections_are_drawn_with_their_multinomial_probability),
        cmocka_unit_test(all_resamples_of_four_have_the_closed_form),
        cmocka_unit_test(drawn_resamples_follow_the_exact_distribution),
        cmocka_unit_test(the_error_of_a_mean_is_sigma_over_root_n),
        cmocka_unit_test(a_resample_depends_on_seed_and_number_only),
        cmocka_unit_test(quantiles_lie_between_order_statistics),
        cmocka_unit_test(bca_intervals_are_those_of_scipy),
        cmocka_unit_test(a_score_that_never_varies_is_its_own_interval),
        cmocka_unit_test(bca_is_undefined_where_its_formula_is),
        cmocka_unit_test(undefined_resamples_are_left_out_and_counted),
        cmocka_unit_test(a_tie_is_half_a_win),
        cmocka_unit_test(the_normal_distribution_is_that_of_the_tables),
        cmocka_unit_test(all_swaps_of_three_images_are_enumerated),
        cmocka_unit_test(random_swaps_approach_all_of_them),
        cmocka_unit_test(a_p_value_from_random_swaps_is_never_zero),
        cmocka_unit_test(holm_steps_down),
        cmocka_unit_test(panoptic_quality_is_aggregated_and_not_averaged),
        cmocka_unit_test(means_leave_out_undefined_images),
        cmocka_unit_test(pooled_errors_are_weighted_by_pixels),
        cmocka_unit_test(semantic_scores_are_aggregated_with_their_instances),
        cmocka_unit_test(average_precision_orders_the_verdicts_of_the_drawn_images),
        cmocka_unit_test(joint_scores_are_aggregated_by_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
