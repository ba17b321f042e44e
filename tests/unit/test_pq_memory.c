/* SPDX-License-Identifier: Apache-2.0 */
/* What the matcher allocates: malloc is wrapped at link time. */
#include "pq_scene.h"

#include <panodepth/pq_errors.h>

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

static const pnd_category categories[] = {{7, false}, {24, true}};

static scene two_segments(void)
{
    scene s = empty_scene(8, 8);
    paint(&s.gt, 0, 4, 0, 8, 7);
    paint(&s.gt, 4, 8, 0, 8, 24001);
    list(&s.gt, 7, 7, 32, false);
    list(&s.gt, 24001, 24, 32, false);
    s.pred = s.gt;
    return s;
}

static void only_the_first_image_allocates(void **state)
{
    const scene s = two_segments();
    const pnd_panoptic gt = view_of(&s.gt), pred = view_of(&s.pred);
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image image;
    pnd_error err = {0};
    (void)state;
    asked = fail_at = 0;
    pnd_assert_ok(pnd_pq_matcher_create(&matcher, categories, 2, PND_PQ_CORRECTED, &err));
    pnd_assert_ok(pnd_pq_match(&image, matcher, &gt, &pred, "first", &err));
    assert_true(asked > 3);
    asked = 0;
    for (int i = 0; i < 5; i++)
        pnd_assert_ok(pnd_pq_match(&image, matcher, &gt, &pred, "another", &err));
    assert_int_equal(asked, 0);
    assert_int_equal(image.n_matches, 2);
    pnd_pq_matcher_free(matcher);
}

static pnd_status create_and_match(pnd_error *err)
{
    const scene s = two_segments();
    const pnd_panoptic gt = view_of(&s.gt), pred = view_of(&s.pred);
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image image;
    pnd_status status = pnd_pq_matcher_create(&matcher, categories, 2, PND_PQ_CORRECTED, err);
    if (status == PND_OK)
        status = pnd_pq_match(&image, matcher, &gt, &pred, "frame", err);
    pnd_pq_image_errors errors;
    if (status == PND_OK)
        assert_int_equal(image.n_matches, 2);
    if (status == PND_OK)
        status = pnd_pq_find_errors(&errors, matcher, PND_PQ_SMALL_AREA, err);
    if (status == PND_OK)
        status = pnd_pq_match_boundary(&image, matcher, &gt, &pred, .02, "frame", err);
    pnd_pq_matcher_free(matcher);
    return status;
}

static void every_failing_allocation_is_reported(void **state)
{
    pnd_error err = {0};
    (void)state;
    int n = 1;
    for (;; n++) {
        err = (pnd_error){0};
        asked = 0;
        fail_at = n;
        const pnd_status status = create_and_match(&err);
        fail_at = 0;
        if (status == PND_OK)
            break;
        assert_int_equal(status, PND_ENOMEM);
        assert_non_null(strstr(err.message, "out of memory"));
    }
    assert_true(n > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_first_image_allocates),
        cmocka_unit_test(every_failing_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
