/* SPDX-License-Identifier: Apache-2.0 */
/* Archives that NumPy wrote (tests/data/npz/make.py), damaged ones, and our own. */
#include "pnd_test.h"

#include <panodepth/depth_file.h>
#include <panodepth/file.h>
#include <panodepth/npz.h>

#include <stdio.h>
#include <stdlib.h>

static void read_data(pnd_buffer *out, const char *name)
{
    char path[512];
    pnd_error err = {0};
    (void)snprintf(path, sizeof path, "%s/npz/%s", PND_TEST_DATA, name);
    pnd_assert_ok(pnd_file_read(out, path, 1 << 20, &err));
}

static const float depth[6] = {0.0f, 1.5f, 2.0f, 250.0f, 0.25f, 80.0f}; /* as in make.py */

static void expect_depth(const pnd_buffer *zip, const char *member, double factor)
{
    pnd_depth_map map = {0};
    pnd_plane_f32 metres = {0};
    pnd_error err = {0};
    pnd_assert_ok(pnd_depth_decode_npz(&map, zip->data, zip->size, member, "a.npz", &err));
    assert_true(map.width == 3 && map.height == 2);
    pnd_assert_ok(pnd_depth_map_metres(&metres, &map, &err));
    for (int i = 0; i < 6; i++)
        pnd_assert_close((double)metres.data[i], factor * (double)depth[i], 0);
    pnd_plane_f32_clear(&metres);
    pnd_depth_map_clear(&map);
}

static void numpy_archives_are_read(void **state)
{
    (void)state;
    pnd_buffer zip = {0};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    read_data(&zip, "stored.npz");
    expect_depth(&zip, NULL, 1);
    expect_depth(&zip, "depth", 1);
    pnd_assert_ok(pnd_depth_decode(&map, zip.data, zip.size, "a.npz", &err)); /* by content */
    read_data(&zip, "deflated.npz");
    expect_depth(&zip, "depth.npy", 1);
    read_data(&zip, "two.npz");
    expect_depth(&zip, "depth", 1);
    expect_depth(&zip, "other", 2);
    pnd_depth_map_clear(&map);
    pnd_buffer_clear(&zip);
}

static void a_choice_is_never_made_for_the_user(void **state)
{
    (void)state;
    pnd_buffer zip = {0}, out = {0};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    read_data(&zip, "two.npz");
    pnd_assert_fails(pnd_npz_extract(&out, zip.data, zip.size, NULL, "a.npz", &err), PND_EINVAL,
                     "holds 2 arrays: depth.npy, other.npy");
    pnd_assert_fails(pnd_npz_extract(&out, zip.data, zip.size, "dep", "a.npz", &err), PND_EFORMAT,
                     "no member \"dep\"");
    assert_int_equal(out.size, 0);
    read_data(&zip, "object.npz");
    pnd_assert_fails(pnd_depth_decode(&map, zip.data, zip.size, "a.npz", &err), PND_EUNSUPPORTED,
                     "pickled Python");
    pnd_buffer_clear(&zip);
    pnd_buffer_clear(&out);
    pnd_depth_map_clear(&map);
}

/* No prefix passes, and of a stored archive no flipped bit of the data does. */
static void damage_is_noticed(void **state)
{
    (void)state;
    pnd_buffer zip = {0}, out = {0};
    pnd_error err = {0};
    read_data(&zip, "deflated.npz");
    for (size_t size = 0; size < zip.size; size++) {
        uint8_t *exact = malloc(size > 0 ? size : 1); /* so that a sanitizer sees its end */
        memcpy(exact, zip.data, size);
        pnd_assert_fails(pnd_npz_extract(&out, exact, size, NULL, "a.npz", &err), PND_EFORMAT,
                         "a.npz");
        free(exact);
    }
    read_data(&zip, "stored.npz");
    const uint8_t *npy = memchr(zip.data, 0x93, zip.size);
    const size_t begin = (size_t)(npy - zip.data);
    for (size_t i = begin; i < begin + 152; i++) { /* header of 128, 24 of samples */
        zip.data[i] ^= 4;
        pnd_assert_fails(pnd_npz_extract(&out, zip.data, zip.size, NULL, "a.npz", &err),
                         PND_EFORMAT, "CRC error");
        zip.data[i] ^= 4;
    }
    pnd_assert_ok(pnd_npz_extract(&out, zip.data, zip.size, NULL, "a.npz", &err));
    pnd_buffer_clear(&zip);
    pnd_buffer_clear(&out);
}

/* Where the directory entry of our one-member archive has the field at `offset`. */
static uint8_t *entry_field(const pnd_buffer *zip, size_t offset)
{
    return zip->data + zip->size - 22 - (46 + 5) + offset;
}

static void what_a_zip_can_also_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint8_t value;
        pnd_status status;
        const char *text;
    } faults[] = {
        {8, 1, PND_EUNSUPPORTED, "encrypted"}, {10, 12, PND_EUNSUPPORTED, "method 12"},
        {27, 0xff, PND_ELIMIT, "a member of"}, {24, 2, PND_EFORMAT, "two sizes"},
        {42, 0xff, PND_EFORMAT, "header is"},  {16, 0, PND_EFORMAT, "CRC error"},
        {0, 'x', PND_EFORMAT, "directory is"}, {28, 0xff, PND_EFORMAT, "directory is"},
    };
    pnd_buffer zip = {0}, out = {0};
    pnd_error err = {0};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        pnd_assert_ok(pnd_npz_wrap(&zip, "a", "abc", 3, false, &err));
        *entry_field(&zip, faults[i].offset) = faults[i].value;
        pnd_assert_fails(pnd_npz_extract(&out, zip.data, zip.size, NULL, "a.npz", &err),
                         faults[i].status, faults[i].text);
    }
    /* a megabyte of zeros from three bytes: refused before it is allocated */
    pnd_assert_ok(pnd_npz_wrap(&zip, "a", "abc", 3, true, &err));
    *entry_field(&zip, 26) = 16;
    pnd_assert_fails(pnd_npz_extract(&out, zip.data, zip.size, NULL, "a.npz", &err), PND_EFORMAT,
                     "more bytes than its data can hold");
    pnd_buffer_clear(&zip);
    pnd_buffer_clear(&out);
}

static void what_is_wrapped_comes_out_again(void **state)
{
    (void)state;
    static char long_name[257];
    static uint8_t bytes[100000];
    pnd_buffer zip = {0}, out = {0};
    pnd_error err = {0};
    memset(long_name, 'n', 256);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i >> 7);
    for (int deflate = 0; deflate < 2; deflate++) {
        pnd_assert_ok(pnd_npz_wrap(&zip, "depth", bytes, sizeof bytes, deflate == 1, &err));
        pnd_assert_ok(pnd_npz_extract(&out, zip.data, zip.size, "depth", "a.npz", &err));
        assert_int_equal(out.size, sizeof bytes);
        assert_memory_equal(out.data, bytes, sizeof bytes);
    }
    pnd_assert_fails(pnd_npz_wrap(&zip, "", "a", 1, false, &err), PND_EINVAL, "member name");
    pnd_assert_fails(pnd_npz_wrap(&zip, long_name, "a", 1, false, &err), PND_EINVAL, "member name");
    pnd_buffer_clear(&zip);
    pnd_buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numpy_archives_are_read),
        cmocka_unit_test(a_choice_is_never_made_for_the_user),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(what_a_zip_can_also_be_is_refused),
        cmocka_unit_test(what_is_wrapped_comes_out_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
