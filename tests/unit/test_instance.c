/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/instance.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Class 1 is void, 2 is stuff, 3 and 4 are things. */
enum { N = 5 };
static const pnd_instance_rule rules[N] = {{false, true}, {false, true}, {0}, {true, 0}, {true, 0}};

/* A picture of one row; each test draws it with spans. */
enum { WIDTH = 1000 };
typedef struct scene {
    pnd_instance_matcher *matcher;
    uint16_t gt[WIDTH];
    uint8_t mask[WIDTH];
} scene;

static void begin(scene *s)
{
    pnd_error err = {0};
    if (s->matcher == NULL)
        pnd_assert_ok(pnd_instance_matcher_create(&s->matcher, rules, N, &err));
    const pnd_view_u16 view = {s->gt, WIDTH, 1, sizeof s->gt};
    pnd_assert_ok(pnd_instance_begin(s->matcher, view, "g", &err));
}

static void draw(scene *s, int from, int to, uint16_t value)
{
    for (int x = from; x < to; x++)
        s->gt[x] = value;
}

static void guess(scene *s, int from, int to, int32_t class_id, double confidence)
{
    pnd_error err = {0};
    memset(s->mask, 0, sizeof s->mask);
    memset(s->mask + from, 7, (size_t)(to - from));
    const pnd_view_u8 view = {s->mask, WIDTH, 1, sizeof s->mask};
    pnd_assert_ok(pnd_instance_add_mask(s->matcher, view, class_id, confidence, "m", &err));
}

static double ap_at(const scene *s, int32_t class_id, double overlap)
{
    const pnd_instance_image image = pnd_instance_end(s->matcher);
    double ap = -1;
    pnd_error err = {0};
    pnd_assert_ok(pnd_instance_ap(&ap, &image, 1, class_id, &overlap, 1, pnd_instance_all(), &err));
    return ap;
}

static pnd_instance_count count_at(const scene *s, int32_t class_id, double overlap)
{
    const pnd_instance_image image = pnd_instance_end(s->matcher);
    return pnd_instance_count_image(&image, class_id, overlap, pnd_instance_all());
}

static void assert_counts(pnd_instance_count count, int64_t tp, int64_t fp, int64_t fn)
{
    assert_int_equal(count.tp, tp);
    assert_int_equal(count.fp, fp);
    assert_int_equal(count.fn, fn);
}

static void end(scene *s)
{
    pnd_instance_matcher_free(s->matcher);
    *s = (scene){0};
}

static void the_thresholds_are_those_of_numpy(void **state)
{
    (void)state;
    double t[PND_INSTANCE_N_OVERLAPS];
    pnd_instance_overlaps(t);
    pnd_assert_close(t[0], 0.5, 0);
    pnd_assert_close(t[2], 0.6000000000000001, 0);
    pnd_assert_close(t[9], 0.9500000000000004, 0);
}

/* IoU 200 / 400 is not above 0.5; one pixel more is. */
static void a_match_is_strictly_above_the_threshold(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 300, 3001);
    begin(&s);
    guess(&s, 100, 400, 3, 0.5);
    assert_counts(count_at(&s, 3, 0.5), 0, 1, 1);
    pnd_assert_close(ap_at(&s, 3, 0.5), 0, 0);
    begin(&s);
    guess(&s, 99, 400, 3, 0.5); /* 201 / 400 */
    assert_counts(count_at(&s, 3, 0.5), 1, 0, 0);
    pnd_assert_close(ap_at(&s, 3, 0.5), 1, 0);
    end(&s);
}

/*
 * Two truths; confidences .9 (true), .8 (false), .7 (true). Points from the lowest confidence up:
 * (recall 1, precision 2/3), (1/2, 1/2), (1/2, 1), then (0, 1). Half distances of the neighbours'
 * recalls: (1 - 1/2)/2, (1 - 1/2)/2, (1/2 - 0)/2, (1/2 - 0)/2. AP = 2/3/4 + 1/8 + 1/4 + 1/4.
 */
static void ap_is_the_trapezoid_area(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 1000, 2);
    draw(&s, 0, 200, 3001);
    draw(&s, 300, 500, 3002);
    begin(&s);
    guess(&s, 0, 200, 3, 0.9);
    guess(&s, 600, 700, 3, 0.8);
    guess(&s, 300, 500, 3, 0.7);
    pnd_assert_close(ap_at(&s, 3, 0.5), 2.0 / 12 + 1.0 / 8 + 0.5, 1e-15);
    end(&s);
}

/* Equal confidences are one point: (recall 1, precision 1/2) and (0, 1): 1/2/2 + 1/2. */
static void equal_confidences_are_one_point(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 1000, 2);
    draw(&s, 0, 200, 3001);
    begin(&s);
    guess(&s, 600, 700, 3, 0.5);
    guess(&s, 0, 200, 3, 0.5);
    pnd_assert_close(ap_at(&s, 3, 0.5), 0.75, 0);
    end(&s);
}

/* The better guess is the true one, whichever comes first; the other is false at its confidence:
 * points (1, 1/2), (1, 1), (0, 1): 0 + 1/2 + 1/2. The other way round it would be 0.75. */
static void the_most_confident_of_two_guesses_is_true(void **state)
{
    (void)state;
    for (int swap = 0; swap < 2; swap++) {
        scene s = {0};
        draw(&s, 0, 200, 3001);
        begin(&s);
        guess(&s, 0, swap ? 150 : 200, 3, swap ? 0.9 : 0.3);
        guess(&s, 0, swap ? 200 : 150, 3, swap ? 0.3 : 0.9);
        assert_counts(count_at(&s, 3, 0.5), 1, 1, 0);
        pnd_assert_close(ap_at(&s, 3, 0.5), 1, 0);
        end(&s);
    }
}

/* 51 of 100 pixels on void excuse a guess, 50 do not; and void is the values 0 and 1, not 1001. */
static void a_guess_mostly_on_void_is_ignored(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 1000, 2);
    draw(&s, 300, 350, 1);
    draw(&s, 350, 400, 0);
    draw(&s, 500, 600, 1001);
    begin(&s);
    guess(&s, 251, 351, 3, 0.5);
    assert_counts(count_at(&s, 3, 0.5), 0, 0, 0);
    guess(&s, 250, 350, 3, 0.5);
    assert_counts(count_at(&s, 3, 0.5), 0, 1, 0);
    guess(&s, 500, 600, 3, 0.5);
    assert_counts(count_at(&s, 3, 0.5), 0, 2, 0);
    end(&s);
}

/* A group is no truth, and excuses guesses of its class only. */
static void a_group_excuses_its_class(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 1000, 2);
    draw(&s, 0, 300, 3);
    draw(&s, 500, 700, 3001);
    begin(&s);
    guess(&s, 0, 100, 3, 0.5);
    guess(&s, 0, 100, 4, 0.5);
    assert_counts(count_at(&s, 3, 0.5), 0, 0, 1);
    assert_counts(count_at(&s, 4, 0.5), 0, 1, 0);
    assert_true(isnan(ap_at(&s, 4, 0.5)));
    end(&s);
}

/* A guess that covers a group well matches it, and so is neither true nor false. */
static void a_match_with_a_group_is_ignored(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 1000, 2);
    draw(&s, 0, 300, 3);
    begin(&s);
    guess(&s, 0, 280, 3, 0.5);
    assert_counts(count_at(&s, 3, 0.9), 0, 0, 0);
    end(&s);
}

/* 30 of 100 pixels on a small group, which counts as group and as small: 60. On a small single
 * instance they count once. */
static void a_small_group_is_counted_twice_as_the_reference_does(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 1000, 2);
    draw(&s, 0, 30, 3);
    begin(&s);
    guess(&s, 0, 100, 3, 0.5);
    assert_counts(count_at(&s, 3, 0.5), 0, 0, 0);
    draw(&s, 0, 30, 3001);
    begin(&s);
    guess(&s, 0, 100, 3, 0.5);
    assert_counts(count_at(&s, 3, 0.5), 0, 1, 0);
    end(&s);
}

/* 99 pixels are too few to be a truth, 100 are enough. */
static void small_instances_are_no_truths(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 1000, 2);
    draw(&s, 0, 99, 3001);
    begin(&s);
    assert_counts(count_at(&s, 3, 0.5), 0, 0, 0);
    assert_true(isnan(ap_at(&s, 3, 0.5)));
    draw(&s, 0, 100, 3001);
    begin(&s);
    assert_counts(count_at(&s, 3, 0.5), 0, 0, 1);
    pnd_assert_close(ap_at(&s, 3, 0.5), 0, 0);
    end(&s);
}

/* The reference ends with an IndexError here. */
static void truths_with_ignored_guesses_only_give_0(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 1000, 0);
    draw(&s, 0, 200, 3001);
    begin(&s);
    guess(&s, 500, 600, 3, 0.9);
    assert_counts(count_at(&s, 3, 0.5), 0, 0, 1);
    pnd_assert_close(ap_at(&s, 3, 0.5), 0, 0);
    end(&s);
}

static void empty_masks_are_left_out_and_counted(void **state)
{
    (void)state;
    scene s = {0};
    draw(&s, 0, 200, 3001);
    begin(&s);
    guess(&s, 5, 5, 3, 0.9);
    const pnd_instance_image image = pnd_instance_end(s.matcher);
    assert_int_equal(image.n_guesses, 0);
    assert_int_equal(image.n_empty, 1);
    begin(&s);
    assert_int_equal(pnd_instance_end(s.matcher).n_empty, 0);
    end(&s);
}

/* The same as with masks: 3 of class 3, an empty one, one of stuff. */
static void segments_are_guesses_in_their_order(void **state)
{
    (void)state;
    scene s = {0};
    uint32_t ids[WIDTH] = {0};
    const pnd_instance_segment segments[] = {
        {70000, 3, 0.25}, {9, 3, 0.5}, {12, 2, 1}, {5, 3, 0.75}, {40, 4, 1}};
    const pnd_view_u32 view = {ids, WIDTH, 1, sizeof ids};
    pnd_error err = {0};
    draw(&s, 0, 200, 3001);
    draw(&s, 200, 400, 3002);
    for (int x = 0; x < WIDTH; x++)
        ids[x] = x < 50 ? 5 : x < 250 ? 70000 : x < 300 ? 12 : x < 400 ? 40 : 0;
    begin(&s);
    pnd_assert_ok(pnd_instance_add_segments(s.matcher, view, segments, 5, "p", &err));
    const pnd_instance_image image = pnd_instance_end(s.matcher);
    assert_int_equal(image.n_empty, 1);
    assert_int_equal(image.n_guesses, 3);
    assert_int_equal(image.guesses[0].area, 200);
    pnd_assert_close(image.guesses[0].confidence, 0.25, 0);
    assert_int_equal(image.guesses[1].area, 50);
    assert_int_equal(image.guesses[2].class_id, 4);
    assert_int_equal(image.n_overlaps, 3);
    assert_int_equal(image.overlaps[0].pixels, 150);
    assert_int_equal(image.overlaps[1].pixels, 50);
    assert_int_equal(image.overlaps[1].truth, 1);
    assert_int_equal(image.overlaps[2].guess, 1);
    end(&s);
}

static void inconsistent_input_is_named(void **state)
{
    (void)state;
    scene s = {0};
    uint32_t ids[WIDTH] = {0};
    const pnd_view_u32 view = {ids, WIDTH, 1, sizeof ids};
    const pnd_view_u32 tall = {ids, 1, WIDTH, sizeof *ids};
    const pnd_view_u8 mask = {s.mask, WIDTH / 2, 1, WIDTH / 2};
    const pnd_view_u16 gt = {s.gt, WIDTH / 2, 2, WIDTH};
    const pnd_instance_segment twice[] = {{1, 3, 1}, {1, 3, 1}}, zero[] = {{0, 3, 1}};
    pnd_error err = {0};
    begin(&s);
    pnd_assert_fails(pnd_instance_add_segments(s.matcher, view, twice, 2, "p", &err), PND_EINVAL,
                     "p: segment id 1 is listed twice");
    begin(&s);
    pnd_assert_fails(pnd_instance_add_segments(s.matcher, view, zero, 1, "p", &err), PND_EINVAL,
                     "p: segment id 0 is void");
    begin(&s);
    pnd_assert_fails(pnd_instance_add_segments(s.matcher, tall, zero, 0, "p", &err), PND_EMISMATCH,
                     "p: 1x1000 pixels, the ground truth has 1000x1");
    pnd_assert_fails(pnd_instance_add_mask(s.matcher, mask, 3, 1, "m", &err), PND_EMISMATCH,
                     "m: 500x1 pixels");
    ids[3] = 77;
    pnd_assert_fails(pnd_instance_add_segments(s.matcher, view, twice, 1, "p", &err), PND_EMISMATCH,
                     "p: segment id 77 is in the image and not in its list");
    draw(&s, WIDTH / 2 + 7, WIDTH / 2 + 9, 5001);
    pnd_assert_fails(pnd_instance_begin(s.matcher, gt, "g", &err), PND_EINVAL,
                     "g: pixel (7, 1) has the value 5001: class 5, expected 0 to 4");
    end(&s);
}

/*
 * Depths 8, 16, 32 m for samples 129, 65, 33; 1 is infinitely far, 0 no measurement. Three of four
 * pixels: 8 16 32, median 16. Four of four: 8 16 32 inf, median (16 + 32) / 2. Groups too.
 */
static void distances_are_medians_of_the_measured_pixels(void **state)
{
    static const uint16_t samples[] = {129, 0, 33, 65, 33, 65, 1, 129, 1, 1, 0, 0, 65, 65};
    static const uint16_t ids[] = {3001, 3001, 3001, 3001, 3002, 3002, 3002,
                                   3002, 3003, 3003, 3004, 3004, 3,    2};
    enum { N_PIXELS = sizeof samples / sizeof *samples };
    static double depth_m[65536];
    (void)state;
    depth_m[1] = (double)INFINITY;
    for (int p = 2; p < 65536; p++)
        depth_m[p] = 1024.0 / (p - 1);
    scene s = {0};
    pnd_error err = {0};
    memcpy(s.gt, ids, sizeof ids);
    for (int x = N_PIXELS; x < WIDTH; x++)
        s.gt[x] = 2;
    begin(&s);
    uint16_t row[WIDTH] = {0};
    memcpy(row, samples, sizeof samples);
    const pnd_view_u16 view = {row, WIDTH, 1, sizeof row};
    pnd_assert_ok(pnd_instance_measure(s.matcher, view, depth_m, "d", &err));
    const pnd_instance_image image = pnd_instance_end(s.matcher);
    assert_int_equal(image.n_truths, 5);
    assert_int_equal(image.truths[0].id, 3);
    pnd_assert_close(image.truths[0].distance_m, 16, 0);
    pnd_assert_close(image.truths[1].distance_m, 16, 0);
    pnd_assert_close(image.truths[1].density, 0.75, 0);
    pnd_assert_close(image.truths[2].distance_m, 24, 0);
    pnd_assert_close(image.truths[2].density, 1, 0);
    assert_true(isinf(image.truths[3].distance_m));
    pnd_assert_close(image.truths[3].density, 1, 0);
    assert_true(isinf(image.truths[4].distance_m));
    pnd_assert_close(image.truths[4].density, 0, 0);
    const pnd_view_u16 narrow = {row, WIDTH - 1, 1, sizeof row};
    pnd_assert_fails(pnd_instance_measure(s.matcher, narrow, depth_m, "d", &err), PND_EMISMATCH,
                     "d: 999x1, ground truth 1000x1");
    end(&s);
}

/*
 * Truths at 20 m, at 80 m, at 20 m with too few measured pixels, at 20 m with fewer than 1000
 * pixels; a guess for each, confidences .9 .8 .7 .6; and one of 1000 pixels, .95, with 600 on the
 * one at 80 m: IoU 600 / 1600, no match. Within 50 m the first alone counts, and the last guess is
 * excused: AP 1. Within 100 m two count, and the last is false: points (recall 1, precision 2/3),
 * (1/2, 1/2), (0, 0), (0, 1): 2/3/4 + 1/2/2 = 5/12. Of all, four: (1, 4/5), (3/4, 3/4), (1/2, 2/3),
 * (1/4, 1/2), (0, 0): .8/8 + .75/4 + 2/3/4 + .5/4.
 */
static void far_and_unmeasured_truths_excuse_guesses(void **state)
{
    static const pnd_instance_truth truths[] = {{3001, 3, 1200, 20, 0.9},
                                                {3002, 3, 1200, 80, 0.9},
                                                {3003, 3, 1200, 20, 0.49},
                                                {3004, 3, 500, 20, 0.9}};
    static const pnd_instance_guess guesses[] = {{3, 0.9, 1200, 0},
                                                 {3, 0.8, 1200, 0},
                                                 {3, 0.7, 1200, 0},
                                                 {3, 0.6, 500, 0},
                                                 {3, 0.95, 1000, 0}};
    static const pnd_instance_overlap overlaps[] = {
        {0, 0, 1200}, {1, 1, 1200}, {2, 2, 1200}, {3, 3, 500}, {4, 1, 600}};
    const pnd_instance_image image = {truths, guesses, overlaps, 4, 5, 5, 0};
    const pnd_instance_setting settings[] = {pnd_instance_within(50), pnd_instance_within(100),
                                             pnd_instance_all()};
    const double expected[] = {1, 5.0 / 12, 0.1 + 0.1875 + 1.0 / 6 + 0.125}, half = 0.5;
    (void)state;
    for (int i = 0; i < 3; i++) {
        double ap = -1;
        pnd_error err = {0};
        pnd_assert_ok(pnd_instance_ap(&ap, &image, 1, 3, &half, 1, settings[i], &err));
        pnd_assert_close(ap, expected[i], 1e-15);
    }
    /* The bounds belong to it: 80 m and a density of .5. */
    const pnd_instance_truth edge = {3001, 3, 1000, 80, 0.5};
    const pnd_instance_image alone = {&edge, NULL, NULL, 1, 0, 0, 0};
    assert_int_equal(pnd_instance_count_image(&alone, 3, 0.5, pnd_instance_within(80)).fn, 1);
    assert_int_equal(pnd_instance_count_image(&alone, 3, 0.5, pnd_instance_within(79)).fn, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_thresholds_are_those_of_numpy),
        cmocka_unit_test(a_match_is_strictly_above_the_threshold),
        cmocka_unit_test(ap_is_the_trapezoid_area),
        cmocka_unit_test(equal_confidences_are_one_point),
        cmocka_unit_test(the_most_confident_of_two_guesses_is_true),
        cmocka_unit_test(a_guess_mostly_on_void_is_ignored),
        cmocka_unit_test(a_group_excuses_its_class),
        cmocka_unit_test(a_match_with_a_group_is_ignored),
        cmocka_unit_test(a_small_group_is_counted_twice_as_the_reference_does),
        cmocka_unit_test(small_instances_are_no_truths),
        cmocka_unit_test(truths_with_ignored_guesses_only_give_0),
        cmocka_unit_test(empty_masks_are_left_out_and_counted),
        cmocka_unit_test(segments_are_guesses_in_their_order),
        cmocka_unit_test(inconsistent_input_is_named),
        cmocka_unit_test(distances_are_medians_of_the_measured_pixels),
        cmocka_unit_test(far_and_unmeasured_truths_excuse_guesses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
