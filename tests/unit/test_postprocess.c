/* SPDX-License-Identifier: Apache-2.0 */
/* Post-processing: the golden network's results, and scenes small enough to work out by hand, on
 * ref and cpu. */
#include "pnd_test.h"
#include "post_scene.h"

#include <panodepth/safetensors.h>

#include <stdlib.h>

static pnd_backend *backends[2];
static pnd_postprocess_result result; /* reused by every test, as a caller would */

static int open_backends(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const pnd_backend_options options = {.struct_size = sizeof options,
                                             .kind = i == 0 ? PND_BACKEND_REF : PND_BACKEND_CPU};
        pnd_error err = {0};
        pnd_assert_ok(pnd_backend_create(&backends[i], &options, &err));
    }
    return 0;
}

static int close_backends(void **state)
{
    (void)state;
    pnd_postprocess_result_clear(&result);
    pnd_backend_free(backends[0]);
    pnd_backend_free(backends[1]);
    return 0;
}

static void run(const post_scene *scene, int backend, const pnd_postprocess_options *options)
{
    const pnd_heads heads = post_scene_heads(scene);
    pnd_error err = {0};
    pnd_assert_ok(pnd_postprocess(&result, backends[backend], &heads, scene->width, scene->height,
                                  options, &err));
}

static int32_t value_at(int32_t y, int32_t x)
{
    return result.panoptic[y * result.width + x];
}

static int64_t pixels_of(int32_t value)
{
    int64_t n = 0;
    for (int32_t i = 0; i < result.width * result.height; i++)
        n += result.panoptic[i] == value;
    return n;
}

static const pnd_segment *segment_of(int32_t value)
{
    for (size_t i = 0; i < result.n_segments; i++)
        if (result.segments[i].panoptic == value)
            return &result.segments[i];
    fail_msg("no segment %d", value);
    return NULL;
}

static const void *tensor(const pnd_safetensors *file, const char *name, size_t size)
{
    const pnd_safetensor *t = pnd_safetensors_find(file, name);
    assert_non_null(t);
    assert_int_equal(t->size, size);
    return t->data;
}

enum { GOLDEN_WIDTH = 128, GOLDEN_HEIGHT = 64, GOLDEN_PIXELS = GOLDEN_WIDTH * GOLDEN_HEIGHT };

/* Heads and results of PyTorch and detectron2's code (tests/data/README.md): no pixel differs. The
 * depths were enlarged by a PyTorch that computes maps of one channel in double and rounds once;
 * float32 differs from that by roundings of values below 8, 2^-20 m at most. */
static void the_golden_network_is_met_to_the_bit(void **state)
{
    enum { MAP = GOLDEN_PIXELS / 16 };
    pnd_safetensors *io = NULL;
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_safetensors_open(&io, PND_TEST_DATA "/golden_slim8/io.safetensors", &err));
    const pnd_heads heads = {.classes = 19,
                             .width = GOLDEN_WIDTH / 4,
                             .height = GOLDEN_HEIGHT / 4,
                             .sem = tensor(io, "s4.sem", 19 * MAP * sizeof(float)),
                             .center = tensor(io, "s4.center", MAP * sizeof(float)),
                             .offset = tensor(io, "s4.offset", 2 * MAP * sizeof(float)),
                             .depth = tensor(io, "s4.depth_raw", MAP * sizeof(float))};
    const int32_t *panoptic = tensor(io, "post.panoptic", GOLDEN_PIXELS * sizeof *panoptic);
    const int32_t *sem = tensor(io, "post.sem", GOLDEN_PIXELS * sizeof *sem);
    const int32_t *centers = tensor(io, "post.centers", 84 * sizeof *centers);
    const float *depth = tensor(io, "post.depth", GOLDEN_PIXELS * sizeof *depth);
    for (int i = 0; i < 2; i++) {
        pnd_assert_ok(
            pnd_postprocess(&result, backends[i], &heads, GOLDEN_WIDTH, GOLDEN_HEIGHT, NULL, &err));
        assert_int_equal(result.n_centers, 42);
        assert_memory_equal(result.centers, centers, 84 * sizeof *centers);
        assert_memory_equal(result.panoptic, panoptic, GOLDEN_PIXELS * sizeof *panoptic);
        for (size_t p = 0; p < GOLDEN_PIXELS; p++) {
            assert_int_equal(result.sem[p], sem[p]);
            assert_true(fabsf(result.depth[p] - depth[p]) <= 1.0f / 1048576.0f);
        }
        assert_int_equal(result.n_nonfinite, 0);
        /* 5000, 15001 and 16001 to 16009 are in the map */
        assert_int_equal(result.n_segments, 11);
        for (size_t s = 0; s < result.n_segments; s++) {
            const pnd_segment *segment = &result.segments[s];
            assert_int_equal(segment->area_px, pixels_of(segment->panoptic));
            assert_int_equal(segment->class_id, segment->panoptic / 1000);
            assert_true(s == 0 || segment->panoptic > segment[-1].panoptic);
        }
    }
    pnd_safetensors_close(io);
}

/* A lone hot cell enlarges to weights 0.625, 0.875, 0.875, 0.625 a side: its four best pixels are
 * equal, and all are centres. Each takes a quarter of the 12 x 12 pixels. */
static void a_plateau_gives_every_equal_pixel_a_centre(void **state)
{
    static const int32_t expected[8] = {5, 5, 5, 6, 6, 5, 6, 6};
    post_scene scene = post_scene_make(12, 12, 19, 11);
    (void)state;
    scene.center[1 * 3 + 1] = 1.0f;
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        assert_int_equal(result.n_centers, 4);
        assert_memory_equal(result.centers, expected, sizeof expected);
        assert_int_equal(result.n_segments, 4);
        for (int k = 0; k < 4; k++) {
            const pnd_segment *s = &result.segments[k];
            assert_int_equal(s->panoptic, 11001 + k);
            assert_true(s->is_thing && s->class_id == 11 && s->area_px == 36);
            assert_true(s->x == k % 2 * 6 && s->y == k / 2 * 6);
            assert_true(s->width == 6 && s->height == 6);
            assert_true(s->center_y == 5 + k / 2 && s->center_x == 5 + k % 2);
            assert_int_equal(value_at(s->y + 5, s->x), 11001 + k);
        }
    }
    post_scene_free(&scene);
}

/* The same with every pixel pointing half a pixel (an eighth of a map pixel) up and left: row 6
 * points to 5.5, as near to 5 as to 6, and goes to the first. Seven rows and columns against five.
 */
static void offsets_are_scaled_and_the_first_of_two_equal_distances_wins(void **state)
{
    static const int64_t areas[4] = {49, 35, 35, 25};
    post_scene scene = post_scene_make(12, 12, 19, 11);
    (void)state;
    scene.center[1 * 3 + 1] = 1.0f;
    for (int i = 0; i < 2 * 9; i++)
        scene.offset[i] = -0.125f;
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        for (int32_t k = 0; k < 4; k++)
            assert_int_equal(segment_of(11001 + k)->area_px, areas[k]);
    }
    post_scene_free(&scene);
}

/* One logit is ln 18 above the 18 others: probability 1/2. The centroid of the first quarter of
 * a_plateau... is (2.5, 2.5), so pixel (2, 2), whose heat is an eighth squared. */
static void a_score_is_probability_times_heat_at_the_centroid(void **state)
{
    const pnd_postprocess_options skip = {.struct_size = sizeof skip, .skip_scores = true};
    post_scene scene = post_scene_make(12, 12, 19, 11);
    (void)state;
    scene.center[1 * 3 + 1] = 1.0f;
    for (int i = 0; i < 9; i++)
        scene.sem[11 * 9 + i] = 2.8903718f;
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        pnd_assert_close(segment_of(11001)->score, 0.5 / 64.0, 1e-6);
        run(&scene, i, &skip);
        assert_true(isnan(segment_of(11001)->score));
    }
    post_scene_free(&scene);
}

static void the_threshold_is_strict(void **state)
{
    post_scene scene = post_scene_make(12, 12, 19, 11);
    (void)state;
    for (int i = 0; i < 2; i++) {
        post_scene_fill(scene.center, 9, 0.1f);
        run(&scene, i, NULL);
        assert_int_equal(result.n_centers, 0);
        post_scene_fill(scene.center, 9, nextafterf(0.1f, 1.0f));
        run(&scene, i, NULL);
        assert_int_equal(result.n_centers, 144);
        assert_int_equal(result.n_segments, 144);
        assert_int_equal(value_at(11, 11), 11144);
    }
    post_scene_free(&scene);
}

/* 256 equal pixels: t is their heat, and none is above it. deeplab2 keeps the first 200. */
static void a_plateau_of_more_than_top_k_has_no_centre(void **state)
{
    const pnd_postprocess_options keep = {.struct_size = sizeof keep, .keep_top_k = true};
    post_scene scene = post_scene_make(16, 16, 19, 11);
    (void)state;
    post_scene_fill(scene.center, 16, 0.5f);
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        assert_int_equal(result.n_centers, 0);
        assert_int_equal(pixels_of(PND_POST_VOID), 256);
        run(&scene, i, &keep);
        assert_int_equal(result.n_centers, 200);
        assert_true(result.centers[2 * 199] == 12 && result.centers[2 * 199 + 1] == 7);
        assert_int_equal(result.n_segments, 200);
    }
    post_scene_free(&scene);
}

/* Peaks of falling heat in raster order, 20 a row. With 200 or more the 200th is not above t. */
static void a_crowded_picture_keeps_one_less_than_top_k(void **state)
{
    static const struct {
        int32_t peaks;
        size_t centers, kept;
    } cases[] = {{1, 1, 1}, {199, 199, 199}, {200, 199, 200}, {201, 199, 200}, {240, 199, 200}};
    const pnd_postprocess_options keep = {.struct_size = sizeof keep, .keep_top_k = true};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        post_scene scene = post_scene_make(20 * 16, 12 * 16, 3, 0);
        for (int32_t k = 0; k < cases[c].peaks; k++)
            post_scene_peak(&scene, k / 20 * 4 + 1, k % 20 * 4 + 1, 0.9f - 0.003f * (float)k);
        for (int i = 0; i < 2; i++) {
            run(&scene, i, NULL);
            assert_int_equal(result.n_centers, cases[c].centers);
            for (int32_t k = 0; k < (int32_t)result.n_centers; k++) {
                assert_int_equal(result.centers[2 * k], k / 20 * 16 + 6);
                assert_int_equal(result.centers[2 * k + 1], k % 20 * 16 + 6);
            }
            run(&scene, i, &keep);
            assert_int_equal(result.n_centers, cases[c].kept);
        }
        post_scene_free(&scene);
    }
}

/* Left 8 columns a thing, the rest road. */
static void without_a_centre_things_are_void_or_one_instance(void **state)
{
    const pnd_postprocess_options one = {
        .struct_size = sizeof one, .one_instance_without_centers = true, .stuff_area = -1};
    post_scene scene = post_scene_make(64, 64, 19, 0);
    (void)state;
    for (int32_t y = 0; y < 16; y++)
        for (int32_t x = 0; x < 2; x++)
            post_scene_class(&scene, y, x, 13);
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        assert_int_equal(result.n_segments, 1);
        assert_int_equal(pixels_of(PND_POST_VOID), 8 * 64);
        assert_int_equal(pixels_of(0), 56 * 64);
        assert_true(isnan(segment_of(0)->score) && segment_of(0)->center_x == -1);
        run(&scene, i, &one);
        assert_int_equal(result.n_segments, 2);
        assert_int_equal(segment_of(13001)->area_px, 8 * 64);
        assert_int_equal(segment_of(13001)->center_y, -1);
        assert_true(segment_of(13001)->score == 0.0); /* no heat */
    }
    post_scene_free(&scene);
}

static void stuff_must_have_the_least_area(void **state)
{
    static const struct {
        int32_t width, height;
        bool kept, kept_exclusive;
    } cases[] = {{23, 89, false, false}, {64, 32, true, false}, {3, 683, true, true}};
    const pnd_postprocess_options exclusive = {.struct_size = sizeof exclusive,
                                               .stuff_area_exclusive = true};
    const pnd_postprocess_options all = {.struct_size = sizeof all, .stuff_area = -1};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        post_scene scene = post_scene_make(cases[c].width, cases[c].height, 19, 8);
        for (int i = 0; i < 2; i++) {
            run(&scene, i, NULL); /* 2047, 2048 and 2049 pixels */
            assert_int_equal(value_at(0, 0), cases[c].kept ? 8000 : PND_POST_VOID);
            assert_int_equal(result.n_segments, cases[c].kept ? 1 : 0);
            run(&scene, i, &exclusive);
            assert_int_equal(value_at(0, 0), cases[c].kept_exclusive ? 8000 : PND_POST_VOID);
            run(&scene, i, &all);
            assert_int_equal(segment_of(8000)->area_px, cases[c].width * cases[c].height);
        }
        post_scene_free(&scene);
    }
}

/* One centre; columns 0 to 7 are class 12, 8 to 15 class 11: a tie. With 16 to 23 of class 12 too,
 * that has the more. */
static void an_instance_takes_its_most_frequent_class(void **state)
{
    post_scene tie = post_scene_make(16, 16, 19, 11), more = post_scene_make(24, 16, 19, 11);
    (void)state;
    for (int32_t y = 0; y < 4; y++) {
        for (int32_t x = 0; x < 2; x++) {
            post_scene_class(&tie, y, x, 12);
            post_scene_class(&more, y, x, 12);
            post_scene_class(&more, y, x + 4, 12);
        }
    }
    post_scene_peak(&tie, 1, 1, 0.9f);
    post_scene_peak(&more, 1, 1, 0.9f);
    for (int i = 0; i < 2; i++) {
        run(&tie, i, NULL);
        assert_int_equal(result.n_segments, 1);
        assert_int_equal(segment_of(11001)->area_px, 256);
        assert_int_equal(result.sem[7], 12);
        assert_int_equal(result.sem[8], 11);
        run(&more, i, NULL);
        assert_int_equal(segment_of(12001)->area_px, 24 * 16);
    }
    post_scene_free(&more);
    post_scene_free(&tie);
}

/* Three peaks side by side, 16 pixels apart; everything points 16 pixels (4 map pixels) to the
 * right, so nobody belongs to the first. The middle one is a car, the last a person. */
static void a_centre_without_pixels_takes_no_number(void **state)
{
    post_scene scene = post_scene_make(48, 16, 19, 11);
    (void)state;
    for (int32_t k = 0; k < 3; k++)
        post_scene_peak(&scene, 1, 4 * k + 1, 0.9f);
    post_scene_fill(scene.offset + 4 * 12, 4 * 12, 4.0f);
    for (int32_t y = 0; y < 4; y++)
        for (int32_t x = 0; x < 4; x++)
            post_scene_class(&scene, y, x, 13);
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        assert_int_equal(result.n_centers, 3);
        assert_int_equal(result.n_segments, 2);
        assert_int_equal(segment_of(11001)->center_x, 38);
        assert_int_equal(segment_of(13001)->center_x, 22);
    }
    post_scene_free(&scene);
}

static void equal_logits_are_the_first_class(void **state)
{
    post_scene scene = post_scene_make(5, 3, 4, 2);
    (void)state;
    post_scene_fill(scene.sem, 4 * 2, 3.25f);
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        for (int p = 0; p < 15; p++)
            assert_int_equal(result.sem[p], 0);
    }
    post_scene_free(&scene);
}

/* 65 x 97 from 17 x 25 maps: 4 x 17 = 68 columns are enlarged, 65 are kept. Map column x holds x,
 * so pixel x of the photograph holds (x + 0.5) / 4 - 0.5, exactly, but for the clamped ends. */
static void maps_that_exceed_the_photograph_are_cut(void **state)
{
    post_scene scene = post_scene_make(65, 97, 2, 0);
    (void)state;
    for (int32_t i = 0; i < 17 * 25; i++)
        scene.depth[i] = (float)(i % 17);
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        for (int32_t y = 0; y < 97; y++)
            for (int32_t x = 0; x < 65; x++) {
                const float s = ((float)x + 0.5f) / 4.0f - 0.5f;
                assert_true(result.depth[y * 65 + x] == fminf(fmaxf(s, 0.0f), 16.0f));
            }
        assert_int_equal(segment_of(0)->width, 65);
        assert_int_equal(segment_of(0)->height, 97);
    }
    post_scene_free(&scene);
}

static void a_network_without_depth_has_none(void **state)
{
    post_scene scene = post_scene_make(9, 9, 19, 0);
    pnd_heads heads = post_scene_heads(&scene);
    pnd_error err = {0};
    (void)state;
    heads.depth = NULL;
    for (int i = 0; i < 2; i++) {
        pnd_assert_ok(pnd_postprocess(&result, backends[i], &heads, 9, 9, NULL, &err));
        assert_null(result.depth);
    }
    post_scene_free(&scene);
}

static void values_that_are_not_finite_are_counted(void **state)
{
    post_scene scene = post_scene_make(20, 12, 19, 11);
    (void)state;
    scene.sem[7] = (float)NAN;
    scene.sem[19 * 15 - 1] = (float)INFINITY;
    scene.center[4] = -(float)INFINITY;
    scene.offset[3] = (float)NAN;
    scene.offset[29] = (float)INFINITY;
    scene.depth[0] = (float)NAN;
    post_scene_peak(&scene, 1, 1, 0.9f);
    for (int i = 0; i < 2; i++) {
        run(&scene, i, NULL);
        assert_int_equal(result.n_nonfinite, 6);
    }
    post_scene_free(&scene);
}

/* The formula of the header, written out. */
static float *enlarged(const float *maps, const post_scene *scene, int32_t channels, float factor)
{
    const size_t n = (size_t)scene->width * (size_t)scene->height;
    float *out = malloc((size_t)channels * n * sizeof *out);
    assert_non_null(out);
    for (int32_t c = 0; c < channels; c++)
        for (int32_t y = 0; y < scene->height; y++)
            for (int32_t x = 0; x < scene->width; x++) {
                const float *map =
                    maps + (size_t)c * (size_t)(scene->map_width * scene->map_height);
                const float sy = fmaxf(0.0f, ((float)y + 0.5f) / 4.0f - 0.5f);
                const float sx = fmaxf(0.0f, ((float)x + 0.5f) / 4.0f - 0.5f);
                const int32_t y0 = (int32_t)sy, x0 = (int32_t)sx, w = scene->map_width;
                const int32_t y1 = y0 + 1 < scene->map_height ? y0 + 1 : y0;
                const int32_t x1 = x0 + 1 < w ? x0 + 1 : x0;
                const float h1 = sy - (float)y0, w1 = sx - (float)x0;
                const float h0 = 1.0f - h1, w0 = 1.0f - w1;
                out[(size_t)c * n + (size_t)(y * scene->width + x)] =
                    factor * (h0 * (w0 * map[y0 * w + x0] + w1 * map[y0 * w + x1]) +
                              h1 * (w0 * map[y1 * w + x0] + w1 * map[y1 * w + x1]));
            }
    return out;
}

static void maps_that_are_enlarged_already_give_the_same(void **state)
{
    post_scene scene = post_scene_make(61, 45, 19, 0);
    pnd_postprocess_result small = {0};
    pnd_error err = {0};
    (void)state;
    post_scene_random(&scene, 7, 9, false);
    const pnd_postprocess_options options = {.struct_size = sizeof options, .stuff_area = 50};
    const pnd_heads heads = post_scene_heads(&scene);
    float *sem = enlarged(scene.sem, &scene, 19, 1), *center = enlarged(scene.center, &scene, 1, 1);
    float *offset = enlarged(scene.offset, &scene, 2, 4),
          *depth = enlarged(scene.depth, &scene, 1, 1);
    pnd_heads large = {19, 61, 45, sem, center, offset, depth, .stride = 1};
    pnd_assert_ok(pnd_postprocess(&small, backends[1], &heads, 61, 45, &options, &err));
    for (int b = 0; b < 2; b++) {
        pnd_assert_ok(pnd_postprocess(&result, backends[b], &large, 61, 45, &options, &err));
        assert_true(small.n_segments > 3 && result.n_segments == small.n_segments);
        assert_memory_equal(result.panoptic, small.panoptic, 61 * 45 * sizeof(int32_t));
        assert_memory_equal(result.sem, small.sem, 61 * 45);
        assert_memory_equal(result.depth, small.depth, 61 * 45 * sizeof(float));
        for (size_t i = 0; i < small.n_segments; i++)
            pnd_assert_close(result.segments[i].score, small.segments[i].score, 0);
    }
    large.stride = 2;
    pnd_assert_fails(pnd_postprocess(&result, backends[0], &large, 61, 45, &options, &err),
                     PND_EINVAL, "stride 2");
    large.stride = 1;
    large.width = 16;
    pnd_assert_fails(pnd_postprocess(&result, backends[0], &large, 61, 45, &options, &err),
                     PND_EINVAL, "expected 61x45");
    free(sem);
    free(center);
    free(offset);
    free(depth);
    pnd_postprocess_result_clear(&small);
    post_scene_free(&scene);
}

static void unusable_arguments_are_told(void **state)
{
    static const struct {
        pnd_postprocess_options options;
        const char *text;
    } cases[] = {{{.threshold = (float)NAN}, "threshold"},
                 {{.nms = 4}, "nms = 4"},
                 {{.nms = 33}, "nms = 33"},
                 {{.top_k = -1}, "top_k = -1"},
                 {{.top_k = 4097}, "top_k = 4097"},
                 {{.top_k = 1000}, "label_divisor, 1000"},
                 {{.label_divisor = -5}, "label_divisor = -5"},
                 {{.label_divisor = 1 << 20}, "label_divisor = 1048576"}};
    post_scene scene = post_scene_make(8, 8, 19, 0);
    pnd_heads heads = post_scene_heads(&scene);
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pnd_postprocess_options options = cases[i].options;
        options.struct_size = sizeof options;
        pnd_assert_fails(pnd_postprocess(&result, backends[0], &heads, 8, 8, &options, &err),
                         PND_EINVAL, cases[i].text);
        assert_int_equal(result.n_segments, 0);
    }
    const pnd_postprocess_options no_size = {.nms = 3};
    pnd_assert_fails(pnd_postprocess(&result, backends[0], &heads, 8, 8, &no_size, &err),
                     PND_EINVAL, "struct_size");
    pnd_assert_fails(pnd_postprocess(&result, backends[0], &heads, 9, 8, NULL, &err), PND_EINVAL,
                     "the maps are 2x2: expected 3x2");
    heads.classes = 33;
    pnd_assert_fails(pnd_postprocess(&result, backends[0], &heads, 8, 8, NULL, &err), PND_EINVAL,
                     "33 classes");
    heads.classes = 19;
    heads.offset = NULL;
    pnd_assert_fails(pnd_postprocess(&result, backends[0], &heads, 8, 8, NULL, &err), PND_EINVAL,
                     "missing");
    post_scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_network_is_met_to_the_bit),
        cmocka_unit_test(a_plateau_gives_every_equal_pixel_a_centre),
        cmocka_unit_test(offsets_are_scaled_and_the_first_of_two_equal_distances_wins),
        cmocka_unit_test(a_score_is_probability_times_heat_at_the_centroid),
        cmocka_unit_test(the_threshold_is_strict),
        cmocka_unit_test(a_plateau_of_more_than_top_k_has_no_centre),
        cmocka_unit_test(a_crowded_picture_keeps_one_less_than_top_k),
        cmocka_unit_test(without_a_centre_things_are_void_or_one_instance),
        cmocka_unit_test(stuff_must_have_the_least_area),
        cmocka_unit_test(an_instance_takes_its_most_frequent_class),
        cmocka_unit_test(a_centre_without_pixels_takes_no_number),
        cmocka_unit_test(equal_logits_are_the_first_class),
        cmocka_unit_test(maps_that_exceed_the_photograph_are_cut),
        cmocka_unit_test(a_network_without_depth_has_none),
        cmocka_unit_test(values_that_are_not_finite_are_counted),
        cmocka_unit_test(maps_that_are_enlarged_already_give_the_same),
        cmocka_unit_test(unusable_arguments_are_told),
    };
    return cmocka_run_group_tests(tests, open_backends, close_backends);
}
