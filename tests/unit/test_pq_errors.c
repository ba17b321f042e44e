/* SPDX-License-Identifier: Apache-2.0 */
/* Types of errors, each by hand; 24 and 26 are things, 7 is stuff. */
#include "pq_scene.h"

#include <panodepth/pq_errors.h>

#include <math.h>

static const pnd_category categories[] = {{7, false}, {24, true}, {26, true}};
enum { N_CATEGORIES = 3, AT_MOST = 16, SMALL = 4 };

typedef struct found {
    pnd_pq_error items[AT_MOST];
    size_t n;
    pnd_pq_count counts[N_CATEGORIES];
    pnd_pq_error_count errors[N_CATEGORIES * PND_PQ_N_ERROR_TYPES];
} found;

static found find(const scene *s)
{
    found out;
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image image;
    pnd_pq_image_errors errors;
    pnd_error err = {0};
    const pnd_panoptic gt = view_of(&s->gt), pred = view_of(&s->pred);
    memset(&out, 0, sizeof out);
    pnd_assert_ok(
        pnd_pq_matcher_create(&matcher, categories, N_CATEGORIES, PND_PQ_CORRECTED, &err));
    pnd_assert_ok(pnd_pq_match(&image, matcher, &gt, &pred, "scene", &err));
    pnd_assert_ok(pnd_pq_find_errors(&errors, matcher, SMALL, &err));
    assert_true(errors.n <= AT_MOST);
    pnd_pq_add(out.counts, &image);
    pnd_pq_add_errors(out.errors, &errors);
    out.n = errors.n;
    if (errors.n > 0)
        memcpy(out.items, errors.items, errors.n * sizeof *errors.items);
    pnd_pq_matcher_free(matcher);
    return out;
}

static void add_gt(scene *s, int32_t x0, int32_t x1, int32_t y0, int32_t y1, uint32_t id)
{
    paint(&s->gt, x0, x1, y0, y1, id);
    list(&s->gt, id, (int32_t)(id / 1000), PND_PQ_NO_AREA, false);
}

static void add_pred(scene *s, int32_t x0, int32_t x1, int32_t y0, int32_t y1, uint32_t id)
{
    paint(&s->pred, x0, x1, y0, y1, id);
    list(&s->pred, id, (int32_t)(id / 1000), PND_PQ_NO_AREA, false);
}

static void assert_error(const pnd_pq_error *error, pnd_pq_error_type type, bool is_fp, uint32_t id,
                         uint32_t partner)
{
    assert_string_equal(pnd_pq_error_name(error->type), pnd_pq_error_name(type));
    assert_int_equal(error->is_false_positive, is_fp);
    assert_int_equal(error->id, id);
    assert_int_equal(error->has_partner, partner != 0);
    assert_int_equal(error->partner_id, partner);
}

static void a_perfect_image_has_no_error(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 8, 0, 8, 7000);
    s.pred = s.gt;
    assert_int_equal(find(&s).n, 0);
}

/* A person of 16 px called a car of 14 px: IoU 14 / 16. */
static void a_segment_of_another_class_is_wrong_class_on_both_sides(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 4, 0, 4, 24001);
    add_pred(&s, 0, 4, 0, 4, 26005);
    paint(&s.pred, 0, 2, 0, 1, 0);
    const found out = find(&s);
    assert_int_equal(out.n, 2);
    assert_error(&out.items[0], PND_PQ_WRONG_CLASS, false, 24001, 26005);
    assert_error(&out.items[1], PND_PQ_WRONG_CLASS, true, 26005, 24001);
    assert_true(out.items[0].iou == 14.0 / 16.0);
    assert_true(isnan(out.items[1].iou));
}

/* IoU of exactly one half names nothing: 8 of 16 px. The rest of the person is void in the
 * prediction, but not more of it than under the car. */
static void half_an_overlap_is_not_wrong_class(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 4, 0, 4, 24001);
    add_pred(&s, 0, 2, 0, 4, 26005);
    const found out = find(&s);
    assert_int_equal(out.n, 2);
    assert_error(&out.items[0], PND_PQ_OTHER_ERROR, false, 24001, 0);
    assert_error(&out.items[1], PND_PQ_OTHER_ERROR, true, 26005, 0);
}

/* 32 px as 16 + 12 px, 4 px lost: neither has IoU > .5, together they cover 28 / 32. */
static void a_segment_in_two_parts_is_split(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 8, 0, 4, 24001);
    add_pred(&s, 0, 4, 0, 4, 24001);
    add_pred(&s, 4, 7, 0, 4, 24002);
    const found out = find(&s);
    assert_int_equal(out.n, 3);
    assert_error(&out.items[0], PND_PQ_SPLIT, false, 24001, 0);
    assert_error(&out.items[1], PND_PQ_SPLIT, true, 24001, 24001);
    assert_error(&out.items[2], PND_PQ_SPLIT, true, 24002, 24001);
    assert_true(out.items[0].iou == 28.0 / 32.0);
}

/* The larger part (20 of 32 px) matches; the other one is a false positive and still a split. */
static void a_second_part_beside_a_match_is_split(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 8, 0, 4, 24001);
    add_pred(&s, 0, 5, 0, 4, 24001);
    add_pred(&s, 5, 8, 0, 4, 24002);
    const found out = find(&s);
    assert_int_equal(out.counts[1].tp, 1);
    assert_int_equal(out.n, 1);
    assert_error(&out.items[0], PND_PQ_SPLIT, true, 24002, 24001);
}

/* Two of 16 px under one prediction of 32: the split with the images exchanged. */
static void two_segments_in_one_are_merged(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 4, 0, 4, 24001);
    add_gt(&s, 4, 8, 0, 4, 24002);
    add_pred(&s, 0, 8, 0, 4, 24009);
    paint(&s.pred, 0, 1, 0, 4, 0); /* 12 of the first's 16 px remain */
    const found out = find(&s);
    assert_int_equal(out.counts[1].tp, 1); /* 16 / 28 */
    assert_int_equal(out.n, 1);
    assert_error(&out.items[0], PND_PQ_MERGED, false, 24001, 24009);
    assert_true(out.items[0].iou == 12.0 / 16.0);
    paint(&s.pred, 0, 1, 0, 4, 24009); /* now neither has IoU > .5 */
    const found both = find(&s);
    assert_int_equal(both.n, 3);
    assert_error(&both.items[0], PND_PQ_MERGED, false, 24001, 24009);
    assert_error(&both.items[1], PND_PQ_MERGED, false, 24002, 24009);
    assert_error(&both.items[2], PND_PQ_MERGED, true, 24009, 0);
}

/* Persons on a car are no merge: the classes differ. And pieces must fill half of the whole. */
static void small_segments_in_a_large_one_are_not_merged(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 2, 0, 2, 24001);
    add_gt(&s, 4, 6, 0, 2, 24002);
    add_gt(&s, 0, 8, 2, 8, 7000);
    add_pred(&s, 0, 8, 0, 8, 24001); /* 8 of its 64 - 8 px on void are persons */
    const found out = find(&s);
    assert_error(&out.items[1], PND_PQ_OTHER_ERROR, false, 24001, 0);
    assert_error(&out.items[2], PND_PQ_OTHER_ERROR, false, 24002, 0);
    assert_error(&out.items[3], PND_PQ_WRONG_CLASS, true, 24001, 7000); /* 48 / 56 of the road */
    assert_error(&out.items[0], PND_PQ_WRONG_CLASS, false, 7000, 24001);
}

/* 16 of 32 px: IoU .5 is no match, and the only mask that tried. */
static void a_mask_too_bad_to_match_is_inaccurate_on_both_sides(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 8, 0, 4, 24001);
    add_pred(&s, 0, 4, 0, 4, 24005);
    const found out = find(&s);
    assert_int_equal(out.n, 2);
    assert_error(&out.items[0], PND_PQ_INACCURATE, false, 24001, 24005);
    assert_error(&out.items[1], PND_PQ_INACCURATE, true, 24005, 24001);
    assert_true(isnan(out.items[0].iou)); /* the SQ of its category, once fixed */
}

/* 2 of 20 px are a tenth; with one pixel more, less. The road keeps void from having the rest. */
static void a_mask_below_a_tenth_is_no_attempt(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 8, 2, 8, 7000);
    add_gt(&s, 0, 8, 0, 2, 24001); /* 16 px */
    add_pred(&s, 0, 8, 0, 8, 7000);
    add_pred(&s, 6, 8, 1, 4, 24005); /* 6 px, 2 of them on it */
    const found tenth = find(&s);
    assert_int_equal(tenth.n, 2);
    assert_error(&tenth.items[0], PND_PQ_INACCURATE, false, 24001, 24005);
    paint(&s.pred, 5, 6, 3, 4, 24005);
    const found less = find(&s);
    assert_int_equal(less.n, 2);
    assert_error(&less.items[0], PND_PQ_OTHER_ERROR, false, 24001, 0);
    assert_error(&less.items[1], PND_PQ_OTHER_ERROR, true, 24005, 0);
}

/* A prediction of 14 px with 8 px of one person, IoU 8 / 22, and 6 of another, 6 / 24: it is bad at
 * the first, and the second has nobody. Equal overlaps go to the lower id. */
static void a_bad_mask_belongs_to_one_segment(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 4, 0, 4, 24002);
    add_gt(&s, 4, 8, 0, 4, 24001);
    add_pred(&s, 2, 4, 0, 4, 24009);
    paint(&s.pred, 4, 6, 0, 3, 24009);
    const found out = find(&s);
    assert_int_equal(out.n, 3);
    assert_error(&out.items[0], PND_PQ_VOID_CONFUSED, false, 24001, 0);
    assert_error(&out.items[1], PND_PQ_INACCURATE, false, 24002, 24009);
    assert_error(&out.items[2], PND_PQ_INACCURATE, true, 24009, 24002);
    paint(&s.pred, 4, 6, 3, 4, 24009); /* 8 and 8 */
    const found equal = find(&s);
    assert_error(&equal.items[0], PND_PQ_INACCURATE, false, 24001, 24009);
    assert_error(&equal.items[1], PND_PQ_OTHER_ERROR, false, 24002, 0);
    assert_error(&equal.items[2], PND_PQ_INACCURATE, true, 24009, 24001);
}

/* 15 of 16 px are void in the prediction; and a prediction of 16 px has 8 on void (not more than
 * half: a false positive), 7 and 1 on segments. */
static void void_that_has_most_of_a_segment_is_void_confused(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 4, 0, 4, 24001);
    add_pred(&s, 0, 1, 0, 1, 24001);
    const found missed = find(&s);
    assert_int_equal(missed.n, 2);
    assert_error(&missed.items[0], PND_PQ_VOID_CONFUSED, false, 24001, 0);
    assert_error(&missed.items[1], PND_PQ_OTHER_ERROR, true, 24001, 0);
    s = empty_scene(8, 8);
    add_gt(&s, 0, 8, 4, 8, 7000);
    add_gt(&s, 0, 1, 4, 5, 24001);
    add_pred(&s, 0, 8, 5, 8, 7000);
    add_pred(&s, 0, 4, 2, 4, 26001);
    paint(&s.pred, 0, 8, 4, 5, 26001);
    const found invented = find(&s);
    assert_int_equal(invented.n, 2);
    assert_error(&invented.items[0], PND_PQ_MISSED_SMALL, false, 24001, 0);
    assert_error(&invented.items[1], PND_PQ_VOID_CONFUSED, true, 26001, 0);
}

/* 3 px under the road are small (SMALL is 4), 4 px are not. */
static void a_small_segment_without_another_reason_is_missed_small(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 8, 0, 8, 7000);
    add_gt(&s, 0, 3, 0, 1, 24001);
    add_gt(&s, 0, 4, 4, 5, 24002);
    add_pred(&s, 0, 8, 0, 8, 7000);
    const found out = find(&s);
    assert_int_equal(out.n, 2);
    assert_error(&out.items[0], PND_PQ_MISSED_SMALL, false, 24001, 0);
    assert_error(&out.items[1], PND_PQ_OTHER_ERROR, false, 24002, 0);
}

/* A crowd is neither missed nor merged, and what it excuses is no error. */
static void crowds_and_excused_predictions_are_no_errors(void **state)
{
    (void)state;
    scene s = empty_scene(8, 8);
    add_gt(&s, 0, 4, 0, 8, 24);
    s.gt.segments[0].category_id = 24;
    s.gt.segments[0].is_crowd = true;
    add_pred(&s, 0, 4, 0, 4, 24001);
    add_pred(&s, 4, 8, 0, 4, 26001); /* wholly on void */
    assert_int_equal(find(&s).n, 0);
}

/* 24: TP of IoU 1, a split (FN with 28 / 32 once fixed, 2 FP). 1 / (1 + 1 + .5) = .4 becomes
 * (1 + .875) / 2. Then a missed one more: the SQ of the set, here 1. */
static void a_fixed_type_gives_back_what_it_cost(void **state)
{
    (void)state;
    scene s = empty_scene(8, 12);
    add_gt(&s, 0, 8, 0, 4, 24001);
    add_gt(&s, 0, 8, 4, 6, 24002);
    add_pred(&s, 0, 4, 0, 4, 24001);
    add_pred(&s, 4, 7, 0, 4, 24002);
    add_pred(&s, 0, 8, 4, 6, 24003);
    const found out = find(&s);
    assert_true(pnd_pq_category_score(&out.counts[1]).pq == 1 / 2.5);
    const pnd_pq_error_count *const person = &out.errors[1 * PND_PQ_N_ERROR_TYPES];
    const pnd_pq_count fixed = pnd_pq_fix_errors(&out.counts[1], &person[PND_PQ_SPLIT]);
    assert_int_equal(fixed.tp, 2);
    assert_int_equal(fixed.fp + fixed.fn, 0);
    assert_true(pnd_pq_category_score(&fixed).pq == 1.875 / 2);
    const pnd_pq_count same = pnd_pq_fix_errors(&out.counts[1], &person[PND_PQ_MERGED]);
    assert_true(same.iou_sum == out.counts[1].iou_sum && same.fp == 2 && same.fn == 1);
    const pnd_pq_count count = {.iou_sum = 1.5, .tp = 2, .fn = 3};
    const pnd_pq_error_count missed = {.fn = 2, .fn_without_iou = 2};
    const pnd_pq_count found_again = pnd_pq_fix_errors(&count, &missed); /* SQ .75 each */
    assert_true(found_again.iou_sum == 3.0 && found_again.tp == 4 && found_again.fn == 1);
}

/* Every inaccurate prediction has its segment, which names it. */
static void assert_mutual(const found *out)
{
    for (size_t i = 0; i < out->n; i++) {
        const pnd_pq_error *const p = &out->items[i];
        bool answered = false;
        if (p->type != PND_PQ_INACCURATE || !p->is_false_positive)
            continue;
        for (size_t k = 0; k < out->n; k++) {
            const pnd_pq_error *const g = &out->items[k];
            answered |= !g->is_false_positive && g->type == PND_PQ_INACCURATE &&
                        g->category == p->category && g->id == p->partner_id &&
                        g->partner_id == p->id;
        }
        assert_true(answered);
    }
}

static uint32_t random_below(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 16) % n;
}

static side random_side(uint32_t *seed)
{
    side out;
    memset(&out, 0, sizeof out);
    out.width = out.height = 12;
    const uint32_t ids[6] = {7000, 24001, 24002, 24003, 26001, 26002};
    for (int i = 0; i < 14; i++) {
        const int32_t x = (int32_t)random_below(seed, 10), y = (int32_t)random_below(seed, 10);
        const int32_t w = 1 + (int32_t)random_below(seed, 7),
                      h = 1 + (int32_t)random_below(seed, 7);
        const uint32_t which = random_below(seed, 7);
        paint(&out, x, x + w < 12 ? x + w : 12, y, y + h < 12 ? y + h : 12,
              which == 6 ? 0 : ids[which]);
    }
    for (int k = 0; k < 6; k++) {
        bool seen = false;
        for (size_t p = 0; p < sizeof out.ids / sizeof *out.ids; p++)
            seen |= out.ids[p] == ids[k];
        if (seen)
            list(&out, ids[k], (int32_t)(ids[k] / 1000), PND_PQ_NO_AREA,
                 ids[k] == 26002 && random_below(seed, 2) == 0);
    }
    return out;
}

/* 5000 random images: as many errors as false negatives and false positives, none twice, wrong
 * classes in pairs where the prediction counts, and the price of a type never negative. */
static void every_error_has_exactly_one_type(void **state)
{
    uint32_t seed = 7;
    int64_t seen[PND_PQ_N_ERROR_TYPES] = {0};
    (void)state;
    for (int round = 0; round < 5000; round++) {
        scene s = {random_side(&seed), random_side(&seed)};
        const found out = find(&s);
        int64_t wrong = 0;
        assert_mutual(&out);
        for (size_t i = 1; i < out.n; i++) {
            const pnd_pq_error *const a = &out.items[i - 1], *const b = &out.items[i];
            assert_true(a->is_false_positive < b->is_false_positive ||
                        (a->is_false_positive == b->is_false_positive && a->id < b->id));
        }
        for (size_t c = 0; c < N_CATEGORIES; c++) {
            int64_t fn = 0, fp = 0;
            for (int t = 0; t < PND_PQ_N_ERROR_TYPES; t++) {
                const pnd_pq_error_count *const e = &out.errors[(int)c * PND_PQ_N_ERROR_TYPES + t];
                fn += e->fn;
                fp += e->fp;
                seen[t] += e->fn + e->fp;
                wrong += t == PND_PQ_WRONG_CLASS ? e->fn - e->fp : 0;
                assert_true(e->iou_sum <= (double)(e->fn - e->fn_without_iou));
                const pnd_pq_count fixed = pnd_pq_fix_errors(&out.counts[c], e);
                assert_false(pnd_pq_category_score(&fixed).pq <
                             pnd_pq_category_score(&out.counts[c]).pq);
            }
            assert_int_equal(fn, out.counts[c].fn);
            assert_int_equal(fp, out.counts[c].fp);
        }
        assert_true(wrong >= 0);
    }
    for (int t = 0; t < PND_PQ_N_ERROR_TYPES; t++)
        assert_true(seen[t] > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_perfect_image_has_no_error),
        cmocka_unit_test(a_segment_of_another_class_is_wrong_class_on_both_sides),
        cmocka_unit_test(half_an_overlap_is_not_wrong_class),
        cmocka_unit_test(a_segment_in_two_parts_is_split),
        cmocka_unit_test(a_second_part_beside_a_match_is_split),
        cmocka_unit_test(two_segments_in_one_are_merged),
        cmocka_unit_test(small_segments_in_a_large_one_are_not_merged),
        cmocka_unit_test(a_mask_too_bad_to_match_is_inaccurate_on_both_sides),
        cmocka_unit_test(a_mask_below_a_tenth_is_no_attempt),
        cmocka_unit_test(a_bad_mask_belongs_to_one_segment),
        cmocka_unit_test(void_that_has_most_of_a_segment_is_void_confused),
        cmocka_unit_test(a_small_segment_without_another_reason_is_missed_small),
        cmocka_unit_test(crowds_and_excused_predictions_are_no_errors),
        cmocka_unit_test(a_fixed_type_gives_back_what_it_cost),
        cmocka_unit_test(every_error_has_exactly_one_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
