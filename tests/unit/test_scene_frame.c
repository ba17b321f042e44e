/* SPDX-License-Identifier: Apache-2.0 */
/* Whole frames of the scene generator: depth, both views, labels and predictions belong together.
 */
#include "pnd_test.h"

#include "scene_errors.h"

#include <stdlib.h>

/* A wall 10 m ahead, 8 m wide and 6 m high, on the bare ground. */
static void build_wall(scene_model *scene)
{
    const scene_place origin = scene_place_at(0.0f, 0.0f, 0.0f, 0.0f);
    scene_model_reset(scene);
    scene->weather = (scene_weather){.to_sun = {0.0f, 1.0f, 0.0f},
                                     .ambient = {1.0f, 1.0f, 1.0f},
                                     .haze_distance = 500.0f,
                                     .exposure = 1.0f};
    scene->ground.outside = LABEL_ROAD;
    const int32_t ground = scene_add_object(scene, LABEL_ROAD),
                  wall = scene_add_object(scene, LABEL_WALL);
    (void)scene_add(scene, ground, &origin, SCENE_GROUND, v3(0.0f, 0.0f, 0.0f),
                    v3(1.0f, 1.0f, 1.0f), MAT_GROUND, v3(0.3f, 0.3f, 0.3f));
    (void)scene_add(scene, wall, &origin, SCENE_BOX, v3(0.0f, 3.0f, 11.0f), v3(4.0f, 3.0f, 1.0f),
                    MAT_BRICK, v3(0.5f, 0.4f, 0.3f));
}

typedef struct wall_scene {
    scene_model model;
    scene_light light;
    scene_renderer renderer;
    scene_rig rig;
    scene_view left_view;
    scene_picture left, right;
} wall_scene;

static void render_wall(wall_scene *w, int32_t width, int32_t height)
{
    pnd_error err = {0};
    memset(w, 0, sizeof *w);
    build_wall(&w->model);
    w->rig = scene_rig_make(0, width, height);
    /* Heading along +z: the camera's own yaw in the vehicle is taken back. */
    w->left_view = scene_view_make(&w->rig, 0.0f, -0.0195f, false);
    const scene_view right_view = scene_view_make(&w->rig, 0.0f, -0.0195f, true);
    pnd_assert_ok(scene_light_prepare(&w->light, &w->model, &err));
    pnd_assert_ok(scene_render(&w->left, &w->renderer, &w->light, &w->left_view, 1, 1, &err));
    pnd_assert_ok(scene_render(&w->right, &w->renderer, &w->light, &right_view, 2, 1, &err));
}

static void clear_wall(wall_scene *w)
{
    scene_model_clear(&w->model);
    scene_light_clear(&w->light);
    scene_renderer_clear(&w->renderer);
    scene_picture_clear(&w->left);
    scene_picture_clear(&w->right);
}

/* In camera axes (forward f = (0, -sin p, cos p), up u = (0, cos p, sin p)) the plane z = 10 is met
 * at Z (cos p + y sin p) = 10 with y = (v0 - v)/fy, and the ground at Z (-sin p + y cos p) = -h. */
static double expected_depth(const scene_rig *rig, int32_t x, int32_t y, bool *is_wall)
{
    const double up = (rig->v0 - y) / rig->fy, c = cos(rig->pitch), s = sin(rig->pitch);
    const double wall = 10.0 / (c + up * s), side = wall * (x - rig->u0) / rig->fx - rig->y;
    const double height = rig->z + wall * (up * c - s);
    *is_wall = fabs(side) < 3.9 && height > 0.05 && height < 5.9;
    return *is_wall ? wall : rig->z / (s - up * c);
}

static void depth_is_the_distance_along_the_optical_axis(void **state)
{
    (void)state;
    wall_scene w;
    int32_t walls = 0, grounds = 0;
    render_wall(&w, 161, 81);
    for (int32_t y = 0; y < 81; y++)
        for (int32_t x = 0; x < 161; x++) {
            bool is_wall;
            const double z = expected_depth(&w.rig, x, y, &is_wall);
            const uint32_t prim = pnd_plane_u32_row(&w.left.prim, y)[x];
            const double found = (double)pnd_plane_f32_row(&w.left.depth, y)[x];
            if (is_wall) {
                assert_int_equal(prim, 1);
                pnd_assert_close(found, z, 2e-5);
                walls++;
            } else if (prim == 0 && z > 0.0 && z < 9.5) {
                pnd_assert_close(found, z, 2e-5);
                grounds++;
            }
        }
    assert_true(walls > 1500 && grounds > 1500);
    clear_wall(&w);
}

/* d = baseline fx / Z and p = round(256 d) + 1; odd sizes are not halved. */
static void disparity_is_baseline_times_fx_over_depth(void **state)
{
    (void)state;
    wall_scene w;
    pnd_plane_f32 match = {0};
    pnd_plane_u16 p = {0};
    pnd_error err = {0};
    int32_t compared = 0, exact = 0;
    render_wall(&w, 301, 151);
    pnd_assert_ok(scene_match(&match, &w.left, &w.right, &w.rig, 3, &err));
    pnd_assert_ok(scene_encode_disparity(&p, &match, &err));
    for (int32_t y = 0; y < 151; y++)
        for (int32_t x = 0; x < 301; x++) {
            bool is_wall;
            const double d = w.rig.baseline * w.rig.fx / expected_depth(&w.rig, x, y, &is_wall);
            const uint16_t found = pnd_plane_u16_row(&p, y)[x];
            if (!is_wall || found == 0)
                continue;
            /* Depth is a float: a value on the edge of two steps may fall on either. */
            const double step = (double)found - (floor(d * 256.0 + 0.5) + 1.0);
            assert_true(fabs(step) <= 1.0);
            exact += step == 0.0;
            compared++;
        }
    assert_true(compared > 5000 && exact > compared - compared / 20);
    pnd_plane_f32_clear(&match);
    pnd_plane_u16_clear(&p);
    clear_wall(&w);
}

/* The wall at 10 m hides what is right of its left edge from the right eye: with d_wall = bf/10 and
 * d_ground = bf/Z, the hidden band of ground beside the wall is d_wall - d_ground wide. The image's
 * own left band, x < d, is unseen as well. */
static void what_only_the_left_eye_sees_has_no_measurement(void **state)
{
    (void)state;
    wall_scene w;
    pnd_plane_f32 match = {0};
    pnd_error err = {0};
    int32_t band = 0;
    render_wall(&w, 513, 257);
    pnd_assert_ok(scene_match(&match, &w.left, &w.right, &w.rig, 3, &err));
    for (int32_t y = 65; y < 240; y++) {
        const float *row = pnd_plane_f32_row(&match, y);
        const uint32_t *prim = pnd_plane_u32_row(&w.left.prim, y);
        const float *depth = pnd_plane_f32_row(&w.left.depth, y);
        for (int32_t x = 0; x < 513; x++) {
            const double d = w.rig.baseline * w.rig.fx / (double)depth[x];
            if (row[x] > 0.0f)
                assert_true((double)x - d >= -1e-3);
            /* Far ground whose place in the right image is covered by the wall. */
            const double right_x = x - d, edge = (-4.0 + w.rig.y) / 10.0 * w.rig.fx + w.rig.u0;
            const double wall_edge = edge - w.rig.baseline * w.rig.fx / 10.0;
            if (prim[x] == 0 && depth[x] > 12.0f && depth[x] < 40.0f && x < edge - 2.0 &&
                right_x > wall_edge + 2.0) {
                assert_true(row[x] == SCENE_UNMATCHED);
                band++;
            }
        }
    }
    assert_true(band > 20);
    pnd_plane_f32_clear(&match);
    clear_wall(&w);
}

static void blocks_take_the_mean_of_a_surface_and_the_nearer_side_of_an_edge(void **state)
{
    (void)state;
    /* Blocks: one surface 10.0 10.2 / 10.1 10.3 -> 10.15; edge 4 | 9 -> 9; two of four missing ->
     * mean of the rest; three missing -> nothing; mostly far -> 1. */
    float data[2][10] = {{10.0f, 10.2f, 4.0f, 9.0f, 7.0f, -1.0f, 7.0f, -1.0f, 0.0f, 0.0f},
                         {10.1f, 10.3f, 4.0f, 9.0f, -1.0f, 7.5f, -1.0f, -1.0f, 0.0f, 5.0f}};
    const pnd_plane_f32 match = {&data[0][0], 10, 2, sizeof data[0], sizeof data};
    pnd_plane_u16 p = {0};
    pnd_error err = {0};
    pnd_assert_ok(scene_encode_disparity(&p, &match, &err));
    const uint16_t expected[5] = {2599, 2305, 1857, 0, 1}; /* 256 d + 1, e.g. 10.15 -> 2598.4 + 1 */
    for (int32_t y = 0; y < 2; y++)
        for (int32_t x = 0; x < 10; x++)
            assert_int_equal(pnd_plane_u16_row(&p, y)[x], expected[x / 2]);
    pnd_plane_u16_clear(&p);
}

static void take(scene_shot *shot, uint64_t frame, int32_t width, int32_t height, int threads)
{
    pnd_error err = {0};
    pnd_assert_ok(scene_take(shot, 7, frame, (int32_t)(frame % 2), width, height, threads, &err));
}

static vec3 to_local(const scene_prim *prim, vec3 d)
{
    return v3(v3_dot(prim->to_local[0], d), v3_dot(prim->to_local[1], d),
              v3_dot(prim->to_local[2], d));
}

/* The renderer looks only where a primitive's bounding box is. Here every solid primitive is tried
 * at every pixel: none may lie in front of what was drawn. */
static void no_surface_in_front_is_missed(void **state)
{
    (void)state;
    scene_shot shot = {0};
    take(&shot, 2, 97, 49, 1);
    for (int32_t y = 0; y < 49; y++)
        for (int32_t x = 0; x < 97; x++) {
            const vec3 ray = scene_view_ray(&shot.view, (float)x, (float)y);
            const float drawn = pnd_plane_f32_row(&shot.left.depth, y)[x];
            for (int32_t i = 0; i < shot.model.n_prims; i++) {
                const scene_prim *prim = &shot.model.prims[i];
                const vec3 o = to_local(prim, v3_sub(shot.view.eye, prim->centre));
                float t_in, t_out;
                if (prim->cutout == CUT_NONE &&
                    scene_shape_hit(&t_in, &t_out, (scene_shape)prim->shape, prim->taper, o,
                                    to_local(prim, ray)) &&
                    t_in > 0.31f && t_in < 3999.0f && t_in < drawn * 0.9999f)
                    fail_msg("pixel %d,%d: primitive %d at %g m, drawn %g m", x, y, i, (double)t_in,
                             (double)drawn);
            }
        }
    scene_shot_clear(&shot);
}

static void instance_values_and_label_ids_agree_and_all_classes_occur(void **state)
{
    (void)state;
    static const int32_t evaluated[19] = {7,  8,  11, 12, 13, 17, 19, 20, 21, 22,
                                          23, 24, 25, 26, 27, 28, 31, 32, 33};
    scene_shot shot = {0};
    bool seen[LABEL_COUNT] = {false}, group = false;
    for (uint64_t frame = 0; frame < 12; frame++) {
        take(&shot, frame, 160, 80, 1);
        for (int32_t y = 0; y < 80; y++)
            for (int32_t x = 0; x < 160; x++) {
                const int32_t value = pnd_plane_u16_row(&shot.instance_ids, y)[x];
                const int32_t label = pnd_plane_u8_row(&shot.label_ids, y)[x];
                assert_int_equal(value < 1000 ? value : value / 1000, label);
                assert_true(label > 0 && label < LABEL_COUNT);
                assert_true(value < 1000 || scene_is_thing(label));
                group = group || (value < 1000 && scene_is_thing(label));
                seen[label] = true;
            }
    }
    for (int i = 0; i < 19; i++)
        if (!seen[evaluated[i]])
            fail_msg("class %d does not occur in twelve frames", evaluated[i]);
    assert_true(seen[LABEL_EGO] && seen[LABEL_RECTIFICATION] && seen[LABEL_OUT_OF_ROI] && group);
    scene_shot_clear(&shot);
}

static void the_disparity_has_the_habits_of_the_real_one(void **state)
{
    (void)state;
    scene_shot shot = {0};
    take(&shot, 1, 256, 128, 1);
    int32_t invalid = 0, infinite = 0;
    for (int32_t y = 0; y < 128; y++)
        for (int32_t x = 0; x < 256; x++) {
            const uint16_t p = pnd_plane_u16_row(&shot.disparity, y)[x];
            assert_int_equal(p, pnd_plane_u16_row(&shot.disparity, y - y % 2)[x - x % 2]);
            assert_true(p <= 1 || (p >= 257 && p <= 126 * 32 + 1)); /* 126 px / 8 */
            invalid += p == 0;
            infinite += p == 1;
            /* Rows 0-29 and 970-1023 of 1024, columns 0-9 and 2038-2047 of 2048. */
            if (y < 4 || y > 121 || x < 2 || x > 253)
                assert_int_equal(p, 0);
        }
    /* Real frames: 13-18 % invalid, 1.2-5.8 % infinite. */
    assert_true(invalid > 256 * 128 / 10 && invalid < 256 * 128 / 4);
    assert_true(infinite > 256 * 128 / 100 && infinite < 256 * 128 / 5);
    scene_shot_clear(&shot);
}

static int compare_ints(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Median difference of grey values between left and the right image at x - sign d. */
static int median_difference(const scene_shot *shot, float sign, int *differences)
{
    int32_t n = 0;
    for (int32_t y = 0; y < shot->rig.height; y++)
        for (int32_t x = 0; x < shot->rig.width; x++) {
            const float d = pnd_plane_f32_row(&shot->match, y)[x], u = (float)x - sign * d;
            if (d < 2.0f || u < 0.0f || u >= (float)(shot->rig.width - 1) ||
                pnd_plane_u8_row(&shot->label_ids, y)[x] == LABEL_EGO)
                continue;
            const int32_t i = (int32_t)u;
            const float f = u - (float)i;
            const uint8_t *right = pnd_plane_rgb8_row(&shot->right.color, y) + 3 * i;
            const float warped = (float)right[1] * (1.0f - f) + (float)right[4] * f;
            differences[n++] =
                abs((int)(warped + 0.5f) - pnd_plane_rgb8_row(&shot->left.color, y)[3 * x + 1]);
        }
    assert_true(n > shot->rig.width * shot->rig.height / 3);
    qsort(differences, (size_t)n, sizeof *differences, compare_ints);
    return differences[n / 2];
}

/* Sensor noise is about 2 steps a view; a wrong sign or no shift compares other places. */
static void the_right_image_moved_by_the_disparity_is_the_left_image(void **state)
{
    (void)state;
    scene_shot shot = {0};
    int *differences = malloc(384 * 192 * sizeof *differences);
    assert_non_null(differences);
    for (uint64_t frame = 0; frame < 2; frame++) {
        take(&shot, frame, 384, 192, 1);
        const int good = median_difference(&shot, 1.0f, differences);
        const int still = median_difference(&shot, 0.0f, differences);
        const int wrong = median_difference(&shot, -1.0f, differences);
        assert_true(good <= 3);
        assert_true(still > good && wrong > good + 1);
    }
    free(differences);
    scene_shot_clear(&shot);
}

static bool same_shot(const scene_shot *a, const scene_shot *b)
{
    const size_t n = (size_t)a->rig.width * (size_t)a->rig.height;
    return memcmp(a->left.color.data, b->left.color.data, 3 * n) == 0 &&
           memcmp(a->right.color.data, b->right.color.data, 3 * n) == 0 &&
           memcmp(a->disparity.data, b->disparity.data, 2 * n) == 0 &&
           memcmp(a->instance_ids.data, b->instance_ids.data, 2 * n) == 0 &&
           memcmp(a->label_ids.data, b->label_ids.data, n) == 0;
}

static void a_frame_has_the_same_bytes_for_any_threads_and_history(void **state)
{
    (void)state;
    scene_shot fresh = {0}, used = {0};
    take(&fresh, 3, 131, 67, 1);
    take(&used, 9, 300, 150, 2); /* other scene, other size: its memory is reused */
    take(&used, 3, 131, 67, 7);
    assert_true(same_shot(&fresh, &used));
    take(&used, 4, 131, 67, 1);
    assert_false(same_shot(&fresh, &used));
    scene_shot_clear(&fresh);
    scene_shot_clear(&used);
}

static void small_and_odd_sizes_render(void **state)
{
    (void)state;
    static const int32_t sizes[][2] = {{64, 32}, {65, 33}, {16, 8}, {1, 1}, {1, 40}, {200, 3}};
    scene_shot shot = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        take(&shot, i, sizes[i][0], sizes[i][1], 1);
    pnd_error err = {0};
    pnd_assert_fails(scene_take(&shot, 1, 0, 0, 0, 10, 1, &err), PND_EINVAL, "scene");
    scene_shot_clear(&shot);
}

/* Share of pixels with the right class, and the mean relative depth error where depth is known. */
static double class_agreement(const scene_prediction *prediction, const scene_shot *shot,
                              double *abs_rel)
{
    int64_t right = 0, n = 0, n_depth = 0;
    *abs_rel = 0.0;
    for (int32_t y = 0; y < shot->rig.height; y++)
        for (int32_t x = 0; x < shot->rig.width; x++) {
            const uint32_t id = pnd_plane_u32_row(&prediction->ids, y)[x];
            const double z = (double)pnd_plane_f32_row(&shot->left.depth, y)[x];
            const double said = (double)pnd_plane_f32_row(&prediction->depth_m, y)[x];
            const int32_t label = pnd_plane_u8_row(&shot->label_ids, y)[x];
            assert_true(said > 0.0 && said <= 250.0);
            right += (int32_t)(id < 1000 ? id : id / 1000) == label;
            n++;
            if (z < 80.0 && label > LABEL_OUT_OF_ROI) {
                *abs_rel += fabs(said - z) / z;
                n_depth++;
            }
        }
    *abs_rel /= (double)n_depth;
    return (double)right / (double)n;
}

static void the_segment_list_is_what_the_picture_holds(const scene_prediction *prediction)
{
    const size_t n = (size_t)prediction->ids.width * (size_t)prediction->ids.height;
    for (size_t i = 0; i < prediction->n_segments; i++) {
        size_t k = 0;
        while (k < n && prediction->ids.data[k] != prediction->segments[i])
            k++;
        assert_true(k < n);
    }
    for (size_t k = 0; k < n; k += 17) {
        bool listed = prediction->ids.data[k] == 0;
        for (size_t i = 0; i < prediction->n_segments && !listed; i++)
            listed = prediction->segments[i] == prediction->ids.data[k];
        assert_true(listed);
    }
}

static void predictions_are_right_mostly_and_harsh_ones_less(void **state)
{
    (void)state;
    scene_shot shot = {0};
    scene_prediction mild = {0}, harsh = {0};
    pnd_error err = {0};
    double mild_agreement = 0.0, harsh_agreement = 0.0, mild_depth = 0.0, harsh_depth = 0.0;
    for (uint64_t frame = 0; frame < 3; frame++) {
        double depth;
        take(&shot, frame, 256, 128, 1);
        pnd_assert_ok(scene_predict(&mild, &shot, SCENE_MILD, 7, frame, &err));
        pnd_assert_ok(scene_predict(&harsh, &shot, SCENE_HARSH, 7, frame, &err));
        mild_agreement += class_agreement(&mild, &shot, &depth) / 3.0;
        mild_depth += depth / 3.0;
        harsh_agreement += class_agreement(&harsh, &shot, &depth) / 3.0;
        harsh_depth += depth / 3.0;
        the_segment_list_is_what_the_picture_holds(&mild);
        the_segment_list_is_what_the_picture_holds(&harsh);
        assert_true(harsh.n_entries > 0);
    }
    assert_true(mild_agreement > 0.85 && mild_agreement < 0.99);
    assert_true(harsh_agreement > 0.5 && harsh_agreement < mild_agreement - 0.03);
    assert_true(mild_depth < 0.12 && harsh_depth > mild_depth && harsh_depth < 0.6);
    scene_prediction_clear(&mild);
    scene_prediction_clear(&harsh);
    scene_shot_clear(&shot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_is_the_distance_along_the_optical_axis),
        cmocka_unit_test(disparity_is_baseline_times_fx_over_depth),
        cmocka_unit_test(what_only_the_left_eye_sees_has_no_measurement),
        cmocka_unit_test(blocks_take_the_mean_of_a_surface_and_the_nearer_side_of_an_edge),
        cmocka_unit_test(no_surface_in_front_is_missed),
        cmocka_unit_test(instance_values_and_label_ids_agree_and_all_classes_occur),
        cmocka_unit_test(the_disparity_has_the_habits_of_the_real_one),
        cmocka_unit_test(the_right_image_moved_by_the_disparity_is_the_left_image),
        cmocka_unit_test(a_frame_has_the_same_bytes_for_any_threads_and_history),
        cmocka_unit_test(small_and_odd_sizes_render),
        cmocka_unit_test(predictions_are_right_mostly_and_harsh_ones_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
