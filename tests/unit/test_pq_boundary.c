/* SPDX-License-Identifier: Apache-2.0 */
/* Boundary PQ by hand. In 8x8 pixels 2 % of the diagonal round to nothing: the boundary is 1 wide.
 */
#include "pq_scene.h"

#include <stdlib.h>

static const pnd_category road = {7, false};

typedef struct outcome {
    pnd_pq_count mask, boundary;
} outcome;

static outcome match(const scene *s, double ratio)
{
    outcome out = {0};
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image image;
    pnd_error err = {0};
    const pnd_panoptic gt = view_of(&s->gt), pred = view_of(&s->pred);
    pnd_assert_ok(pnd_pq_matcher_create(&matcher, &road, 1, PND_PQ_CORRECTED, &err));
    pnd_assert_ok(pnd_pq_match(&image, matcher, &gt, &pred, "scene", &err));
    out.mask = image.counts[0];
    pnd_assert_ok(pnd_pq_match_boundary(&image, matcher, &gt, &pred, ratio, "scene", &err));
    out.boundary = image.counts[0];
    assert_int_equal(image.n_matches, out.boundary.tp);
    pnd_assert_ok(pnd_pq_match(&image, matcher, &gt, &pred, "scene", &err)); /* as at first */
    assert_true(image.counts[0].iou_sum == out.mask.iou_sum);
    pnd_pq_matcher_free(matcher);
    return out;
}

/* Ground truth and prediction: the left columns of an 8x8 image; the rest is void. */
static scene columns(int32_t gt, int32_t pred)
{
    scene s = empty_scene(8, 8);
    paint(&s.gt, 0, gt, 0, 8, 1);
    paint(&s.pred, 0, pred, 0, 8, 1);
    list(&s.gt, 1, 7, PND_PQ_NO_AREA, false);
    list(&s.pred, 1, 7, PND_PQ_NO_AREA, false);
    return s;
}

/* 8 columns against 7: frames of 28 and 26 px share 6 + 7 + 7. */
static void the_smaller_of_both_ious_counts(void **state)
{
    (void)state;
    const scene s = columns(8, 7);
    const outcome out = match(&s, PND_PQ_BOUNDARY_RATIO);
    assert_true(out.mask.iou_sum == 56.0 / 64.0);
    assert_true(out.boundary.iou_sum == 20.0 / 34.0);
    assert_int_equal(out.boundary.tp, 1);
}

/* 8 columns against 5: 16 / (28 + 22 - 16) is below one half, 40 / 64 is not. */
static void a_match_of_masks_can_miss_by_its_boundary(void **state)
{
    (void)state;
    const scene s = columns(8, 5);
    const outcome out = match(&s, PND_PQ_BOUNDARY_RATIO);
    assert_int_equal(out.mask.tp, 1);
    assert_int_equal(out.boundary.tp, 0);
    assert_int_equal(out.boundary.fp, 1);
    assert_int_equal(out.boundary.fn, 1);
    assert_true(out.boundary.iou_sum == 0);
}

/* 7 columns against 8, of which the last lies on void: masks 56 / 56, boundaries 20 / (26 + 28 - 20
 * - 8). */
static void boundaries_on_void_leave_the_union(void **state)
{
    (void)state;
    const scene s = columns(7, 8);
    const outcome out = match(&s, PND_PQ_BOUNDARY_RATIO);
    assert_true(out.mask.iou_sum == 1.0);
    assert_true(out.boundary.iou_sum == 20.0 / 26.0);
}

/* .4 of the diagonal is 5 pixels: every pixel of 8 x 8 is boundary, and the IoUs are the same. */
static void a_wide_boundary_is_the_mask(void **state)
{
    (void)state;
    const scene s = columns(8, 5);
    const outcome out = match(&s, .4);
    assert_true(out.mask.iou_sum == 40.0 / 64.0);
    assert_true(out.boundary.iou_sum == out.mask.iou_sum);
}

static void the_bytes_of_a_png_give_the_same(void **state)
{
    (void)state;
    const scene s = columns(8, 7);
    const pnd_panoptic pred = view_of(&s.pred);
    pnd_panoptic gt = view_of(&s.gt);
    uint8_t rgb[8 * 8 * 3] = {0};
    for (size_t p = 0; p < 64; p++)
        rgb[3 * p] = (uint8_t)s.gt.ids[p / 8 * SCENE_SIDE + p % 8];
    gt.rgb = (pnd_view_rgb8){rgb, 8, 8, 24};
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image image;
    pnd_error err = {0};
    pnd_assert_ok(pnd_pq_matcher_create(&matcher, &road, 1, PND_PQ_CORRECTED, &err));
    pnd_assert_ok(pnd_pq_match(&image, matcher, &gt, &pred, "scene", &err));
    pnd_assert_ok(pnd_pq_match_boundary(&image, matcher, &gt, &pred, .02, "scene", &err));
    assert_true(image.counts[0].iou_sum == 20.0 / 34.0);
    pnd_pq_matcher_free(matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smaller_of_both_ious_counts),
        cmocka_unit_test(a_match_of_masks_can_miss_by_its_boundary),
        cmocka_unit_test(boundaries_on_void_leave_the_union),
        cmocka_unit_test(a_wide_boundary_is_the_mask),
        cmocka_unit_test(the_bytes_of_a_png_give_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
