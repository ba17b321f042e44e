/* SPDX-License-Identifier: Apache-2.0 */
/* Disparity to depth against golden values and hand calculations, on ref; tests/backend compares
 * the other backends with ref. */
#include "pnd_test.h"

#include <panodepth/depth.h>

#include <stdlib.h>

/* baseline * fx of the two Cityscapes rigs, depth.md A.2. */
static const pnd_stereo aachen = {0.209313 * 2262.52, 0};
static const pnd_stereo hamburg = {0.222126 * 2268.36, 0};

static pnd_backend *ref_backend(void)
{
    const pnd_backend_options options = {.struct_size = sizeof options, .kind = PND_BACKEND_REF};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    pnd_assert_ok(pnd_backend_create(&backend, &options, &err));
    return backend;
}

/* One row of samples through ref; the test fails when the call does. */
static pnd_depth_counts row_f32(float *depth_m, const uint16_t *p, int32_t n, pnd_stereo stereo,
                                pnd_depth_options options)
{
    pnd_backend *backend = ref_backend();
    pnd_depth_counts counts;
    pnd_error err = {0};
    options.struct_size = sizeof options;
    pnd_assert_ok(pnd_depth_from_disparity(depth_m, (size_t)n * sizeof *depth_m, &counts, backend,
                                           (pnd_view_u16){p, n, 1, (size_t)n * sizeof *p}, stereo,
                                           &options, &err));
    pnd_backend_free(backend);
    return counts;
}

static pnd_depth_counts row_u16(uint16_t *samples, const uint16_t *p, int32_t n, pnd_stereo stereo,
                                pnd_depth_options options)
{
    pnd_backend *backend = ref_backend();
    pnd_depth_counts counts;
    pnd_error err = {0};
    options.struct_size = sizeof options;
    pnd_assert_ok(pnd_depth_u16_from_disparity(
        samples, (size_t)n * sizeof *samples, &counts, backend,
        (pnd_view_u16){p, n, 1, (size_t)n * sizeof *p}, stereo, &options, &err));
    pnd_backend_free(backend);
    return counts;
}

static void assert_counts(pnd_depth_counts counts, int64_t invalid, int64_t infinite,
                          int64_t finite, int64_t masked)
{
    assert_int_equal(counts.invalid, invalid);
    assert_int_equal(counts.infinite, infinite);
    assert_int_equal(counts.finite, finite);
    assert_int_equal(counts.masked, masked);
}

/* Real pixels, depth.md F-golden-1. */
static void depths_are_the_golden_ones(void **state)
{
    const uint16_t p[3] = {3333, 21134, 951}, q = 13039;
    float depth_m[3];
    (void)state;
    pnd_depth_counts counts = row_f32(depth_m, p, 3, aachen, (pnd_depth_options){0});
    assert_true(depth_m[0] == (float)36.385102425738296);
    pnd_assert_close((double)depth_m[1], 5.7367700413, 1e-7);
    pnd_assert_close((double)depth_m[2], 127.6159592448, 1e-7);
    assert_counts(counts, 0, 0, 3, 0);
    counts = row_f32(depth_m, &q, 1, hamburg, (pnd_depth_options){0});
    assert_true(depth_m[0] == (float)9.893281464960884);
    assert_int_equal(counts.finite, 1);
}

static void the_four_states_are_kept_apart(void **state)
{
    const uint16_t p[5] = {0, 1, 257, 2, 65535}; /* d: -, 0, 1, 1/256, 65534/256 */
    const uint8_t mask[5] = {1, 0, 1, 0, 0};
    float depth_m[5];
    const pnd_depth_options options = {.mask = {mask, 5, 1, 5}};
    (void)state;
    const pnd_depth_counts counts = row_f32(depth_m, p, 5, (pnd_stereo){512, 0}, options);
    assert_counts(counts, 1, 1, 2, 1); /* p = 0 under the mask stays invalid */
    assert_true(depth_m[0] == 0 && depth_m[1] == 0 && depth_m[2] == 0);
    assert_true(depth_m[3] == 512.0f * 256.0f);
    assert_true(depth_m[4] == (float)(512.0 * 256.0 / 65534.0));
}

static void a_point_at_infinity_is_no_depth_or_far(void **state)
{
    const uint16_t p = 1;
    float depth_m;
    uint16_t sample;
    (void)state;
    (void)row_f32(&depth_m, &p, 1, aachen, (pnd_depth_options){0});
    assert_true(depth_m == 0.0f);
    pnd_depth_options far = {.zero_disparity = PND_ZERO_DISPARITY_FAR};
    assert_int_equal(row_f32(&depth_m, &p, 1, aachen, far).infinite, 1);
    assert_true(isinf(depth_m) && depth_m > 0.0f);
    const pnd_depth_counts counts = row_u16(&sample, &p, 1, aachen, far);
    assert_int_equal(sample, 65535);
    assert_int_equal(counts.saturated, 0); /* at infinity, not a large depth */
    far.cap_m = 80;
    assert_int_equal(row_f32(&depth_m, &p, 1, aachen, far).infinite, 1);
    assert_true(depth_m == 0.0f);
    far.cap_mode = PND_CAP_CLAMP;
    assert_counts(row_f32(&depth_m, &p, 1, aachen, far), 0, 1, 0, 0);
    assert_true(depth_m == 80.0f);
}

static void a_cap_masks_or_clamps_what_is_beyond_it(void **state)
{
    /* bf = 80: d = 1 is exactly 80 m, d = 255/256 beyond, d = 2 is 40 m */
    const uint16_t p[3] = {257, 256, 513};
    float depth_m[3];
    pnd_depth_options options = {.cap_m = 80};
    (void)state;
    pnd_depth_counts counts = row_f32(depth_m, p, 3, (pnd_stereo){80, 0}, options);
    assert_counts(counts, 0, 0, 2, 1);
    assert_int_equal(counts.beyond_cap, 1);
    assert_true(depth_m[0] == 80.0f && depth_m[1] == 0.0f && depth_m[2] == 40.0f);
    options.cap_mode = PND_CAP_CLAMP;
    counts = row_f32(depth_m, p, 3, (pnd_stereo){80, 0}, options);
    assert_counts(counts, 0, 0, 3, 0);
    assert_int_equal(counts.beyond_cap, 1);
    assert_true(depth_m[1] == 80.0f);
}

static void no_depth_is_zero_or_nan(void **state)
{
    const uint16_t p[2] = {0, 1};
    float depth_m[2];
    (void)state;
    (void)row_f32(depth_m, p, 2, aachen, (pnd_depth_options){.nan_for_no_depth = true});
    assert_true(isnan(depth_m[0]) && isnan(depth_m[1]));
}

/* faults.md row 67. bf = 256 and d = (p - 1) / 256: z = 65536 / (p - 1), v = 2^24 / (p - 1). */
static void kitti_samples_round_half_up_and_saturate(void **state)
{
    /* 2^24 / 256 = 65536 saturates; / 257 = 65280.996; / 2048 = 8192; / 65534 = 256.0078 */
    const uint16_t p[5] = {257, 258, 2049, 65535, 2};
    const uint16_t half_up[5] = {65535, 65281, 8192, 256, 65535};
    const uint16_t truncated[5] = {65535, 65280, 8192, 256, 65535};
    uint16_t samples[5];
    (void)state;
    pnd_depth_counts counts = row_u16(samples, p, 5, (pnd_stereo){256, 0}, (pnd_depth_options){0});
    assert_memory_equal(samples, half_up, sizeof half_up);
    assert_int_equal(counts.saturated, 2);
    counts = row_u16(samples, p, 5, (pnd_stereo){256, 0}, (pnd_depth_options){.truncate = true});
    assert_memory_equal(samples, truncated, sizeof truncated);
    assert_int_equal(counts.saturated, 2);
    /* bf = 2.5 / 64: v = 2560 / (p - 1) is 2.5 for p = 1025, a tie */
    const uint16_t tie = 1025;
    (void)row_u16(samples, &tie, 1, (pnd_stereo){2.5 / 64, 0}, (pnd_depth_options){0});
    assert_int_equal(samples[0], 3);
    /* v = 65536 bf / 65534: 0.25 rounds and 0.5 truncates to 0, which would mean "no depth" */
    const uint16_t near[2] = {65535, 65000};
    (void)row_u16(samples, near, 2, (pnd_stereo){0.25, 0}, (pnd_depth_options){0});
    assert_int_equal(samples[0], 1);
    (void)row_u16(samples, near, 2, (pnd_stereo){0.5, 0}, (pnd_depth_options){.truncate = true});
    assert_int_equal(samples[0], 1);
}

/* Middlebury Motorcycle at quarter size: f 994.978 px, baseline 193.001 mm, doffs 31.086 px. */
static void doffs_shifts_the_disparity(void **state)
{
    const uint16_t p[2] = {1, 10241}; /* d = 0 and 40 */
    float depth_m[2];
    (void)state;
    const pnd_depth_counts counts =
        row_f32(depth_m, p, 2, (pnd_stereo){994.978 * 0.193001, 31.086}, (pnd_depth_options){0});
    assert_counts(counts, 0, 0, 2, 0);
    pnd_assert_close((double)depth_m[0], 994.978 * 0.193001 / 31.086, 1e-7);
    pnd_assert_close((double)depth_m[1], 994.978 * 0.193001 / 71.086, 1e-7);
    /* d + doffs = 0 and below is at infinity */
    assert_int_equal(
        row_f32(depth_m, p, 2, (pnd_stereo){400, -40}, (pnd_depth_options){0}).infinite, 2);
}

static void a_range_is_the_distance_to_the_camera(void **state)
{
    /* z = 100; ray (3/4, 0, 1) is 5/4 long, ray (0, 0, 1) is 1 long */
    const uint16_t p[4] = {257, 257, 257, 0};
    const pnd_pinhole pinhole = {4, 8, 0, 0};
    float depth_m[4];
    (void)state;
    pnd_depth_options options = {.range = &pinhole, .cap_m = 120};
    const pnd_depth_counts counts = row_f32(depth_m, p, 4, (pnd_stereo){100, 0}, options);
    assert_true(depth_m[0] == 100.0f);
    pnd_assert_close((double)depth_m[2], 100.0 * sqrt(1.25), 1e-7);
    assert_int_equal(counts.invalid, 1);
    const uint16_t q[4] = {0, 0, 0, 257};
    assert_int_equal(row_f32(depth_m, q, 4, (pnd_stereo){100, 0}, options).beyond_cap, 1);
    options.cap_m = 0;
    (void)row_f32(depth_m, q, 4, (pnd_stereo){100, 0}, options);
    assert_true(depth_m[3] == 125.0f);
}

static void a_changed_rule_is_not_answered_from_the_old_table(void **state)
{
    const pnd_backend_options cpu = {.struct_size = sizeof cpu, .kind = PND_BACKEND_CPU};
    const uint16_t p = 257;
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    float depth_m;
    (void)state;
    pnd_assert_ok(pnd_backend_create(&backend, &cpu, &err));
    for (int i = 1; i < 4; i++) {
        const pnd_stereo stereo = {100.0 * i, 0};
        pnd_assert_ok(pnd_depth_from_disparity(&depth_m, 4, NULL, backend,
                                               (pnd_view_u16){&p, 1, 1, 2}, stereo, NULL, &err));
        assert_true(depth_m == 100.0f * (float)i);
    }
    pnd_backend_free(backend);
}

static void unusable_arguments_are_refused(void **state)
{
    static const double bad_bf[] = {0, -473.5, 1e300, 1e-300};
    const pnd_pinhole no_focus = {0, 1, 0, 0};
    const uint8_t mask[2] = {0};
    const uint16_t p[2] = {0};
    float depth_m[2];
    const pnd_view_u16 view = {p, 2, 1, 4};
    pnd_backend *backend = ref_backend();
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        const double bf = i < 4 ? bad_bf[i] : i == 4 ? (double)NAN : (double)INFINITY;
        pnd_assert_fails(pnd_depth_from_disparity(depth_m, 8, NULL, backend, view,
                                                  (pnd_stereo){bf, 0}, NULL, &err),
                         PND_EINVAL, "baseline");
    }
    pnd_assert_fails(pnd_depth_from_disparity(depth_m, 8, NULL, backend, view,
                                              (pnd_stereo){1, (double)NAN}, NULL, &err),
                     PND_EINVAL, "doffs");
    pnd_assert_fails(pnd_depth_from_disparity(depth_m, 6, NULL, backend, view, aachen, NULL, &err),
                     PND_EINVAL, "stride of 6");
    pnd_assert_fails(pnd_depth_from_disparity(depth_m, 4, NULL, backend, view, aachen, NULL, &err),
                     PND_EINVAL, "stride of 4");
    pnd_assert_fails(pnd_depth_from_disparity(depth_m, 8, NULL, backend, (pnd_view_u16){p, 0, 1, 4},
                                              aachen, NULL, &err),
                     PND_EINVAL, "0x1");
    pnd_depth_options options = {.cap_m = -1};
    pnd_assert_fails(
        pnd_depth_from_disparity(depth_m, 8, NULL, backend, view, aachen, &options, &err),
        PND_EINVAL, "struct_size");
    options.struct_size = sizeof options;
    pnd_assert_fails(
        pnd_depth_from_disparity(depth_m, 8, NULL, backend, view, aachen, &options, &err),
        PND_EINVAL, "cap = -1");
    options = (pnd_depth_options){.struct_size = sizeof options, .range = &no_focus};
    pnd_assert_fails(
        pnd_depth_from_disparity(depth_m, 8, NULL, backend, view, aachen, &options, &err),
        PND_EINVAL, "fx = 0");
    options = (pnd_depth_options){.struct_size = sizeof options, .mask = {mask, 1, 2, 1}};
    pnd_assert_fails(
        pnd_depth_from_disparity(depth_m, 8, NULL, backend, view, aachen, &options, &err),
        PND_EMISMATCH, "mask is 1x2");
    pnd_backend_free(backend);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depths_are_the_golden_ones),
        cmocka_unit_test(the_four_states_are_kept_apart),
        cmocka_unit_test(a_point_at_infinity_is_no_depth_or_far),
        cmocka_unit_test(a_cap_masks_or_clamps_what_is_beyond_it),
        cmocka_unit_test(no_depth_is_zero_or_nan),
        cmocka_unit_test(kitti_samples_round_half_up_and_saturate),
        cmocka_unit_test(doffs_shifts_the_disparity),
        cmocka_unit_test(a_range_is_the_distance_to_the_camera),
        cmocka_unit_test(a_changed_rule_is_not_answered_from_the_old_table),
        cmocka_unit_test(unusable_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
