/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include "../../kernels/src/backend_ops.h"

#include <panodepth/fuse.h>

static void backends_are_chosen_by_name(void **state)
{
    pnd_backend_options options = {.struct_size = sizeof options, .threads = 3, .device = 9};
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_backend_options_parse(&options, "cuda:1", &err));
    assert_int_equal(options.kind, PND_BACKEND_CUDA);
    assert_int_equal(options.device, 1);
    pnd_assert_ok(pnd_backend_options_parse(&options, "ref", &err));
    assert_int_equal(options.kind, PND_BACKEND_REF);
    assert_int_equal(options.device, 0);
    assert_int_equal(options.threads, 3);
    const char *const bad[] = {"", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:99999", "gpu"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        pnd_assert_fails(pnd_backend_options_parse(&options, bad[i], &err), PND_EINVAL,
                         "is no backend");
    assert_int_equal(options.kind, PND_BACKEND_REF);
}

static void ref_and_cpu_are_always_there(void **state)
{
    pnd_backend_options options = {.struct_size = sizeof options, .kind = PND_BACKEND_REF};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_backend_create(&backend, &options, &err));
    assert_string_equal(pnd_backend_name(backend), "ref");
    pnd_backend_free(backend);
    options.kind = PND_BACKEND_CPU;
    options.threads = 2;
    pnd_assert_ok(pnd_backend_create(&backend, &options, &err));
    assert_string_equal(pnd_backend_name(backend), "cpu");
    assert_true(strlen(pnd_backend_description(backend)) > 0);
    pnd_backend_free(backend);
    pnd_backend_free(NULL);
}

static void automatic_is_cuda_or_else_the_cpu_that_says_why(void **state)
{
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_backend_create(&backend, NULL, &err));
    if (strcmp(pnd_backend_name(backend), "cuda") != 0) {
        assert_string_equal(pnd_backend_name(backend), "cpu");
        assert_non_null(strstr(pnd_backend_description(backend), "CUDA"));
    }
    pnd_backend_free(backend);
}

/* faults.md row 88 */
static void cuda_by_name_works_or_says_what_is_missing(void **state)
{
    pnd_backend_options options = {.struct_size = sizeof options, .kind = PND_BACKEND_CUDA};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    (void)state;
    const pnd_status status = pnd_backend_create(&backend, &options, &err);
    if (status == PND_EUNSUPPORTED)
        assert_string_equal(err.message, "built without CUDA (configure with -DPND_CUDA=ON)");
    else if (status == PND_EDEVICE)
        assert_non_null(strstr(err.message, "CUDA"));
    else
        assert_int_equal(status, PND_OK);
    pnd_backend_free(backend);
    options.device = 1023;
    err = (pnd_error){0};
    assert_int_not_equal(pnd_backend_create(&backend, &options, &err), PND_OK);
    assert_null(backend);
}

static void unusable_options_are_refused(void **state)
{
    pnd_backend_options options = {0};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    (void)state;
    pnd_assert_fails(pnd_backend_create(&backend, &options, &err), PND_EINVAL, "struct_size");
    options = (pnd_backend_options){.struct_size = sizeof options, .threads = -1};
    pnd_assert_fails(pnd_backend_create(&backend, &options, &err), PND_EINVAL, "-1 threads");
    options = (pnd_backend_options){.struct_size = sizeof options, .device = -2};
    pnd_assert_fails(pnd_backend_create(&backend, &options, &err), PND_EINVAL, "device -2");
    options = (pnd_backend_options){.struct_size = sizeof options, .kind = (pnd_backend_kind)7};
    pnd_assert_fails(pnd_backend_create(&backend, &options, &err), PND_EINVAL, "kind 7");
    assert_null(backend);
}

static void options_of_an_older_caller_are_shorter(void **state)
{
    pnd_backend_options options = {.kind = PND_BACKEND_REF, .device = -5, .threads = -5};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    (void)state;
    options.struct_size = offsetof(pnd_backend_options, device);
    pnd_assert_ok(pnd_backend_create(&backend, &options, &err));
    assert_string_equal(pnd_backend_name(backend), "ref");
    pnd_backend_free(backend);
}

static void an_operator_a_backend_lacks_is_named(void **state)
{
    static const pnd_ops empty = {.name = "empty"};
    pnd_backend backend = {.ops = &empty};
    const uint16_t p = 1;
    const uint32_t id = 1;
    float depth_m = 7.0f;
    pnd_segment_depths fused = {0};
    pnd_error err = {0};
    (void)state;
    pnd_assert_fails(pnd_depth_from_disparity(&depth_m, 4, NULL, &backend,
                                              (pnd_view_u16){&p, 1, 1, 2}, (pnd_stereo){400, 0},
                                              NULL, &err),
                     PND_EUNSUPPORTED, "the empty backend has no operator depth_from_disparity");
    pnd_assert_fails(pnd_fuse_depth(&fused, &backend, (pnd_view_u32){&id, 1, 1, 4},
                                    (pnd_view_f32){&depth_m, 1, 1, 4}, NULL, &err),
                     PND_EUNSUPPORTED, "the empty backend has no operator fuse_depth");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backends_are_chosen_by_name),
        cmocka_unit_test(ref_and_cpu_are_always_there),
        cmocka_unit_test(automatic_is_cuda_or_else_the_cpu_that_says_why),
        cmocka_unit_test(cuda_by_name_works_or_says_what_is_missing),
        cmocka_unit_test(unusable_options_are_refused),
        cmocka_unit_test(options_of_an_older_caller_are_shorter),
        cmocka_unit_test(an_operator_a_backend_lacks_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
