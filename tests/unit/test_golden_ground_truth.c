/* SPDX-License-Identifier: Apache-2.0 */
/* The six golden frames against what cityscapesScripts wrote for them (tests/data/README.md). */
#include "ground_truth_set.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>
#include <panodepth/png.h>

#include <stdlib.h>

#define GOLDEN   PND_TEST_DATA "/golden_small"
#define EXPECTED GOLDEN "/expected"

static void find_frames(pnd_frame_list *frames)
{
    pnd_error err = {0};
    pnd_assert_ok(
        pnd_frames_find(frames, GOLDEN, "gtFine", "val", "_gtFine_instanceIds.png", &err));
    assert_int_equal(frames->n, 6);
}

static void assert_pixels(const pnd_plane_u32 *ids, const char *file_name)
{
    pnd_error err = {0};
    pnd_plane_u32 expected = {0};
    pnd_buffer bytes = {0};
    char *path = pnd_strdup_printf(EXPECTED "/cityscapes_panoptic_val/%s", file_name);
    read_whole(&bytes, path);
    pnd_assert_ok(pnd_png_decode_ids(&expected, bytes.data, bytes.size, path, NULL, NULL, &err));
    assert_int_equal(ids->width, expected.width);
    assert_int_equal(ids->height, expected.height);
    assert_memory_equal(ids->data, expected.data, ids->stride * (size_t)ids->height);
    pnd_buffer_clear(&bytes);
    pnd_plane_u32_clear(&expected);
    free(path);
}

static void check_json(bool train_ids, const char *expected_path)
{
    pnd_error err = {0};
    pnd_frame_list frames;
    ground_truth_set truth;
    pnd_buffer text = {0}, expected = {0};
    find_frames(&frames);
    ground_truth_set_build(&truth, GOLDEN, &frames, train_ids);
    for (size_t i = 0; i < truth.n; i++)
        assert_pixels(&truth.ids[i], truth.set.annotations[i].file_name);
    pnd_assert_ok(pnd_panoptic_set_write(&text, &truth.set, truth.images, truth.n, &err));
    read_whole(&expected, expected_path);
    assert_int_equal(text.size, expected.size);
    assert_memory_equal(text.data, expected.data, text.size);
    pnd_buffer_clear(&text);
    pnd_buffer_clear(&expected);
    ground_truth_set_clear(&truth);
    pnd_frame_list_clear(&frames);
}

static void the_id_json_is_byte_equal_and_the_pngs_are_pixel_equal(void **state)
{
    (void)state;
    check_json(false, EXPECTED "/cityscapes_panoptic_val.json");
}

static void the_train_id_json_is_byte_equal(void **state)
{
    (void)state;
    check_json(true, EXPECTED "/cityscapes_panoptic_val_trainId.json");
}

static void reading_and_writing_the_official_json_gives_the_same_segments(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_buffer text = {0}, again = {0};
    pnd_panoptic_set set, reread;
    read_whole(&text, EXPECTED "/cityscapes_panoptic_val.json");
    pnd_assert_ok(
        pnd_panoptic_set_parse(&set, text.data, text.size, "gt.json", PND_GROUND_TRUTH, &err));
    assert_int_equal(set.n_annotations, 6);
    assert_int_equal(set.n_categories, 19);
    assert_int_equal(pnd_panoptic_set_id_space(&set), PND_ID_SPACE_LABEL_IDS);
    pnd_assert_ok(pnd_panoptic_set_write(&again, &set, NULL, 0, &err));
    /* The images are the last member: up to there the texts are equal. */
    assert_memory_equal(again.data, text.data, again.size - strlen("\n}"));
    pnd_assert_ok(pnd_panoptic_set_parse(&reread, again.data, again.size, "again.json",
                                         PND_GROUND_TRUTH, &err));
    pnd_panoptic_set_clear(&reread);
    pnd_panoptic_set_clear(&set);
    pnd_buffer_clear(&again);
    pnd_buffer_clear(&text);
}

static void the_lookup_table_gives_the_official_train_id_images(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_frame_list frames;
    pnd_plane_u16 ids = {0}, instance = {0};
    pnd_plane_u8 label = {0};
    pnd_buffer bytes = {0};
    pnd_train_id_lut *lut = malloc(sizeof *lut);
    assert_non_null(lut);
    pnd_train_id_lut_init(lut);
    find_frames(&frames);
    for (size_t i = 0; i < frames.n; i++) {
        read_u16(&ids, GOLDEN, &frames.frames[i], "_gtFine_instanceIds.png");
        read_u16(&instance, GOLDEN, &frames.frames[i], "_gtFine_instanceTrainIds.png");
        char *path =
            pnd_frame_path(&frames.frames[i], GOLDEN, "gtFine", "_gtFine_labelTrainIds.png");
        read_whole(&bytes, path);
        pnd_assert_ok(pnd_png_decode_u8(&label, bytes.data, bytes.size, path, NULL, NULL, &err));
        free(path);
        for (int32_t k = 0; k < ids.width * ids.height; k++) {
            assert_int_equal(lut->instance[ids.data[k]], instance.data[k]);
            assert_int_equal(lut->label[ids.data[k]], label.data[k]);
        }
    }
    free(lut);
    pnd_buffer_clear(&bytes);
    pnd_plane_u8_clear(&label);
    pnd_plane_u16_clear(&instance);
    pnd_plane_u16_clear(&ids);
    pnd_frame_list_clear(&frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_id_json_is_byte_equal_and_the_pngs_are_pixel_equal),
        cmocka_unit_test(the_train_id_json_is_byte_equal),
        cmocka_unit_test(reading_and_writing_the_official_json_gives_the_same_segments),
        cmocka_unit_test(the_lookup_table_gives_the_official_train_id_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
