/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include "overlay.h"

static pnd_error err;

/* 0.6 x 255 = 153. (153 x 200 + 102 x 100) / 255 = 40800 / 255 = 160 exactly. */
static void blending_is_the_rounded_weighted_mean(void **state)
{
    (void)state;
    assert_int_equal(view_alpha(0.6), 153);
    assert_int_equal(view_alpha(0.0), 0);
    assert_int_equal(view_alpha(1.0), 255);
    assert_int_equal(view_blend(100, 200, 153), 160);
    assert_int_equal(view_blend(7, 250, 0), 7);
    assert_int_equal(view_blend(7, 250, 255), 250);
    assert_int_equal(view_blend(255, 255, 153), 255);
    assert_int_equal(view_blend(0, 1, 127), 0); /* 0.498 */
    assert_int_equal(view_blend(0, 1, 128), 1); /* 0.502 */
}

static void fill(pnd_plane_rgb8 *picture, int32_t width, int32_t height, uint8_t value)
{
    pnd_assert_ok(pnd_plane_rgb8_resize(picture, width, height, &err));
    memset(picture->data, value, picture->stride * (size_t)height);
}

/* Two segments side by side, then no segment: the photograph is 100 everywhere. Segment 1 is
 * (200, 0, 50): (160, 40, 70). The hatch of segment 2 (0, 0, 0 -> 40) has period 4: x + y = 2, 3
 * are off the stripe, 4 is on it: 40 x 135/255 + 255 x 120/255 = 21.18 + 120 = 141. Unsegmented:
 * 100 x 145/255 = 56.86. */
static void segments_are_tinted_hatched_or_darkened(void **state)
{
    (void)state;
    const uint32_t index[6] = {1, 1, 2, 2, 2, 0};
    const view_paint paints[2] = {{{200, 0, 50}, true, false}, {{0, 0, 0}, false, true}};
    const view_overlay overlay = {.alpha = 153, .line_px = 0, .hatch_px = 4};
    pnd_plane_rgb8 picture = {0};
    fill(&picture, 6, 1, 100);
    view_paint_segments(&picture, (pnd_view_u32){index, 6, 1, sizeof(index)}, paints, overlay);
    const uint8_t wanted[18] = {160, 40, 70, 160, 40,  70,  40, 40, 40,
                                40,  40, 40, 141, 141, 141, 57, 57, 57};
    assert_memory_equal(picture.data, wanted, sizeof(wanted));
    pnd_plane_rgb8_clear(&picture);
}

/* Black paint, opaque: an edge pixel shows the strength of its white. 190 beside a thing, 64
 * between stuff; a line of 1 lies on the left of a border only, one of 2 on both sides. */
static void edges_are_white_and_stronger_around_things(void **state)
{
    (void)state;
    const uint32_t index[8] = {1, 1, 1, 2, 2, 2, 3, 3};
    const view_paint paints[3] = {
        {.strong_edge = false}, {.strong_edge = false}, {.strong_edge = true}};
    const pnd_view_u32 view = {index, 8, 1, sizeof(index)};
    const uint8_t thin[8] = {0, 0, 64, 0, 0, 192, 0, 0};
    const uint8_t thick[8] = {0, 0, 64, 64, 0, 192, 192, 0};
    pnd_plane_rgb8 picture = {0};
    for (int32_t line_px = 1; line_px <= 2; line_px++) {
        fill(&picture, 8, 1, 0);
        view_paint_segments(
            &picture, view, paints,
            (view_overlay){.alpha = 255, .edge_alpha = 192, .line_px = line_px, .hatch_px = 4});
        for (int x = 0; x < 8; x++)
            assert_int_equal(picture.data[3 * x], (line_px == 1 ? thin : thick)[x]);
    }
    pnd_plane_rgb8_clear(&picture);
}

static void unknown_depth_is_a_grey_that_no_map_contains(void **state)
{
    (void)state;
    const float depth[5] = {0.0f, -3.0f, NAN, 10.0f, INFINITY};
    const view_scale scale = {VIEW_SCALE_LINEAR, 10, 60, 0.15};
    view_colormap jet;
    view_colormap_init(&jet, VIEW_JET);
    pnd_plane_rgb8 picture = {0};
    fill(&picture, 5, 1, 0);
    view_paint_depth(&picture, (pnd_view_f32){depth, 5, 1, sizeof(depth)}, &jet, scale,
                     (view_overlay){.alpha = 255, .hatch_px = 2});
    const uint8_t wanted[15] = {66, 66, 66, 38, 38, 38, 66, 66, 66, 128, 0, 0, 0, 0, 128};
    assert_memory_equal(picture.data, wanted, sizeof(wanted));
    pnd_plane_rgb8_clear(&picture);
}

/* 4x2 to 2x1: (10 + 20 + 30 + 41) / 4 = 25.25 and (0 + 1 + 1 + 0) / 4 = 0.5, which rounds up.
 * 3x1 to 2x1: the middle pixel belongs to both. Padded rows. */
static void photographs_shrink_by_averaging(void **state)
{
    (void)state;
    const uint8_t photo[2][15] = {{10, 0, 0, 20, 0, 0, 0, 0, 0, 1, 0, 0, 99, 99, 99},
                                  {30, 0, 0, 41, 0, 0, 1, 0, 0, 0, 0, 0, 99, 99, 99}};
    pnd_plane_rgb8 out = {0};
    pnd_assert_ok(view_shrink_rgb8(&out, (pnd_view_rgb8){photo[0], 4, 2, 15}, 2, 1, &err));
    assert_int_equal(out.data[0], 25);
    assert_int_equal(out.data[3], 1);
    pnd_assert_ok(view_shrink_rgb8(&out, (pnd_view_rgb8){photo[0], 3, 1, 15}, 2, 1, &err));
    assert_int_equal(out.data[0], 15);
    assert_int_equal(out.data[3], 10);
    pnd_assert_ok(view_shrink_rgb8(&out, (pnd_view_rgb8){photo[0], 4, 2, 15}, 4, 2, &err));
    assert_int_equal(out.data[3 * 4 + 3], 41);
    pnd_assert_fails(view_shrink_rgb8(&out, (pnd_view_rgb8){photo[0], 4, 2, 15}, 5, 2, &err),
                     PND_EINVAL, "cannot enlarge 4x2 to 5x2");
    pnd_plane_rgb8_clear(&out);
}

static void ids_and_depths_shrink_without_mixing(void **state)
{
    (void)state;
    const uint32_t ids[5] = {10, 11, 12, 13, 14};
    const float depth[4] = {1.0f, 2.0f, 3.0f, 4.0f};
    pnd_plane_u32 small = {0};
    pnd_plane_f32 one = {0};
    pnd_assert_ok(view_shrink_u32(&small, (pnd_view_u32){ids, 5, 1, sizeof(ids)}, 2, 1, &err));
    assert_int_equal(small.data[0], 11); /* centre 0.25 x 5 = 1.25 */
    assert_int_equal(small.data[1], 13); /* centre 0.75 x 5 = 3.75 */
    pnd_assert_ok(view_shrink_f32(&one, (pnd_view_f32){depth, 2, 2, 8}, 1, 1, &err));
    assert_true(one.data[0] == 4.0f);
    pnd_plane_u32_clear(&small);
    pnd_plane_f32_clear(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blending_is_the_rounded_weighted_mean),
        cmocka_unit_test(segments_are_tinted_hatched_or_darkened),
        cmocka_unit_test(edges_are_white_and_stronger_around_things),
        cmocka_unit_test(unknown_depth_is_a_grey_that_no_map_contains),
        cmocka_unit_test(photographs_shrink_by_averaging),
        cmocka_unit_test(ids_and_depths_shrink_without_mixing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
