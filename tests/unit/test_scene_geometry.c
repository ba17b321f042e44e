/* SPDX-License-Identifier: Apache-2.0 */
/* Rays, cameras and random numbers of the scene generator, against hand calculations. */
#include "pnd_test.h"

#include "scene_camera.h"
#include "scene_shapes.h"

#include <panodepth/camera.h>

static const float no_taper[3] = {0.0f, 0.0f, 0.0f};

/* The first five outputs of splitmix64 seeded with 1234567, as published with the algorithm. */
static void the_random_numbers_are_splitmix64(void **state)
{
    (void)state;
    static const uint64_t expected[] = {6457827717110365317u, 3203168211198807973u,
                                        9817491932198370423u, 4593380528125082431u,
                                        16408922859458223821u};
    scene_rng rng = {1234567, 0};
    for (int i = 0; i < 5; i++)
        assert_true(scene_rng_next(&rng) == expected[i]);
}

static void streams_differ_by_seed_frame_and_purpose(void **state)
{
    (void)state;
    scene_rng streams[] = {scene_rng_make(1, 2, 3), scene_rng_make(2, 2, 3),
                           scene_rng_make(1, 3, 3), scene_rng_make(1, 2, 4),
                           scene_rng_make(2, 1, 3)};
    uint64_t first[5];
    for (int i = 0; i < 5; i++) {
        first[i] = scene_rng_next(&streams[i]);
        for (int j = 0; j < i; j++)
            assert_true(first[i] != first[j]);
    }
    scene_rng again = scene_rng_make(1, 2, 3);
    assert_true(scene_rng_next(&again) == first[0]);
}

static void bounded_numbers_stay_in_bounds_and_reach_them(void **state)
{
    (void)state;
    scene_rng rng = scene_rng_make(5, 0, 0);
    int seen[7] = {0};
    for (int i = 0; i < 2000; i++) {
        const float x = scene_rng_range(&rng, -2.0f, 3.0f);
        assert_true(x >= -2.0f && x < 3.0f);
        const int32_t k = scene_rng_below(&rng, 7);
        assert_true(k >= 0 && k < 7);
        seen[k]++;
    }
    for (int k = 0; k < 7; k++)
        assert_true(seen[k] > 200); /* 286 expected, deviation 16 */
    assert_int_equal(scene_rng_below(&rng, 1), 0);
}

static void own_functions_agree_with_libm(void **state)
{
    (void)state;
    for (double x = -20.0; x < 20.0; x += 0.037) {
        assert_true(fabs((double)scene_sin((float)x) - sin((double)(float)x)) < 5e-6);
        assert_true(fabs((double)scene_cos((float)x) - cos((double)(float)x)) < 5e-6);
    }
    for (double x = 0.0; x < 30.0; x += 0.11)
        assert_true(fabs((double)scene_exp_neg((float)x) - exp(-(double)(float)x)) < 1e-5);
    assert_int_equal(floor_int(-0.25f), -1);
    assert_int_equal(floor_int(-2.0f), -2);
    assert_int_equal(floor_int(2.75f), 2);
}

typedef struct ray_case {
    scene_shape shape;
    float taper[3];
    vec3 o, d;
    bool hit;
    double t_in, t_out;
} ray_case;

/* Distances worked out by hand; a direction of length 2 halves them. */
static void rays_meet_the_unit_shapes_where_geometry_says(void **state)
{
    (void)state;
    static const ray_case cases[] = {
        {SCENE_BOX, {0}, {0, 0, -5}, {0, 0, 1}, true, 4.0, 6.0},
        {SCENE_BOX, {0}, {0, 0, -5}, {0, 0, 2}, true, 2.0, 3.0},
        {SCENE_BOX, {0}, {-3, 0, -3}, {1, 0, 1}, true, 2.0, 4.0},
        {SCENE_BOX, {0}, {0, 1.01f, -5}, {0, 0, 1}, false, 0, 0},
        {SCENE_BOX, {0}, {0, 0, 0}, {0, 1, 0}, true, -1.0, 1.0},
        {SCENE_SPHERE, {0}, {0, 0, -5}, {0, 0, 1}, true, 4.0, 6.0},
        /* at height 0.6 the half chord is sqrt(1 - 0.36) = 0.8 */
        {SCENE_SPHERE, {0}, {0, 0.6f, -5}, {0, 0, 1}, true, 4.2, 5.8},
        {SCENE_SPHERE, {0}, {0, 1.001f, -5}, {0, 0, 1}, false, 0, 0},
        {SCENE_SPHERE, {0}, {0, 0.6f, -1000}, {0, 0, 1}, true, 999.2, 1000.8},
        {SCENE_CYLINDER, {1}, {0.6f, 0, -5}, {0, 0, 1}, true, 4.2, 5.8},
        {SCENE_CYLINDER, {1}, {0, 5, 0}, {0, -1, 0}, true, 4.0, 6.0},
        {SCENE_CYLINDER, {1}, {0, 1.01f, -5}, {0, 0, 1}, false, 0, 0},
        /* a cone's radius at half height is half its base */
        {SCENE_CYLINDER, {0}, {0, 0, -5}, {0, 0, 1}, true, 4.5, 5.5},
        {SCENE_CYLINDER, {0}, {0, 0.5f, -5}, {0, 0, 1}, true, 4.75, 5.25},
        {SCENE_CYLINDER, {0.5f}, {0, 0, -5}, {1e-6f, 0, 1}, true, 4.25, 5.75},
        /* a gable roof at half height is half as wide, and full length */
        {SCENE_TAPER, {1, 0, 0}, {-5, 0, 0}, {1, 0, 0}, true, 4.5, 5.5},
        {SCENE_TAPER, {1, 0, 0}, {0, 0, -5}, {0, 0, 1}, true, 4.0, 6.0},
        /* front drawn in by 0.4, back by 0.2 at the top: at half height 0.2 and 0.1 */
        {SCENE_TAPER, {0, 0.4f, 0.2f}, {0, 0, -5}, {0, 0, 1}, true, 4.1, 5.8},
        {SCENE_QUAD, {0}, {0.5f, 0.5f, -3}, {0, 0, 1}, true, 3.0, 3.0},
        {SCENE_QUAD, {0}, {1.5f, 0.5f, -3}, {0, 0, 1}, false, 0, 0},
        {SCENE_QUAD, {0}, {0, 0, -3}, {1, 0, 0}, false, 0, 0},
        {SCENE_GROUND, {0}, {0, 1.22f, 0}, {0, -0.1f, 1}, true, 12.2, 12.2},
        {SCENE_GROUND, {0}, {0, 1.22f, 0}, {0, 0, 1}, false, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ray_case *c = &cases[i];
        float t_in, t_out;
        const bool hit = scene_shape_hit(&t_in, &t_out, c->shape, c->taper, c->o, c->d);
        if (hit != c->hit)
            fail_msg("case %zu: hit is %d", i, hit);
        if (hit && (fabs((double)t_in - c->t_in) > 2e-5 * (1.0 + fabs(c->t_in)) ||
                    fabs((double)t_out - c->t_out) > 2e-5 * (1.0 + fabs(c->t_out))))
            fail_msg("case %zu: [%g, %g], expected [%g, %g]", i, (double)t_in, (double)t_out,
                     c->t_in, c->t_out);
    }
}

static void assert_direction(vec3 actual, double x, double y, double z)
{
    const vec3 unit = v3_unit(actual);
    assert_true(fabs((double)unit.x - x) < 1e-5);
    assert_true(fabs((double)unit.y - y) < 1e-5);
    assert_true(fabs((double)unit.z - z) < 1e-5);
}

static void normals_point_outwards(void **state)
{
    (void)state;
    const float gable[3] = {1.0f, 0.0f, 0.0f}, cylinder[3] = {1.0f, 0.0f, 0.0f};
    assert_direction(scene_shape_normal(SCENE_BOX, no_taper, v3(0.2f, -1.0f, 0.3f)), 0, -1, 0);
    assert_direction(scene_shape_normal(SCENE_BOX, no_taper, v3(-1.0f, 0.5f, 0.3f)), -1, 0, 0);
    assert_direction(scene_shape_normal(SCENE_SPHERE, no_taper, v3(0.6f, 0.8f, 0.0f)), 0.6, 0.8, 0);
    assert_direction(scene_shape_normal(SCENE_CYLINDER, cylinder, v3(0.6f, 0.2f, -0.8f)), 0.6, 0,
                     -0.8);
    assert_direction(scene_shape_normal(SCENE_CYLINDER, cylinder, v3(0.1f, 1.0f, 0.1f)), 0, 1, 0);
    /* A gable falls by 2 over a width of 1: its normal is (2, 1) / sqrt 5. */
    assert_direction(scene_shape_normal(SCENE_TAPER, gable, v3(0.5f, 0.0f, 0.0f)), 2.0 / sqrt(5.0),
                     1.0 / sqrt(5.0), 0);
}

/* depth.md A.2: baseline fx is 473.57484876 and 503.86173336 at full size. */
static void the_rigs_have_the_real_calibrations_at_full_size(void **state)
{
    (void)state;
    const scene_rig first = scene_rig_make(0, 2048, 1024), second = scene_rig_make(1, 2048, 1024);
    pnd_assert_close(first.baseline * first.fx, 473.57484876, 1e-11);
    pnd_assert_close(second.baseline * second.fx, 503.86173336, 1e-11);
    pnd_assert_close(first.u0, 1096.98, 1e-15);
    pnd_assert_close(second.v0, 519.277, 1e-15);
    /* A quarter of the size: pixel 0 covers full-size pixels 0 to 3, whose middle is 1.5. */
    const scene_rig quarter = scene_rig_make(0, 512, 256);
    pnd_assert_close(quarter.fx, 565.63, 1e-15);
    pnd_assert_close(quarter.u0, (1096.98 - 1.5) / 4.0, 1e-14);
}

static void camera_files_read_back_exactly(void **state)
{
    (void)state;
    static const int32_t sizes[][2] = {{2048, 1024}, {512, 256}, {257, 131}, {64, 32}, {16, 8}};
    pnd_error err = {0};
    for (int i = 0; i < 10; i++) {
        const scene_rig rig = scene_rig_make(i % 2, sizes[i / 2][0], sizes[i / 2][1]);
        pnd_buffer text = {0};
        pnd_camera camera;
        scene_rig_write(&text, &rig);
        pnd_assert_ok(pnd_buffer_status(&text, &err));
        pnd_assert_ok(pnd_camera_parse(&camera, text.data, text.size, "camera.json", &err));
        assert_true(camera.baseline == rig.baseline && camera.fx == rig.fx && camera.fy == rig.fy);
        assert_true(camera.u0 == rig.u0 && camera.v0 == rig.v0);
        pnd_buffer_clear(&text);
    }
}

/* The camera looks down by `pitch`, so the horizon lies fy tan(pitch) above the principal point,
 * and the ground h metres below it is at Z = h fy / (v - v_horizon) / cos^2(pitch) for small
 * angles: exactly, the ray t (0, -y cos - sin, cos - y sin) with y = (v - v0)/fy meets y = -h. */
static void the_view_has_height_pitch_and_baseline(void **state)
{
    (void)state;
    const scene_rig rig = scene_rig_make(0, 2048, 1024);
    const scene_view left = scene_view_make(&rig, 0.0f, -0.0195f, false);
    const scene_view right = scene_view_make(&rig, 0.0f, -0.0195f, true);
    const double horizon = 513.137 - rig.fy * tan(0.038);
    assert_true(fabs((double)scene_view_ray(&left, 900.0f, (float)horizon).y) < 1e-5);
    const vec3 d = scene_view_ray(&left, (float)rig.u0, 800.0f);
    const double y = (800.0 - rig.v0) / rig.fy;
    pnd_assert_close((double)d.y, -y * cos(0.038) - sin(0.038), 1e-5);
    pnd_assert_close((double)left.eye.y, 1.22, 1e-6);
    const vec3 apart = v3_sub(right.eye, left.eye);
    pnd_assert_close(sqrt((double)v3_dot(apart, apart)), 0.209313, 1e-5);
    assert_true(fabs((double)v3_dot(apart, left.forward)) < 1e-6);
    assert_true(v3_dot(apart, left.right) > 0.2f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_random_numbers_are_splitmix64),
        cmocka_unit_test(streams_differ_by_seed_frame_and_purpose),
        cmocka_unit_test(bounded_numbers_stay_in_bounds_and_reach_them),
        cmocka_unit_test(own_functions_agree_with_libm),
        cmocka_unit_test(rays_meet_the_unit_shapes_where_geometry_says),
        cmocka_unit_test(normals_point_outwards),
        cmocka_unit_test(the_rigs_have_the_real_calibrations_at_full_size),
        cmocka_unit_test(camera_files_read_back_exactly),
        cmocka_unit_test(the_view_has_height_pitch_and_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
