/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/labels.h>

#include <stdlib.h>

static void the_table_has_35_rows_of_which_19_are_evaluated_and_8_are_things(void **state)
{
    (void)state;
    int evaluated = 0, things = 0;
    for (int i = 0; i < PND_N_LABELS; i++) {
        const pnd_label *label = &pnd_labels()[i];
        assert_int_equal(label->id, i < 34 ? i : -1);
        assert_ptr_equal(pnd_label_by_id(label->id), label);
        assert_int_equal(!label->ignore_in_eval,
                         label->train_id >= 0 && label->train_id < PND_N_TRAIN_IDS);
        evaluated += !label->ignore_in_eval;
        things += !label->ignore_in_eval && label->has_instances;
    }
    assert_int_equal(evaluated, 19);
    assert_int_equal(things, 8);
}

static void train_ids_follow_the_table_order_of_the_evaluated_labels(void **state)
{
    (void)state;
    static const int32_t ids[] = {7,  8,  11, 12, 13, 17, 19, 20, 21, 22,
                                  23, 24, 25, 26, 27, 28, 31, 32, 33};
    for (int32_t train_id = 0; train_id < PND_N_TRAIN_IDS; train_id++)
        assert_int_equal(pnd_label_by_train_id(train_id)->id, ids[train_id]);
}

static void ids_outside_the_table_have_no_label(void **state)
{
    (void)state;
    assert_null(pnd_label_by_id(-2));
    assert_null(pnd_label_by_id(34));
    assert_null(pnd_label_by_id(INT32_MAX));
    assert_null(pnd_label_by_train_id(-1));
    assert_null(pnd_label_by_train_id(19));
    assert_null(pnd_label_by_train_id(255));
}

static void an_instance_value_below_1000_is_the_class_itself(void **state)
{
    (void)state;
    assert_int_equal(pnd_instance_class(26), 26);
    assert_int_equal(pnd_instance_class(999), 999);
    assert_int_equal(pnd_instance_class(1000), 1);
    assert_int_equal(pnd_instance_class(26001), 26);
    assert_int_equal(pnd_instance_class(33999), 33);
}

/* Values by hand from panoptic.md a.6: c = v < 1000 ? v : v / 1000; t = trainId[c];
 * out = (v >= 1000 && t != 255) ? 1000 t + v % 1000 : t. */
static void the_lookup_table_gives_the_official_train_id_images(void **state)
{
    (void)state;
    static const struct {
        uint16_t value;
        uint8_t label;
        uint16_t instance;
        bool known;
    } rows[] = {
        {0, 255, 255, true},      {7, 0, 0, true},          {23, 10, 10, true},
        {26, 13, 13, true},       {26000, 13, 13000, true}, {26001, 13, 13001, true},
        {33999, 18, 18999, true}, {29, 255, 255, true},     {29003, 255, 255, true},
        {30012, 255, 255, true},  {24011, 11, 11011, true}, {34, 255, 255, false},
        {255, 255, 255, false},   {999, 255, 255, false},   {34000, 255, 255, false},
        {65535, 255, 255, false},
    };
    pnd_train_id_lut *lut = malloc(sizeof *lut);
    assert_non_null(lut);
    pnd_train_id_lut_init(lut);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint16_t v = rows[i].value;
        assert_int_equal(lut->label[v], rows[i].label);
        assert_int_equal(lut->instance[v], rows[i].instance);
        assert_int_equal(lut->known[v], rows[i].known);
    }
    free(lut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_35_rows_of_which_19_are_evaluated_and_8_are_things),
        cmocka_unit_test(train_ids_follow_the_table_order_of_the_evaluated_labels),
        cmocka_unit_test(ids_outside_the_table_have_no_label),
        cmocka_unit_test(an_instance_value_below_1000_is_the_class_itself),
        cmocka_unit_test(the_lookup_table_gives_the_official_train_id_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
