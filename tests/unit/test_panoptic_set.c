/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/alloc.h>
#include <panodepth/panoptic_set.h>

#include <stdio.h>
#include <stdlib.h>

static pnd_status parse(pnd_panoptic_set *set, const char *text, pnd_panoptic_role role,
                        pnd_error *err)
{
    return pnd_panoptic_set_parse(set, text, strlen(text), "p.json", role, err);
}

static void assert_refused(const char *text, pnd_panoptic_role role, const char *message)
{
    pnd_error err = {0};
    pnd_panoptic_set set;
    pnd_assert_fails(parse(&set, text, role, &err), PND_EFORMAT, message);
    assert_null(set.annotations);
    assert_null(set.categories);
    assert_int_equal(set.n_annotations, 0);
}

static void a_ground_truth_keeps_every_field(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_panoptic_set set;
    pnd_assert_ok(parse(&set,
                        "{\"info\": {}, \"annotations\": [{\"image_id\": 139, \"file_name\": "
                        "\"139.png\", \"segments_info\": [{\"id\": 16777215, \"category_id\": 26, "
                        "\"area\": 4294967296, \"bbox\": [1, 2, 3, 4], \"iscrowd\": 1, \"depth\": "
                        "12.5}, {\"id\": 7.0, \"category_id\": 1, \"iscrowd\": false, \"depth\": "
                        "null, \"score\": 0.5}, {\"id\": 8, \"category_id\": 1, \"iscrowd\": 0, "
                        "\"area\": -40}]}], \"categories\": [{\"id\": 26, \"name\": "
                        "\"car\", \"supercategory\": \"vehicle\", \"isthing\": 1, \"color\": [0, "
                        "0, 142]}, {\"id\": 1, \"isthing\": 0}]}",
                        PND_GROUND_TRUTH, &err));
    assert_int_equal(set.n_annotations, 1);
    const pnd_annotation *a = &set.annotations[0];
    assert_string_equal(a->image_id, "139");
    assert_true(a->id_is_number);
    assert_string_equal(a->file_name, "139.png");
    assert_int_equal(a->n_segments, 3);
    assert_int_equal(a->segments[0].id, 16777215);
    assert_int_equal(a->segments[0].category_id, 26);
    assert_true(a->segments[0].area == INT64_C(4294967296));
    assert_int_equal(a->segments[0].bbox[3], 4);
    assert_true(a->segments[0].is_crowd);
    pnd_assert_close(a->segments[0].depth_m, 12.5, 0.0);
    pnd_assert_close(a->segments[0].score, (double)NAN, 0.0);
    assert_int_equal(a->segments[1].id, 7);
    assert_true(a->segments[1].area == -1);
    assert_int_equal(a->segments[1].bbox[2], 0);
    assert_true(a->segments[2].area == -40); /* as the file says: the evaluator judges */
    assert_false(a->segments[1].is_crowd);
    pnd_assert_close(a->segments[1].depth_m, (double)NAN, 0.0);
    pnd_assert_close(a->segments[1].score, 0.5, 0.0);
    assert_int_equal(set.n_categories, 2);
    assert_string_equal(set.categories[0].supercategory, "vehicle");
    assert_int_equal(set.categories[0].color[2], 142);
    assert_true(set.categories[0].is_thing);
    assert_string_equal(set.categories[1].name, "1");
    assert_string_equal(set.categories[1].supercategory, "");
    pnd_panoptic_set_clear(&set);
    pnd_panoptic_set_clear(&set); /* of an empty one */
}

/* The results format of COCO: nothing but ids is read, so nothing else can be wrong. */
static void a_prediction_needs_ids_and_nothing_else(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_panoptic_set set;
    pnd_assert_ok(parse(&set,
                        "{\"annotations\": [{\"image_id\": \"a\", \"file_name\": \"a.png\", "
                        "\"segments_info\": [{\"id\": 0, \"category_id\": 0}, {\"id\": 0, "
                        "\"category_id\": -1, \"area\": -5.5, \"bbox\": \"none\", \"iscrowd\": "
                        "\"x\", \"isthing\": true}]}, {\"image_id\": \"a\", \"file_name\": "
                        "\"../a.png\", \"segments_info\": []}], \"categories\": 3}",
                        PND_PREDICTION, &err));
    assert_int_equal(set.n_annotations, 2);
    assert_int_equal(set.n_categories, 0);
    assert_false(set.annotations[0].id_is_number);
    assert_int_equal(set.annotations[0].n_segments, 2);
    assert_true(set.annotations[0].segments[1].area == -1);
    assert_int_equal(set.annotations[0].segments[1].category_id, -1);
    assert_false(set.annotations[0].segments[1].is_crowd);
    assert_string_equal(set.annotations[1].file_name, "../a.png");
    pnd_panoptic_set_clear(&set);
}

/* "{...segments_info: [SEGMENT]...}" of one image, with the categories ground truth needs. */
static void assert_segment_refused(const char *segment, pnd_panoptic_role role, const char *message)
{
    char text[600];
    (void)snprintf(text, sizeof text,
                   "{\"annotations\": [{\"image_id\": 1, \"file_name\": \"1.png\", "
                   "\"segments_info\": [{\"id\": 9, \"category_id\": 7, \"iscrowd\": 0}, %s]}], "
                   "\"categories\": []}",
                   segment);
    assert_refused(text, role, message);
}

static void a_wrong_segment_is_named_by_its_json_path(void **state)
{
    (void)state;
    static const struct {
        const char *segment, *message;
    } both[] = {
        {"7", "annotations[0].segments_info[1]: expected an object, found 7"},
        {"{}", "segments_info[1]: key \"id\" is missing"},
        {"{\"id\": 2}", "key \"category_id\" is missing"},
        {"{\"id\": null, \"category_id\": 7}", "segments_info[1].id: is null"},
        {"{\"id\": \"7\", \"category_id\": 7}", "found the string \"7\""},
        {"{\"id\": 1.5, \"category_id\": 7}", "from 0 to 16777215, found 1.5"},
        {"{\"id\": -1, \"category_id\": 7}", "found -1"},
        {"{\"id\": 16777216, \"category_id\": 7}", "found 16777216"},
        {"{\"id\": 2147483648, \"category_id\": 7}", "found 2147483648"},
        {"{\"id\": 9007199254740993, \"category_id\": 7}", "from 0 to 16777215"},
        {"{\"id\": 2, \"category_id\": 4294967303}", "category_id: expected an integer"},
        {"{\"id\": 2, \"category_id\": 7, \"iscrowd\": 0, \"depth\": \"near\"}",
         "segments_info[1].depth: expected a number"},
    };
    static const struct {
        const char *segment, *message;
    } truth[] = {
        {"{\"id\": 2, \"category_id\": 7}", "segments_info[1]: key \"iscrowd\" is missing"},
        {"{\"id\": 2, \"category_id\": 7, \"iscrowd\": 2}", "iscrowd: expected an integer"},
        {"{\"id\": 2, \"category_id\": 7, \"iscrowd\": 0, \"area\": 1.5}", "area: expected"},
        {"{\"id\": 2, \"category_id\": 7, \"iscrowd\": 0, \"area\": 1e300}", "area: expected"},
        {"{\"id\": 2, \"category_id\": 7, \"iscrowd\": 0, \"bbox\": [1, 2, 3]}", "bbox: expected"},
        {"{\"id\": 2, \"category_id\": 7, \"iscrowd\": 0, \"bbox\": [1, 2, 3, 1e300]}",
         "bbox: expected"},
    };
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        assert_segment_refused(both[i].segment, PND_GROUND_TRUTH, both[i].message);
        assert_segment_refused(both[i].segment, PND_PREDICTION, both[i].message);
    }
    for (size_t i = 0; i < sizeof truth / sizeof *truth; i++)
        assert_segment_refused(truth[i].segment, PND_GROUND_TRUTH, truth[i].message);
}

static void a_wrong_document_is_explained(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "p.json:1:1: empty file"},
        {"[]", "p.json: expected an object, found an array"},
        {"{\"categories\": []}", "p.json: key \"annotations\" is missing"},
        {"{\"annotations\": null, \"categories\": []}", "annotations: is null"},
        {"{\"annotations\": {}, \"categories\": []}", "annotations: expected an array"},
        {"{\"annotations\": []}", "key \"categories\" is missing"},
        {"{\"annotations\": [{}], \"categories\": []}", "annotations[0]: key \"image_id\""},
        {"{\"annotations\": [{\"image_id\": true}], \"categories\": []}",
         "annotations[0].image_id: expected a string or an integer"},
        {"{\"annotations\": [{\"image_id\": 1.5}], \"categories\": []}", "image_id: expected"},
        {"{\"annotations\": [{\"image_id\": 1}], \"categories\": []}", "\"file_name\" is missing"},
        {"{\"annotations\": [{\"image_id\": 1, \"file_name\": 1}], \"categories\": []}",
         "file_name: expected a string"},
        {"{\"annotations\": [{\"image_id\": 1, \"file_name\": \"\"}], \"categories\": []}",
         "\"segments_info\" is missing"},
        {"{\"annotations\": [], \"categories\": [{\"isthing\": 1}]}", "categories[0]: key \"id\""},
        {"{\"annotations\": [], \"categories\": [{\"id\": 1}]}", "categories[0]: key \"isthing\""},
        {"{\"annotations\": [], \"categories\": [{\"id\": 1, \"isthing\": \"yes\"}]}", "isthing"},
        {"{\"annotations\": [], \"categories\": [{\"id\": 1, \"isthing\": 1, \"color\": [0, 0, "
         "256]}]}",
         "categories[0].color: expected three numbers"},
        {"{\"annotations\": [], \"categories\": [{\"id\": 1, \"isthing\": 1, \"color\": [0, 0, 0, "
         "0]}]}",
         "categories[0].color: expected three numbers"},
        {"{\"annotations\": [], \"categories\": [{\"id\": 5, \"isthing\": 1}, {\"id\": 4, "
         "\"isthing\": 1}, {\"id\": 5, \"isthing\": 0}]}",
         "categories: id 5 is given twice"},
        {"{\"annotations\": [], \"annotations\": []}", "duplicate key \"annotations\""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(bad[i].text, PND_GROUND_TRUTH, bad[i].message);
}

static void too_many_segments_and_too_long_ids_are_limits(void **state)
{
    (void)state;
    enum { TOO_MANY = 65537 };
    pnd_error err = {0};
    pnd_panoptic_set set;
    pnd_buffer text = {0};
    pnd_buffer_puts(&text, "{\"annotations\": [{\"image_id\": \"ulm\", \"file_name\": \"\", "
                           "\"segments_info\": [0");
    for (int i = 1; i < TOO_MANY; i++)
        pnd_buffer_puts(&text, ",0");
    pnd_buffer_puts(&text, "]}]}");
    pnd_assert_fails(parse(&set, pnd_buffer_text(&text), PND_PREDICTION, &err), PND_ELIMIT,
                     "image ulm has 65537 segments, more than 65536");
    pnd_buffer_reset(&text);
    pnd_buffer_puts(&text, "{\"annotations\": [{\"image_id\": \"");
    for (int i = 0; i < 4097; i++)
        pnd_buffer_puts(&text, "x");
    pnd_buffer_puts(&text, "\"}]}");
    pnd_assert_fails(parse(&set, pnd_buffer_text(&text), PND_PREDICTION, &err), PND_ELIMIT,
                     "longer than 4096");
    pnd_buffer_clear(&text);
}

static pnd_id_space space_of(const int32_t *ids, size_t n)
{
    pnd_segment_info segments[8] = {0};
    for (size_t i = 0; i < n; i++)
        segments[i].category_id = ids[i];
    pnd_annotation annotation = {.segments = segments, .n_segments = n};
    const pnd_panoptic_set set = {.annotations = &annotation, .n_annotations = 1};
    return pnd_panoptic_set_id_space(&set);
}

static void the_category_space_is_recognised_where_the_ids_tell(void **state)
{
    (void)state;
    static const int32_t label_ids[] = {7, 11, 23, 26}, train_ids[] = {0, 2, 10, 13};
    static const int32_t train_high[] = {8, 9, 10, 18}, ambiguous[] = {7, 8, 11, 12, 13, 17};
    static const int32_t mixed[] = {0, 26}, coco[] = {1, 2, 200}, negative[] = {7, 26, -1};
    assert_int_equal(space_of(label_ids, 4), PND_ID_SPACE_LABEL_IDS);
    assert_int_equal(space_of(train_ids, 4), PND_ID_SPACE_TRAIN_IDS);
    assert_int_equal(space_of(train_high, 4), PND_ID_SPACE_TRAIN_IDS);
    assert_int_equal(space_of(ambiguous, 6), PND_ID_SPACE_UNKNOWN);
    assert_int_equal(space_of(mixed, 2), PND_ID_SPACE_UNKNOWN);
    assert_int_equal(space_of(coco, 3), PND_ID_SPACE_UNKNOWN);
    assert_int_equal(space_of(negative, 3), PND_ID_SPACE_UNKNOWN);
    assert_int_equal(space_of(NULL, 0), PND_ID_SPACE_UNKNOWN);
}

static void categories_decide_the_space_when_there_are_any(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_panoptic_set labels = {0}, train = {0};
    pnd_assert_ok(pnd_panoptic_set_add_cityscapes(&labels, false, &err));
    pnd_assert_ok(pnd_panoptic_set_add_cityscapes(&train, true, &err));
    assert_int_equal(labels.n_categories, 19);
    assert_int_equal(labels.categories[0].id, 7);
    assert_int_equal(labels.categories[18].id, 33);
    assert_int_equal(train.categories[18].id, 18);
    assert_string_equal(train.categories[18].name, "bicycle");
    assert_int_equal(pnd_panoptic_set_id_space(&labels), PND_ID_SPACE_LABEL_IDS);
    assert_int_equal(pnd_panoptic_set_id_space(&train), PND_ID_SPACE_TRAIN_IDS);
    pnd_panoptic_set_clear(&labels);
    pnd_panoptic_set_clear(&train);
}

/* What json.dumps(x, indent=4, sort_keys=True) gives for the same content. */
static void a_prediction_is_written_without_what_it_lacks(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_buffer text = {0};
    char id[] = "139", file_name[] = "139.png";
    pnd_segment_info segments[] = {
        {.id = 5, .category_id = 7, .area = -1, .depth_m = 12.5, .score = (double)NAN},
        {.id = 6, .category_id = 24, .area = 0, .depth_m = (double)NAN, .score = 1},
    };
    pnd_annotation annotations[] = {
        {id, .id_is_number = true, .file_name = file_name, .segments = segments, .n_segments = 2},
        {id, .file_name = file_name}};
    const pnd_panoptic_set set = {.annotations = annotations, .n_annotations = 2};
    pnd_assert_ok(pnd_panoptic_set_write(&text, &set, NULL, 0, &err));
    assert_string_equal(pnd_buffer_text(&text), "{\n"
                                                "    \"annotations\": [\n"
                                                "        {\n"
                                                "            \"file_name\": \"139.png\",\n"
                                                "            \"image_id\": 139,\n"
                                                "            \"segments_info\": [\n"
                                                "                {\n"
                                                "                    \"category_id\": 7,\n"
                                                "                    \"depth\": 12.5,\n"
                                                "                    \"id\": 5,\n"
                                                "                    \"iscrowd\": 0\n"
                                                "                },\n"
                                                "                {\n"
                                                "                    \"area\": 0,\n"
                                                "                    \"category_id\": 24,\n"
                                                "                    \"id\": 6,\n"
                                                "                    \"iscrowd\": 0,\n"
                                                "                    \"score\": 1.0\n"
                                                "                }\n"
                                                "            ]\n"
                                                "        },\n"
                                                "        {\n"
                                                "            \"file_name\": \"139.png\",\n"
                                                "            \"image_id\": \"139\",\n"
                                                "            \"segments_info\": []\n"
                                                "        }\n"
                                                "    ]\n"
                                                "}");
    pnd_buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ground_truth_keeps_every_field),
        cmocka_unit_test(a_prediction_needs_ids_and_nothing_else),
        cmocka_unit_test(a_wrong_segment_is_named_by_its_json_path),
        cmocka_unit_test(a_wrong_document_is_explained),
        cmocka_unit_test(too_many_segments_and_too_long_ids_are_limits),
        cmocka_unit_test(the_category_space_is_recognised_where_the_ids_tell),
        cmocka_unit_test(categories_decide_the_space_when_there_are_any),
        cmocka_unit_test(a_prediction_is_written_without_what_it_lacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
