/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion against hand calculations and NumPy, on ref and cpu. */
#include "pnd_test.h"

#include <panodepth/fuse.h>

#include <stdlib.h>

static pnd_backend *open_backend(pnd_backend_kind kind)
{
    const pnd_backend_options options = {.struct_size = sizeof options, .kind = kind};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    pnd_assert_ok(pnd_backend_create(&backend, &options, &err));
    return backend;
}

/* One row of n pixels. */
static pnd_status fuse_row(pnd_segment_depths *out, const uint32_t *ids, const float *depth_m,
                           int32_t n, double trim, pnd_backend_kind kind, pnd_error *err)
{
    const pnd_fuse_options options = {.struct_size = sizeof options, .trim = trim};
    pnd_backend *backend = open_backend(kind);
    const pnd_status status =
        pnd_fuse_depth(out, backend, (pnd_view_u32){ids, n, 1, (size_t)n * sizeof *ids},
                       (pnd_view_f32){depth_m, n, 1, (size_t)n * sizeof *depth_m},
                       trim == 0.0 ? NULL : &options, err);
    pnd_backend_free(backend);
    return status;
}

/* By hand: 2, 4, 8. mean 14/3; inverse 3 / (1/2 + 1/4 + 1/8) = 24/7; the percentiles are 0.2 of the
 * way from 2 to 4 and 0.8 of the way from 4 to 8; variance (64 + 4 + 100) / 27 = 56/9. */
static void three_depths_by_hand(void **state)
{
    const uint32_t ids[4] = {26001, 26001, 0, 26001};
    const float depth_m[4] = {8, 2, 50, 4};
    pnd_segment_depths fused = {0};
    pnd_error err = {0};
    (void)state;
    for (int kind = PND_BACKEND_REF; kind <= PND_BACKEND_CPU; kind++) {
        pnd_assert_ok(fuse_row(&fused, ids, depth_m, 4, 0, (pnd_backend_kind)kind, &err));
        assert_int_equal(fused.n, 1); /* id 0 is void */
        const pnd_segment_depth *s = fused.segments;
        assert_int_equal(s->id, 26001);
        assert_int_equal(s->area_px, 3);
        assert_int_equal(s->n_valid, 3);
        assert_true(s->coverage == 1.0 && s->median == 4.0 && s->min == 2.0 && s->max == 8.0);
        pnd_assert_close(s->mean, 14.0 / 3.0, 1e-15);
        pnd_assert_close(s->trimmed_mean, 14.0 / 3.0, 1e-15); /* floor(0.3) = 0 are dropped */
        pnd_assert_close(s->inverse_mean, 24.0 / 7.0, 1e-12);
        pnd_assert_close(s->p10, 2.4, 1e-15);
        pnd_assert_close(s->p90, 7.2, 1e-15);
        pnd_assert_close(s->std, sqrt(56.0 / 9.0), 1e-12);
    }
    pnd_segment_depths_clear(&fused);
}

/* numpy 1.24 on the float32 values: mean, median, mean of sorted[1:-1], 1/mean(1/z), std,
 * percentile 10 and 90; then without the largest, trimmed with sorted[4:-4]. */
static void an_odd_and_an_even_number_of_depths_as_numpy_has_them(void **state)
{
    const float depth_m[11] = {3.5f,  7.25f, 1.0f, 7.25f, 100.0f, 0.3f,
                               12.0f, 55.5f, 2.0f, 9.0f,  20.0f};
    const float fewer[10] = {3.5f, 7.25f, 1.0f, 7.25f, 0.3f, 12.0f, 55.5f, 2.0f, 9.0f, 20.0f};
    const uint32_t ids[11] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    pnd_segment_depths fused = {0};
    pnd_error err = {0};
    (void)state;
    for (int kind = PND_BACKEND_REF; kind <= PND_BACKEND_CPU; kind++) {
        pnd_assert_ok(fuse_row(&fused, ids, depth_m, 11, 0, (pnd_backend_kind)kind, &err));
        const pnd_segment_depth *s = fused.segments;
        pnd_assert_close(s->mean, 19.80000000108372, 1e-15);
        assert_true(s->median == 7.25 && s->p10 == 1.0 && s->p90 == 55.5);
        pnd_assert_close(s->trimmed_mean, 13.055555555555555, 1e-15);
        pnd_assert_close(s->inverse_mean, 1.9409348751101443, 1e-12);
        pnd_assert_close(s->std, 29.411307348666686, 1e-12);
        pnd_assert_ok(fuse_row(&fused, ids, fewer, 10, 0.45, (pnd_backend_kind)kind, &err));
        s = fused.segments;
        pnd_assert_close(s->mean, 11.780000001192093, 1e-15);
        assert_true(s->median == 7.25 && s->trimmed_mean == 7.25);
        pnd_assert_close(s->inverse_mean, 1.7676051651095732, 1e-12);
        pnd_assert_close(s->std, 15.620598579203985, 1e-12);
        pnd_assert_close(s->p10, 0.9300000011920929, 1e-15);
        pnd_assert_close(s->p90, 23.549999999999986, 1e-15);
    }
    pnd_segment_depths_clear(&fused);
}

static void pixels_without_a_depth_do_not_count(void **state)
{
    const uint32_t ids[8] = {5, 5, 5, 5, 5, 5, 3, 3};
    const float depth_m[8] = {10.0f, 0.0f, (float)NAN, (float)INFINITY, -(float)INFINITY,
                              -4.0f, 0.0f, (float)NAN};
    pnd_segment_depths fused = {0};
    pnd_error err = {0};
    (void)state;
    for (int kind = PND_BACKEND_REF; kind <= PND_BACKEND_CPU; kind++) {
        pnd_assert_ok(fuse_row(&fused, ids, depth_m, 8, 0, (pnd_backend_kind)kind, &err));
        assert_int_equal(fused.n, 2);
        const pnd_segment_depth *empty = pnd_segment_depths_find(&fused, 3);
        const pnd_segment_depth *one = pnd_segment_depths_find(&fused, 5);
        assert_null(pnd_segment_depths_find(&fused, 4));
        assert_null(pnd_segment_depths_find(&fused, 6));
        assert_ptr_equal(empty, &fused.segments[0]); /* ascending */
        assert_int_equal(empty->n_valid, 0);
        assert_int_equal(empty->area_px, 2);
        assert_true(empty->coverage == 0.0);
        assert_true(isnan(empty->mean) && isnan(empty->median) && isnan(empty->trimmed_mean) &&
                    isnan(empty->inverse_mean) && isnan(empty->min) && isnan(empty->max) &&
                    isnan(empty->p10) && isnan(empty->p90) && isnan(empty->std));
        assert_int_equal(one->n_valid, 1);
        assert_true(one->coverage == 1.0 / 6.0);
        assert_true(one->mean == 10.0 && one->median == 10.0 && one->trimmed_mean == 10.0 &&
                    one->p10 == 10.0 && one->p90 == 10.0 && one->std == 0.0);
        pnd_assert_close(one->inverse_mean, 10.0, 1e-12);
    }
    pnd_segment_depths_clear(&fused);
}

/* 2^20 - 1/16 and 2^-20: the double sum of thousands of both loses the small ones, the exact one
 * does not. n = 2 * 4096: sum = 4096 (2^20 - 2^-4) + 4096 * 2^-20. */
static void sums_are_exact(void **state)
{
    enum { HALF = 4096 };
    uint32_t *ids = malloc(2 * HALF * sizeof *ids);
    float *depth_m = malloc(2 * HALF * sizeof *depth_m);
    pnd_segment_depths fused = {0};
    pnd_error err = {0};
    (void)state;
    for (int i = 0; i < 2 * HALF; i++) {
        ids[i] = 16777215;
        depth_m[i] = i % 2 == 0 ? 1048575.9375f : 1.0f / 1048576.0f;
    }
    for (int kind = PND_BACKEND_REF; kind <= PND_BACKEND_CPU; kind++) {
        pnd_assert_ok(fuse_row(&fused, ids, depth_m, 2 * HALF, 0, (pnd_backend_kind)kind, &err));
        assert_int_equal(fused.segments[0].id, 16777215);
        assert_true(fused.segments[0].mean == (1048575.9375 + 1.0 / 1048576.0) / 2.0);
    }
    pnd_segment_depths_clear(&fused);
    free(depth_m);
    free(ids);
}

static void rules_choose_a_depth(void **state)
{
    const pnd_segment_depth s = {.mean = 1, .median = 2, .trimmed_mean = 3, .inverse_mean = 4};
    const char *const names[] = {"mean", "median", "trimmed", "inverse"};
    pnd_fuse_rule rule = PND_FUSE_MEAN;
    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_true(pnd_fuse_rule_parse(&rule, names[i]));
        assert_true(pnd_segment_depth_by(&s, rule) == i + 1);
    }
    assert_false(pnd_fuse_rule_parse(&rule, "mode"));
    assert_int_equal(rule, PND_FUSE_INVERSE);
}

static void unusable_images_are_refused(void **state)
{
    const uint32_t ids[2] = {16777216, 1};
    const float depth_m[2] = {1, 1};
    pnd_segment_depths fused = {0};
    pnd_error err = {0};
    (void)state;
    for (int kind = PND_BACKEND_REF; kind <= PND_BACKEND_CPU; kind++) {
        pnd_assert_fails(fuse_row(&fused, ids, depth_m, 2, 0, (pnd_backend_kind)kind, &err),
                         PND_EINVAL, "16777216");
        assert_int_equal(fused.n, 0);
        pnd_assert_fails(fuse_row(&fused, ids + 1, depth_m, 1, 0.5, (pnd_backend_kind)kind, &err),
                         PND_EINVAL, "trim = 0.5");
        pnd_assert_fails(fuse_row(&fused, ids, depth_m, 0, 0, (pnd_backend_kind)kind, &err),
                         PND_EINVAL, "0x1");
    }
    pnd_backend *backend = open_backend(PND_BACKEND_REF);
    pnd_assert_fails(pnd_fuse_depth(&fused, backend, (pnd_view_u32){ids, 2, 1, 8},
                                    (pnd_view_f32){depth_m, 1, 2, 4}, NULL, &err),
                     PND_EMISMATCH, "2x1, the depth 1x2");
    const pnd_fuse_options no_size = {.trim = 0.1};
    pnd_assert_fails(pnd_fuse_depth(&fused, backend, (pnd_view_u32){ids, 2, 1, 8},
                                    (pnd_view_f32){depth_m, 2, 1, 8}, &no_size, &err),
                     PND_EINVAL, "struct_size");
    pnd_backend_free(backend);
}

/* PND_MAX_SEGMENTS ids fit, one more does not; void is not one of them. */
static void the_number_of_segments_is_limited(void **state)
{
    enum { SIDE = 512 };
    uint32_t *ids = calloc(SIDE * SIDE, sizeof *ids);
    float *depth_m = calloc(SIDE * SIDE, sizeof *depth_m);
    pnd_backend *backend = open_backend(PND_BACKEND_CPU);
    pnd_segment_depths fused = {0};
    pnd_error err = {0};
    (void)state;
    for (uint32_t i = 0; i <= PND_MAX_SEGMENTS; i++)
        ids[i] = i;
    const pnd_view_u32 view = {ids, SIDE, SIDE, SIDE * sizeof *ids};
    const pnd_view_f32 depth_view = {depth_m, SIDE, SIDE, SIDE * sizeof *depth_m};
    pnd_assert_ok(pnd_fuse_depth(&fused, backend, view, depth_view, NULL, &err));
    assert_int_equal(fused.n, PND_MAX_SEGMENTS);
    ids[PND_MAX_SEGMENTS + 1] = PND_MAX_SEGMENTS + 1;
    pnd_assert_fails(pnd_fuse_depth(&fused, backend, view, depth_view, NULL, &err), PND_ELIMIT,
                     "65536");
    assert_int_equal(fused.n, 0);
    pnd_segment_depths_clear(&fused);
    pnd_backend_free(backend);
    free(depth_m);
    free(ids);
}

/* Depths of one segment that crowd where a selection looks for them. */
static float crowded_depth(int kind, int32_t i)
{
    switch (kind) {
    case 0: /* one value */
        return 80.0f;
    case 1: /* neighbouring floats, and one far away */
        return i == 7 ? 0.001f : 20.0f + (float)(i % 5) * 1.9073486e-6f;
    case 2: /* half of them equal */
        return i % 2 == 0 ? 5.0f : 1.0f + (float)(i * 7919 % 10007) / 100.0f;
    case 3: /* two values, the ends of every rank */
        return i % 10 == 0 ? 3.0f : 4.0f;
    case 4: /* a wide range */
        return ldexpf(1.0f + (float)(i * 31 % 1009) / 1009.0f, i % 40 - 20);
    default: /* a ramp */
        return 1.0f + (float)i / 1024.0f;
    }
}

static void a_large_segment_is_fused_as_if_it_were_sorted(void **state)
{
    enum { N = 16384 };
    static const double trims[] = {0.1, 0.01, 0.49};
    static uint32_t ids[N];
    static float depth_m[N];
    pnd_segment_depths sorted = {0}, fused = {0};
    pnd_error err = {0};
    (void)state;
    for (int i = 0; i < 3 * 6; i++) {
        for (int32_t p = 0; p < N; p++) {
            ids[p] = 9;
            depth_m[p] = crowded_depth(i / 3, p);
        }
        pnd_assert_ok(fuse_row(&sorted, ids, depth_m, N, trims[i % 3], PND_BACKEND_REF, &err));
        pnd_assert_ok(fuse_row(&fused, ids, depth_m, N, trims[i % 3], PND_BACKEND_CPU, &err));
        const pnd_segment_depth *a = sorted.segments, *b = fused.segments;
        const double p[] = {a->mean, a->median, a->trimmed_mean, a->inverse_mean, a->min,
                            a->max,  a->p10,    a->p90,          a->std};
        const double q[] = {b->mean, b->median, b->trimmed_mean, b->inverse_mean, b->min,
                            b->max,  b->p10,    b->p90,          b->std};
        assert_int_equal(a->n_valid, b->n_valid);
        assert_memory_equal(p, q, sizeof p);
    }
    pnd_segment_depths_clear(&sorted);
    pnd_segment_depths_clear(&fused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_depths_by_hand),
        cmocka_unit_test(an_odd_and_an_even_number_of_depths_as_numpy_has_them),
        cmocka_unit_test(a_large_segment_is_fused_as_if_it_were_sorted),
        cmocka_unit_test(pixels_without_a_depth_do_not_count),
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(rules_choose_a_depth),
        cmocka_unit_test(unusable_images_are_refused),
        cmocka_unit_test(the_number_of_segments_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
