/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include "colormap.h"
#include "palette.h"

#include <stdlib.h>

static const view_scale authors = {VIEW_SCALE_LINEAR, 10.0, 60.0, 0.15};

static void expect_near(const uint8_t rgb[3], int r, int g, int b, int tolerance)
{
    const int wanted[3] = {r, g, b};
    for (int c = 0; c < 3; c++)
        if (abs(rgb[c] - wanted[c]) > tolerance)
            fail_msg("(%d, %d, %d), expected (%d, %d, %d)", rgb[0], rgb[1], rgb[2], r, g, b);
}

/* Colours of the published code: v = 0.15 + 0.85 (1 - (D - 10) / 50) through matplotlib's jet. */
static void jet_gives_the_colours_of_the_authors_pictures(void **state)
{
    (void)state;
    static const struct {
        double depth_m;
        int r, g, b;
    } cases[] = {
        {3.0, 128, 0, 0},     {10.0, 128, 0, 0},     {20.0, 255, 74, 0},  {29.2, 255, 222, 0},
        {35.0, 186, 255, 60}, {41.0, 102, 255, 144}, {51.8, 0, 169, 255}, {60.0, 0, 24, 255},
        {67.65, 0, 0, 150},   {500.0, 0, 0, 128},
    };
    view_colormap jet;
    view_colormap_init(&jet, VIEW_JET);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const double v = view_scale_position(authors, cases[i].depth_m);
        expect_near(jet.rgb[view_colormap_index(v)], cases[i].r, cases[i].g, cases[i].b, 1);
    }
}

static void infinity_and_nan_select_the_first_entry(void **state)
{
    (void)state;
    const view_scale_kind kinds[] = {VIEW_SCALE_LINEAR, VIEW_SCALE_LOG, VIEW_SCALE_INVERSE};
    for (size_t i = 0; i < 3; i++) {
        const view_scale scale = {kinds[i], 4.0, 80.0, 0.0};
        assert_int_equal(view_colormap_index(view_scale_position(scale, (double)INFINITY)), 0);
    }
    assert_int_equal(view_colormap_index((double)NAN), 0);
    assert_int_equal(view_colormap_index(-1e300), 0);
    assert_int_equal(view_colormap_index(1e300), 255);
    assert_int_equal(view_colormap_index(1.0), 255);
    assert_int_equal(view_colormap_index(0.5), 128);
}

/* Entries between the stored ones, from matplotlib 3.6.3, times 255 and rounded. */
static void perceptual_maps_stay_within_3_of_the_published_tables(void **state)
{
    (void)state;
    static const struct {
        view_map map;
        int entry, r, g, b;
    } cases[] = {
        {VIEW_TURBO, 100, 63, 246, 138},   {VIEW_TURBO, 137, 188, 245, 52},
        {VIEW_VIRIDIS, 100, 42, 118, 142}, {VIEW_VIRIDIS, 137, 31, 153, 138},
        {VIEW_MAGMA, 100, 137, 40, 129},   {VIEW_MAGMA, 137, 197, 60, 116},
        {VIEW_PLASMA, 100, 174, 40, 146},  {VIEW_PLASMA, 137, 212, 82, 112},
        {VIEW_TURBO, 0, 48, 18, 59},       {VIEW_TURBO, 255, 122, 4, 3},
        {VIEW_VIRIDIS, 0, 68, 1, 84},      {VIEW_VIRIDIS, 255, 253, 231, 37},
        {VIEW_MAGMA, 0, 0, 0, 4},          {VIEW_MAGMA, 255, 252, 253, 191},
        {VIEW_PLASMA, 0, 13, 8, 135},      {VIEW_PLASMA, 255, 240, 249, 33},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        view_colormap map;
        view_colormap_init(&map, cases[i].map);
        expect_near(map.rgb[cases[i].entry], cases[i].r, cases[i].g, cases[i].b, 3);
    }
}

/* 20 m between 5 and 80 m: log 1 - ln 4 / ln 16 = 1/2; inverse (1/20 - 1/80) / (1/5 - 1/80)
 * = 0.0375 / 0.1875 = 1/5; linear 1 - 15/75 = 4/5. */
static void the_three_scales_put_20_metres_where_they_should(void **state)
{
    (void)state;
    pnd_assert_close(view_scale_position((view_scale){VIEW_SCALE_LOG, 5, 80, 0}, 20), 0.5, 1e-14);
    pnd_assert_close(view_scale_position((view_scale){VIEW_SCALE_INVERSE, 5, 80, 0}, 20), 0.2,
                     1e-14);
    pnd_assert_close(view_scale_position((view_scale){VIEW_SCALE_LINEAR, 5, 80, 0}, 20), 0.8,
                     1e-14);
    pnd_assert_close(view_scale_position((view_scale){VIEW_SCALE_LINEAR, 5, 80, 0.15}, 20),
                     0.15 + 0.85 * 0.8, 1e-14);
}

static void expect_ticks(view_scale scale, double min_gap, const double *wanted, int32_t n_wanted)
{
    double ticks[VIEW_MAX_TICKS];
    const int32_t n = view_scale_ticks(ticks, scale, min_gap);
    assert_int_equal(n, n_wanted);
    for (int32_t i = 0; i < n; i++)
        pnd_assert_close(ticks[i], wanted[i], 1e-12);
}

/* Inverse, 4 to 80 m: 5 m lies at (1/4 - 1/5) / (1/4 - 1/80) = 0.21 of the bar, 10 m at 0.63, 20 m
 * at 0.84, 50 m at 0.968: the last is closer than 0.15 to its neighbour and left out. */
static void ticks_are_round_and_not_crowded(void **state)
{
    (void)state;
    expect_ticks(authors, 0.12, (const double[]){10, 20, 30, 40, 50, 60}, 6);
    expect_ticks(authors, 0.30, (const double[]){20, 40, 60}, 3);
    expect_ticks((view_scale){VIEW_SCALE_LOG, 4, 80, 0}, 0.1, (const double[]){5, 10, 20, 50}, 4);
    expect_ticks((view_scale){VIEW_SCALE_INVERSE, 4, 80, 0}, 0.15, (const double[]){5, 10, 20}, 3);
    expect_ticks((view_scale){VIEW_SCALE_LINEAR, 0.001, 1000, 0}, 0.0,
                 (const double[]){100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}, 10);
}

static void five_stuff_colours_differ_in_the_authors_palette(void **state)
{
    (void)state;
    const uint8_t sidewalk[3] = {244, 35, 232}, road[3] = {128, 64, 128};
    uint8_t rgb[3];
    view_palette_color(rgb, VIEW_PALETTE_AUTHORS, "sidewalk", sidewalk);
    expect_near(rgb, 102, 66, 102, 0);
    view_palette_color(rgb, VIEW_PALETTE_AUTHORS, "road", road);
    expect_near(rgb, 128, 64, 128, 0);
    view_palette_color(rgb, VIEW_PALETTE_CITYSCAPES, "sidewalk", sidewalk);
    expect_near(rgb, 244, 35, 232, 0);
}

static void neighbouring_instances_get_distinct_shades(void **state)
{
    (void)state;
    const uint8_t car[3] = {0, 0, 142};
    uint8_t shades[8][3];
    for (uint32_t k = 0; k < 8; k++)
        view_instance_shade(shades[k], car, k);
    assert_memory_equal(shades[0], car, 3);
    for (int a = 0; a < 8; a++)
        for (int b = 0; b < a; b++)
            assert_true(abs(shades[a][0] - shades[b][0]) >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jet_gives_the_colours_of_the_authors_pictures),
        cmocka_unit_test(infinity_and_nan_select_the_first_entry),
        cmocka_unit_test(perceptual_maps_stay_within_3_of_the_published_tables),
        cmocka_unit_test(the_three_scales_put_20_metres_where_they_should),
        cmocka_unit_test(ticks_are_round_and_not_crowded),
        cmocka_unit_test(five_stuff_colours_differ_in_the_authors_palette),
        cmocka_unit_test(neighbouring_instances_get_distinct_shades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
