/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators allocate: malloc is wrapped at link time. */
#include "pnd_test.h"

#include <panodepth/depth.h>
#include <panodepth/fuse.h>
#include <panodepth/postprocess.h>

#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static int asked, fail_at; /* fail_at 0: never */

static bool refused(void)
{
    return ++asked == fail_at;
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return refused() ? NULL : __real_realloc(block, size);
}

enum { WIDTH = 33, HEIGHT = 5, N = WIDTH * HEIGHT };

/* Depth and fusion of one image. */
static pnd_status work(pnd_backend *backend, pnd_segment_depths *fused, pnd_error *err)
{
    static uint16_t disparity[N];
    static uint32_t ids[N];
    static float depth_m[N];
    for (int i = 0; i < N; i++) {
        disparity[i] = (uint16_t)(i * 100);
        ids[i] = (uint32_t)(i / 40);
    }
    const pnd_status status = pnd_depth_from_disparity(
        depth_m, WIDTH * sizeof *depth_m, NULL, backend,
        (pnd_view_u16){disparity, WIDTH, HEIGHT, WIDTH * sizeof *disparity}, (pnd_stereo){473, 0},
        NULL, err);
    if (status != PND_OK)
        return status;
    return pnd_fuse_depth(fused, backend, (pnd_view_u32){ids, WIDTH, HEIGHT, WIDTH * sizeof *ids},
                          (pnd_view_f32){depth_m, WIDTH, HEIGHT, WIDTH * sizeof *depth_m}, NULL,
                          err);
}

/* Six instances of one class. */
static pnd_status post_process(pnd_backend *backend, pnd_postprocess_result *out, pnd_error *err)
{
    enum {
        MAP_WIDTH = (WIDTH + 3) / 4,
        MAP_HEIGHT = (HEIGHT + 3) / 4,
        N_MAP = MAP_WIDTH * MAP_HEIGHT
    };
    static float sem[12 * N_MAP], center[N_MAP], offset[2 * N_MAP], depth_m[N_MAP];
    for (int i = 0; i < N_MAP; i++) {
        sem[11 * N_MAP + i] = 1.0f;
        center[i] = i % 3 == 0 ? 0.5f : 0.0f;
    }
    const pnd_heads heads = {.classes = 12,
                             .width = MAP_WIDTH,
                             .height = MAP_HEIGHT,
                             .sem = sem,
                             .center = center,
                             .offset = offset,
                             .depth = depth_m};
    return pnd_postprocess(out, backend, &heads, WIDTH, HEIGHT, NULL, err);
}

static pnd_status open_and_work(int kind, pnd_error *err)
{
    const pnd_backend_options options = {
        .struct_size = sizeof options, .kind = (pnd_backend_kind)kind, .threads = 1};
    pnd_segment_depths fused = {0};
    pnd_postprocess_result result = {0};
    pnd_backend *backend = NULL;
    pnd_status status = pnd_backend_create(&backend, &options, err);
    if (status == PND_OK)
        status = work(backend, &fused, err);
    if (status == PND_OK)
        status = post_process(backend, &result, err);
    pnd_postprocess_result_clear(&result);
    pnd_segment_depths_clear(&fused);
    pnd_backend_free(backend);
    return status;
}

static void only_the_first_image_allocates(void **state)
{
    const pnd_backend_options options = {
        .struct_size = sizeof options, .kind = PND_BACKEND_CPU, .threads = 1};
    pnd_segment_depths fused = {0};
    pnd_postprocess_result result = {0};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    (void)state;
    asked = fail_at = 0;
    pnd_assert_ok(pnd_backend_create(&backend, &options, &err));
    pnd_assert_ok(work(backend, &fused, &err));
    pnd_assert_ok(post_process(backend, &result, &err));
    assert_true(result.n_centers > 3);
    assert_true(asked > 5);
    asked = 0;
    pnd_assert_ok(work(backend, &fused, &err));
    pnd_assert_ok(post_process(backend, &result, &err));
    assert_int_equal(asked, 0);
    pnd_postprocess_result_clear(&result);
    pnd_segment_depths_clear(&fused);
    pnd_backend_free(backend);
}

static void every_failing_allocation_is_told(void **state)
{
    (void)state;
    for (int kind = PND_BACKEND_REF; kind <= PND_BACKEND_CPU; kind++) {
        for (fail_at = 1;; fail_at++) {
            pnd_error err = {0};
            asked = 0;
            const pnd_status status = open_and_work(kind, &err);
            if (asked < fail_at) {
                assert_int_equal(status, PND_OK);
                break;
            }
            assert_int_equal(status, PND_ENOMEM);
            assert_non_null(strstr(err.message, "memory"));
        }
        assert_true(fail_at > 4);
    }
    fail_at = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_first_image_allocates),
        cmocka_unit_test(every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
