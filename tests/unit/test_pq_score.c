/* SPDX-License-Identifier: Apache-2.0 */
/* Sums and averages of panoptic quality. */
#include "pnd_test.h"

#include <panodepth/pq.h>

static void a_score_follows_the_equations(void **state)
{
    (void)state;
    /* 3 / (4 + 2/2 + 6/2) = .375, 3 / 4 = .75, 4 / 8 = .5 */
    const pnd_pq_score score = pnd_pq_category_score(&(pnd_pq_count){3.0, 4, 2, 6});
    assert_true(score.pq == .375 && score.sq == .75 && score.rq == .5);
    assert_int_equal(score.n_categories, 1);
}

static void without_a_true_positive_every_score_is_zero(void **state)
{
    (void)state;
    const pnd_pq_score score = pnd_pq_category_score(&(pnd_pq_count){0.0, 0, 0, 1});
    assert_true(score.pq == 0 && score.sq == 0 && score.rq == 0);
    assert_int_equal(score.n_categories, 1);
}

static void an_absent_category_has_no_score(void **state)
{
    (void)state;
    const pnd_pq_score score = pnd_pq_category_score(&(pnd_pq_count){0});
    assert_true(isnan(score.pq) && isnan(score.sq) && isnan(score.rq));
    assert_int_equal(score.n_categories, 0);
}

/* Faults row 71: 2^40 segments; all values are exact in binary. */
static void sums_beyond_32_bits_are_exact(void **state)
{
    (void)state;
    const int64_t n = INT64_C(1) << 40;
    pnd_pq_count total = {0};
    const pnd_pq_count counts = {.75 * (double)n, n, 2 * n, 0};
    const pnd_pq_image image = {.counts = &counts, .n_categories = 1};
    pnd_pq_add(&total, &image);
    total.iou_sum = counts.iou_sum;
    const pnd_pq_score once = pnd_pq_category_score(&total);
    assert_true(once.pq == .375 && once.sq == .75 && once.rq == .5);
    pnd_pq_add(&total, &image);
    assert_int_equal(total.tp, INT64_C(1) << 41);
    assert_int_equal(total.fp, INT64_C(1) << 42);
}

/* Python: (((.6 + .7) + .8) + .9) = 2.9999999999999996, and (.6 + .7) + (.8 + .9) = 3.0. */
static void ious_are_added_one_by_one(void **state)
{
    (void)state;
    const pnd_pq_true_positive first[] = {{0, 1, 1, .6}, {0, 2, 2, .7}};
    const pnd_pq_true_positive second[] = {{0, 1, 1, .8}, {0, 2, 2, .9}};
    const pnd_pq_count counts[] = {{.6 + .7, 2, 0, 0}, {.8 + .9, 2, 0, 0}};
    pnd_pq_count total = {0};
    pnd_pq_add(&total, &(pnd_pq_image){
                           .counts = counts, .n_categories = 1, .matches = first, .n_matches = 2});
    pnd_pq_add(&total,
               &(pnd_pq_image){
                   .counts = counts + 1, .n_categories = 1, .matches = second, .n_matches = 2});
    assert_true(total.iou_sum == 2.9999999999999996);
    assert_int_equal(total.tp, 4);
}

/* Scores 1 (thing), 0 (stuff, only false positives), absent (thing). */
static void a_group_averages_the_categories_that_occur(void **state)
{
    (void)state;
    const pnd_category categories[] = {{24, true}, {7, false}, {26, true}};
    const pnd_pq_count counts[] = {{2.0, 2, 0, 0}, {0.0, 0, 5, 0}, {0.0, 0, 0, 0}};
    const pnd_pq_score all = pnd_pq_average(counts, categories, 3, PND_PQ_ALL);
    assert_true(all.pq == .5 && all.sq == .5 && all.rq == .5);
    assert_int_equal(all.n_categories, 2);
    const pnd_pq_score things = pnd_pq_average(counts, categories, 3, PND_PQ_THINGS);
    assert_true(things.pq == 1.0);
    assert_int_equal(things.n_categories, 1);
    const pnd_pq_score stuff = pnd_pq_average(counts, categories, 3, PND_PQ_STUFF);
    assert_true(stuff.pq == 0.0);
    assert_int_equal(stuff.n_categories, 1);
}

/* (.6 + .9) / 2 * (1 + .5) / 2 = .5625, but the mean of the products is (.6 + .45) / 2 = .525. */
static void the_mean_pq_is_not_the_product_of_the_means(void **state)
{
    (void)state;
    const pnd_category categories[] = {{1, true}, {2, true}};
    const pnd_pq_count counts[] = {{.6, 1, 0, 0}, {.9, 1, 1, 1}};
    const pnd_pq_score all = pnd_pq_average(counts, categories, 2, PND_PQ_ALL);
    pnd_assert_close(all.pq, .525, 1e-15);
    pnd_assert_close(all.sq * all.rq, .5625, 1e-15);
}

static void an_empty_group_is_nan_and_not_a_crash(void **state)
{
    (void)state;
    const pnd_category thing = {24, true};
    const pnd_pq_count count = {1.0, 1, 0, 0};
    assert_true(isnan(pnd_pq_average(&count, &thing, 1, PND_PQ_STUFF).pq));
    assert_true(isnan(pnd_pq_average(NULL, NULL, 0, PND_PQ_ALL).rq));
}

static void every_deviation_has_its_own_code_and_a_text(void **state)
{
    (void)state;
    for (int i = 0; i < PND_PQ_N_DEVIATIONS; i++) {
        assert_true(strlen(pnd_pq_deviation_code((pnd_pq_deviation)i)) > 0);
        assert_true(strlen(pnd_pq_deviation_text((pnd_pq_deviation)i, PND_PQ_STRICT)) > 0);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(pnd_pq_deviation_code((pnd_pq_deviation)i),
                                    pnd_pq_deviation_code((pnd_pq_deviation)j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_follows_the_equations),
        cmocka_unit_test(without_a_true_positive_every_score_is_zero),
        cmocka_unit_test(an_absent_category_has_no_score),
        cmocka_unit_test(sums_beyond_32_bits_are_exact),
        cmocka_unit_test(ious_are_added_one_by_one),
        cmocka_unit_test(a_group_averages_the_categories_that_occur),
        cmocka_unit_test(the_mean_pq_is_not_the_product_of_the_means),
        cmocka_unit_test(an_empty_group_is_nan_and_not_a_crash),
        cmocka_unit_test(every_deviation_has_its_own_code_and_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
