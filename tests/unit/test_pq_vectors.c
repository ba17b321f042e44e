/* SPDX-License-Identifier: Apache-2.0 */
/* Worked examples that other projects publish for the same metric, re-encoded as ids and tables. */
#include "pq_scene.h"

/* An image as rows of "category + instance" codes; 0 is void. Unlisted codes get no record. */
static side encode(const uint32_t *codes, int32_t width, int32_t height, uint32_t unlisted)
{
    side out;
    memset(&out, 0, sizeof out);
    out.width = width;
    out.height = height;
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            const uint32_t code = codes[y * width + x];
            bool known = code == 0 || code == unlisted;
            for (size_t i = 0; i < out.n; i++)
                known |= out.segments[i].id == code;
            if (!known)
                list(&out, code, (int32_t)(code / 10), PND_PQ_NO_AREA, false);
            out.ids[y * SCENE_SIDE + x] = code;
        }
    for (size_t i = 0; i < out.n; i++) {
        out.segments[i].area = 0;
        for (size_t p = 0; p < sizeof out.ids / sizeof *out.ids; p++)
            out.segments[i].area += out.ids[p] == out.segments[i].id;
    }
    return out;
}

typedef struct outcome {
    pnd_pq_count counts[8];
    pnd_pq_dagger dagger[8];
} outcome;

static outcome match(const scene *s, const pnd_category *categories, size_t n, pnd_pq_parity parity)
{
    outcome out = {0};
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image image;
    pnd_error err = {0};
    const pnd_panoptic gt = view_of(&s->gt), pred = view_of(&s->pred);
    pnd_assert_ok(pnd_pq_matcher_create(&matcher, categories, n, parity, &err));
    pnd_assert_ok(pnd_pq_match(&image, matcher, &gt, &pred, "example", &err));
    memcpy(out.counts, image.counts, n * sizeof *image.counts);
    pnd_pq_add_dagger(out.dagger, &image);
    pnd_pq_matcher_free(matcher);
    return out;
}

/* hotcoco crates/hotcoco/tests/panoptic.rs, worked example: PQ .875, things .75, stuff 1. */
static void hotcoco_worked_example(void **state)
{
    (void)state;
    const pnd_category categories[] = {{10, true}, {20, false}};
    scene s = empty_scene(8, 8);
    paint(&s.gt, 0, 4, 0, 4, 1);
    paint(&s.gt, 4, 8, 0, 8, 2);
    list(&s.gt, 1, 10, 16, false);
    list(&s.gt, 2, 20, 32, false);
    paint(&s.pred, 1, 5, 0, 4, 7);
    paint(&s.pred, 1, 3, 5, 7, 9);
    paint(&s.pred, 4, 8, 0, 8, 8);
    list(&s.pred, 7, 10, 0, false);
    list(&s.pred, 8, 20, 0, false);
    list(&s.pred, 9, 10, 0, false); /* wholly on void: ignored */
    const outcome out = match(&s, categories, 2, PND_PQ_CORRECTED);
    assert_int_equal(out.counts[0].tp, 1);
    assert_int_equal(out.counts[0].fp, 0);
    assert_true(out.counts[0].iou_sum == .75);
    assert_true(pnd_pq_average(out.counts, categories, 2, PND_PQ_ALL).pq == .875);
    assert_true(pnd_pq_average(out.counts, categories, 2, PND_PQ_THINGS).pq == .75);
    assert_true(pnd_pq_average(out.counts, categories, 2, PND_PQ_STUFF).pq == 1.0);
}

/* hotcoco, the same file: crowd on the left half; 7 on it, 9 half on it and half on void; 8 covers
 * segment 2 and 4 px of void: 4 / (8 + 4 - 4 - 4) = 1. */
static void hotcoco_crowd_and_void(void **state)
{
    (void)state;
    const pnd_category category = {10, true};
    scene s = empty_scene(8, 4);
    paint(&s.gt, 0, 4, 0, 4, 1);
    paint(&s.gt, 6, 8, 0, 2, 2);
    list(&s.gt, 1, 10, 16, true);
    list(&s.gt, 2, 10, 4, false);
    paint(&s.pred, 0, 4, 0, 3, 7);
    paint(&s.pred, 6, 8, 0, 4, 8);
    paint(&s.pred, 2, 6, 3, 4, 9);
    for (uint32_t id = 7; id <= 9; id++)
        list(&s.pred, id, 10, 0, false);
    const outcome out = match(&s, &category, 1, PND_PQ_CORRECTED);
    assert_int_equal(out.counts[0].tp, 1);
    assert_int_equal(out.counts[0].fp, 0);
    assert_int_equal(out.counts[0].fn, 0);
    assert_true(out.counts[0].iou_sum == 1.0);
}

/* deeplab2 evaluation/panoptic_quality_test.py, 3x3 with an ignored label: pq 2/9, sq 1/3, rq 2/9,
 * 1 true positive, 2 false negatives, 2 false positives. Codes are 10 class + instance + 1 with
 * class 0 as 4; (9, 2) of the ground truth is neither void nor listed. */
static void deeplab2_ignored_label(void **state)
{
    (void)state;
    enum { IGNORED = 93 };
    const pnd_category categories[] = {{4, true}, {1, true}, {2, true}};
    const uint32_t gt[] = {41, IGNORED, IGNORED, 12, 21, 21, 12, 0, 0};
    const uint32_t pred[] = {41, 41, 0, 11, 12, 12, 11, 0, 0};
    scene s;
    s.gt = encode(gt, 3, 3, IGNORED);
    s.pred = encode(pred, 3, 3, 0);
    const outcome out = match(&s, categories, 3, PND_PQ_STRICT);
    const pnd_pq_score all = pnd_pq_average(out.counts, categories, 3, PND_PQ_ALL);
    pnd_assert_close(all.pq, 2.0 / 9, 1e-15);
    pnd_assert_close(all.sq, 1.0 / 3, 1e-15);
    pnd_assert_close(all.rq, 2.0 / 9, 1e-15);
    assert_int_equal(out.counts[0].tp + out.counts[1].tp + out.counts[2].tp, 1);
    assert_int_equal(out.counts[0].fn + out.counts[1].fn + out.counts[2].fn, 2);
    assert_int_equal(out.counts[0].fp + out.counts[1].fp + out.counts[2].fp, 2);
}

/* torchmetrics uses categories 0, 1 (things) and 6, 7 (stuff); 0 is 2 here. */
static const pnd_category torchmetrics_categories[] = {
    {2, true}, {1, true}, {6, false}, {7, false}};

/* torchmetrics tests/unittests/detection/test_panoptic_quality.py: .7753; panopticapi prints
 * 0.7752976190476191 for the same pixels. */
static void torchmetrics_5x5(void **state)
{
    (void)state;
    const uint32_t pred[] = {61, 21, 61, 61, 22, 21, 21, 61, 22, 22, 21, 21, 61,
                             22, 11, 21, 71, 61, 11, 11, 21, 71, 71, 71, 71};
    const uint32_t gt[] = {61, 61, 61, 61, 21, 22, 22, 61, 21, 21, 22, 22, 61,
                           11, 11, 22, 71, 71, 11, 11, 22, 71, 71, 71, 71};
    scene s;
    s.gt = encode(gt, 5, 5, 0);
    s.pred = encode(pred, 5, 5, 0);
    for (int parity = PND_PQ_CORRECTED; parity <= PND_PQ_STRICT; parity++) {
        const outcome out = match(&s, torchmetrics_categories, 4, (pnd_pq_parity)parity);
        assert_true(pnd_pq_average(out.counts, torchmetrics_categories, 4, PND_PQ_ALL).pq ==
                    0.7752976190476191);
    }
}

/* torchmetrics src/torchmetrics/detection/panoptic_qualities.py, docstring: [.5463, .6111, .6667],
 * per class [.5185, 0, .6667, 1]. */
static void torchmetrics_docstring(void **state)
{
    (void)state;
    const uint32_t pred[] = {61, 21, 61, 61, 21, 21, 61, 22, 21, 21,
                             61, 22, 21, 71, 61, 11, 21, 71, 71, 71};
    const uint32_t gt[] = {61, 22, 61, 22, 22, 22, 61, 22, 22, 22,
                           61, 11, 22, 71, 11, 11, 22, 71, 71, 71};
    scene s;
    s.gt = encode(gt, 4, 5, 0);
    s.pred = encode(pred, 4, 5, 0);
    const outcome out = match(&s, torchmetrics_categories, 4, PND_PQ_CORRECTED);
    const pnd_pq_score all = pnd_pq_average(out.counts, torchmetrics_categories, 4, PND_PQ_ALL);
    pnd_assert_close(all.pq, 0.5462962962962963, 1e-15);
    pnd_assert_close(all.sq, 0.6111111111111112, 1e-15);
    pnd_assert_close(all.rq, 0.6666666666666666, 1e-15);
    pnd_assert_close(pnd_pq_category_score(&out.counts[0]).pq, .5185, 1e-4);
    assert_true(pnd_pq_category_score(&out.counts[1]).pq == 0);
    pnd_assert_close(pnd_pq_category_score(&out.counts[2]).pq, .6667, 1e-4);
    assert_true(pnd_pq_category_score(&out.counts[3]).pq == 1);
}

/* torchmetrics ModifiedPanopticQuality, the example of its documentation: things 0 and 1 (10 and 20
 * here), stuff 6 and 7; (.8 + 1/2 + 1) / 3 = 23/30. Thing 1 lies on void: no score. */
static void torchmetrics_modified_pq(void **state)
{
    (void)state;
    const pnd_category categories[] = {{1, true}, {2, true}, {6, false}, {7, false}};
    const uint32_t pred[] = {10, 11, 60, 70, 12, 20}, target[] = {11, 10, 60, 70, 60, 0};
    scene s = {encode(target, 6, 1, 0), encode(pred, 6, 1, 0)};
    for (int parity = 0; parity < 2; parity++) {
        const outcome out = match(&s, categories, 4, (pnd_pq_parity)parity);
        const pnd_pq_mean all =
            pnd_pq_dagger_average(out.counts, out.dagger, categories, 4, PND_PQ_ALL);
        const pnd_pq_mean stuff =
            pnd_pq_dagger_average(out.counts, out.dagger, categories, 4, PND_PQ_STUFF);
        pnd_assert_close(all.pq, 23.0 / 30.0, 1e-15);
        assert_int_equal(all.n_categories, 3);
        assert_true(stuff.pq == .75);
        assert_true(out.dagger[2].iou_sum == .5 && out.dagger[2].segments == 1);
        assert_int_equal(out.dagger[0].segments, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hotcoco_worked_example), cmocka_unit_test(hotcoco_crowd_and_void),
        cmocka_unit_test(deeplab2_ignored_label), cmocka_unit_test(torchmetrics_5x5),
        cmocka_unit_test(torchmetrics_docstring), cmocka_unit_test(torchmetrics_modified_pq),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
