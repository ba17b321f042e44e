/* SPDX-License-Identifier: Apache-2.0 */
/* Classes, instances and segment ids: values by hand from panoptic_segments.h and the label table
 * (road 7 / 0, person 24 / 11, car 26 / 13; ego vehicle 1 is ignored). */
#include "pnd_test.h"

#include <panodepth/panoptic_segments.h>

#include <stdlib.h>

enum { N = 6 };

static pnd_plane_u32 plane_of(const uint32_t values[N])
{
    pnd_plane_u32 out = {0};
    pnd_error err = {0};
    pnd_assert_ok(pnd_plane_u32_resize(&out, N, 1, &err));
    memcpy(pnd_plane_u32_row(&out, 0), values, N * sizeof *values);
    return out;
}

static void expect(pnd_plane_u32 *plane, const uint32_t values[N])
{
    assert_memory_equal(pnd_plane_u32_row(plane, 0), values, N * sizeof *values);
    pnd_plane_u32_clear(plane);
}

static void classes_go_to_the_other_space_and_ignored_ones_to_void(void **state)
{
    (void)state;
    const pnd_pairs_rule to_train = {.from = PND_ID_SPACE_LABEL_IDS, .to = PND_ID_SPACE_TRAIN_IDS};
    const pnd_pairs_rule to_label = {.from = PND_ID_SPACE_TRAIN_IDS, .to = PND_ID_SPACE_LABEL_IDS};
    const uint32_t label[N] = {7u << 16,       1u << 16,      26u << 16 | 3,
                               24u << 16 | 99, 26u << 16 | 3, PND_PAIR_VOID};
    const uint32_t train[N] = {
        0, PND_PAIR_VOID, 13u << 16 | 3, 11u << 16 | 99, 13u << 16 | 3, PND_PAIR_VOID};
    const uint32_t back[N] = {7u << 16,       PND_PAIR_VOID, 26u << 16 | 3,
                              24u << 16 | 99, 26u << 16 | 3, PND_PAIR_VOID};
    pnd_error err = {0};
    pnd_plane_u32 a = plane_of(label), b = plane_of(train);
    pnd_assert_ok(pnd_pairs_map(&a, &to_train, "a.png", &err));
    pnd_assert_ok(pnd_pairs_map(&b, &to_label, "b.png", &err));
    expect(&a, train);
    expect(&b, back);
}

static void a_thing_with_instance_0_is_what_the_rule_says(void **state)
{
    (void)state;
    const uint32_t cars[N] = {26u << 16, 26u << 16 | 1, 7u << 16, 7u << 16, 7u << 16, 7u << 16};
    const uint32_t counted[N] = {26u << 16 | 1, 26u << 16 | 2, 7u << 16,
                                 7u << 16,      7u << 16,      7u << 16};
    pnd_pairs_rule rule = {PND_ID_SPACE_LABEL_IDS, PND_ID_SPACE_LABEL_IDS, PND_INSTANCE_ZERO_REFUSE,
                           "look at the classes", "say what it is"};
    pnd_error err = {0};
    pnd_plane_u32 a = plane_of(cars);
    pnd_assert_fails(pnd_pairs_map(&a, &rule, "a.png", &err), PND_EFORMAT, "car");
    assert_string_equal(err.hint, "say what it is");
    rule.zero = PND_INSTANCE_ZERO_GROUP;
    pnd_assert_ok(pnd_pairs_map(&a, &rule, "a.png", &err));
    expect(&a, cars);
    rule.zero = PND_INSTANCE_ZERO_COUNTS;
    a = plane_of(cars);
    pnd_assert_ok(pnd_pairs_map(&a, &rule, "a.png", &err));
    expect(&a, counted);
}

static void what_is_no_class_is_refused_with_the_callers_advice(void **state)
{
    (void)state;
    const uint32_t high[N] = {26u << 16 | 1}, stuff[N] = {7u << 16 | 1};
    const pnd_pairs_rule rule = {PND_ID_SPACE_TRAIN_IDS, PND_ID_SPACE_TRAIN_IDS,
                                 PND_INSTANCE_ZERO_REFUSE, "look at the classes", NULL};
    pnd_error err = {0};
    pnd_plane_u32 a = plane_of(high);
    pnd_assert_fails(pnd_pairs_map(&a, &rule, "a.png", &err), PND_EFORMAT,
                     "class 26 is no trainId");
    assert_string_equal(err.hint, "look at the classes");
    pnd_plane_u32_clear(&a);
    a = plane_of(stuff);
    err = (pnd_error){0};
    pnd_assert_fails(pnd_pairs_map(&a, &rule, "a.png", &err), PND_EFORMAT, "has none");
    pnd_plane_u32_clear(&a);
}

/* Two cars, the second in two places; a group of persons; void; road. */
static void pairs_become_segments_with_areas_and_boxes(void **state)
{
    (void)state;
    const uint32_t pairs[N] = {26u << 16 | 2, 26u << 16 | 1, 26u << 16 | 2,
                               24u << 16,     PND_PAIR_VOID, 7u << 16};
    const uint32_t ids[N] = {26001, 26000, 26001, 24, 0, 7};
    pnd_segment_info *segments = NULL;
    size_t n = 0;
    pnd_error err = {0};
    pnd_plane_u32 a = plane_of(pairs);
    pnd_assert_ok(pnd_pairs_to_segments(&a, &segments, &n, PND_ID_SCHEME_CITYSCAPES,
                                        PND_ID_SPACE_LABEL_IDS, "a.png", &err));
    expect(&a, ids);
    assert_int_equal(n, 4);
    assert_int_equal(segments[0].id, 7);
    assert_int_equal(segments[1].id, 24);
    assert_true(segments[1].is_crowd && !segments[0].is_crowd);
    assert_int_equal(segments[3].area, 2);
    assert_int_equal(segments[3].bbox[0], 0);
    assert_int_equal(segments[3].bbox[2], 3);
    free(segments);
    a = plane_of(pairs);
    pnd_assert_fails(pnd_pairs_to_segments(&a, &segments, &n, PND_ID_SCHEME_DETECTRON2,
                                           PND_ID_SPACE_LABEL_IDS, "a.png", &err),
                     PND_EUNSUPPORTED, "person");
    assert_null(segments);
    pnd_plane_u32_clear(&a);
}

static void ids_alone_hold_the_classes_of_their_scheme(void **state)
{
    (void)state;
    const uint32_t cityscapes[N] = {0, 7, 24, 24000, 26001, 33999};
    const uint32_t of_cityscapes[N] = {PND_PAIR_VOID, 7u << 16,      24u << 16,
                                       24u << 16 | 1, 26u << 16 | 2, 33u << 16 | 1000};
    const uint32_t detectron2[N] = {0, 1, 10001, 11002, 13002, 19000};
    const uint32_t of_detectron2[N] = {PND_PAIR_VOID,  0, 10u << 16, 11u << 16 | 1, 13u << 16 | 1,
                                       18u << 16 | 999};
    pnd_plane_u32 a = plane_of(cityscapes), b = plane_of(detectron2);
    pnd_pairs_from_ids(&a, PND_ID_SCHEME_CITYSCAPES);
    pnd_pairs_from_ids(&b, PND_ID_SCHEME_DETECTRON2);
    expect(&a, of_cityscapes);
    expect(&b, of_detectron2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_go_to_the_other_space_and_ignored_ones_to_void),
        cmocka_unit_test(a_thing_with_instance_0_is_what_the_rule_says),
        cmocka_unit_test(what_is_no_class_is_refused_with_the_callers_advice),
        cmocka_unit_test(pairs_become_segments_with_areas_and_boxes),
        cmocka_unit_test(ids_alone_hold_the_classes_of_their_scheme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
