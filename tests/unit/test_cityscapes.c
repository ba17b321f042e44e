/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/cityscapes.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX "_gtFine_instanceIds.png"

/* A fresh directory for one test; removed with everything in it afterwards. */
static int make_root(void **state)
{
    char *root = strdup("pnd_cityscapes_XXXXXX");
    *state = root;
    return root != NULL && mkdtemp(root) != NULL ? 0 : -1;
}

static int remove_root(void **state)
{
    char command[200];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    const int result = system(command);
    free(*state);
    return result;
}

static void make_file(const char *root, const char *path)
{
    char full[500];
    (void)snprintf(full, sizeof full, "%s/%s", root, path);
    for (char *p = full + 1; *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            (void)mkdir(full, 0755);
            *p = '/';
        }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fclose(file);
}

static void frames_come_sorted_by_full_path_in_byte_order(void **state)
{
    const char *root = *state;
    pnd_error err = {0};
    pnd_frame_list list;
    make_file(root, "gtFine/val/ulm/ulm_000010_000019" SUFFIX);
    make_file(root, "gtFine/val/ulm/ulm_000002_000019" SUFFIX);
    make_file(root, "gtFine/val/bad/bad_000000_000001" SUFFIX);
    make_file(root, "gtFine/val/bad-honnef/bad-honnef_000000_000001" SUFFIX);
    make_file(root, "gtFine/val/Aachen/Aachen_000000_000001" SUFFIX);
    make_file(root, "gtFine/val/ulm/ulm_000002_000019_gtFine_labelIds.png");
    make_file(root, "gtFine/val/ulm/._ulm_000002_000019" SUFFIX);
    make_file(root, "gtFine/val/README" SUFFIX);
    pnd_assert_ok(pnd_frames_find(&list, root, "gtFine", "val", SUFFIX, &err));
    /* '-' (0x2d) sorts before '/' (0x2f), as in Python's sorted() of the whole paths. */
    static const char *const cores[] = {"Aachen_000000_000001", "bad-honnef_000000_000001",
                                        "bad_000000_000001", "ulm_000002_000019",
                                        "ulm_000010_000019"};
    assert_int_equal(list.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(list.frames[i].core, cores[i]);
    assert_string_equal(list.frames[1].city, "bad-honnef");
    assert_string_equal(list.frames[1].split, "val");
    char *path = pnd_frame_path(&list.frames[3], "R", "disparity", "_disparity.png");
    assert_string_equal(path, "R/disparity/val/ulm/ulm_000002_000019_disparity.png");
    free(path);
    pnd_frame_list_clear(&list);
}

static void symbolic_links_in_the_root_are_followed(void **state)
{
    const char *root = *state;
    pnd_error err = {0};
    pnd_frame_list list;
    char link[300];
    make_file(root, "elsewhere/cities/ulm/ulm_000002_000019" SUFFIX);
    make_file(root, "gtFine/x");
    (void)snprintf(link, sizeof link, "%s/gtFine/val", root);
    assert_int_equal(symlink("../elsewhere/cities", link), 0);
    pnd_assert_ok(pnd_frames_find(&list, root, "gtFine", "val", SUFFIX, &err));
    assert_int_equal(list.n, 1);
    pnd_frame_list_clear(&list);
}

static void a_missing_folder_is_explained_with_what_is_there(void **state)
{
    const char *root = *state;
    char gt_fine[300], nowhere[300];
    pnd_error err = {0};
    pnd_frame_list list;
    make_file(root, "gtFine/val/ulm/ulm_000002_000019" SUFFIX);
    (void)snprintf(gt_fine, sizeof gt_fine, "%s/gtFine", root);
    (void)snprintf(nowhere, sizeof nowhere, "%s/nowhere", root);
    pnd_assert_fails(pnd_frames_find(&list, root, "disparity", "val", "_disparity.png", &err),
                     PND_EIO, "the folder holds gtFine");
    pnd_assert_fails(pnd_frames_find(&list, root, "gtFine", "train", SUFFIX, &err), PND_EIO,
                     "the folder holds val");
    pnd_assert_fails(pnd_frames_find(&list, gt_fine, "gtFine", "val", SUFFIX, &err), PND_EIO,
                     "one level up");
    pnd_assert_fails(pnd_frames_find(&list, nowhere, "gtFine", "val", SUFFIX, &err), PND_EIO,
                     "nowhere: No such file");
    assert_int_equal(list.n, 0);
    assert_null(list.frames);
}

static void a_folder_without_matching_files_says_what_it_holds(void **state)
{
    const char *root = *state;
    pnd_error err = {0};
    pnd_frame_list list;
    make_file(root, "gtFine/val/ulm/ulm_000002_000019_gtFine_labelIds.png");
    make_file(root, "gtFine/test/x");
    pnd_assert_fails(pnd_frames_find(&list, root, "gtFine", "val", SUFFIX, &err), PND_EINVAL,
                     "ulm/ulm_000002_000019_gtFine_labelIds.png");
    pnd_assert_fails(pnd_frames_find(&list, root, "gtFine", "test", SUFFIX, &err), PND_EINVAL,
                     "empty");
}

static void malformed_names_are_errors_that_name_the_file(void **state)
{
    const char *root = *state;
    pnd_error err = {0};
    pnd_frame_list list;
    make_file(root, "gtFine/a/ulm/ulm_2_000019" SUFFIX);
    make_file(root, "gtFine/b/ulm/ulm_000002_0000190" SUFFIX);
    make_file(root, "gtFine/c/ulm/bonn_000002_000019" SUFFIX);
    make_file(root, "gtFine/d/ulm/ulm_000002_000019_old" SUFFIX);
    make_file(root, "gtFine/e/ul/ulm_000002_000019" SUFFIX);
    pnd_assert_fails(pnd_frames_find(&list, root, "gtFine", "a", SUFFIX, &err), PND_EFORMAT,
                     "ulm_2_000019");
    pnd_assert_fails(pnd_frames_find(&list, root, "gtFine", "b", SUFFIX, &err), PND_EFORMAT,
                     "0000190");
    pnd_assert_fails(pnd_frames_find(&list, root, "gtFine", "c", SUFFIX, &err), PND_EFORMAT,
                     "another city");
    pnd_assert_fails(pnd_frames_find(&list, root, "gtFine", "d", SUFFIX, &err), PND_EFORMAT,
                     "000019_old");
    pnd_assert_fails(pnd_frames_find(&list, root, "gtFine", "e", SUFFIX, &err), PND_EFORMAT,
                     "another city");
}

static void a_core_prefix_is_a_city_and_two_groups_of_six_digits(void **state)
{
    (void)state;
    size_t length = 9;
    assert_true(pnd_frame_core_prefix(&length, "muhlheim-ruhr_000000_012345_leftImg8bit.png"));
    assert_int_equal(length, 27);
    assert_true(pnd_frame_core_prefix(&length, "ulm_000000_000000"));
    assert_int_equal(length, 17);
    static const char *const bad[] = {"",
                                      "ulm",
                                      "_000000_000000",
                                      "-ulm_000000_000000",
                                      "ulm-_000000_000000",
                                      "u--lm_000000_000000",
                                      "ulm1_000000_000000",
                                      "ulm_00000_000000",
                                      "ulm_000000_0000000",
                                      "ulm_000000-000000",
                                      "ulm 000000_000000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(pnd_frame_core_prefix(&length, bad[i]));
        assert_int_equal(length, 0);
    }
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ROOT(frames_come_sorted_by_full_path_in_byte_order),
        WITH_ROOT(symbolic_links_in_the_root_are_followed),
        WITH_ROOT(a_missing_folder_is_explained_with_what_is_there),
        WITH_ROOT(a_folder_without_matching_files_says_what_it_holds),
        WITH_ROOT(malformed_names_are_errors_that_name_the_file),
        cmocka_unit_test(a_core_prefix_is_a_city_and_two_groups_of_six_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
