/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 34 cases of the golden data's edge_cases.py, in its order, under its names. Strict verdicts
 * are the outcomes that panopticapi printed (edge_cases.txt); corrected ones follow from the rules
 * in docs/metrics.md. Cases that concern files (missing image, RGBA, no iscrowd ...) are in
 * tests/cli.
 */
#include "pq_scene.h"

enum { CAT1, CAT2, CAT7, N_CATEGORIES };
static const pnd_category categories[N_CATEGORIES] = {{1, true}, {2, true}, {7, false}};

typedef struct expected {
    int64_t tp, fp, fn;
    double iou;
} expected;

typedef struct run {
    pnd_pq_matcher *matcher;
    pnd_pq_image image;
    pnd_error err;
    pnd_status status;
} run;

static run match(const scene *s, pnd_pq_parity parity)
{
    run r = {0};
    const pnd_panoptic gt = view_of(&s->gt), pred = view_of(&s->pred);
    assert_int_equal(pnd_pq_matcher_create(&r.matcher, categories, N_CATEGORIES, parity, &r.err),
                     PND_OK);
    r.status = pnd_pq_match(&r.image, r.matcher, &gt, &pred, "frame", &r.err);
    return r;
}

/* The tallies of categories 1, 2 and 7, and one deviation (or PND_PQ_N_DEVIATIONS: none at all). */
static void expect(const scene *s, pnd_pq_parity parity, expected one, expected two, expected seven,
                   pnd_pq_deviation deviation)
{
    const expected all[N_CATEGORIES] = {one, two, seven};
    run r = match(s, parity);
    if (r.status != PND_OK)
        fail_msg("parity %d: %s", (int)parity, r.err.message);
    for (size_t c = 0; c < N_CATEGORIES; c++) {
        assert_int_equal(r.image.counts[c].tp, all[c].tp);
        assert_int_equal(r.image.counts[c].fp, all[c].fp);
        assert_int_equal(r.image.counts[c].fn, all[c].fn);
        assert_true(r.image.counts[c].iou_sum == all[c].iou);
    }
    for (int d = 0; d < PND_PQ_N_DEVIATIONS; d++)
        assert_int_equal(r.image.deviations[d] > 0, d == (int)deviation);
    pnd_pq_matcher_free(r.matcher);
}

static void expect_both(const scene *s, expected one, expected two, expected seven)
{
    expect(s, PND_PQ_STRICT, one, two, seven, PND_PQ_N_DEVIATIONS);
    expect(s, PND_PQ_CORRECTED, one, two, seven, PND_PQ_N_DEVIATIONS);
}

static void expect_failure(const scene *s, pnd_pq_parity parity, pnd_status status,
                           const char *message)
{
    run r = match(s, parity);
    assert_string_equal(pnd_status_name(r.status), pnd_status_name(status));
    assert_string_equal(r.err.message, message);
    assert_null(r.image.counts);
    assert_int_equal(r.image.n_matches, 0);
    pnd_pq_matcher_free(r.matcher);
}

static void expect_both_fail(const scene *s, pnd_status status, const char *message)
{
    expect_failure(s, PND_PQ_STRICT, status, message);
    expect_failure(s, PND_PQ_CORRECTED, status, message);
}

static const expected none = {0, 0, 0, 0.0};
static const expected base_1 = {1, 0, 0, .75}; /* 12 px of 16: 12 / (12 + 16 - 12) */
static const expected base_7 = {1, 0, 0, 1.0};

static scene base_scene(void)
{
    scene s = empty_scene(8, 8);
    paint(&s.gt, 0, 4, 0, 4, 1);
    paint(&s.gt, 4, 8, 0, 8, 300);
    list(&s.gt, 1, 1, 16, false);
    list(&s.gt, 300, 7, 32, false);
    paint(&s.pred, 0, 3, 0, 4, 10);
    paint(&s.pred, 4, 8, 0, 8, 70000);
    list(&s.pred, 10, 1, PND_PQ_NO_AREA, false);
    list(&s.pred, 70000, 7, PND_PQ_NO_AREA, false);
    return s;
}

static void base(void **state)
{
    (void)state;
    const scene s = base_scene();
    expect_both(&s, base_1, none, base_7);
}

static void base_api_averages_leave_the_absent_category_out(void **state)
{
    (void)state;
    const scene s = base_scene();
    run r = match(&s, PND_PQ_STRICT);
    const pnd_pq_score all = pnd_pq_average(r.image.counts, categories, N_CATEGORIES, PND_PQ_ALL);
    assert_true(all.pq == .875 && all.sq == .875 && all.rq == 1.0 && all.n_categories == 2);
    const pnd_pq_score things =
        pnd_pq_average(r.image.counts, categories, N_CATEGORIES, PND_PQ_THINGS);
    assert_true(things.pq == .75 && things.sq == .75 && things.rq == 1.0);
    assert_int_equal(things.n_categories, 1);
    const pnd_pq_score stuff =
        pnd_pq_average(r.image.counts, categories, N_CATEGORIES, PND_PQ_STUFF);
    assert_true(stuff.pq == 1.0 && stuff.sq == 1.0 && stuff.rq == 1.0);
    assert_int_equal(stuff.n_categories, 1);
    pnd_pq_matcher_free(r.matcher);
}

static void png_id_55_not_in_json(void **state)
{
    (void)state;
    scene s = base_scene();
    paint(&s.pred, 0, 1, 7, 8, 55);
    expect_both_fail(&s, PND_EMISMATCH,
                     "frame: prediction: segment 55 in the PNG and not in the JSON");
}

static void json_id_not_in_png(void **state)
{
    (void)state;
    scene s = base_scene();
    list(&s.pred, 99, 1, PND_PQ_NO_AREA, false);
    expect_both_fail(&s, PND_EMISMATCH,
                     "frame: prediction: segment 99 in the JSON and not in the PNG");
}

static void unknown_cat(void **state)
{
    (void)state;
    scene s = base_scene();
    s.pred.segments[0].category_id = 5;
    expect_both_fail(&s, PND_EINVAL,
                     "frame: prediction: segment 10 (category 5) of a category the ground truth "
                     "does not have");
}

/* The reference names the first; we list both. */
static void unknown_cat_and_id_not_in_png(void **state)
{
    (void)state;
    scene s = base_scene();
    s.pred.segments[0].category_id = 5;
    list(&s.pred, 99, 1, PND_PQ_NO_AREA, false);
    expect_both_fail(&s, PND_EMISMATCH,
                     "frame: prediction: segment 99 in the JSON and not in the PNG; segment 10 "
                     "(category 5) of a category the ground truth does not have");
}

static void dup_pred_ids_last_wins(void **state)
{
    (void)state;
    scene s = base_scene();
    s.pred.segments[2] = s.pred.segments[1];
    s.pred.segments[1] = s.pred.segments[0];
    s.pred.segments[0].category_id = 2;
    s.pred.n = 3;
    expect(&s, PND_PQ_STRICT, base_1, none, base_7, PND_PQ_PRED_DUPLICATE_ID);
    expect_failure(&s, PND_PQ_CORRECTED, PND_EINVAL,
                   "frame: prediction: segment 10 listed more than once");
}

static void size_mismatch(void **state)
{
    (void)state;
    scene s = base_scene();
    s.pred.height = 10;
    expect_both_fail(&s, PND_EMISMATCH, "frame: prediction is 8x10, ground truth 8x8");
}

/* NumPy repeats the one ground truth row over all 8, so segment 10 meets segment 1 with its 12 px;
 * the area of segment 1 is the JSON's 16. */
static void transposed_broadcastable_1xn(void **state)
{
    (void)state;
    scene s = base_scene();
    s.gt.height = 1;
    run r = match(&s, PND_PQ_STRICT);
    assert_int_equal(r.status, PND_OK);
    assert_int_equal(r.image.deviations[PND_PQ_SIZE_BROADCAST], 1);
    assert_int_equal(r.image.counts[CAT1].tp, 1);
    assert_true(r.image.counts[CAT1].iou_sum == .75);
    assert_int_equal(r.image.counts[CAT7].tp, 1);
    assert_true(r.image.counts[CAT7].iou_sum == 1.0);
    pnd_pq_matcher_free(r.matcher);
    expect_failure(&s, PND_PQ_CORRECTED, PND_EMISMATCH,
                   "frame: prediction is 8x8, ground truth 8x1");
}

static void gt_json_area_too_small(void **state)
{
    (void)state;
    scene s = base_scene();
    s.gt.segments[0].area = 4; /* 12 / (12 + 4 - 12) */
    run r = match(&s, PND_PQ_STRICT);
    assert_true(r.image.counts[CAT1].iou_sum == 3.0);
    assert_int_equal(r.image.deviations[PND_PQ_GT_AREA_DIFFERS], 1);
    assert_int_equal(r.image.deviations[PND_PQ_IOU_ABOVE_ONE], 1);
    pnd_pq_matcher_free(r.matcher);
    expect(&s, PND_PQ_CORRECTED, base_1, none, base_7, PND_PQ_GT_AREA_DIFFERS);
}

static void gt_area_union_zero(void **state)
{
    (void)state;
    scene s = base_scene();
    s.gt.segments[0].area = 0; /* 12 / (12 + 0 - 12) */
    run r = match(&s, PND_PQ_STRICT);
    assert_int_equal(r.image.counts[CAT1].tp, 1);
    assert_true(isinf(r.image.counts[CAT1].iou_sum));
    pnd_pq_matcher_free(r.matcher);
    expect(&s, PND_PQ_CORRECTED, base_1, none, base_7, PND_PQ_GT_AREA_DIFFERS);
}

static void no_area_in_gt(void **state)
{
    (void)state;
    scene s = base_scene();
    s.gt.segments[0].area = PND_PQ_NO_AREA;
    expect_failure(&s, PND_PQ_STRICT, PND_EFORMAT, "frame: ground truth: segment 1 has no area");
    expect(&s, PND_PQ_CORRECTED, base_1, none, base_7, PND_PQ_N_DEVIATIONS);
}

/* As the reference: nobody asks for the area of a segment that meets no prediction of its kind. */
static void no_area_in_gt_where_nobody_asks(void **state)
{
    (void)state;
    scene s = base_scene();
    s.gt.segments[0].area = PND_PQ_NO_AREA;
    s.pred.segments[0].category_id = 2;
    expect(&s, PND_PQ_STRICT, (expected){0, 0, 1, 0}, (expected){0, 1, 0, 0}, base_7,
           PND_PQ_N_DEVIATIONS);
}

static void iscrowd_in_pred_ignored(void **state)
{
    (void)state;
    scene s = base_scene();
    s.pred.segments[0].is_crowd = true;
    expect_both(&s, base_1, none, base_7);
}

/* Its pixels are neither a segment nor void, so the prediction on them is wrong. */
static void gt_png_id_not_in_json(void **state)
{
    (void)state;
    scene s = base_scene();
    s.gt.segments[0] = s.gt.segments[1];
    s.gt.n = 1;
    expect(&s, PND_PQ_STRICT, (expected){0, 1, 0, 0}, none, base_7, PND_PQ_GT_ID_NOT_IN_TABLE);
    expect_failure(&s, PND_PQ_CORRECTED, PND_EMISMATCH,
                   "frame: ground truth: segment 1 in the PNG and not in the JSON");
}

static void gt_json_id_not_in_png_fn(void **state)
{
    (void)state;
    scene s = base_scene();
    list(&s.gt, 77, 2, 5, false);
    expect(&s, PND_PQ_STRICT, base_1, (expected){0, 0, 1, 0}, base_7, PND_PQ_GT_ID_NOT_IN_PIXELS);
    expect_failure(&s, PND_PQ_CORRECTED, PND_EMISMATCH,
                   "frame: ground truth: segment 77 in the JSON and not in the PNG");
}

/* The reference counts a false negative under 42 and never reports it. */
static void gt_unknown_category_counted_not_reported(void **state)
{
    (void)state;
    scene s = base_scene();
    list(&s.gt, 77, 42, 1, false);
    paint(&s.gt, 0, 1, 7, 8, 77);
    expect(&s, PND_PQ_STRICT, base_1, none, base_7, PND_PQ_GT_CATEGORY_UNKNOWN);
    expect_failure(&s, PND_PQ_CORRECTED, PND_EINVAL,
                   "frame: ground truth: segment 77 (category 42) of a category the ground truth "
                   "does not have");
}

static void gt_segment_id_0_in_json(void **state)
{
    (void)state;
    scene s = base_scene();
    list(&s.gt, 0, 2, 16, false);
    expect(&s, PND_PQ_STRICT, base_1, (expected){0, 0, 1, 0}, base_7, PND_PQ_GT_ZERO_ID);
    expect_failure(&s, PND_PQ_CORRECTED, PND_EINVAL,
                   "frame: ground truth: segment 0 listed, and 0 is void");
}

/* Segment 0 of the prediction lies on void with 16 of its 20 px: ignored, no false positive. */
static void pred_json_has_id_0(void **state)
{
    (void)state;
    scene s = base_scene();
    list(&s.pred, 0, 2, PND_PQ_NO_AREA, false);
    expect(&s, PND_PQ_STRICT, base_1, none, base_7, PND_PQ_PRED_ZERO_ID);
    expect_failure(&s, PND_PQ_CORRECTED, PND_EINVAL,
                   "frame: prediction: segment 0 listed, and 0 is void");
}

/* 4 rows of 8: crowds 5 and 6 on columns 0-1 and 2-3, void on the right; one predicted segment. */
static scene crowd_scene(int32_t x0, int32_t x1)
{
    scene s = empty_scene(8, 4);
    paint(&s.gt, 0, 2, 0, 4, 5);
    paint(&s.gt, 2, 4, 0, 4, 6);
    list(&s.gt, 5, 1, 8, true);
    list(&s.gt, 6, 1, 8, true);
    paint(&s.pred, x0, x1, 0, 4, 10);
    list(&s.pred, 10, 1, PND_PQ_NO_AREA, false);
    return s;
}

static void two_crowds_same_cat_pred_on_first_fp(void **state)
{
    (void)state;
    const scene s = crowd_scene(0, 2);
    expect(&s, PND_PQ_STRICT, (expected){0, 1, 0, 0}, none, none, PND_PQ_GT_SEVERAL_CROWDS);
    expect(&s, PND_PQ_CORRECTED, none, none, none, PND_PQ_GT_SEVERAL_CROWDS);
}

static void two_crowds_same_cat_pred_on_last_ignored(void **state)
{
    (void)state;
    const scene s = crowd_scene(2, 4);
    expect(&s, PND_PQ_STRICT, none, none, none, PND_PQ_GT_SEVERAL_CROWDS);
    expect(&s, PND_PQ_CORRECTED, none, none, none, PND_PQ_GT_SEVERAL_CROWDS);
}

/* "Last" is the order of the file, not of the ids. */
static void two_crowds_listed_backwards(void **state)
{
    (void)state;
    scene s = crowd_scene(2, 4);
    const pnd_segment first = s.gt.segments[0];
    s.gt.segments[0] = s.gt.segments[1];
    s.gt.segments[1] = first;
    expect(&s, PND_PQ_STRICT, (expected){0, 1, 0, 0}, none, none, PND_PQ_GT_SEVERAL_CROWDS);
}

/* Half on one crowd, half on the other: only together are they more than half. */
static void two_crowds_are_summed_when_corrected(void **state)
{
    (void)state;
    const scene s = crowd_scene(0, 4);
    expect(&s, PND_PQ_STRICT, (expected){0, 1, 0, 0}, none, none, PND_PQ_GT_SEVERAL_CROWDS);
    expect(&s, PND_PQ_CORRECTED, none, none, none, PND_PQ_GT_SEVERAL_CROWDS);
}

/* 4 rows of 8: stuff 300 on columns 0-3 (16 px), void on 4-7; a predicted segment on [x0, x1). */
static scene void_scene(int32_t x0, int32_t x1, int32_t category)
{
    scene s = empty_scene(8, 4);
    paint(&s.gt, 0, 4, 0, 4, 300);
    list(&s.gt, 300, 7, 16, false);
    paint(&s.pred, x0, x1, 0, 4, 10);
    list(&s.pred, 10, category, PND_PQ_NO_AREA, false);
    return s;
}

static void pred_exactly_half_void_fp(void **state)
{
    (void)state;
    const scene s = void_scene(2, 6, 1);
    expect_both(&s, (expected){0, 1, 0, 0}, none, (expected){0, 0, 1, 0});
}

static void pred_two_thirds_void_ignored(void **state)
{
    (void)state;
    const scene s = void_scene(3, 6, 1);
    expect_both(&s, none, none, (expected){0, 0, 1, 0});
}

static void iou_exactly_half_no_match(void **state)
{
    (void)state;
    const scene s = void_scene(0, 2, 7);
    expect_both(&s, none, none, (expected){0, 1, 1, 0});
}

/* 16 / (32 + 16 - 16 - 16) */
static void void_discount_pred_covers_gt_and_all_void_iou_1(void **state)
{
    (void)state;
    const scene s = void_scene(0, 8, 7);
    expect_both(&s, none, none, (expected){1, 0, 0, 1.0});
}

/* 12 / (12 + 16 - 12): predicted void takes nothing from the ground truth's area. */
static void pred_void_over_gt_counts_in_gt_area(void **state)
{
    (void)state;
    const scene s = void_scene(0, 3, 7);
    expect_both(&s, none, none, (expected){1, 0, 0, .75});
}

static void stuff_crowd_in_gt(void **state)
{
    (void)state;
    scene s = void_scene(0, 4, 7);
    s.gt.segments[0].is_crowd = true;
    expect_both(&s, none, none, none);
}

/* The reference divides by zero; here the score is undefined. */
static void empty_both_has_no_score(void **state)
{
    (void)state;
    const scene s = empty_scene(8, 8);
    expect_both(&s, none, none, none);
    const pnd_pq_count counts[N_CATEGORIES] = {{0}};
    for (int group = PND_PQ_ALL; group <= PND_PQ_STUFF; group++) {
        const pnd_pq_score score =
            pnd_pq_average(counts, categories, N_CATEGORIES, (pnd_pq_group)group);
        assert_true(isnan(score.pq) && isnan(score.sq) && isnan(score.rq));
        assert_int_equal(score.n_categories, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base),
        cmocka_unit_test(base_api_averages_leave_the_absent_category_out),
        cmocka_unit_test(png_id_55_not_in_json),
        cmocka_unit_test(json_id_not_in_png),
        cmocka_unit_test(unknown_cat),
        cmocka_unit_test(unknown_cat_and_id_not_in_png),
        cmocka_unit_test(dup_pred_ids_last_wins),
        cmocka_unit_test(size_mismatch),
        cmocka_unit_test(transposed_broadcastable_1xn),
        cmocka_unit_test(gt_json_area_too_small),
        cmocka_unit_test(gt_area_union_zero),
        cmocka_unit_test(no_area_in_gt),
        cmocka_unit_test(no_area_in_gt_where_nobody_asks),
        cmocka_unit_test(iscrowd_in_pred_ignored),
        cmocka_unit_test(gt_png_id_not_in_json),
        cmocka_unit_test(gt_json_id_not_in_png_fn),
        cmocka_unit_test(gt_unknown_category_counted_not_reported),
        cmocka_unit_test(gt_segment_id_0_in_json),
        cmocka_unit_test(pred_json_has_id_0),
        cmocka_unit_test(two_crowds_same_cat_pred_on_first_fp),
        cmocka_unit_test(two_crowds_same_cat_pred_on_last_ignored),
        cmocka_unit_test(two_crowds_listed_backwards),
        cmocka_unit_test(two_crowds_are_summed_when_corrected),
        cmocka_unit_test(pred_exactly_half_void_fp),
        cmocka_unit_test(pred_two_thirds_void_ignored),
        cmocka_unit_test(iou_exactly_half_no_match),
        cmocka_unit_test(void_discount_pred_covers_gt_and_all_void_iou_1),
        cmocka_unit_test(pred_void_over_gt_counts_in_gt_area),
        cmocka_unit_test(stuff_crowd_in_gt),
        cmocka_unit_test(empty_both_has_no_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
