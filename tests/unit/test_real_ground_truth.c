/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four frames of the real train split against csCreatePanopticImgs (cityscapesScripts 2.2.4), of
 * whose output only the digests are here. The frames are looked for in CITYSCAPES_DATASET; without
 * them the test is skipped.
 */
#include "ground_truth_set.h"

#include <panodepth/file.h>

#include <stdio.h>
#include <stdlib.h>

static const char *const cores[] = {"aachen_000001_000019", "cologne_000088_000019",
                                    "dusseldorf_000020_000019", "hamburg_000000_046078"};

/* Move the four frames to the front of the list; how many are there. */
static size_t select_frames(pnd_frame_list *frames)
{
    size_t n = 0;
    for (size_t i = 0; i < frames->n && n < 4; i++)
        if (strcmp(frames->frames[i].core, cores[n]) == 0) {
            const pnd_frame wanted = frames->frames[i];
            frames->frames[i] = frames->frames[n];
            frames->frames[n++] = wanted;
        }
    return n;
}

static void assert_digest(const pnd_buffer *bytes, const char *expected)
{
    char digest[PND_SHA256_TEXT_SIZE];
    pnd_sha256(digest, bytes->data, bytes->size);
    assert_string_equal(digest, expected);
}

static void check(const char *root, const pnd_frame_list *frames, bool train_ids,
                  const char *json_digest)
{
    pnd_error err = {0};
    ground_truth_set truth;
    pnd_buffer bytes = {0};
    ground_truth_set_build(&truth, root, frames, train_ids);
    pnd_assert_ok(pnd_panoptic_set_write(&bytes, &truth.set, truth.images, truth.n, &err));
    assert_digest(&bytes, json_digest);
    pnd_buffer_reset(&bytes);
    for (size_t i = 0; i < truth.n; i++)
        pnd_buffer_append(&bytes, truth.ids[i].data,
                          truth.ids[i].stride * (size_t)truth.ids[i].height);
    /* r + 256 g + 65536 b of the four PNGs as 32-bit little endian integers, one after the other */
    assert_digest(&bytes, "c8df13664e5a161818dbc8d46472a6ee8f765c654452c96fb8ab944b20f14013");
    pnd_buffer_clear(&bytes);
    ground_truth_set_clear(&truth);
}

static void four_real_frames_give_what_the_official_tool_writes(void **state)
{
    const pnd_frame_list *frames = *state;
    const char *root = getenv("CITYSCAPES_DATASET");
    check(root, frames, false, "3673104c2006fb516005d88984031f4e88f14ce2d1c423a3d9222daf4776376a");
    check(root, frames, true, "088aee0e83eb25f913ed19276806dfb74bb48beeb8157f0400fc386cf0320b43");
}

int main(void)
{
    const char *root = getenv("CITYSCAPES_DATASET");
    pnd_frame_list frames = {0};
    if (root == NULL ||
        pnd_frames_find(&frames, root, "gtFine", "train", "_gtFine_instanceIds.png", NULL) !=
            PND_OK ||
        select_frames(&frames) < 4) {
        pnd_frame_list_clear(&frames);
        puts("skipped: CITYSCAPES_DATASET does not hold the four frames of the train split");
        return 77;
    }
    pnd_frame_list four = {frames.frames, 4};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(four_real_frames_give_what_the_official_tool_writes, &four),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    pnd_frame_list_clear(&frames);
    return failed;
}
