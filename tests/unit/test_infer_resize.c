/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-infer resizes photographs as Pillow does. Expected: SHA-256 of what
 * Image.fromarray(a).resize((W, H), Image.BILINEAR) of Pillow 9.4 and 13.0 (equal) holds for
 * a[y, x, c] = (7 x + 13 y + 29 c + 5 (x y % 31)) (1 + 40 ((x // 5 + y // 3) % 3)) mod 256. */
#include "pnd_test.h"

#include <infer.h>
#include <infer_enlarge.h>
#include <panodepth/file.h>

static void fill(pnd_plane_rgb8 *plane)
{
    for (int32_t y = 0; y < plane->height; y++)
        for (int32_t x = 0; x < plane->width; x++)
            for (int32_t c = 0; c < 3; c++)
                pnd_plane_rgb8_row(plane, y)[3 * x + c] =
                    (uint8_t)((x * 7 + y * 13 + c * 29 + x * y % 31 * 5) *
                              (1 + (x / 5 + y / 3) % 3 * 40));
}

static void photographs_are_resized_as_pillow_does(void **state)
{
    (void)state;
    static const struct {
        int32_t width, height, to_width, to_height;
        const char *digest;
    } cases[] = {
        {64, 40, 128, 80, "325f3b5a8b8bec21e6019b4814d8ea8d80084e49d350cfa36f68019060e163e8"},
        {128, 80, 64, 40, "3a870622ad45097c0eeb4c31674f6352cceb23517fd7957536209bbc5ab8b8bc"},
        {200, 90, 64, 100, "a7aab798d4e433cf835a0775cc5abaa55ee36aef6d463b7019e31965720643b0"},
        {97, 61, 97, 64, "645b59bbb96a6ce45d37aa17a1916451a00a42d0926ec5ccd5ba84524893e126"},
        {1, 1, 5, 3, "2311a24cbe7f1a7cde9fc70f8be1d9c6ee2f43af80ec9af536e4d1dc5d9e89eb"},
        {257, 3, 31, 1, "7b4e917181d70fb027fa016c94e84f249321c07194ac832c22ac70467e2cf5b5"},
        {33, 65, 64, 64, "9ce43860419745f801ed791c93eac60bc50b6edd53cbe203de7ee77fbd242e6d"},
        {640, 480, 171, 128, "9ff642cc825e521bfb585bd67946e465ab810bef5fcd5101518c1bbbdea0638e"},
    };
    pnd_plane_rgb8 image = {0}, out = {0};
    pnd_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char digest[PND_SHA256_TEXT_SIZE] = "";
        pnd_assert_ok(pnd_plane_rgb8_resize(&image, cases[i].width, cases[i].height, &err));
        fill(&image);
        pnd_assert_ok(infer_resize_rgb8(&out, pnd_plane_rgb8_view(&image), cases[i].to_width,
                                        cases[i].to_height, &err));
        pnd_sha256(digest, out.data, out.stride * (size_t)out.height);
        assert_string_equal(digest, cases[i].digest);
    }
    pnd_plane_rgb8_clear(&image);
    pnd_plane_rgb8_clear(&out);
}

/* Expected: F.interpolate(F.interpolate(x, scale_factor=4), size=(5, 7)) of PyTorch 1.13, bilinear
 * without aligned corners, for the 2 x 3 map below. */
static void maps_are_enlarged_as_pytorch_does(void **state)
{
    static const float map[6] = {1, -2, 4, 0.5F, 3, -8};
    static const double expected[35] = {
        1.0,     0.5714285, -0.7142857, -1.4375,   0.5714287,  3.142857,  4.0,
        0.94375, 0.6035714, -0.4169643, -1.033203, 0.3142858,  2.066072,  2.65,
        0.75,    0.7142857, 0.6071429,  0.359375,  -0.5714287, -1.642857, -2.0,
        0.55625, 0.825,     1.63125,    1.751953,  -1.457143,  -5.351786, -6.65,
        0.5,     0.8571429, 1.928571,   2.15625,   -1.714286,  -6.428572, -8.0};
    float offsets[12];
    const pnd_heads heads = {
        .classes = 1, .width = 3, .height = 2, .sem = map, .center = map, .offset = offsets};
    infer_maps maps = {0};
    pnd_heads out;
    pnd_error err = {0};
    (void)state;
    for (int i = 0; i < 12; i++)
        offsets[i] = i < 6 ? 1.0F : 10.0F;
    pnd_assert_ok(
        infer_enlarge(&out, &maps, &heads, (infer_size){12, 8}, (infer_size){7, 5}, &err));
    assert_true(out.width == 7 && out.height == 5 && out.stride == 1 && out.depth == NULL);
    for (int i = 0; i < 35; i++) {
        if (fabs((double)out.sem[i] - expected[i]) > 2e-6)
            fail_msg("%d: %g, expected %g", i, (double)out.sem[i], expected[i]);
        pnd_assert_close((double)out.center[i], (double)out.sem[i], 0);
        /* four pixels of what was seen, 8 x 12, are 4 * 5 / 8 rows and 4 * 7 / 12 columns */
        pnd_assert_close((double)out.offset[i], 2.5, 1e-6);
        pnd_assert_close((double)out.offset[35 + i], 40 * 7 / 12.0, 1e-6);
    }
    infer_maps_clear(&maps);
}

/* The network saw 10 x 7 pixels, its maps cover 12 x 8: nothing of the rest may come in. */
static void what_was_not_seen_is_cut_off(void **state)
{
    static const float map[6] = {0, 1, 2, 0, 1, 2}, zero[12] = {0};
    const pnd_heads heads = {.classes = 1,
                             .width = 3,
                             .height = 2,
                             .sem = map,
                             .center = map,
                             .offset = zero,
                             .depth = map};
    infer_maps maps = {0};
    pnd_heads out;
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(
        infer_enlarge(&out, &maps, &heads, (infer_size){10, 7}, (infer_size){10, 7}, &err));
    for (int32_t y = 0; y < 7; y++)
        for (int32_t x = 0; x < 10; x++) {
            const double value = fmin(2, fmax(0, (x + 0.5) / 4 - 0.5));
            pnd_assert_close((double)out.depth[y * 10 + x], value, 1e-6);
        }
    infer_maps_clear(&maps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(photographs_are_resized_as_pillow_does),
                                       cmocka_unit_test(maps_are_enlarged_as_pytorch_does),
                                       cmocka_unit_test(what_was_not_seen_is_cut_off)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
